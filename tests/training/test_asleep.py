"""A computer that sleeps, or a program that is stopped for a while: neither counts as training.

Clocks differ: that of Windows goes on while the computer sleeps.
"""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ddpm_studio.events import CheckpointSaved, TrainStep, Work, is_progress
from ddpm_studio.project import Project
from ddpm_studio.training import TrainEvent, saver
from ddpm_studio.training.checkpoints import Snapshot, take_snapshot
from tests.training.machine import Machine, train_on

NIGHT = 8 * 3600.0
STEPS = 160
SETTINGS = ["train.checkpoint_seconds=60", "train.preview_every=150", "train.log_every=100"]


class Sleeper(Machine):
    """Steps of a second, previews of ten; sleeps for a night, once, where a test wants it to."""

    def __init__(self, where: str) -> None:
        super().__init__(1.0, 0.5, 10.0)
        self.where = where

    def sleep(self, where: str) -> None:
        if where == self.where:
            self.where = ""
            self.now += NIGHT

    def train_step(self, trainer: Any) -> Any:
        if trainer.step == 40:
            self.sleep("in a step")
        return super().train_step(trainer)

    def paint(self, trainer: Any, share: float = 1.0) -> Any:
        for event in super().paint(trainer, share):
            if event.done == 2 and trainer.step:
                self.sleep("in a preview")
            yield event

    def write_checkpoint(self, path: Path, snapshot: Snapshot) -> None:
        super().write_checkpoint(path, snapshot)
        self.asleep = NIGHT if self.where == "in a write" else 0.0  # the step beside it sleeps, too
        self.sleep("in a write")


@pytest.fixture
def steps_on(
    make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[TrainStep]]:
    """steps_on(machine, steps=... or seconds=...): all steps that are made."""

    project = make_project("project", *SETTINGS)  # of which nothing is saved

    def run(machine: Sleeper, **length: Any) -> list[TrainStep]:

        def take(*arguments: Any) -> Snapshot:
            machine.sleep("in a copy")
            return take_snapshot(*arguments)

        monkeypatch.setattr(saver, "take_snapshot", take)
        events = train_on(machine, project, **length)
        assert any(is_progress(event, Work.PREVIEW) for event in events)
        assert any(isinstance(event, CheckpointSaved) for event in events)
        assert machine.where in ("", "never")
        return [event for event in events if isinstance(event, TrainStep)]

    return run


PLACES = ["in a step", "in a preview", "in a write", "in a copy"]


def test_the_time_left_of_so_many_steps_is_as_if_it_had_not_slept(
    steps_on: Callable[..., list[TrainStep]],
) -> None:
    awake = steps_on(Sleeper("never"), steps=STEPS)
    for where in PLACES:
        slept = steps_on(Sleeper(where), steps=STEPS)
        assert [step.step for step in slept] == list(range(1, STEPS + 1))
        for one, other in zip(awake, slept, strict=True):
            assert other.remaining == pytest.approx(one.remaining, rel=0.01)
            assert other.seconds == pytest.approx(one.seconds, abs=11)
            assert other.pictures_per_second == pytest.approx(one.pictures_per_second, rel=0.01)


def test_a_training_of_so_many_seconds_makes_as_many_steps(
    steps_on: Callable[..., list[TrainStep]],
) -> None:
    awake = steps_on(Sleeper("never"), seconds=150.0)
    for where in PLACES:
        slept = steps_on(Sleeper(where), seconds=150.0)
        assert len(slept) == pytest.approx(len(awake), abs=11)
        lefts = [step.remaining or 0.0 for step in slept]
        assert all(0 <= later < earlier for earlier, later in itertools.pairwise(lefts))


def test_a_pause_between_two_events_does_not_count(make_project: Callable[..., Project]) -> None:
    """Nor is it written into the log, so that later runs go on with the right time."""
    project = make_project("project", *SETTINGS)
    events: list[TrainEvent] = train_on(Sleeper("never"), project, steps=100)
    machine = Sleeper("never")
    real = machine.train_step

    def train_step(trainer: Any) -> Any:
        result = real(trainer)
        if trainer.step == 60:
            machine.pause = NIGHT
        return result

    machine.train_step = train_step  # type: ignore[method-assign]
    paused = train_on(machine, project, steps=100)
    assert times(paused) == times(events)


def times(events: list[TrainEvent]) -> list[tuple[float, float | None]]:
    return [(step.seconds, step.remaining) for step in events if isinstance(step, TrainStep)]
