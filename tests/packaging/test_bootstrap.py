"""Tests of packaging/bootstrap.py: what it decides, without installing anything."""

from __future__ import annotations

import importlib.util
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "packaging" / "bootstrap.py"
PYTHON = Path("/venv/bin/python")


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SCRIPT.parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


qt_libraries = load("qt_libraries")  # first: bootstrap imports it by this name
bootstrap = load("bootstrap")


# --- arguments -------------------------------------------------------------------------------


def test_run_passes_every_argument_on() -> None:
    arguments = ["train", "my flowers", "--set", "pictures.size=64", "--help", "--", "-x"]
    command = bootstrap.run_command(PYTHON, arguments)
    assert command == [str(PYTHON), "-m", "ddpm_studio", *arguments]


@pytest.mark.parametrize(
    ("system", "variables", "chosen"),
    [
        ("win32", {}, []),
        ("darwin", {}, []),
        ("linux", {"DISPLAY": ":0"}, []),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, []),
        ("linux", {"DISPLAY": ""}, ["demo"]),
        ("linux", {}, ["demo"]),
    ],
)
def test_run_alone_opens_the_window_where_there_is_a_screen_else_it_runs_the_demo(
    monkeypatch: pytest.MonkeyPatch, system: str, variables: dict[str, str], chosen: list[str]
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert bootstrap.has_display(variables, system) is (not chosen)
    if system == sys.platform:
        assert bootstrap.run_command(PYTHON, [])[3:] == chosen


def test_pytest_gets_the_extra_arguments_and_is_the_last_stage() -> None:
    name, command = bootstrap.test_stages(PYTHON, ["-k", "ddim"])[-1]
    assert name == "pytest"
    assert command == [str(PYTHON), "-m", "pytest", "-k", "ddim"]


def test_main_prepares_the_extras_that_the_verb_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared: list[frozenset[str]] = []
    started: list[list[str]] = []

    def start(command: list[str]) -> int:
        started.append(command)
        return 7

    monkeypatch.setattr(bootstrap, "prepare", prepared.append)
    monkeypatch.setattr(bootstrap, "start", start)
    monkeypatch.setattr(bootstrap, "run_stages", lambda stages: len(stages))
    monkeypatch.setattr(bootstrap.signal, "signal", lambda *_: None)
    assert bootstrap.main(["run", "sample", "p"]) == 7
    assert bootstrap.main(["test"]) == 4
    assert prepared == [frozenset(), frozenset({"test"})]
    assert started[0][-2:] == ["sample", "p"]


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["fly"], 2), (["--help"], 0)])
def test_other_verbs_explain_the_usage(
    arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main(arguments) == code
    assert "usage:" in "".join(capsys.readouterr())


def test_install_is_editable_pinned_and_names_no_index() -> None:
    command = bootstrap.install_command(PYTHON, {"test"})
    assert command[-2:] == ["--editable", ".[test]"]
    assert command[command.index("--constraint") + 1] == str(bootstrap.CONSTRAINTS)
    assert not any("index-url" in part or "://" in part for part in command)
    assert bootstrap.install_command(PYTHON, ())[-1] == "."


def test_the_environments_python_is_found_on_every_platform() -> None:
    venv = Path("venv")
    assert bootstrap.venv_python(venv, windows=True) == venv / "Scripts" / "python.exe"
    assert bootstrap.venv_python(venv, windows=False) == venv / "bin" / "python"


# --- the stamp -------------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "packaging").mkdir()
    (tmp_path / "packaging" / "constraints.txt").write_text("torch==1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    return tmp_path


def test_fingerprint_changes_with_all_that_matters(tree: Path) -> None:
    first = bootstrap.fingerprint(tree, (3, 11))
    assert bootstrap.fingerprint(tree, (3, 11)) == first
    assert bootstrap.fingerprint(tree, (3, 12)) != first
    (tree / "packaging" / "constraints.txt").write_text("torch==2\n")
    second = bootstrap.fingerprint(tree, (3, 11))
    (tree / "pyproject.toml").write_text("[project]\nname='x'\n")
    assert len({first, second, bootstrap.fingerprint(tree, (3, 11))}) == 3


def test_fingerprint_ignores_line_ends(tree: Path) -> None:
    first = bootstrap.fingerprint(tree, (3, 11))
    (tree / "pyproject.toml").write_bytes(b"[project]\r\n")
    assert bootstrap.fingerprint(tree, (3, 11)) == first


def test_stamp_survives_the_disk_and_damage_is_no_stamp(tmp_path: Path) -> None:
    path = tmp_path / "stamp.json"
    assert bootstrap.read_stamp(path) is None
    stamp = bootstrap.Stamp("abc", frozenset({"test"}), qt_loads=True)
    bootstrap.write_stamp(path, stamp)
    assert bootstrap.read_stamp(path) == stamp
    for damaged in ("", "[]", "{}", '{"fingerprint": 1}'):
        path.write_text(damaged)
        assert bootstrap.read_stamp(path) is None


def test_an_install_for_tests_covers_run_and_not_the_other_way_round() -> None:
    test, run = frozenset({"test"}), frozenset[str]()
    assert bootstrap.Stamp("a", test).covers("a", run)
    assert not bootstrap.Stamp("a", run).covers("a", test)
    assert not bootstrap.Stamp("a", test).covers("b", run)


@pytest.fixture
def installs(tree: Path, monkeypatch: pytest.MonkeyPatch) -> list[frozenset[str]]:
    """A prepared tree in which installing only takes a note of the extras."""
    done: list[frozenset[str]] = []
    monkeypatch.setattr(bootstrap, "ROOT", tree)
    monkeypatch.setattr(bootstrap, "STAMP", tree / "stamp.json")
    monkeypatch.setattr(bootstrap, "venv_works", lambda: True)
    monkeypatch.setattr(bootstrap, "install", done.append)
    monkeypatch.setattr(bootstrap, "provide", lambda *_: True)
    return done


def test_nothing_is_installed_twice(installs: list[frozenset[str]]) -> None:
    for extras in (frozenset[str](), frozenset({"test"}), frozenset[str](), frozenset({"test"})):
        bootstrap.prepare(extras)
    assert installs == [frozenset(), frozenset({"test"})]


def test_an_update_keeps_the_extras(installs: list[frozenset[str]], tree: Path) -> None:
    bootstrap.prepare(frozenset({"test"}))
    (tree / "pyproject.toml").write_text("[project]\nname='x'\n")
    bootstrap.prepare(frozenset())
    assert installs[-1] == frozenset({"test"})


def test_a_failed_install_leaves_no_stamp(
    installs: list[frozenset[str]], tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(extras: frozenset[str]) -> None:
        raise bootstrap.SetupError("no")

    bootstrap.prepare(frozenset())
    monkeypatch.setattr(bootstrap, "install", fail)
    with pytest.raises(bootstrap.SetupError):
        bootstrap.prepare(frozenset({"test"}))
    assert not (tree / "stamp.json").exists()


# --- running ---------------------------------------------------------------------------------


def python_stage(code: int) -> tuple[str, list[str]]:
    return f"stage {code}", [sys.executable, "-c", f"raise SystemExit({code})"]


@pytest.mark.parametrize(("codes", "result"), [((0, 0), 0), ((3, 0), 3), ((0, 5), 5), ((3, 5), 5)])
def test_every_stage_runs_and_any_failure_counts(
    codes: tuple[int, ...],
    result: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert bootstrap.run_stages([python_stage(code) for code in codes]) == result
    titles = capsys.readouterr().out.splitlines()
    assert [title.split("   ")[0] for title in titles] == [f"== stage {code}" for code in codes]


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_child_that_saves_on_a_signal_is_waited_for(signum: int, tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    child.write_text(
        "import pathlib, signal, sys, time\n"
        "def save(*_):\n"
        "    time.sleep(0.3)\n"
        f"    pathlib.Path({str(tmp_path / 'saved')!r}).touch()\n"
        "    sys.exit(130)\n"
        f"signal.signal({int(signum)}, save)\n"
        f"pathlib.Path({str(tmp_path / 'ready')!r}).touch()\n"
        "time.sleep(60)\n"
    )
    parent = (
        f"import sys; sys.path.insert(0, {str(SCRIPT.parent)!r}); import bootstrap\n"
        f"sys.exit(bootstrap.run_and_wait([sys.executable, {str(child)!r}]).code)\n"
    )
    # Ctrl+C reaches the whole group, as from a terminal; SIGTERM only the parent.
    process = subprocess.Popen([sys.executable, "-c", parent], start_new_session=True)
    wait_for(tmp_path / "ready")
    if signum == signal.SIGINT:
        os.killpg(process.pid, signum)
    else:
        process.send_signal(signum)
    assert process.wait(timeout=30) == 130
    assert (tmp_path / "saved").exists()


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} never came"
        time.sleep(0.01)


# --- sentences -------------------------------------------------------------------------------


def test_an_old_python_is_told_which_one_is_needed() -> None:
    bootstrap.check_python((3, 11))
    with pytest.raises(bootstrap.SetupError, match=r"needs Python 3\.11 or newer.* Python 3\.9"):
        bootstrap.check_python((3, 9))


def test_without_the_venv_module_its_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(bootstrap.SetupError, match="apt install python3-venv"):
        bootstrap.make_venv()


def test_a_folder_that_is_no_environment_is_not_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "treasure.txt").touch()
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    with pytest.raises(bootstrap.SetupError, match="is not a virtual environment"):
        bootstrap.make_venv()
    assert (tmp_path / "treasure.txt").exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "the disk is full"),
        ("WARNING: Retrying (Retry(total=0)) after connection broken", "does not answer"),
        ("ERROR: No matching distribution found for torch", "No matching distribution found"),
    ],
)
def test_a_failed_install_is_one_sentence(line: str, reason: str) -> None:
    sentence = bootstrap.why_install_failed(["Collecting torch", line, ""], "install")
    assert reason in sentence
    assert "\n" not in sentence


