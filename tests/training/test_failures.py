"""What goes wrong while training is said in a sentence, and costs as little as it can."""

import errno
import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError

from ddpm_studio.errors import CheckpointError, StudioError, TrainingError
from ddpm_studio.events import Note, PreviewSaved, TrainStep
from ddpm_studio.nn import Ema
from ddpm_studio.project import Project
from ddpm_studio.training import Trainer, TrainEvent, checkpoints, train
from ddpm_studio.training.metrics import MetricsLog, read_log

TrainFor = Callable[..., list[TrainEvent]]
LOST = "CUDA error: unspecified launch failure\nCUDA kernel errors might be reported later."


def steps_of(events: list[TrainEvent]) -> list[int]:
    return [event.step for event in events if isinstance(event, TrainStep)]


def of_kind(events: list[TrainEvent], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


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
    real, calls = Trainer.losses, []

    def loss(trainer: Trainer, *arguments: Any) -> Any:
        result = real(trainer, *arguments)
        calls.append(trainer.step)
        if trainer.step == step and calls.count(step) == trainer.config.train.accumulation:
            raise error
        return result

    monkeypatch.setattr(Trainer, "losses", loss)


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
def test_too_little_memory_for_one_picture_is_a_sentence_after_saving(
    error: Exception,
    make_project: Callable[..., Project],
    train_for: TrainFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = make_project("project", "train.accumulation=4")
    fail_at(monkeypatch, step=2, error=error)
    with pytest.raises(TrainingError, match="not enough memory") as caught:
        train_for(project, 9)
    assert "pictures.size" in str(caught.value)
    assert is_one_sentence(str(caught.value))
    assert project.checkpoint_path(2).exists()


def is_one_sentence(text: str) -> bool:
    return "\n" not in text and text.endswith(".") and text[0].isupper()


def test_too_little_memory_for_a_preview_is_a_note(
    make_project: Callable[..., Project], train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any, **_options: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr("ddpm_studio.training.preview.denoise_seeds", fail)
    events = train_for(make_project("project", "train.preview_every=2"), 4)
    assert steps_of(events) == [1, 2, 3, 4]
    assert ["preview_count" in note.message for note in of_kind(events, Note)] == [True] * 3


def test_a_bug_in_a_preview_is_not_hidden(
    make_project: Callable[..., Project], train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project("project", "train.preview_every=2")
    train_for(project, 1)

    def fail(*_arguments: Any, **_options: Any) -> Any:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr("ddpm_studio.training.preview.denoise_seeds", fail)
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
    assert len(of_kind(events, Note)) == 3  # at steps 0, 2 and 4
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
    real, calls = checkpoints.save_file, itertools.count()  # type: ignore[attr-defined]

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


def test_a_device_that_is_gone_is_one_sentence_and_the_saved_state_stands(
    make_project: Callable[..., Project],
    train_for: TrainFor,
    monkeypatch: pytest.MonkeyPatch,
    assert_same_state: Callable[[Path, Path], None],
) -> None:
    """Nothing can be asked of it or copied from it any more, and that is not said twice."""
    whole, project = (make_project(name, "train.checkpoint_every=2") for name in ("whole", "lost"))
    train_for(whole, 6)

    def gone(*_arguments: Any) -> Any:
        raise torch.AcceleratorError(LOST)

    real = Trainer.train_step

    def train_step(trainer: Trainer) -> Any:
        if trainer.step == 5:
            monkeypatch.setattr(Trainer, "is_finite", gone)
            monkeypatch.setattr("ddpm_studio.training.saver.take_snapshot", gone)
            gone()
        return real(trainer)

    monkeypatch.setattr(Trainer, "train_step", train_step)
    with pytest.raises(TrainingError, match="no longer answers") as caught:
        train_for(project, 6)
    assert str(caught.value).count(LOST.partition("\n")[0]) == 1
    assert "The state of step 4 is saved." in str(caught.value)
    assert is_one_sentence(str(caught.value))
    monkeypatch.undo()
    train_for(project, 2)
    assert_same_state(whole.checkpoint_path(6), project.checkpoint_path(6))


def test_a_failure_to_save_does_not_hide_the_first_error(
    project: Project, train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "save_file", full_disk)
    fail_at(monkeypatch, step=2, error=ZeroDivisionError("the first error"))
    with pytest.raises(ZeroDivisionError, match="the first error") as caught:
        train_for(project, 4)
    assert any("No space left" in note for note in caught.value.__notes__)


def test_a_lack_of_memory_and_of_disk_are_both_said(
    make_project: Callable[..., Project], train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project("project", "train.accumulation=4")
    monkeypatch.setattr(checkpoints, "save_file", full_disk)
    fail_at(monkeypatch, step=2, error=MemoryError())
    with pytest.raises(TrainingError, match=r"memory .*No space left"):
        train_for(project, 4)


def test_a_full_disk_while_pictures_are_prepared_is_a_sentence(
    project: Project, train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(project.cache)
    monkeypatch.setattr("ddpm_studio.storage.write_json", full_disk)
    with pytest.raises(StudioError, match=r"No space left|disk is full"):
        train_for(project, 1)


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
    assert [line["step"] for line in read_log(project.metrics_path).steps] == [1, 4, 6]
