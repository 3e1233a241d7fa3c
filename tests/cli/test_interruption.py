"""Ctrl+C, SIGTERM and a terminal that goes away save first, and end with exit code 130."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.cli.entry import interruptions, main
from ddpm_studio.project import Project
from ddpm_studio.training import load_model
from tests.forked import Command

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows cannot send these signals to one process"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder, path = tmp_path / "pictures", tmp_path / "flowers"
    folder.mkdir()
    Image.fromarray(np.eye(8, dtype=np.uint8) * 255).save(folder / "a.png")
    settings = [
        *("pictures.size=8", "model.model_channels=8", "model.channel_mult=1,2"),
        *("model.attention_resolutions=", "train.batch_size=2", "train.preview_every=1000000"),
        *("train.preview_count=1", "train.preview_steps=1", "train.checkpoint_seconds=3600"),
    ]
    words = [word for setting in settings for word in ("--set", setting)]
    assert main(["new", str(path), "--images", str(folder), *words]) == 0
    return path


@contextmanager
def training(project: Path, *words: str, **how: Any) -> Iterator[subprocess.Popen[str]]:
    """A program that trains until something happens to it."""
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
    command = [sys.executable, "-m", "ddpm_studio", *endless_training(project), *words]
    process = subprocess.Popen(command, text=True, **how)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


@contextmanager
def forked(words: Sequence[str], folder: Path | None = None) -> Iterator[Command]:
    """The same command as a fork, which is there sooner."""
    command = Command(words, folder)
    try:
        yield command
    finally:
        command.end()


def endless_training(project: Path) -> list[str]:
    return ["train", str(project), "--steps", "100000000", "--device", "cpu", "--json"]


def wait_for_step(process: subprocess.Popen[str] | Command, step: int) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line).get("step", 0) >= step:
            return
    raise AssertionError("training ended early")


def saved_step(project: Path) -> int:
    """The step of the newest checkpoint, which must be whole."""
    (path,) = Project.open(project).checkpoint_paths()
    load_model(path)
    return int(path.stem.removeprefix("step_"))


@pytest.mark.parametrize(
    ("name", "start"),
    [("SIGINT", training), ("SIGTERM", lambda project: forked(endless_training(project)))],
    ids=["SIGINT", "SIGTERM"],
)
def test_a_signal_saves_and_ends_with_130(project: Path, name: str, start: Any) -> None:
    with start(project) as process:
        wait_for_step(process, 3)
        process.send_signal(getattr(signal, name))
        out, err = process.communicate()
    assert process.returncode == 130
    steps = [json.loads(line) for line in out.splitlines()]
    last = max([entry["step"] for entry in steps if entry["event"] == "TrainStep"], default=3)
    assert saved_step(project) >= last
    assert "Stopped; everything up to here is saved." in err
    assert "Traceback" not in err
    assert not list((project / "checkpoints").glob(".unfinished*"))


@pytest.mark.parametrize(
    ("words", "until", "sentence"),
    [
        (["sheet", "--out", "made.png", "--x", "steps=1000"], "SampleStep", "nothing was written"),
        (["animate", "--out", "made.gif", "--steps", "1000"], "SampleStep", "nothing was written"),
        (["animate", "--out", "made", "--fps", "60", "--hold", "60"], "ExportProgress", "nothing"),
        (["sample", "--out", "made", "--count", "9999"], "FileWritten", " finished."),
    ],
)
def test_what_paints_says_what_is_left_of_it(
    project: Path, words: list[str], until: str, sentence: str
) -> None:
    assert main(["train", str(project), "--steps", "1", "--device", "cpu"]) == 0
    out = project.parent / "made"
    verb, *rest = words
    with forked([verb, str(project), *rest, "--json"], project.parent) as process:
        next(line for line in process.stdout if until in line)
        process.send_signal(signal.SIGINT)
        rest_of_it, err = process.communicate()
    assert process.returncode == 130
    assert sentence in err
    assert "saved" not in err
    left = sorted(project.parent.glob("*made*")) + sorted(project.parent.glob(".unfinished*"))
    if verb == "sample":
        assert left == [out]
        written = 1 + rest_of_it.count("FileWritten")
        assert len(list(out.iterdir())) == written
    else:
        assert left == []


def test_a_reader_that_goes_away_saves_too(project: Path) -> None:
    """As in `ddpm-studio train ... | head`."""
    with (
        (project.parent / "stderr").open("w") as stderr,
        training(project, stderr=stderr) as process,
    ):
        wait_for_step(process, 3)
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait() == 130
        err = (project.parent / "stderr").read_text()
    assert saved_step(project) >= 3
    assert "Traceback" not in err
    assert "Exception ignored" not in err


def test_neither_a_second_signal_nor_a_lost_terminal_stops_the_saving() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run under nohup
    try:
        with interruptions() as came:
            for number in numbers:
                os.kill(os.getpid(), number)
            assert len(came) == 3
    finally:
        signal.signal(signal.SIGHUP, before)


def test_signals_mean_afterwards_what_they_meant_before() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    with interruptions():
        assert [signal.getsignal(number) for number in numbers] != before
    assert [signal.getsignal(number) for number in numbers] == before


def test_nohup_is_respected() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptions() as came:
            os.kill(os.getpid(), signal.SIGHUP)
            assert came == []
    finally:
        signal.signal(signal.SIGHUP, before)
