"""What train() yields, in which order and with which numbers."""

import contextlib
import gc
import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from ddpm_studio.device import describe_device
from ddpm_studio.errors import ConfigError, StudioError
from ddpm_studio.events import (
    CheckpointSaved,
    PicturesReady,
    PreviewSaved,
    TrainStarted,
    TrainStep,
    Work,
    is_progress,
)
from ddpm_studio.project import Project
from ddpm_studio.training import Trainer, TrainEvent, TrainResult, checkpoints, stopwatch, train
from ddpm_studio.training.evaluation import Evaluation
from ddpm_studio.training.metrics import read_log

TrainFor = Callable[..., list[TrainEvent]]


def steps_of(events: list[TrainEvent]) -> list[int]:
    return [event.step for event in events if isinstance(event, TrainStep)]


def of_kind(events: list[TrainEvent], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_events_come_in_the_order_in_which_things_happen(
    make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    project = make_project("project", "train.preview_every=2", "train.checkpoint_every=3")
    shutil.rmtree(project.cache)
    events = [event for event in train_for(project, 4) if not is_progress(event, Work.PREVIEW)]
    kinds = [
        type(event).__name__
        for event in events[events.index(of_kind(events, TrainStarted)[0]) :]
        if event != CheckpointSaved(3, project.checkpoint_path(3))  # written beside the others
    ]
    assert kinds == [
        "TrainStarted", "PreviewSaved", "TrainStep", "TrainStep", "PreviewSaved", "TrainStep",
        "TrainStep", "PreviewSaved", "CheckpointSaved",
    ]  # fmt: skip
    assert of_kind(events, PicturesReady) == [PicturesReady(10, 0, False)]
    assert steps_of(events) == [1, 2, 3, 4]
    assert [event.step for event in of_kind(events, CheckpointSaved)] == [3, 4]
    assert [event.step for event in of_kind(events, PreviewSaved)] == [0, 2, 4]


def test_training_says_how_it_begins(project: Project, train_for: TrainFor) -> None:
    train_for(project, 3)
    (started,) = of_kind(train_for(project, 2), TrainStarted)
    trainable = Trainer(
        project.config, torch.zeros(1, 8, 8, 3, dtype=torch.uint8), torch.device("cpu")
    )
    assert started == TrainStarted(
        step=3,
        total_steps=5,
        total_seconds=None,
        device=describe_device(torch.device("cpu")),
        precision="float32",
        parameters=sum(parameter.numel() for parameter in trainable.model.parameters()),
        pictures=10,
        earlier_seconds=started.earlier_seconds,
    )
    assert started.earlier_seconds > 0


def test_the_result_is_where_training_ended(project: Project) -> None:
    results = []

    def outer() -> Any:
        results.append((yield from train(project, device="cpu", steps=3)))

    assert list(outer())
    (result,) = results
    assert isinstance(result, TrainResult)
    assert result.step == 3
    assert 0 < result.seconds < 100


def test_numbers_of_a_step_are_finite_and_the_loss_is_that_of_the_step(
    make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    project = make_project("project", "train.learning_rate=1e-3", "train.warmup_steps=4")
    steps = of_kind(train_for(project, 8), TrainStep)
    assert [step.learning_rate for step in steps] == pytest.approx(
        [2e-4, 4e-4, 6e-4, 8e-4, 1e-3, 1e-3, 1e-3, 1e-3]
    )
    assert all(0 < step.loss < 10 and step.grad_norm > 0 for step in steps)
    assert all(step.pictures_per_second > 0 for step in steps)


class Clock:
    """A second passes whenever anybody looks."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(stopwatch, "time", clock)
    monkeypatch.setattr(Evaluation, "between", lambda _: iter(()))  # it looks at the clock, too
    return clock


def test_the_time_left_falls_to_zero(project: Project, clock: Clock, train_for: TrainFor) -> None:
    steps = of_kind(train_for(project, 6), TrainStep)
    assert [step.remaining for step in steps] == pytest.approx([5, 4, 3, 2, 1, 0])
    assert [step.seconds for step in steps] == pytest.approx([1, 2, 3, 4, 5, 6])
    assert [step.pictures_per_second for step in steps] == pytest.approx([4] * 6)


def test_time_in_which_nobody_asks_does_not_count(project: Project, clock: Clock) -> None:
    events = []
    for event in train(project, device="cpu", seconds=5):
        events.append(event)
        clock.now += 1000  # the consumer sleeps
    steps = of_kind(events, TrainStep)
    assert [step.seconds for step in steps] == pytest.approx([1, 2, 3, 4, 5])
    assert [step.remaining for step in steps] == pytest.approx([4, 3, 2, 1, 0])


def test_seconds_add_up_over_runs(project: Project, clock: Clock, train_for: TrainFor) -> None:
    for _ in range(2):
        train_for(project, 10)  # 10 s, and 1 s for the checkpoint
    assert [line["seconds"] for line in read_log(project.metrics_path).steps] == [10, 21 - 1]


def test_without_an_end_training_goes_on_until_it_is_closed(
    project: Project, close_at: Callable[..., list[TrainEvent]]
) -> None:
    events = train(project, device="cpu")
    seen = close_at(events, lambda event: isinstance(event, TrainStep) and event.step > 10)
    steps = steps_of(seen)
    assert all(step.remaining is None for step in of_kind(seen, TrainStep))
    assert project.checkpoint_path(steps[-1]).exists()


def test_zero_steps_save_nothing(project: Project, train_for: TrainFor) -> None:
    train_for(project, 0)
    assert project.checkpoint_paths() == []


def test_closing_saves_exactly_once(
    project: Project, monkeypatch: pytest.MonkeyPatch, close_at: Callable[..., list[TrainEvent]]
) -> None:
    saved = count_saves(monkeypatch)
    close_at(train(project, device="cpu"), lambda event: steps_of([event]) == [7])
    assert saved == [7]


def test_closing_while_a_checkpoint_is_written_waits_for_it_and_saves_no_second_one(
    make_project: Callable[..., Project],
    monkeypatch: pytest.MonkeyPatch,
    close_at: Callable[..., list[TrainEvent]],
) -> None:
    saved = count_saves(monkeypatch)
    project = make_project(
        "project", "train.checkpoint_every=4", "train.preview_every=4", "train.held_out_share=0"
    )
    close_at(
        train(project, device="cpu"),
        lambda event: is_progress(event, Work.PREVIEW) and event.step == 4,
    )
    assert saved == [4]
    assert project.checkpoint_path(4).exists()


def test_the_end_saves_exactly_once(
    make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch, train_for: TrainFor
) -> None:
    saved = count_saves(monkeypatch)
    train_for(make_project("project", "train.checkpoint_every=3"), 6)
    assert saved == [3, 6]


def count_saves(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    saved: list[int] = []
    real = checkpoints.write_checkpoint

    def write(path: Path, snapshot: checkpoints.Snapshot) -> None:
        saved.append(snapshot.step)
        real(path, snapshot)

    monkeypatch.setattr("ddpm_studio.training.saver.write_checkpoint", write)
    return saved


def test_a_forgotten_generator_saves_too(project: Project) -> None:
    events = train(project, device="cpu")
    while steps_of([next(events)]) != [3]:
        pass
    del events
    gc.collect()
    assert project.checkpoint_path(3).exists()


def test_a_checkpoint_is_due_after_so_many_seconds(
    make_project: Callable[..., Project], clock: Clock, train_for: TrainFor
) -> None:
    project = make_project("project", "train.checkpoint_seconds=3")
    events = train_for(project, 10)
    saved = [event.step for event in of_kind(events, CheckpointSaved)]
    assert saved[0] <= 3  # to look at the clock takes a second; test_at_risk.py is exact
    assert saved[-1] == 10
    assert all(later - earlier <= 3 for earlier, later in itertools.pairwise(saved))


def test_settings_that_shape_the_model_are_locked(
    make_project: Callable[..., Project], train_for: TrainFor, tiny: Callable[..., Any]
) -> None:
    """Even if project.json was changed by hand."""
    project = make_project()
    train_for(project, 2)
    other = Project(project.path, project.pictures, tiny("model.model_channels=16"))
    with pytest.raises(ConfigError, match="model_channels is 8 and cannot become 16"):
        train_for(other, 2)
    assert [path.stem for path in project.checkpoint_paths()] == ["step_00000002"]


def test_leftovers_of_a_killed_process_are_removed(project: Project, train_for: TrainFor) -> None:
    for folder in (project.checkpoints, project.samples):
        folder.mkdir()
        (folder / ".unfinished-12ab34cd-step_00000001.safetensors").write_bytes(b"half")
    train_for(project, 1)
    left = [path for path in project.path.rglob("*") if "unfinished" in path.name]
    assert left == []


def test_a_device_that_is_not_there_is_a_sentence(project: Project) -> None:
    with pytest.raises(StudioError, match="no device 'warp'"):
        next(train(project, device="warp"))


def test_the_log_goes_back_with_training(
    make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    """What was logged after the checkpoint that training resumes from is void, but still there."""
    project = make_project("project", "train.log_every=2")
    train_for(project, 4)
    train_for(project, 4)
    project.checkpoint_path(8).unlink()  # as if it had never been written
    before = project.metrics_path.read_text()
    train_for(project, 2)
    assert project.metrics_path.read_text().startswith(before)
    assert [line["step"] for line in read_log(project.metrics_path).steps] == [2, 4, 6]


def test_a_logged_loss_is_the_mean_since_the_last_line(
    make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    project = make_project("project", "train.log_every=3")
    losses = [step.loss for step in of_kind(train_for(project, 7), TrainStep)]
    logged = [line["loss"] for line in read_log(project.metrics_path).steps]
    means = [sum(losses[:3]) / 3, sum(losses[3:6]) / 3, losses[6]]  # the last one is saved
    assert logged == pytest.approx(means)


def test_a_line_is_on_disk_before_its_event_comes(
    make_project: Callable[..., Project], close_at: Callable[..., list[TrainEvent]]
) -> None:
    project = make_project("project", "train.log_every=2")
    close_at(train(project, device="cpu"), lambda event: steps_of([event]) == [2])
    assert [line["step"] for line in read_log(project.metrics_path).steps] == [2]


def test_gradients_stay_on_for_the_consumer(project: Project) -> None:
    with contextlib.closing(train(project, device="cpu", steps=30)) as events:
        assert all(torch.is_grad_enabled() for _ in events)