def test_a_long_install_shows_what_takes_long() -> None:
    output = [
        "Collecting torch\n",
        "  Downloading torch-2.13.0-cp311.whl.metadata (31 kB)\n",
        "  Downloading folder/torch-2.13.0-cp311.whl (187.9 MB)\n",
        "Installing collected packages: numpy, torch\n",
    ]
    told = [news for line in output if (news := bootstrap.news_from_pip(line))]
    assert told == ["downloading torch-2.13.0-cp311.whl (187.9 MB)", "unpacking"]
    log, lines = io.StringIO(), list[str]()
    bootstrap.follow(output, log, lines)
    assert log.getvalue() == "".join(output)
    assert len(lines) == 4


# --- Qt's system libraries -------------------------------------------------------------------

LDD = """/venv/libqxcb.so:
\tlinux-vdso.so.1 (0x00007ffd)
\tlibxcb-cursor.so.0 => not found
\tlibc.so.6 => /lib/libc.so.6 (0x00007f0)
/venv/libQt6Gui.so.6:
\tlibxcb-cursor.so.0 => not found
\tlibEGL.so.1 => not found
"""


def test_missing_libraries_are_read_from_ldd_once_each() -> None:
    assert qt_libraries.not_found(LDD) == ["libEGL.so.1", "libxcb-cursor.so.0"]


