"""Events become JSON lines for programs, a bar for a terminal, and lines for a log."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path

import numpy as np
import pytest

from ddpm_studio import console, events
from ddpm_studio.console import JsonLines, Terminal

PIXELS = np.zeros((2, 4, 4, 3), np.uint8)
STARTED = events.TrainStarted(0, 100, None, "CPU", "float32", 1_500_000, 20)
STEP = events.TrainStep(50, 0.25, 1.0, 1e-3, 123.4, 30.0, 65.0)
FOR_THE_WINDOW = [  # which shows pictures while they are read
    events.PicturesFound(("a.png", "b.png")),
    events.PicturesSeen(Path("cache") / "a.pixels", (3, 8, 8), ((0, 5),)),
]
PIXEL_FIELDS = {"pictures", "picture", "averaged", "plain"}
ALL = [
    events.PicturesProgress(3, 4),
    events.FileChecked("a.png", True, "", "taken", ("turned upright",), 40, 30, "PNG"),
    events.FileChecked("b.txt", False, "a text, not a picture", "unreadable", (), 0, 0, ""),
    events.FolderChecked(1, 1, 3, 32, 32),
    events.HeldOutMeasured(50, 0.25, (0.1, 0.2, 0.3, 0.4)),
    events.PicturesReady(3, 1, False),
    STARTED,
    STEP,
    events.StepSkipped(51, "Step 51 was skipped."),
    events.BatchHalved(55, 2, "Memory ran out."),
    events.RolledBack(60, 50, 5e-4, "Back to step 50."),
    events.PreviewProgress(50, 1, 25),
    events.PreviewSaved(50, Path("samples") / "step.png", PIXELS),
    events.BothPainted(50, 1, 25, PIXELS, PIXELS),
    events.CheckpointSaved(50, Path("checkpoints") / "step.safetensors"),
    events.CheckpointSkipped(Path("a.safetensors"), "It is damaged."),
    events.SampleStep(1, 4, 2, 0, 2),
    events.SampleFinished(0, 7, PIXELS[0]),
    events.FileWritten(Path("a.png")),
    events.ExportProgress(1, 2),
    events.DrawingProgress(1, 400),
    events.ProbeProgress(1.5, 20.0, "sketch"),
    events.BatchStep(3.5, 16, 0),
    events.FilesMoved(1, 3),
    events.Note("Well done."),
]


def fields(event: object) -> list[dataclasses.Field[object]]:
    assert dataclasses.is_dataclass(event)
    return list(dataclasses.fields(event))


def test_every_kind_of_event_is_tried_here() -> None:
    kinds = {value for value in vars(events).values() if dataclasses.is_dataclass(value)}
    assert kinds == {type(event) for event in ALL + FOR_THE_WINDOW}


def test_a_json_line_names_the_event_and_has_its_fields(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show = JsonLines()
    for event in ALL + FOR_THE_WINDOW:
        show.event(event)
    show.close()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(ALL)
    for line, event in zip(lines, ALL, strict=True):
        values = json.loads(line)
        assert values.pop("event") == type(event).__name__
        shown = {field.name for field in fields(event)} - PIXEL_FIELDS
        if isinstance(event, events.TrainStarted):
            shown.add("pictures")  # a number here
        assert set(values) == shown
        for name, value in values.items():
            original = getattr(event, name)
            wanted = str(original) if isinstance(original, Path) else original
            assert value == (list(wanted) if isinstance(wanted, tuple) else wanted)


def test_a_json_line_takes_any_file_name(capsys: pytest.CaptureFixture[str]) -> None:
    JsonLines().event(events.Note("花 \udce9\n was left out"))
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["message"] == "花 \udce9\n was left out"


def test_a_log_gets_a_line_for_what_matters_and_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    show = Terminal()
    for event in ALL:
        show.event(event)
    show.close()
    out = capsys.readouterr().out
    for words in (
        "3 pictures taken, 1 files left out",
        "Training from step 0 on CPU in float32, 1.5 million weights",
        "Step 51 was skipped.",
        "Back to step 50.",
        "It is damaged.",
        "Well done.",
    ):
        assert words in out
    assert "\x1b" not in out  # no escape codes outside of terminals


def test_a_log_hears_of_progress_now_and_then_and_of_the_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(console.time, "monotonic", lambda: now)
    show = Terminal()
    for done in range(1, 101):
        now = done * 0.5
        show.event(events.PicturesProgress(done, 100))
    show.close()
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "Reading pictures: 21/100  38 s left",
        "Reading pictures: 41/100  29 s left",
        "Reading pictures: 61/100  19 s left",
        "Reading pictures: 81/100  9 s left",
        "Reading pictures: 100/100",
    ]


class Screen(io.StringIO):
    """A terminal that remembers what was shown."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    return Screen()


def test_a_terminal_gets_a_bar_with_the_time_left(screen: Screen) -> None:
    show = Terminal(screen)
    show.event(STARTED)
    show.event(STEP)
    show.close()
    shown = screen.getvalue()
    assert "Training" in shown
    assert "step 50  loss 0.2500  123 pictures/s  1 min left" in shown
    assert "\x1b[?25h" in shown  # the cursor is back


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (events.PicturesProgress(3, 4), ("Reading pictures", "3/4")),
        (events.DrawingProgress(1, 400), ("Drawing pictures", "1/400")),
        (events.ExportProgress(1, 2), ("Writing the film", "1/2")),
        (events.SampleStep(1, 4, 2, 4, 8), ("Making pictures", "4/8")),
    ],
)
def test_every_long_work_has_its_bar_and_time_left(
    screen: Screen, event: object, words: tuple[str, ...]
) -> None:
    show = Terminal(screen)
    show.event(event)
    show.close()
    assert all(word in screen.getvalue() for word in (*words, " left"))


@pytest.mark.parametrize(
    ("started", "step"),
    [
        (dataclasses.replace(STARTED, step=400, total_steps=500), 450),
        (dataclasses.replace(STARTED, total_steps=None, total_seconds=60.0), 50),
        (dataclasses.replace(STARTED, total_steps=None), 50),
    ],
)
def test_training_can_end_after_steps_or_minutes_or_never(
    screen: Screen, started: events.TrainStarted, step: int
) -> None:
    show = Terminal(screen)
    show.event(started)
    show.event(dataclasses.replace(STEP, step=step, remaining=None))
    (task,) = show._progress.tasks
    assert task.percentage == (0 if started.total_steps is started.total_seconds is None else 50)
    show.close()


def test_one_bar_takes_the_place_of_another(screen: Screen) -> None:
    show = Terminal(screen)
    show.event(events.PicturesProgress(4, 4))
    show.event(events.SampleStep(1, 4, 2, 0, 8))
    assert [task.description for task in show._progress.tasks] == ["Making pictures"]
    show.close()


def test_names_are_shown_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets and colons in them mean nothing to the terminal."""
    show = Terminal()
    show.event(events.Note("[bold]x[/bold] :smile: [/].png was left out"))
    show.close()
    assert capsys.readouterr().out == "[bold]x[/bold] :smile: [/].png was left out\n"
