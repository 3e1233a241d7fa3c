"""What train() yields, in which order and with which numbers; and what a failure costs."""

import contextlib
import errno
import gc
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError

from ddpm_studio.errors import CheckpointError, ConfigError, StudioError, TrainingError
from ddpm_studio.events import (
    CheckpointSaved,
    Note,
    PicturesReady,
    PreviewProgress,
    PreviewSaved,
    TrainStarted,
    TrainStep,
)
from ddpm_studio.nn import Ema
from ddpm_studio.project import Project
from ddpm_studio.training import Trainer, TrainEvent, TrainResult, checkpoints, pace, train
from ddpm_studio.training.metrics import MetricsLog, read_metrics

TrainFor = Callable[..., list[TrainEvent]]


def steps_of(events: list[TrainEvent]) -> list[int]:
    return [event.step for event in events if isinstance(event, TrainStep)]


def of_kind(events: list[TrainEvent], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_events_come_in_the_order_in_which_things_happen(
    make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    project = make_project("project", "train.preview_every=2", "train.checkpoint_every=3")
    events = [event for event in train_for(project, 4) if not isinstance(event, PreviewProgress)]
    kinds = [
        type(event).__name__ for event in events[events.index(of_kind(events, TrainStarted)[0]) :]
    ]
    assert kinds == [
        "TrainStarted", "TrainStep", "TrainStep", "PreviewSaved", "TrainStep", "CheckpointSaved",
        "TrainStep", "PreviewSaved", "CheckpointSaved",
    ]  # fmt: skip
    assert of_kind(events, PicturesReady) == [PicturesReady(10, 0, False)]
    assert steps_of(events) == [1, 2, 3, 4]
    assert [event.step for event in of_kind(events, CheckpointSaved)] == [3, 4]
    assert [event.step for event in of_kind(events, PreviewSaved)] == [2, 4]


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
        device=f"CPU, {torch.get_num_threads()} threads",
        precision="float32",
        parameters=sum(parameter.numel() for parameter in trainable.model.parameters()),
        pictures=10,
    )


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
    monkeypatch.setattr(pace, "time", clock)
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
    assert [line["seconds"] for line in read_metrics(project.metrics_path)] == [10, 21 - 1]


def test_without_an_end_training_goes_on_until_it_is_closed(project: Project) -> None:
    events = train(project, device="cpu")
    seen = list(itertools.islice(events, 30))
    events.close()
    steps = steps_of(seen)
    assert len(steps) > 10
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


def test_closing_right_after_a_checkpoint_saves_no_second_one(
    make_project: Callable[..., Project],
    monkeypatch: pytest.MonkeyPatch,
    close_at: Callable[..., list[TrainEvent]],
) -> None:
    saved = count_saves(monkeypatch)
    project = make_project("project", "train.checkpoint_every=4")
    close_at(train(project, device="cpu"), lambda event: isinstance(event, CheckpointSaved))
    assert saved == [4]


def test_the_end_saves_exactly_once(
    make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch, train_for: TrainFor
) -> None:
    saved = count_saves(monkeypatch)
    train_for(make_project("project", "train.checkpoint_every=3"), 6)
    assert saved == [3, 6]


def count_saves(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    saved: list[int] = []
    real = checkpoints.save_checkpoint

    def save(path: Path, trainer: Trainer, seconds: float) -> None:
        saved.append(trainer.step)
        real(path, trainer, seconds)

    monkeypatch.setattr("ddpm_studio.training.run.save_checkpoint", save)
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
    assert [event.step for event in of_kind(events, CheckpointSaved)] == [3, 6, 9, 10]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError, RuntimeError("a bug")])
def test_an_error_in_a_step_saves_and_comes_through(
    error: Any,
    make_project: Callable[..., Project],
    train_for: TrainFor,
    monkeypatch: pytest.MonkeyPatch,
    assert_same_state: Callable[[Path, Path], None],
) -> None:
    """The state is that before the step: going on is as if nothing had happened."""
    settings = ["model.dropout=0.2", "train.accumulation=2"]
    whole, broken = make_project("whole", *settings), make_project("broken", *settings)
    train_for(whole, 9)
    fail_at(monkeypatch, step=5, error=error)
    with pytest.raises(error if isinstance(error, type) else type(error)):
        train_for(broken, 9)
    assert [path.stem for path in broken.checkpoint_paths()] == ["step_00000005"]
    monkeypatch.undo()
    train_for(broken, 4)
    assert_same_state(whole.checkpoint_path(9), broken.checkpoint_path(9))