def test_missing_libraries_are_named_in_a_sentence() -> None:
    both = qt_libraries.missing_sentence(["libEGL.so.1", "libxcb-cursor.so.0"])
    assert both == (
        "Qt needs 2 system libraries that are missing: libEGL.so.1, libxcb-cursor.so.0."
    )
    assert "a system library that is missing: libEGL.so.1" in qt_libraries.missing_sentence(
        ["libEGL.so.1"]
    )


def test_libraries_become_debian_packages_and_unknown_ones_are_left_out() -> None:
    names = ["libxcb-cursor.so.0", "libgthread-2.0.so.0", "libglib-2.0.so.0", "libodd.so.9"]
    assert qt_libraries.debian_packages(names) == ["libglib2.0-0", "libxcb-cursor0"]
    assert "apt install libegl1)" in qt_libraries.advice(["libEGL.so.1"])
    assert "apt" not in qt_libraries.advice(["libodd.so.9"])


def provide(monkeypatch: pytest.MonkeyPatch, answers: list[list[str]], apt: list[str]) -> str:
    """Let `provide` see these missing libraries in turn; returns what happened, in words."""
    said: list[str] = []
    rest = iter(answers)
    monkeypatch.setattr(qt_libraries, "missing_libraries", lambda venv: next(rest))
    monkeypatch.setattr(qt_libraries, "problem_when_loading", lambda venv: "")
    monkeypatch.setattr(qt_libraries, "apt_command", lambda: apt)
    monkeypatch.setattr(
        qt_libraries, "apt_install", lambda apt, packages, log: said.append(f"<{packages}>")
    )
    loads = qt_libraries.provide(Path("venv"), Path("log"), said.append)
    return f"{loads} {' '.join(said)}"


def test_libraries_are_installed_where_that_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert provide(monkeypatch, [[]], ["apt-get"]) == "True "
    story = provide(monkeypatch, [["libEGL.so.1"], []], ["apt-get"])
    assert story.startswith("True")
    assert "<['libegl1']>" in story


def test_without_rights_or_network_there_is_only_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = provide(monkeypatch, [["libEGL.so.1"]], [])
    assert story.startswith("False")
    assert "apt install libegl1" in story
    assert "<" not in story
    failed = provide(monkeypatch, [["libEGL.so.1"], ["libEGL.so.1"]], ["apt-get"])
    assert failed.startswith("False")
    assert "window cannot open" in failed
