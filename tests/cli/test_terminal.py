"""Events become JSON lines for programs, a bar for a terminal, and lines for a log."""

import dataclasses
import io
import json
import types
import typing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ddpm_studio import events
from ddpm_studio.cli import terminal as console
from ddpm_studio.cli.terminal import JsonLines, Terminal

PIXELS = np.zeros((2, 4, 4, 3), np.uint8)
STARTED = events.TrainStarted(0, 100, None, "CPU", "float32", 1_500_000, 20)
STEP = events.TrainStep(50, 0.25, 1.0, 1e-3, 123.4, 30.0, 65.0)
FOR_THE_WINDOW = (events.PicturesFound, events.PicturesSeen)  # which shows pictures while read
PIXEL_FIELDS = {"pictures", "picture", "averaged", "plain"}
EXAMPLES: dict[object, Any] = {
    bool: True,
    int: 3,
    float: 0.25,
    str: "a sentence.",
    Path: Path("samples") / "step.png",
    Any: PIXELS,
    events.Work: events.Work.READING,
}


def example(kind: Any) -> Any:
    """A value of a type; of an event one whose fields all have one."""
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return kind(**{field.name: example(hints[field.name]) for field in fields(kind)})  # type: ignore[operator]
    if typing.get_origin(kind) is tuple:
        return tuple(example(part) for part in typing.get_args(kind) if part is not ...)
    if isinstance(kind, types.UnionType):  # with None
        return example(typing.get_args(kind)[0])
    return EXAMPLES[kind]


def fields(event: Any) -> list[dataclasses.Field[object]]:
    return list(dataclasses.fields(event))


KINDS = [
    kind
    for kind in vars(events).values()
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind is not events.Progress
]
SAID = [
    events.PicturesReady(3, 1, False),
    STARTED,
    STEP,
    events.StepSkipped(51, "Step 51 was skipped."),
    events.RolledBack(60, 50, 5e-4, "Back to step 50."),
    events.CheckpointSkipped(Path("a.safetensors"), "It is damaged."),
    events.Note("Well done."),
]
PROGRESS = [events.Progress(what, 3, 4) for what in events.Work]


def test_all_events_are_found() -> None:
    assert {events.TrainStep, events.Note, *FOR_THE_WINDOW} <= set(KINDS)
    assert len(KINDS) > 15


@pytest.mark.parametrize("kind", KINDS)
def test_a_json_line_names_the_event_and_has_its_fields(
    kind: type, capsys: pytest.CaptureFixture[str]
) -> None:
    show, event = JsonLines(), example(kind)
    show.event(event)
    show.close()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == (kind not in FOR_THE_WINDOW)
    for line in lines:
        values = json.loads(line)
        assert values.pop("event") == kind.__name__
        shown = {field.name for field in fields(event)} - PIXEL_FIELDS
        if kind is events.TrainStarted:
            shown.add("pictures")  # a number here
        assert set(values) == shown
        for name, value in values.items():
            original = getattr(event, name)
            wanted = str(original) if isinstance(original, Path) else original
            assert value == (list(wanted) if isinstance(wanted, tuple) else wanted)


@pytest.mark.parametrize(
    ("event", "values"),
    [
        ((events.Work.READING, 3, 4), {"event": "PicturesProgress", "done": 3, "total": 4}),
        ((events.Work.DRAWING, 1, 400), {"event": "DrawingProgress", "done": 1, "total": 400}),
        ((events.Work.WRITING, 1, 2), {"event": "ExportProgress", "done": 1, "total": 2}),
        ((events.Work.MOVING, 1, 3), {"event": "FilesMoved", "done": 1, "total": 3}),
        (
            (events.Work.PROBING, 1.5, 20.0, "sketch"),
            {"event": "ProbeProgress", "done": 1.5, "total": 20.0, "what": "sketch"},
        ),
        (
            (events.Work.PREVIEW, 1, 25, "", 0, 50),
            {"event": "PreviewProgress", "step": 50, "done": 1, "total": 25},
        ),
    ],
)
def test_programs_hear_of_progress_by_these_names_and_keys(
    event: tuple[Any, ...], values: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """Others read these lines: what is in them stays as it is."""
    JsonLines().event(events.Progress(*event))
    assert json.loads(capsys.readouterr().out) == values


def test_a_json_line_takes_any_file_name(capsys: pytest.CaptureFixture[str]) -> None:
    JsonLines().event(events.Note("花 \udce9\n was left out"))
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["message"] == "花 \udce9\n was left out"


def test_a_log_gets_a_line_for_what_matters_and_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    show = Terminal()
    for event in (*map(example, KINDS), *PROGRESS, *SAID):
        show.event(event)
    show.close()
    out = capsys.readouterr().out
    for words in (
        "3 pictures taken, 1 file left out",
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
    monkeypatch.setattr(console.time, "monotonic", lambda: now)  # type: ignore[attr-defined]
    show = Terminal()
    for done in range(1, 101):
        now = done * 0.5
        show.event(events.Progress(events.Work.READING, done, 100))
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
        (events.Progress(events.Work.READING, 3, 4), ("Reading pictures", "3/4")),
        (events.Progress(events.Work.DRAWING, 1, 400), ("Drawing pictures", "1/400")),
        (events.Progress(events.Work.WRITING, 1, 2), ("Writing the film", "1/2")),
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
    # what rich is given; what it draws depends on the terminal
    (task,) = show._progress.tasks
    assert task.percentage == (0 if started.total_steps is started.total_seconds is None else 50)
    show.close()


def test_one_bar_takes_the_place_of_another(screen: Screen) -> None:
    show = Terminal(screen)
    show.event(events.Progress(events.Work.READING, 4, 4))
    show.event(events.SampleStep(1, 4, 2, 0, 8))
    assert [task.description for task in show._progress.tasks] == ["Making pictures"]
    show.close()


def test_names_are_shown_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets and colons in them mean nothing to the terminal."""
    show = Terminal()
    show.event(events.Note("[bold]x[/bold] :smile: [/].png was left out"))
    show.close()
    assert capsys.readouterr().out == "[bold]x[/bold] :smile: [/].png was left out\n"
