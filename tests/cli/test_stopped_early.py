"""Ctrl+C before there is anything to save: one word, no traceback, no promise."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ddpm_studio.cli import commands, entry, main
from ddpm_studio.project import is_project

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal for one")
# sends Ctrl+C to itself when a module is looked for
INTERRUPTED_AT = """
import os, signal, sys

class Sends:
    def find_spec(self, name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Sends())
{begin}
"""
SCRIPT = "from ddpm_studio.cli import main; sys.exit(main(['check', '.']))"
MODULE = """
import runpy
sys.argv = ["x", "check", "."]
runpy.run_module("ddpm_studio", None, "__main__")
"""
WINDOW = "from ddpm_studio.cli import main; sys.exit(main([]))"


@posix
@pytest.mark.parametrize(
    ("begin", "module"),
    [
        (SCRIPT, "ddpm_studio.cli.entry"),
        (SCRIPT, "ddpm_studio.export.film.options"),
        (SCRIPT, "platformdirs"),
        (MODULE, "multiprocessing"),
        (MODULE, "ddpm_studio.cli.entry"),
        (WINDOW, "PySide6.QtWidgets"),
        (WINDOW, "ddpm_studio.gui.main_window"),
    ],
)
def test_while_the_program_still_starts(tmp_path: Path, begin: str, module: str) -> None:
    code = INTERRUPTED_AT.format(module=module, begin=begin)
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "Stopped.\n")


def test_afterwards_ctrl_c_is_what_it_was(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    assert main(["check", str(tmp_path)]) == 0
    assert signal.getsignal(signal.SIGINT) is before


@pytest.fixture
def stops_after(monkeypatch: pytest.MonkeyPatch):
    """stops_after(events): Ctrl+C comes with the event of that number."""

    def stop(last: int) -> None:
        def counted(events: Iterator[object]) -> Iterator[object]:
            for number, event in enumerate(events, 1):
                if number == last:
                    signal.raise_signal(signal.SIGINT)
                yield event

        for verb in ("new", "demo"):
            real: Any = getattr(commands, verb)
            monkeypatch.setattr(commands, verb, lambda options, real=real: counted(real(options)))

    return stop


@pytest.mark.parametrize("verb", ["new", "demo"])
def test_without_a_project_it_does_not_say_that_all_is_saved(
    tmp_path: Path, capsys, monkeypatch, stops_after, verb: str
) -> None:
    monkeypatch.setattr(commands, "SAMPLE_PICTURES", 6)
    stops_after(2)
    path = tmp_path / "p"
    assert main([verb, str(path)]) == entry.INTERRUPTED
    assert "there is no project yet. Give the same command again" in capsys.readouterr().err
    assert not is_project(path)
    monkeypatch.undo()
    monkeypatch.setattr(commands, "SAMPLE_PICTURES", 6)
    assert main(["new", str(path)]) == 0  # as the sentence promises
    assert is_project(path)


def test_once_there_is_a_project_it_is_saved(tmp_path, capsys, monkeypatch, stops_after) -> None:
    monkeypatch.setattr(commands, "SAMPLE_PICTURES", 2)
    stops_after(3)  # the last word
    assert main(["new", str(tmp_path / "p")]) == entry.INTERRUPTED
    assert "everything up to here is saved" in capsys.readouterr().err
    assert is_project(tmp_path / "p")
