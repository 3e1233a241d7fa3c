"""Wrong usage explains itself, and whatever goes wrong ends in one sentence."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ddpm_studio import __version__
from ddpm_studio.cli import commands, main
from ddpm_studio.cli import entry as cli
from ddpm_studio.config import StudioConfig
from ddpm_studio.errors import StudioError
from ddpm_studio.project import Project

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process: exit code, stdout, stderr."""

    def run_command(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(word) for word in words])
        return code, *capsys.readouterr()

    return run_command


@pytest.mark.parametrize(
    "words",
    [
        "fly",
        "fly away",
        "train",
        "train p",
        "train p --steps 0",
        "train p --steps 1.5",
        "train p --steps ten",
        "train p --steps 1 --minutes 1",
        "train p --minutes 0",
        "train p --minutes nan",
        "train p --minutes soon",
        "sample p --count 1",
        "sample p --out s",
        "sample p --out s --count -1",
        "sample p --out s --count 1 --eta much",
        "sample p --out s --count 1 --weights best",
        "animate p",
        "animate p --out f.gif --show noise",
        "new",
        "new p --images d --colour red",
        "--loud",
        "-x p",
    ],
)
def test_wrong_usage_is_exit_code_2(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = main(words.split())
    except SystemExit as stop:
        code = stop.code  # type: ignore[assignment]
    assert code == 2
    err = capsys.readouterr().err
    assert "Traceback" not in err
    assert "_positive" not in err
    assert "_minutes" not in err


def test_help_and_version_are_exit_code_0(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ("--help", "train --help", "--version"):
        with pytest.raises(SystemExit) as stop:
            main(words.split())
        assert stop.value.code == 0
    out = capsys.readouterr().out
    assert f"DDPM Studio {__version__}" in out
    assert all(verb in out for verb in cli.VERBS)


def test_without_a_command_the_window_opens_and_its_exit_code_is_kept(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ddpm_studio.gui import app

    flowers = tmp_path / "flowers"
    Project.create(flowers, flowers / "pictures", StudioConfig())
    opened: list[list[str]] = []

    def show(arguments: list[str]) -> int:
        opened.append(arguments)
        return 130

    monkeypatch.setattr(app, "main", show)
    assert run()[0] == 130
    assert run(flowers)[0] == 130
    assert opened == [[], [str(flowers)]]
    code, _, err = run(tmp_path)
    assert code == 2
    assert f"neither a project nor a command ({', '.join(cli.VERBS)})" in err
    assert len(opened) == 2


def test_without_a_screen_or_without_qt_one_sentence_says_what_to_do(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    code, _, err = run()
    assert code == 1
    assert "no screen" in err
    assert "ddpm-studio --help" in err
    for name in [name for name in sys.modules if name.startswith("ddpm_studio.gui")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("ddpm_studio.gui")
    monkeypatch.setitem(sys.modules, "PySide6.QtWidgets", None)  # as if a library was missing
    code, _, err = run()
    assert code == 1
    assert "packaging/bootstrap.py" in err
    assert err.count("\n") == 1


def test_the_commands_never_load_qt() -> None:
    words = "import sys, ddpm_studio.cli.entry, ddpm_studio.cli.commands; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", words], capture_output=True, check=True)
    assert b"PySide6" not in loaded.stdout


def make_fail(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(_: object) -> Any:
        raise error
        yield

    monkeypatch.setattr(commands, "new", fail)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (StudioError("All is well."), r"All is well\."),
        (OSError(28, "No space left", "a.png"), r"The system refused: No space left \(a\.png\)\."),
        (MemoryError(), "There is not enough memory for this; try fewer or smaller .*"),
        (RuntimeError("DefaultCPUAllocator: can't"), "There is not enough memory for this; .*"),
        (
            ValueError("oh"),
            r"Something unexpected .* \(ValueError: oh\)\. Details are in .*\.log\.",
        ),
    ],
)
def test_whatever_goes_wrong_there_is_no_traceback(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    monkeypatch.setattr(cli, "user_log_path", lambda *_, **__: tmp_path)
    make_fail(monkeypatch, error)
    code, _, err = run("new", "p")
    assert code == 1
    assert re.fullmatch(sentence + "\n", err)
    if isinstance(error, ValueError):
        assert "Traceback" in (tmp_path / "error.log").read_text("utf-8")


def test_a_log_that_cannot_be_written_does_not_hide_the_error(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "user_log_path", lambda *_, **__: tmp_path / "none")
    make_fail(monkeypatch, ValueError("oh"))
    code, _, err = run("new", "p")
    assert (code, err) == (
        1,
        "Something unexpected went wrong (ValueError: oh). Please report it.\n",
    )
