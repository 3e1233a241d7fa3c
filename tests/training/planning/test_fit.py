"""Training is made to fit into memory without changing what it computes."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from ddpm_studio.config import StudioConfig, TrainConfig
from ddpm_studio.training.planning import fit as fitting

# their order, of which `fit` shows the first that fits
from ddpm_studio.training.planning.fit import HEADROOM, _ways, fit
from ddpm_studio.training.planning.rehearsal import FIRST_USE, rehearse

CPU = torch.device("cpu")
BATCH = ["train.batch_size=8", "pictures.size=32", "train.preview_count=1"]


def answer(config: StudioConfig, memory: int) -> tuple[StudioConfig, int, bool]:
    *_, (changed, rehearsal, fits) = fit(config, CPU, memory)
    return changed, rehearsal.peak_memory(), fits


def test_with_much_memory_nothing_is_changed(tiny: Callable[..., StudioConfig]) -> None:
    config = tiny(*BATCH)
    changed, _, fits = answer(config, 2**40)
    assert fits
    assert changed == config


def test_with_less_memory_the_batch_goes_through_in_parts(
    tiny: Callable[..., StudioConfig],
) -> None:
    """... and a tenth of the memory stays free, and the batch of a step is the same."""
    config = tiny(*BATCH)
    needed = rehearse(config, CPU).peak_memory()
    assert answer(config, int(needed / HEADROOM) + 1)[0].train.accumulation == 1
    memory = int(needed / HEADROOM) - 1
    changed, peak, fits = answer(config, memory)
    assert fits
    assert changed.train.accumulation == 2
    assert not changed.train.gradient_checkpointing
    assert changed.train.batch_size == config.train.batch_size
    assert peak <= HEADROOM * memory


def test_without_enough_memory_the_most_frugal_way_says_what_would_be_needed(
    tiny: Callable[..., StudioConfig],
) -> None:
    changed, peak, fits = answer(tiny(*BATCH), 1)
    assert not fits
    assert changed.train.gradient_checkpointing
    assert changed.train.accumulation == 8
    assert peak > FIRST_USE[torch.float32]


def test_few_ways_are_tried(
    tiny: Callable[..., StudioConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rehearsal takes a second or more, so those that cannot fit are passed over."""
    asked = []

    def count(config: StudioConfig, device: torch.device) -> Any:
        asked.append((config.train.accumulation, config.train.gradient_checkpointing))
        return rehearse(config, device)

    monkeypatch.setattr(fitting, "rehearse", count)
    answer(tiny(*BATCH), 1)
    assert asked == [(1, False), (8, True)]


def test_ways_go_from_quick_to_frugal() -> None:
    """Graphics cards idle with very few pictures, so computing twice comes before that."""
    assert _ways(TrainConfig(batch_size=12, accumulation=2)) == [
        (2, False), (3, False), (2, True), (3, True), (4, True), (6, True), (12, True)
    ]  # fmt: skip
    assert _ways(TrainConfig(batch_size=2)) == [(1, False), (1, True), (2, True)]
    assert _ways(TrainConfig(batch_size=1, gradient_checkpointing=True)) == [(1, True)]