def fail_at(monkeypatch: pytest.MonkeyPatch, step: int, error: Any) -> None:
    """Fail when a part of the batch has gone through the network and randomness was drawn."""
    real, calls = Trainer.loss, []

    def loss(trainer: Trainer, *arguments: Any) -> Any:
        result = real(trainer, *arguments)
        calls.append(trainer.step)
        if trainer.step == step and calls.count(step) == trainer.config.train.accumulation:
            raise error
        return result

    monkeypatch.setattr(Trainer, "loss", loss)


def test_an_interruption_between_weights_and_averages_saves_no_mixture(
    make_project: Callable[..., Project], train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project("project", "train.checkpoint_every=3")
    real = Ema.update

    def update(ema: Ema, parameters: Any, step: int) -> None:
        if step == 5:
            raise KeyboardInterrupt
        real(ema, parameters, step)

    monkeypatch.setattr(Ema, "update", update)
    with pytest.raises(KeyboardInterrupt):
        train_for(project, 9)
    assert [path.stem for path in project.checkpoint_paths()] == ["step_00000003"]


def test_an_error_of_the_consumer_saves(project: Project) -> None:
    events = train(project, device="cpu")
    while steps_of([next(events)]) != [4]:
        pass
    with pytest.raises(ZeroDivisionError):
        events.throw(ZeroDivisionError())
    assert project.checkpoint_path(4).exists()


def no_memory() -> Exception:
    try:
        torch.empty(2**60)
    except RuntimeError as error:
        return error
    raise AssertionError("there is that much memory")


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory."), no_memory(), MemoryError()]
)
@pytest.mark.parametrize("accumulation", [1, 4])
def test_too_little_memory_is_a_sentence_after_saving(
    error: Exception,
    accumulation: int,
    make_project: Callable[..., Project],
    train_for: TrainFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = make_project("project", f"train.accumulation={accumulation}")
    fail_at(monkeypatch, step=2, error=error)
    with pytest.raises(TrainingError, match="not enough memory") as caught:
        train_for(project, 9)
    advice = "train.accumulation" if accumulation == 1 else "pictures.size"
    assert advice in str(caught.value)
    assert is_one_sentence(str(caught.value))
    assert project.checkpoint_path(2).exists()


def is_one_sentence(text: str) -> bool:
    return "\n" not in text and text.endswith(".") and text[0].isupper()


def test_too_little_memory_for_a_preview_is_a_note(
    make_project: Callable[..., Project], train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any, **_options: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr("ddpm_studio.training.preview.denoise", fail)
    events = train_for(make_project("project", "train.preview_every=2"), 4)
    assert steps_of(events) == [1, 2, 3, 4]
    assert ["preview_count" in note.message for note in of_kind(events, Note)] == [True, True]


def test_a_bug_in_a_preview_is_not_hidden(
    make_project: Callable[..., Project], train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any, **_options: Any) -> Any:
        raise RuntimeError("shapes do not match")

    project = make_project("project", "train.preview_every=2")
    monkeypatch.setattr("ddpm_studio.training.preview.denoise", fail)
    with pytest.raises(RuntimeError, match="shapes"):
        train_for(project, 4)
    assert project.checkpoint_path(2).exists()


def full_disk(*_arguments: Any, **_options: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_preview_that_cannot_be_written_is_a_note(
    make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    project = make_project("project", "train.preview_every=2")
    project.samples.write_text("a file where the folder should be")
    events = train_for(project, 4)
    assert steps_of(events) == [1, 2, 3, 4]
    assert len(of_kind(events, Note)) == 2
    assert not of_kind(events, PreviewSaved)


def test_a_log_that_cannot_be_written_is_one_note(
    make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    project = make_project("project", "train.log_every=1")
    project.metrics_path.mkdir()
    events = train_for(project, 4)
    assert steps_of(events) == [1, 2, 3, 4]
    (note,) = of_kind(events, Note)
    assert "metrics.jsonl" in note.message


def test_a_full_disk_on_the_way_is_a_note_and_saved_later(
    make_project: Callable[..., Project], train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project("project", "train.checkpoint_every=3")
    real, calls = checkpoints.save_file, itertools.count()

    def save_file(*arguments: Any) -> None:
        if next(calls) == 0:
            raise SafetensorError("I/O error: No space left on device (os error 28)")
        real(*arguments)

    monkeypatch.setattr(checkpoints, "save_file", save_file)
    events = train_for(project, 8)
    (note,) = of_kind(events, Note)
    assert "No space left" in note.message
    assert [path.stem for path in project.checkpoint_paths()] == ["step_00000006", "step_00000008"]


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_full_disk_at_the_end_is_a_sentence_and_leaves_the_old_checkpoint(
    is_closed: bool,
    project: Project,
    train_for: TrainFor,
    monkeypatch: pytest.MonkeyPatch,
    close_at: Callable[..., list[TrainEvent]],
) -> None:
    train_for(project, 3)
    monkeypatch.setattr(checkpoints, "save_file", full_disk)
    events = train(project, device="cpu", steps=None if is_closed else 2)
    with pytest.raises(CheckpointError, match="No space left on device") as caught:
        close_at(events, lambda event: is_closed and steps_of([event]) == [5])
    assert is_one_sentence(str(caught.value))
    assert [path.name for path in project.checkpoints.iterdir()] == ["step_00000003.safetensors"]


def test_a_failure_to_save_does_not_hide_the_first_error(
    project: Project, train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "save_file", full_disk)
    fail_at(monkeypatch, step=2, error=ZeroDivisionError("the first error"))
    with pytest.raises(ZeroDivisionError, match="the first error") as caught:
        train_for(project, 4)
    assert any("No space left" in note for note in caught.value.__notes__)


def test_a_lack_of_memory_and_of_disk_are_both_said(
    project: Project, train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "save_file", full_disk)
    fail_at(monkeypatch, step=2, error=MemoryError())
    with pytest.raises(TrainingError, match=r"memory .*No space left"):
        train_for(project, 4)


def test_a_full_disk_while_pictures_are_prepared_is_a_sentence(
    project: Project, train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ddpm_studio.data.prepare.write_json", full_disk)
    with pytest.raises(StudioError, match=r"No space left|disk is full"):
        train_for(project, 1)


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
    assert [line["step"] for line in read_metrics(project.metrics_path)] == [2, 4, 6]


def test_a_logged_loss_is_the_mean_since_the_last_line(
    make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    project = make_project("project", "train.log_every=3")
    losses = [step.loss for step in of_kind(train_for(project, 7), TrainStep)]
    logged = [line["loss"] for line in read_metrics(project.metrics_path)]
    assert logged == pytest.approx([sum(losses[:3]) / 3, sum(losses[3:6]) / 3])


def test_a_line_is_on_disk_before_its_event_comes(
    make_project: Callable[..., Project], close_at: Callable[..., list[TrainEvent]]
) -> None:
    project = make_project("project", "train.log_every=2")
    close_at(train(project, device="cpu"), lambda event: steps_of([event]) == [2])
    assert [line["step"] for line in read_metrics(project.metrics_path)] == [2]


def test_the_log_is_written_again_once_it_can_be(
    make_project: Callable[..., Project], train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project("project", "train.log_every=1")
    real, calls = MetricsLog.append, itertools.count()

    def append(log: MetricsLog, values: dict[str, Any]) -> None:
        if next(calls) in (2, 3, 5):
            full_disk()
        real(log, values)

    monkeypatch.setattr(MetricsLog, "append", append)
    events = train_for(project, 6)
    assert len(of_kind(events, Note)) == 2
    assert [line["step"] for line in read_metrics(project.metrics_path)] == [1, 4, 6]


def test_gradients_stay_on_for_the_consumer(project: Project) -> None:
    with contextlib.closing(train(project, device="cpu", steps=30)) as events:
        assert all(torch.is_grad_enabled() for _ in events)
