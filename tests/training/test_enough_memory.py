"""A training that no memory holds is refused before it begins; others go in parts that fit."""

import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ddpm_studio.cli import main
from ddpm_studio.config import StudioConfig
from ddpm_studio.config.text import with_settings
from ddpm_studio.errors import ConfigError, TrainingError
from ddpm_studio.project import FILE_NAME, Project
from ddpm_studio.training.enough_memory import go_in_parts, parts_that_fit
from ddpm_studio.training.failures import is_out_of_memory
from ddpm_studio.training.trainer import Trainer

CPU = torch.device("cpu")
TINY = [
    *("pictures.size=16", "model.model_channels=8", "model.channel_mult=1,2"),
    *("model.attention_resolutions=8", "model.head_channels=8", "train.preview_count=1"),
    "train.precision=fp32",
]


def tiny(*more: str) -> StudioConfig:
    return with_settings(StudioConfig(), [*TINY, *more])


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch):
    """memory(whole, free): bytes of a machine."""

    def have(whole: int, free: int) -> None:
        monkeypatch.setattr("ddpm_studio.training.enough_memory._whole_memory", lambda _: whole)
        monkeypatch.setattr("ddpm_studio.training.enough_memory.free_memory", lambda _: free)

    return have


def test_a_usual_training_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("ddpm_studio.training.enough_memory._foretold")
    assert parts_that_fit(tiny("train.batch_size=64", "train.accumulation=2"), CPU) == 2


@pytest.mark.parametrize(
    "more",
    [
        ["train.batch_size=65536", "pictures.size=2048"],
        ["train.batch_size=65536", "pictures.size=512", "train.accumulation=65536"],
        ["model.model_channels=2048", "model.channel_mult=16,16,16", "pictures.size=32"],
    ],
)
def test_what_no_memory_holds_is_refused_at_once(more: list[str], memory) -> None:
    memory(32 * 2**30, 32 * 2**30)
    began = time.monotonic()
    with pytest.raises(TrainingError, match="not enough memory"):
        parts_that_fit(tiny("model.attention_resolutions=", *more), CPU)
    assert time.monotonic() - began < 60


def test_a_batch_that_the_free_memory_does_not_take_goes_in_parts(memory) -> None:
    memory(64 * 2**30, 4 * 2**30)
    config = tiny("train.batch_size=49152")
    parts = parts_that_fit(config, CPU)
    assert parts > 1
    assert config.train.batch_size % parts == 0
    memory(64 * 2**30, 64 * 2**30)
    assert parts_that_fit(config, CPU) < parts
    trainer = Trainer(
        tiny("train.batch_size=4"), torch.zeros((2, 16, 16, 3), dtype=torch.uint8), CPU
    )
    assert list(go_in_parts(trainer, 1)) == []
    (note,) = go_in_parts(trainer, 2)
    assert trainer.accumulation == 2
    assert "go through the network in 2 parts" in note.message


@pytest.mark.parametrize("size", [0, -1, 65_537, 1_000_000_000, 10**30])
def test_a_batch_has_a_sensible_size(size: int) -> None:
    with pytest.raises(ConfigError, match=r"train\.batch_size"):
        tiny(f"train.batch_size={size}")


@pytest.mark.parametrize("words", ["std::bad_alloc", "Storage size calculation overflowed with"])
def test_what_cplusplus_says_is_a_lack_of_memory(words: str) -> None:
    assert is_out_of_memory(RuntimeError(words))


@pytest.mark.parametrize(
    "setting", ["train.batch_size=1000000000", "train.batch_size=65536"], ids=["absurd", "large"]
)
def test_a_setting_that_is_refused_is_not_kept(tmp_path: Path, memory, capsys, setting) -> None:
    memory(2**20, 2**20)
    (tmp_path / "pictures").mkdir()
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 256, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "pictures" / f"{number}.png")
    path = tmp_path / "p"
    words = [word for one in TINY for word in ("--set", one)]
    assert main(["new", str(path), "--images", str(tmp_path / "pictures"), *words]) == 0
    before = (path / FILE_NAME).read_bytes()
    assert main(["train", str(path), "--steps", "1", "--device", "cpu", "--set", setting]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert (path / FILE_NAME).read_bytes() == before
    assert Project.open(path).checkpoint_paths() == []
