"""A step that is gone through without numbers says what a real one takes."""

import functools
import sys
from collections.abc import Callable

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.presets import preset
from ddpm_studio.config.text import with_settings
from ddpm_studio.training import Trainer
from ddpm_studio.training.planning.fit import fit
from ddpm_studio.training.planning.probe import SKETCH_FLOPS

# sums that a rehearsal only shows together
from ddpm_studio.training.planning.rehearsal import (
    FIRST_USE,
    Rehearsal,
    _most,
    _once_more,
    measure,
    rehearse,
)
from ddpm_studio.training.shuffle import shuffled_indices
from tests.training.real_memory import real_memory

CPU = torch.device("cpu")
FP32, BF16 = ["train.precision=fp32"], ["train.precision=bf16"]
# of a picture: tensors lie otherwise in each precision, and attention then multiplies otherwise
SKETCH_WORK = {"fp32": 1_622_130_688, "bf16": 1_641_005_056}
IN_PARTS = [*FP32, "train.accumulation=4"]
RECOMPUTING = [*FP32, "train.gradient_checkpointing=true"]


@functools.cache
def rehearsed(*settings: str, name: str = "sketch") -> Rehearsal:
    """A preset with some settings; the same for all tests, since it takes a second or two."""
    return rehearse(with_settings(preset(name), [*settings, "train.preview_count=1"]), CPU)


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's account of a process")
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("sketch", FP32),
        # few pictures, because bfloat16 is a hundred times slower where it is not built in
        ("sketch", [*BF16, "train.gradient_checkpointing=true", "train.batch_size=2"]),
        ("small", [*FP32, "train.batch_size=2", "train.accumulation=2"]),
    ],
    ids=["sketch", "recomputed in bfloat16", "small in parts"],
)
def test_the_predicted_memory_is_within_a_tenth_of_the_real_one(
    name: str, settings: list[str]
) -> None:
    # the real steps neither look at what was learned nor save it
    rehearsal = rehearsed(*settings, name=name)
    predicted, tried, is_foretold = rehearsal.peak_memory(saves=False), [], False
    for _ in range(3):  # on a busy machine a process may take a tenth more than usual
        real = real_memory(name, settings, trains=False)
        kernels = FIRST_USE[rehearsal.precision if real.is_bf16_quick else torch.float32]
        foretold = predicted - FIRST_USE[rehearsal.precision] + kernels
        tried.append((foretold, real.steps))
        is_foretold = foretold == pytest.approx(real.steps, rel=0.1)
        if is_foretold:
            break
    assert is_foretold, f"foretold, taken: {tried}"


@pytest.mark.parametrize("recomputes", [False, True])
def test_operations_are_those_of_a_real_step(
    recomputes: bool, tiny: Callable[..., StudioConfig], make_trainer: Callable[..., Trainer]
) -> None:
    settings = [f"train.gradient_checkpointing={str(recomputes).lower()}"]
    trainer = make_trainer(*settings)
    trainer.model.recomputes = recomputes
    with FlopCounterMode(display=False) as counter:
        trainer.train_step()
    assert rehearse(tiny(*settings), CPU).flops == counter.get_total_flops() > 0


def test_accumulation_and_recomputing_save_memory_and_only_one_costs_work() -> None:
    whole, parts, again = (
        (found.passing, found.flops)
        for found in (rehearsed(*FP32), rehearsed(*IN_PARTS), rehearsed(*RECOMPUTING))
    )
    assert whole[0] > 2 * parts[0]
    assert whole[0] > 1.3 * again[0]
    assert whole[1] == parts[1]
    assert 1.1 * whole[1] < again[1] < 1.4 * whole[1]


def test_what_stays_is_weights_their_average_and_two_moments(
    tiny: Callable[..., StudioConfig],
) -> None:
    found = rehearse(tiny(), CPU)
    assert 4 * found.weights < found.kept < 4.5 * found.weights + 100_000
    copied = found.peak_memory() - found.peak_memory(saves=False)
    assert 2 * found.weights < copied <= 4 * found.weights  # gaps take in some of the copy


@pytest.mark.parametrize(("precision", "work"), SKETCH_WORK.items())
def test_work_of_sketch_is_as_the_probe_believes(precision: str, work: int) -> None:
    flops = rehearsed(f"train.precision={precision}").flops / preset("sketch").train.batch_size
    assert flops == pytest.approx(work, rel=1e-3)
    assert pytest.approx(work, rel=0.012) == SKETCH_FLOPS


@pytest.mark.parametrize(
    "lost",
    [
        "torch._subclasses.fake_tensor.FakeTensorMode",
        "torch.utils._python_dispatch.TorchDispatchMode",
    ],
)
def test_a_torch_without_such_tensors_measures_steps_instead(
    lost: str, tiny: Callable[..., StudioConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny("train.batch_size=8", "train.accumulation=2")
    expected = rehearse(config, CPU)
    monkeypatch.delattr(lost)
    monkeypatch.delitem(sys.modules, "ddpm_studio.training.tensor_watch")
    found = rehearse(config, CPU)
    assert found == measure(config, CPU) != expected
    assert (found.flops, found.weights) == (expected.flops, expected.weights)
    assert found.kept == pytest.approx(expected.kept, rel=0.1)
    *_, (_, _, fits) = fit(config, CPU, 2**40)
    assert fits


@pytest.mark.parametrize("settings", [FP32, BF16, IN_PARTS, RECOMPUTING])
def test_measured_steps_foretell_nearly_the_same_memory(settings: list[str]) -> None:
    expected = rehearsed(*settings)
    found = measure(with_settings(preset("sketch"), [*settings, "train.preview_count=1"]), CPU)
    assert found.flops == pytest.approx(expected.flops, rel=0.01)
    assert found.kept == pytest.approx(expected.kept, rel=0.02)
    assert found.passing == pytest.approx(expected.passing, rel=0.25)
    assert expected.looking < found.looking < 3 * expected.looking
    assert found.gradients == expected.gradients


def test_real_training_beside_it_is_not_touched(make_trainer: Callable[..., Trainer]) -> None:
    """No tensor without numbers is left anywhere, and no number is drawn that others would get."""
    alone, beside = make_trainer(), make_trainer()
    alone_results = [alone.train_step() for _ in range(3)]
    global_noise = torch.get_rng_state()
    results = []
    for _ in range(3):
        rehearse(beside.config, CPU)
        results.append(beside.train_step())
    assert results == alone_results
    assert torch.equal(torch.get_rng_state(), global_noise)
    order = shuffled_indices(4, beside.config.train.seed, 0, 4)
    assert type(order) is torch.Tensor
    assert sorted(order.tolist()) == [0, 1, 2, 3]


def test_a_later_step_is_the_first_without_what_stayed() -> None:
    first = [(1, 10), (2, 5), (1, 0), (3, 7), (3, 0), (9, 0)]
    assert _once_more(first) == [(1, 10), (1, 0), (3, 7), (3, 0)]
    assert _most(first) == 15
    assert _most([]) == 0
