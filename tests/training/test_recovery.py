"""Numbers that are not finite: training recovers unattended, and none of them reach the disk."""

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import torch

from ddpm_studio.config.text import with_settings
from ddpm_studio.errors import TrainingError
from ddpm_studio.events import CheckpointSaved, RolledBack, StepSkipped, TrainStep
from ddpm_studio.project import Project
from ddpm_studio.training import Trainer, TrainEvent, TrainResult, find_checkpoint, stopwatch, train
from ddpm_studio.training.checkpoints import restore
from ddpm_studio.training.metrics import read_log
from tests.training.saving import save_checkpoint

NAN, INF = float("nan"), float("inf")
STEPS = 24
TrainFor = Callable[..., list[TrainEvent]]
AssertFinite = Callable[[Iterable[Path]], None]
Spoil = Callable[[Trainer], None]


def of_kind(events: list[TrainEvent], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def in_weights(trainer: Trainer) -> None:
    trainer.parameters[2].data.view(-1)[0] = NAN


def in_last_bias(trainer: Trainer) -> None:
    trainer.parameters[-1].data.view(-1)[0] = INF


def in_averages(trainer: Trainer) -> None:
    trainer.averages[3].view(-1)[-1] = NAN


def in_moments(trainer: Trainer) -> None:
    for state in list(trainer.optimizer.state.values())[:1]:
        state["exp_avg"].view(-1)[0] = NAN


def in_squared_moments(trainer: Trainer) -> None:
    for state in list(trainer.optimizer.state.values())[:1]:
        state["exp_avg_sq"].view(-1)[0] = INF  # silent: the step it leads to is 0


PLACES = [in_weights, in_last_bias, in_averages, in_moments, in_squared_moments]


@pytest.fixture
def spoil_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Spoil], None]:
    """spoil_at(step, spoil): once, before the step after `step` is made."""

    def plan(step: int, spoil: Spoil) -> None:
        real = Trainer.train_step
        done: list[Any] = []

        def train_step(trainer: Trainer) -> Any:
            if trainer.step == step and not done:
                done.append(step)
                spoil(trainer)
            return real(trainer)

        monkeypatch.setattr(Trainer, "train_step", train_step)

    return plan


