"""Predicted against real memory: `pytest tests/benchmarks/test_memory_prediction.py -n 0 -s`.

Each case is a process of its own on the CPU, which makes steps, copies its state for a checkpoint
and looks at what it has learned, as a training does.
"""

import sys
from collections.abc import Iterator

import pytest
import torch

from ddpm_studio.config.presets import preset
from ddpm_studio.config.text import with_settings
from ddpm_studio.training.planning.rehearsal import rehearse
from tests.training.real_memory import real_memory

MIB = 2**20
BAR = 0.10

CASES = [
    (name, f"train.precision={precision} train.batch_size={batch} {more}")
    for name, batches in (("sketch", (4, 16, 32)), ("small", (4, 16)), ("standard", (2, 4)))
    for batch in batches
    for precision in ("fp32", "bf16")
    for more in (
        "",
        "train.accumulation=2",
        "train.gradient_checkpointing=true",
        "train.accumulation=2 train.gradient_checkpointing=true",
    )
    # the first and the last of each network have all four ways, those between only the plain one
    if batch in (batches[0], batches[-1]) or not more
]


@pytest.fixture(scope="module")
def table() -> Iterator[list[str]]:
    """Lines that are printed when all is measured."""
    lines: list[str] = []
    yield lines
    print("\n\n" + "\n".join(lines))


@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's account of a process")
@pytest.mark.parametrize(("name", "settings"), CASES)
def test_a_training_takes_what_was_predicted(name: str, settings: str, table: list[str]) -> None:
    words = settings.split()
    real = real_memory(name, words)
    steps, training = real.steps, real.training
    config = with_settings(preset(name), words)
    cpu = torch.device("cpu")
    only = rehearse(with_settings(config, ["train.preview_count=1"]), cpu).peak_memory(saves=False)
    whole = rehearse(config, cpu).peak_memory()
    short = settings.replace("train.", "").replace("gradient_", "")
    table.append(
        f"{name:<9} {short:<68} steps {steps / MIB:6.0f} MB, predicted {only / steps - 1:+6.1%}   "
        f"training {training / MIB:6.0f} MB, predicted {whole / training - 1:+6.1%}"
    )
    assert only == pytest.approx(steps, rel=BAR)
    assert whole == pytest.approx(training, rel=BAR)
