"""When previews are painted: often at first, never for long, and never at training's cost."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddpm_studio.events import PreviewSaved, TrainStep
from ddpm_studio.export.images import picture_grid, write_png
from ddpm_studio.project import Project
from ddpm_studio.training import Trainer, TrainEvent, rhythm
from ddpm_studio.training.preview import Wall
from ddpm_studio.training.rhythm import (
    FIRST_GAP,
    HEAD_START,
    SHARE,
    is_measured,
    is_whole,
    next_small,
    share_of_whole,
)

MakeProject = Callable[..., Project]
TrainFor = Callable[..., list[TrainEvent]]


def simulated(
    seconds: float, step: float, each: float, whole: float, every: int = 500, beginning: float = 0.0
) -> tuple[list[float], float, float]:
    """When pictures were painted in a run, and how long all of them took of how long.

    step, each, whole, beginning: seconds of a step, of a small preview, of a whole one, of that of
    step 0.
    """
    now, last, small_spent, whole_spent, number = 0.0, 0.0, 0.0, 0.0, 0
    painted = [0.0]
    while now < seconds:
        now, number = now + step, number + 1
        reserved = share_of_whole(whole, every, step)
        if is_whole(number, every):
            now, whole_spent = now + whole, whole_spent + whole
            painted.append(now)
            last = now
            continue
        due = next_small(
            last=last,
            before=0,
            spent=small_spent,
            each=each,
            reserved=reserved,
            beginning=beginning,
        )
        if due is not None and now >= due:
            now, small_spent = now + each, small_spent + each
            painted.append(now)
            last = now
    return painted, beginning + small_spent + whole_spent, beginning + now


def test_after_five_minutes_on_a_slow_cpu_the_film_has_24_frames() -> None:
    """As measured at 32 px on two cores; with much other work beside it, fewer fit into 3 %."""
    quiet = {"step": 0.138, "each": 0.18, "whole": 0.81, "beginning": 0.6}
    for busy, frames in ((1.0, 24), (1.2, 24), (1.6, 16), (2.9, 8)):
        painted, spent, seconds = simulated(300.0, **{key: busy * quiet[key] for key in quiet})
        assert len(painted) >= frames
        assert spent <= SHARE * seconds
        assert sum(at < 60 for at in painted) >= frames / 3, "most come early, when most happens"


@given(step=st.floats(0.005, 30), share=st.floats(0.05, 2), seconds=st.floats(HEAD_START, 3000))
def test_all_previews_take_three_percent_at_most(step: float, share: float, seconds: float) -> None:
    """Whatever a step takes; a small preview takes a share of it."""
    each, whole = share * step, 5 * step
    _, spent, after = simulated(seconds, step, each, whole, beginning=min(5 * step, 3.0))
    assert spent <= SHARE * after + each  # the last one may be painted at the very end


def test_whole_previews_that_take_all_the_time_leave_none_for_small_ones() -> None:
    reserved = share_of_whole(1.0, 10, 0.1)
    assert next_small(last=0, before=0, spent=0, each=0.01, reserved=reserved) is None


def test_where_painting_is_dear_it_waits_until_it_may() -> None:
    """So that the wall goes on growing with large pictures, too."""
    assert next_small(last=0, before=0, spent=0, each=0.2, reserved=0) == FIRST_GAP
    first, dear = (next_small(last=0, before=0, spent=0, each=n, reserved=0) for n in (4.0, 12.0))
    assert first is not None
    assert FIRST_GAP < first < 4.0 / SHARE, "most of the share is spent early"
    assert dear == pytest.approx(12.0 / SHARE)


def test_the_film_goes_on_at_the_pace_at_which_things_change() -> None:
    """After an hour, minutes lie between two small previews."""
    due = next_small(last=10, before=3600, spent=0, each=0.01, reserved=0)
    assert due is not None
    assert due - 10 > 300


def test_unseen_pictures_are_asked_as_before() -> None:
    measured = [step for step in range(1, 3001) if is_measured(step, 1000)]
    assert measured == [25, 50, 100, 200, 400, 800, 1000, 2000, 3000]


@given(st.integers(1, 5000))
def test_there_is_always_a_whole_preview_at_the_rhythm(every: int) -> None:
    assert all(is_whole(every * number, every) for number in range(1, 5))
    assert not any(is_whole(step, every) for step in range(every + 1, 2 * every))
    assert not any(is_measured(step, every) for step in range(every + 1, 2 * every))


# the wall


def test_a_few_pictures_are_painted_and_the_others_stay(
    make_trainer: Callable[..., Trainer], tmp_path: Path
) -> None:
    trainer = make_trainer("train.preview_count=6", "train.preview_steps=3")
    wall = Wall(trainer.config)
    assert wall.is_blank
    list(wall.paint(trainer, range(6), 3))
    first = wall.save(0, tmp_path / "step_00000000.png", range(6))
    trainer.train_step()
    seeds = wall.next_few(4)
    list(wall.paint(trainer, seeds, 3))
    second = wall.save(1, tmp_path / "step_00000001.png", seeds)
    assert (list(seeds), list(wall.next_few(4)), list(wall.next_few(4))) == (
        [0, 1, 2, 3],
        [4, 5],
        [0, 1, 2, 3],
    )
    assert np.array_equal(first.pictures[4:], second.pictures[4:])
    assert not np.array_equal(first.pictures[:4], second.pictures[:4])
    assert second.painted == (0, 1, 2, 3)

    again = Wall(trainer.config, tmp_path / "step_00000001.png")  # as another run goes on
    list(again.paint(trainer, [5], 3))
    third = again.save(2, tmp_path / "step_00000002.png", [5])
    assert np.array_equal(third.pictures[:5], second.pictures[:5])


def test_a_file_that_does_not_fit_is_no_beginning(
    make_trainer: Callable[..., Trainer], tmp_path: Path
) -> None:
    path = tmp_path / "step_00000001.png"
    write_png(path, picture_grid(np.zeros((4, 4, 4, 3), np.uint8)))
    assert Wall(make_trainer("train.preview_count=6").config, path).is_blank
    path.write_bytes(b"damaged")
    assert Wall(make_trainer("train.preview_count=6").config, path).is_blank


# a real run


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small previews after every step."""
    monkeypatch.setattr(rhythm, "FIRST_GAP", 0.0)
    monkeypatch.setattr(rhythm, "GROWTH", 0.0)
    monkeypatch.setattr(rhythm, "SHARE", 1e9)


@pytest.mark.usefixtures("hurried")
def test_a_real_run_paints_between_and_learns_the_same(
    make_project: MakeProject,
    train_for: TrainFor,
    assert_same_state: Callable[[Path, Path], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = ["train.preview_count=6", "train.preview_every=100000", "model.dropout=0.2"]
    often, never = make_project("often", *options), make_project("never", *options)
    events = train_for(often, 8)
    previews = [event for event in events if isinstance(event, PreviewSaved)]
    assert [event.step for event in previews] == list(range(9))
    assert all(1 <= len(event.painted) <= 4 for event in previews[1:])
    assert {seed for event in previews[1:] for seed in event.painted} == set(range(6))
    nexts = [event.next_pictures for event in events if isinstance(event, TrainStep)]
    assert all(seconds is not None and seconds >= 0 for seconds in nexts)
    monkeypatch.setattr(rhythm, "FIRST_GAP", 1e9)
    train_for(never, 8)
    assert_same_state(often.checkpoint_path(8), never.checkpoint_path(8))