@pytest.fixture
def bad_loss(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """bad_loss(value, is_bad): the loss is `value` whenever is_bad(trainer)."""

    def plan(value: float, is_bad: Callable[[Trainer], bool]) -> None:
        real = Trainer.losses

        def loss(trainer: Trainer, *arguments: Any) -> Any:
            whole = real(trainer, *arguments)
            return whole * value if is_bad(trainer) else whole

        monkeypatch.setattr(Trainer, "losses", loss)

    return plan


@pytest.mark.parametrize("step", [1, 11, STEPS - 1])
@pytest.mark.parametrize("spoil", PLACES)
def test_training_recovers_from_numbers_spoiled_in(
    spoil: Spoil,
    step: int,
    make_project: Callable[..., Project],
    train_for: TrainFor,
    spoil_at: Callable[[int, Spoil], None],
    assert_finite: AssertFinite,
) -> None:
    """At the start, in the middle and in the last step: all steps are made in the end."""
    project = make_project("project", "train.checkpoint_every=8")
    spoil_at(step, spoil)
    events = train_for(project, STEPS)
    (back,) = of_kind(events, RolledBack)
    assert back.to_step <= step < back.step
    assert back.to_step == step // 8 * 8
    assert back.learning_rate == project.config.train.learning_rate / 2
    assert f"from step {back.step} to {back.to_step}" in back.message
    assert of_kind(events, TrainStep)[-1].step == STEPS
    assert of_kind(events, CheckpointSaved)[-1].step == STEPS
    assert_finite(project.checkpoint_paths())


def test_every_checkpoint_is_finite_at_the_moment_it_is_written(
    make_project: Callable[..., Project],
    spoil_at: Callable[[int, Spoil], None],
    assert_finite: AssertFinite,
) -> None:
    project = make_project("project", "train.checkpoint_every=3")
    spoil_at(4, in_averages)
    saved = 0
    for event in train(project, device="cpu", steps=12):
        if isinstance(event, CheckpointSaved):
            saved += 1
            assert_finite([event.path])
    assert saved == 4


@pytest.mark.parametrize("spoil", PLACES)
def test_closing_with_spoiled_numbers_keeps_the_last_good_checkpoint(
    spoil: Spoil,
    make_project: Callable[..., Project],
    spoil_at: Callable[[int, Spoil], None],
    close_at: Callable[..., list[TrainEvent]],
    assert_finite: AssertFinite,
) -> None:
    project = make_project("project", "train.checkpoint_every=4")
    spoil_at(6, spoil)

    def is_last(event: TrainEvent) -> bool:
        return isinstance(event, TrainStep | StepSkipped) and event.step == 7

    close_at(train(project, device="cpu"), is_last)
    assert [path.stem for path in project.checkpoint_paths()] == ["step_00000004"]
    assert_finite(project.checkpoint_paths())


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_a_bad_loss_skips_the_step_and_leaves_the_weights_alone(
    value: float, make_trainer: Callable[..., Trainer], bad_loss: Callable[..., None]
) -> None:
    trainer = make_trainer()
    trainer.train_step()
    before = [tensor.clone() for tensor in (*trainer.parameters, *trainer.averages)]
    bad_loss(value, lambda trainer: trainer.step == 1)
    assert not trainer.train_step().applied
    assert all(map(torch.equal, before, (*trainer.parameters, *trainer.averages)))
    assert trainer.train_step().applied
    assert trainer.step == 3


def test_a_bad_gradient_with_a_good_loss_skips_the_step(
    make_trainer: Callable[..., Trainer],
) -> None:
    trainer = make_trainer()
    handle = trainer.parameters[0].register_hook(lambda gradient: gradient * NAN)
    result = trainer.train_step()
    handle.remove()
    assert result.loss == result.loss
    assert not result.applied
    assert trainer.is_finite()
    assert trainer.train_step().applied


@pytest.mark.parametrize("step", [0, 9, STEPS - 1])
def test_one_bad_loss_is_one_skipped_step(
    step: int,
    project: Project,
    train_for: TrainFor,
    bad_loss: Callable[..., None],
    assert_finite: AssertFinite,
) -> None:
    bad_loss(NAN, lambda trainer: trainer.step == step)
    events = train_for(project, STEPS)
    assert [event.step for event in of_kind(events, StepSkipped)] == [step + 1]
    assert not of_kind(events, RolledBack)
    assert [path.stem for path in project.checkpoint_paths()] == [f"step_{STEPS:08d}"]
    assert_finite(project.checkpoint_paths())


def test_several_bad_steps_in_a_row_go_back_and_on_with_a_lower_rate(
    make_project: Callable[..., Project], train_for: TrainFor, bad_loss: Callable[..., None]
) -> None:
    project = make_project("project", "train.checkpoint_every=8", "train.log_every=1")
    bad = iter([True] * 5)
    bad_loss(NAN, lambda trainer: trainer.step >= 10 and next(bad, False))
    events = train_for(project, STEPS)
    assert [event.step for event in of_kind(events, StepSkipped)] == [11, 12, 13, 14, 15]
    (back,) = of_kind(events, RolledBack)
    assert (back.step, back.to_step) == (15, 8)
    steps = of_kind(events, TrainStep)
    assert [event.step for event in steps] == [*range(1, 11), *range(9, STEPS + 1)]
    assert steps[-1].learning_rate == project.config.train.learning_rate / 2
    assert [line["step"] for line in read_log(project.metrics_path).steps] == [*range(1, STEPS + 1)]


def test_the_lower_rate_and_other_noise_outlive_a_restart(
    make_project: Callable[..., Project],
    train_for: TrainFor,
    bad_loss: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    assert_same_state: Callable[[Path, Path], None],
) -> None:
    """Resume is exact after going back, too."""
    whole, parts = make_project("whole"), make_project("parts")
    for project, lengths in ((whole, [12]), (parts, [8, 4])):
        bad = iter([True] * 5)
        bad_loss(NAN, lambda trainer, bad=bad: trainer.step >= 3 and next(bad, False))
        for steps in lengths:
            events = train_for(project, steps)
        monkeypatch.undo()
        rate = of_kind(events, TrainStep)[-1].learning_rate
        assert rate == project.config.train.learning_rate / 2
    assert_same_state(whole.checkpoint_path(12), parts.checkpoint_path(12))


def test_a_bad_loss_for_ever_ends_in_one_sentence(
    make_project: Callable[..., Project],
    train_for: TrainFor,
    bad_loss: Callable[..., None],
    assert_finite: AssertFinite,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was learned before is still there, and can be gone on with."""
    project = make_project("project", "train.checkpoint_every=4")
    train_for(project, 10)
    before = {path.name: path.read_bytes() for path in project.checkpoints.iterdir()}
    bad_loss(NAN, lambda trainer: True)
    events: list[Any] = []
    with pytest.raises(TrainingError) as caught:
        events += train(project, device="cpu", steps=1000)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    assert "train.learning_rate" in message
    after = {path.name: path.read_bytes() for path in project.checkpoints.iterdir()}
    assert after == before
    monkeypatch.undo()
    assert of_kind(train_for(project, 2), TrainStep)[-1].step == 12
    assert_finite(project.checkpoint_paths())


def test_averages_that_spoil_for_ever_end_in_one_sentence(
    make_project: Callable[..., Project], train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are noticed only on saving; a new project is left without a checkpoint."""
    project = make_project("project", "train.checkpoint_every=2")
    real = Trainer.train_step

    def train_step(trainer: Trainer) -> Any:
        result = real(trainer)
        in_averages(trainer)
        return result

    monkeypatch.setattr(Trainer, "train_step", train_step)
    with pytest.raises(TrainingError, match="even after going back 8 times"):
        train_for(project, 100)
    assert project.checkpoint_paths() == []


def test_trouble_at_one_step_for_ever_ends_in_one_sentence(
    make_project: Callable[..., Project], train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Getting as far as before again and again is no progress; the good checkpoints stay."""
    project = make_project("project", "train.checkpoint_every=2")
    real = Trainer.train_step

    def train_step(trainer: Trainer) -> Any:
        result = real(trainer)
        if trainer.step > 4:
            in_averages(trainer)
        return result

    monkeypatch.setattr(Trainer, "train_step", train_step)
    with pytest.raises(TrainingError):
        train_for(project, 5)
    assert [path.stem for path in project.checkpoint_paths()] == ["step_00000002", "step_00000004"]


def test_a_run_in_seconds_that_ends_spoiled_ends_at_the_last_good_step(
    make_project: Callable[..., Project],
    monkeypatch: pytest.MonkeyPatch,
    assert_finite: AssertFinite,
) -> None:
    project = make_project("project", "train.checkpoint_every=2")
    real = Trainer.train_step

    def train_step(trainer: Trainer) -> Any:
        result = real(trainer)
        if trainer.step == 5:
            in_averages(trainer)
            monkeypatch.setattr(stopwatch.Stopwatch, "is_over", lambda _watch, _step: True)
        return result

    monkeypatch.setattr(Trainer, "train_step", train_step)
    results: list[TrainResult] = []

    def outer() -> Any:
        results.append((yield from train(project, device="cpu", seconds=100)))

    assert isinstance(list(outer())[-1], RolledBack)
    assert results[0].step == 4
    assert_finite(project.checkpoint_paths())


def test_a_checkpoint_that_leads_nowhere_is_passed_over(
    make_project: Callable[..., Project], train_for: TrainFor, make_trainer: Callable[..., Trainer]
) -> None:
    """Finite weights whose loss is not: from the third time on the one before is taken."""
    project = make_project("project", "train.checkpoint_every=4")
    train_for(project, 12)
    trainer = make_trainer()
    newest = project.checkpoint_path(12)
    info = restore(newest, trainer)
    trainer.model.get_parameter("conv_out.weight").data.fill_(3e38)
    save_checkpoint(newest, trainer, info.seconds)
    events = train_for(project, 8)
    assert [event.to_step for event in of_kind(events, RolledBack)] == [12, 12, 8]
    assert of_kind(events, TrainStep)[-1].step == 20
    assert find_checkpoint(project) == project.checkpoint_path(20)


def test_trouble_now_and_then_is_not_trouble_for_ever(
    make_project: Callable[..., Project], train_for: TrainFor, bad_loss: Callable[..., None]
) -> None:
    """Going back more often than is allowed in a row, but each time getting further."""
    project = make_project("project", "train.checkpoint_every=2")
    counts: dict[int, int] = {}

    def is_bad(trainer: Trainer) -> bool:
        start = trainer.step // 2 * 2
        counts[start] = counts.get(start, 0) + 1
        return trainer.step > 1 and counts[start] <= 2

    bad_loss(NAN, is_bad)
    project = project.with_config(with_settings(project.config, ["train.checkpoint_every=1"]))
    events = train_for(project, 40)
    assert of_kind(events, CheckpointSaved)[-1].step == 40
    rates = [event.learning_rate for event in of_kind(events, RolledBack)]
    assert all(rate > 0 for rate in rates)


def test_finding_the_scale_of_float16_is_no_trouble(
    make_project: Callable[..., Project], train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gradients that overflow make the scaler halve its scale, however many steps it takes."""
    scaler = functools.partial(torch.amp.GradScaler, init_scale=2.0**30)
    monkeypatch.setattr(torch.amp, "GradScaler", scaler)
    project = make_project("project", "train.precision=fp16")
    events = train_for(project, 40)
    skipped = of_kind(events, StepSkipped)
    assert len(skipped) > 5
    assert "float16" in skipped[0].message
    assert not of_kind(events, RolledBack)
    assert of_kind(events, TrainStep)[-1].step == 40


def test_an_overflow_at_the_smallest_scale_is_trouble(
    make_project: Callable[..., Project],
    train_for: TrainFor,
    monkeypatch: pytest.MonkeyPatch,
    bad_loss: Callable[..., None],
) -> None:
    scaler = functools.partial(torch.amp.GradScaler, init_scale=2.0**-3)
    monkeypatch.setattr(torch.amp, "GradScaler", scaler)
    bad = iter([True] * 5)
    real = Trainer.train_step

    def train_step(trainer: Trainer) -> Any:
        if not next(bad, False):
            return real(trainer)
        handle = trainer.parameters[0].register_hook(lambda gradient: gradient * INF)
        result = real(trainer)
        handle.remove()
        return result

    monkeypatch.setattr(Trainer, "train_step", train_step)
    events = train_for(make_project("project", "train.precision=fp16"), 8)
    assert len(of_kind(events, RolledBack)) == 1
