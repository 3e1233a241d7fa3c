"""Stopping and going on changes nothing, wherever training is stopped."""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddpm_studio.config import PicturesConfig, StudioConfig
from ddpm_studio.config.text import with_settings
from ddpm_studio.events import (
    CheckpointSaved,
    PicturesReady,
    PreviewSaved,
    Progress,
    TrainStarted,
    TrainStep,
)
from ddpm_studio.project import Project, step_of
from ddpm_studio.training import TrainEvent, train

RECIPES = {
    "fp32": [],
    "bf16": ["train.precision=bf16"],
    "dropout and flips": ["model.dropout=0.3", "pictures.flip_horizontal=true"],
    "accumulation": ["train.accumulation=2", "model.dropout=0.3"],
    "learned variance": ["diffusion.variance=learned", "diffusion.loss=hybrid"],
    # of four timesteps all have ten losses after ten steps, and are drawn by them from then on
    "resampled bound": [
        "diffusion.variance=learned",
        "diffusion.loss=vlb",
        "diffusion.resampling=true",
        "diffusion.num_timesteps=4",
        "train.accumulation=2",
    ],
    "all in bf16": [
        "train.precision=bf16",
        "train.accumulation=4",
        "model.dropout=0.1",
        "pictures.flip_horizontal=true",
        "model.channel_mult=1,2",
        "model.attention_resolutions=4",
        "model.mid_attention=true",
    ],
    "ADM in bf16": [
        "train.precision=bf16",
        "train.gradient_checkpointing=true",
        "model.channel_mult=1,2",
        "model.scale_shift=true",
        "model.resblock_updown=true",
        "diffusion.variance=learned",
        "diffusion.loss=hybrid",
    ],
}


@pytest.mark.parametrize("recipe", RECIPES)
def test_10_stop_10_is_20_in_one_go(
    recipe: str,
    make_project: Callable[..., Project],
    train_for: Callable[..., list[TrainEvent]],
    assert_same_state: Callable[[Path, Path], None],
) -> None:
    """Bit for bit: weights, averages, optimizer, randomness; whatever is shown and saved."""
    whole = make_project("whole", *RECIPES[recipe])
    parts = make_project("parts", *RECIPES[recipe])
    train_for(whole, 20)
    parts = parts.with_config(
        with_settings(parts.config, ["train.preview_every=7", "train.checkpoint_every=9"])
    )
    train_for(parts, 10)
    parts = parts.with_config(
        with_settings(parts.config, ["train.preview_every=3", "train.preview_count=5"])
    )
    train_for(Project.open(parts.path), 10)
    assert_same_state(whole.checkpoint_path(20), parts.checkpoint_path(20))


def test_many_short_runs_are_one_long_one(
    make_project: Callable[..., Project],
    train_for: Callable[..., list[TrainEvent]],
    assert_same_state: Callable[[Path, Path], None],
) -> None:
    whole, parts = make_project("whole"), make_project("parts")
    train_for(whole, 12)
    for steps in (1, 2, 0, 4, 5):
        train_for(parts, steps)
    assert_same_state(whole.checkpoint_path(12), parts.checkpoint_path(12))


EVENTS = [Progress, PicturesReady, TrainStarted, TrainStep, Progress, PreviewSaved, CheckpointSaved]
OFTEN = ["train.preview_every=3", "train.checkpoint_every=4", "model.dropout=0.2"]
STEPS = 14


@pytest.mark.parametrize("kind", EVENTS)
def test_closing_at_any_kind_of_event_loses_nothing(
    kind: type,
    make_project: Callable[..., Project],
    train_for: Callable[..., list[TrainEvent]],
    close_at: Callable[..., list[TrainEvent]],
    assert_same_state: Callable[[Path, Path], None],
) -> None:
    whole, parts = make_project("whole", *OFTEN), make_project("parts", *OFTEN)
    train_for(whole, STEPS)
    events = close_at(train(parts, device="cpu"), lambda event: isinstance(event, kind))
    steps = [event.step for event in events if isinstance(event, TrainStep)]
    newest = [step_of(path) for path in parts.checkpoint_paths()[-1:]]
    assert newest == steps[-1:]
    train_for(parts, STEPS - len(steps))
    assert_same_state(whole.checkpoint_path(STEPS), parts.checkpoint_path(STEPS))


@settings(max_examples=15)
@given(stops=st.lists(st.integers(1, 30), min_size=1, max_size=4))
def test_closing_after_any_number_of_events_loses_nothing(
    stops: list[int],
    whole_run: Path,
    often_stopped: Callable[[], Project],
    assert_same_state: Callable[[Path, Path], None],
) -> None:
    """So many events, close, so many events, close ...: the same state in the end."""
    project, done = often_stopped(), 0
    for count in stops:
        events = train(project, device="cpu", steps=STEPS - done)
        seen = list(itertools.islice(events, count))
        events.close()
        done += sum(isinstance(event, TrainStep) for event in seen)
        assert done == STEPS or not project.checkpoint_path(STEPS).exists()
    if done < STEPS:
        list(train(project, device="cpu", steps=STEPS - done))
    assert_same_state(whole_run, project.checkpoint_path(STEPS))


@pytest.fixture(scope="module")
def often_stopped(
    tmp_path_factory: pytest.TempPathFactory,
    pictures: Path,
    prepared_cache: Callable[[PicturesConfig], Path],
    tiny: Callable[..., StudioConfig],
) -> Callable[[], Project]:
    config = tiny(*OFTEN)

    def make() -> Project:
        path = tmp_path_factory.mktemp("stopped") / "project"
        project = Project.create(path, pictures, config)
        shutil.copytree(prepared_cache(config.pictures), project.cache)
        return project

    return make


@pytest.fixture(scope="module")
def whole_run(often_stopped: Callable[[], Project]) -> Path:
    project = often_stopped()
    list(train(project, device="cpu", steps=STEPS))
    return project.checkpoint_path(STEPS)


def test_a_run_in_seconds_goes_on_where_it_stopped(
    make_project: Callable[..., Project],
    train_for: Callable[..., list[TrainEvent]],
    assert_same_state: Callable[[Path, Path], None],
) -> None:
    timed, counted = make_project("timed"), make_project("counted")
    for _ in range(2):
        list(train(timed, device="cpu", seconds=0.03))
    step = max(int(path.stem.removeprefix("step_")) for path in timed.checkpoint_paths())
    train_for(counted, step)
    assert_same_state(timed.checkpoint_path(step), counted.checkpoint_path(step))
