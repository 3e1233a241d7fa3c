"""What the status line is told about how far a job is."""

import pytest

from ddpm_studio import events as ev
from ddpm_studio.gui.common.progress import Meter


def train_step(step, seconds, remaining):
    return ev.TrainStep(step, 0.1, 1.0, 1e-3, 100.0, seconds, remaining)


def started(step, total_steps=None, total_seconds=None):
    return ev.TrainStarted(step, total_steps, total_seconds, "CPU", "float32", 1, 1)


@pytest.mark.parametrize(
    ("start", "fraction"),
    [
        (started(100, total_steps=300), 0.25),
        (started(100, total_seconds=20.0), 0.5),
        (started(100), None),
    ],
)
def test_training_is_as_far_as_its_steps_or_its_time(start, fraction):
    meter = Meter()
    meter.update([start, train_step(149, 9.0, 31.0), train_step(150, 10.0, 30.0)])
    assert meter.progress.fraction == fraction
    assert meter.progress.remaining == 30.0
    assert "150" in meter.progress.text


@pytest.mark.parametrize(
    ("event", "fraction"),
    [
        (ev.Progress(ev.Work.READING, 5, 20), 0.25),
        (ev.Progress(ev.Work.DRAWING, 400, 400), 1.0),
        (ev.Progress(ev.Work.WRITING, 1, 4), 0.25),
        (ev.SampleStep(25, 50, 16, 16, 32), 0.75),
    ],
)
def test_counted_work_is_as_far_as_it_has_counted(event, fraction):
    meter = Meter()
    meter.update([event])
    assert meter.progress.fraction == fraction


def test_events_that_tell_nothing_change_nothing():
    meter = Meter()
    meter.update([ev.Progress(ev.Work.READING, 5, 20), "something else", ev.Note("hello")])
    assert meter.progress.fraction == 0.25


def test_a_look_at_the_machine_and_a_quick_sample_say_how_far_they_are():
    meter = Meter()
    meter.update([ev.Progress(ev.Work.PROBING, 5.0, 20.0, "sketch")])
    assert meter.progress.fraction == 0.25
    meter.update([ev.BothPainted(100, 10, 25, None, None)])
    assert meter.progress.fraction == 0.4
