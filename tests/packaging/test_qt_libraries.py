"""Tests of packaging/qt_libraries.py: what Qt lacks, and who may install it."""

import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "packaging"
sys.path.insert(0, str(SCRIPTS))  # as for a script that is started
import qt_libraries  # noqa: E402

sys.path.remove(str(SCRIPTS))
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Qt brings them along elsewhere")

INSTALL = ["install", "--no-install-recommends", "libegl1", "libxcb-cursor0"]
SENTENCE = "Qt lacks libEGL.so.1, libxcb-cursor.so.0: no window opens, all else works.\n"
LDD = """#!/bin/sh
echo "$1:
\tlinux-vdso.so.1 (0x00007ffd)
\tlibxcb-cursor.so.0 => not found
\tlibc.so.6 => /lib/libc.so.6 (0x00007f0)
/venv/libQt6Gui.so.6:
\tlibxcb-cursor.so.0 => not found
\tlibEGL.so.1 => not found"
"""


def provide(
    monkeypatch: pytest.MonkeyPatch, *, user: int, terminal: bool, asked: bool = False
) -> list[list[str]]:
    """The commands that are run on a machine that lacks two libraries, less apt's options."""
    answers = iter([["libEGL.so.1", "libxcb-cursor.so.0"], []])
    monkeypatch.setattr(qt_libraries, "missing_libraries", lambda venv: next(answers))
    monkeypatch.setattr(qt_libraries.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(qt_libraries.os, "geteuid", lambda: user)
    monkeypatch.setattr(qt_libraries.os, "isatty", lambda descriptor: terminal)
    seen: list[list[str]] = []
    qt_libraries.provide(Path(), asked, lambda command: seen.append(command) or 0)
    return [[word for word in command if word not in qt_libraries.APT] for command in seen]


def test_root_without_a_terminal_gets_them_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert provide(monkeypatch, user=0, terminal=False) == [["update"], INSTALL]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("user", "sudo"), [(0, []), (1000, ["sudo"])])
def test_who_asks_for_it_gets_them_installed(
    monkeypatch: pytest.MonkeyPatch, user: int, sudo: list[str]
) -> None:
    seen = provide(monkeypatch, user=user, terminal=True, asked=True)
    assert seen == [[*sudo, "update"], [*sudo, *INSTALL]]


@pytest.mark.parametrize(
    ("user", "terminal", "command"),
    [(0, True, "apt-get"), (1000, True, "sudo apt-get"), (1000, False, "sudo apt-get")],
)
def test_everybody_else_is_told_the_command(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    user: int,
    terminal: bool,
    command: str,
) -> None:
    assert provide(monkeypatch, user=user, terminal=terminal) == []
    how = f"This installs them: {command} install libegl1 libxcb-cursor0\n"
    assert capsys.readouterr().err == SENTENCE + how


def test_a_failure_of_apt_and_a_system_without_it_end_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = ["libEGL.so.1", "libxcb-cursor.so.0"]
    monkeypatch.setattr(qt_libraries, "missing_libraries", lambda venv: missing)
    monkeypatch.setattr(qt_libraries.shutil, "which", lambda name: f"/bin/{name}")
    qt_libraries.provide(Path(), True, lambda command: 100)
    assert capsys.readouterr().err.startswith(f"{SENTENCE}This installs")
    monkeypatch.setattr(qt_libraries.shutil, "which", lambda name: None)
    qt_libraries.provide(Path(), True, lambda command: pytest.fail("there is no apt"))
    assert capsys.readouterr().err == SENTENCE


def test_missing_libraries_are_read_from_ldd_once_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ldd = tmp_path / "ldd"
    ldd.write_text(LDD)
    ldd.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert qt_libraries.missing_libraries(tmp_path) == ["libEGL.so.1", "libxcb-cursor.so.0"]
    monkeypatch.setenv("PATH", "")  # and no ldd: the window itself says what it lacks
    assert qt_libraries.missing_libraries(tmp_path) == []


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libEGL.so.1", "libegl1"),
        ("libX11-xcb.so.1", "libx11-xcb1"),
        ("libX11.so.6", "libx11-6"),
        ("libdbus-1.so.3", "libdbus-1-3"),
        ("libglib-2.0.so.0", "libglib2.0-0"),
        ("libgthread-2.0.so.0", "libglib2.0-0"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    ],
)
def test_packages_have_the_names_that_debian_gives(library: str, package: str) -> None:
    assert qt_libraries.debian_package(library) == package
