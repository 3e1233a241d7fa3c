"""A checkpoint is one safetensors file with everything in it, whole or not there."""

import itertools
import json
import math
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors import SafetensorError

from ddpm_studio.errors import CheckpointError
from ddpm_studio.nn import UNet
from ddpm_studio.project import Project
from ddpm_studio.training import Trainer, TrainEvent, checkpoints, find_checkpoint, load_model
from ddpm_studio.training.checkpoints import prune, restore
from tests.training.saving import save_checkpoint

TrainFor = Callable[..., list[TrainEvent]]


def header_of(path: Path) -> tuple[dict[str, Any], int]:
    """The JSON header of a safetensors file, and where it ends."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), 8 + length


def test_there_is_nothing_but_safetensors_and_json(project: Project, train_for: TrainFor) -> None:
    """Every byte of the file belongs to the JSON header or to a tensor of plain numbers."""
    train_for(project, 2)
    path = project.checkpoint_path(2)
    header, end = header_of(path)
    about = json.loads(header.pop("__metadata__")["ddpm_studio"])
    assert about["kind"] == "checkpoint"
    assert about["step"] == 2
    assert {entry["dtype"] for entry in header.values()} == {"F32", "U8"}
    spans = sorted(entry["data_offsets"] for entry in header.values())
    assert spans[0][0] == 0
    assert all(one[1] == other[0] for one, other in itertools.pairwise(spans))
    assert path.stat().st_size == end + spans[-1][1]
    assert {name.split(".")[0] for name in header} == {"model", "ema", "optimizer", "generator"}
    project_files = {file.suffix for file in project.path.rglob("*") if file.is_file()}
    assert project_files <= {".json", ".jsonl", ".safetensors", ".png", ".pixels", ".lock"}


def test_a_file_alone_is_enough_to_sample(
    make_trainer: Callable[..., Trainer], tmp_path: Path
) -> None:
    """No project, no pictures, and the same numbers as in training."""
    trainer = make_trainer("model.channel_mult=1,2", "pictures.flip_horizontal=true")
    for _ in range(3):
        trainer.train_step()
    path = tmp_path / "anything.safetensors"
    save_checkpoint(path, trainer, 1.5)
    x, t = torch.randn(2, 3, 8, 8), torch.tensor([0, 19])
    for which, weights in (("ema", trainer.averages), ("model", trainer.parameters)):
        model, config = load_model(path, which)
        assert config == trainer.config
        assert all(map(torch.equal, model.parameters(), weights))
        assert not model.training
        assert not any(parameter.requires_grad for parameter in model.parameters())
        expected = UNet(config.model)
        expected.load_state_dict(dict(zip(model.state_dict(), weights, strict=True)))
        assert torch.equal(model(x, t), expected(x, t))


def test_restore_puts_everything_back(make_trainer: Callable[..., Trainer], tmp_path: Path) -> None:
    one, other = make_trainer("train.seed=1"), make_trainer("train.seed=1")
    for _ in range(4):
        one.train_step()
    one.rate_scale = 0.25
    save_checkpoint(tmp_path / "a", one, 12.5)
    info = restore(tmp_path / "a", other)
    assert (info.step, info.seconds, info.rate_scale) == (4, 12.5, 0.25)
    assert (other.step, other.rate_scale) == (4, 0.25)
    assert one.train_step() == other.train_step()
    assert all(map(torch.equal, one.parameters, other.parameters))


def test_restore_before_the_first_step(
    make_trainer: Callable[..., Trainer], tmp_path: Path
) -> None:
    """There are no moments yet; those of the trainer go."""
    fresh, used = make_trainer(), make_trainer()
    save_checkpoint(tmp_path / "a", fresh, 0)
    used.train_step()
    restore(tmp_path / "a", used)
    assert not used.optimizer.state
    assert fresh.train_step() == used.train_step()


def test_the_scaler_of_float16_is_kept(
    make_trainer: Callable[..., Trainer], tmp_path: Path
) -> None:
    one, other = make_trainer("train.precision=fp16"), make_trainer("train.precision=fp16")
    assert one.scaler.is_enabled()
    one.train_step()
    one.scaler.update(512.0)
    save_checkpoint(tmp_path / "a", one, 0)
    restore(tmp_path / "a", other)
    assert other.scaler.get_scale() == 512
    assert other.scaler.state_dict() == one.scaler.state_dict()


def test_randomness_of_another_device_is_replaced_and_repeatable(
    make_trainer: Callable[..., Trainer], tmp_path: Path
) -> None:
    """A GPU's generator has 16 bytes: training goes on, with noise that follows from the step."""
    trainer = make_trainer()
    trainer.train_step()
    trainer.generator = GpuGenerator()  # type: ignore[assignment]
    save_checkpoint(tmp_path / "gpu", trainer, 0)
    results = []
    for _ in range(2):
        other = make_trainer()
        restore(tmp_path / "gpu", other)
        results.append(other.train_step())
    assert results[0] == results[1]
    assert results[0].applied


class GpuGenerator:
    def get_state(self) -> torch.Tensor:
        return torch.arange(16, dtype=torch.uint8)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def test_finding_says_what_there_is(project: Project, train_for: TrainFor) -> None:
    with pytest.raises(CheckpointError, match="is not trained yet"):
        find_checkpoint(project)
    train_for(project, 2)
    train_for(project, 3)
    assert find_checkpoint(project, 2) == project.checkpoint_path(2)
    with pytest.raises(CheckpointError, match=r"no checkpoint of step 3; there are 2, 5\."):
        find_checkpoint(project, 3)
    for path in project.checkpoint_paths():
        truncate(path)
    with pytest.raises(CheckpointError, match=r"No checkpoint of .* can be read"):
        find_checkpoint(project)


def test_loading_what_is_not_there_is_a_sentence(tmp_path: Path, trained: Path) -> None:
    with pytest.raises(CheckpointError, match="There is no checkpoint"):
        load_model(tmp_path / "nothing.safetensors")
    with pytest.raises(CheckpointError, match="must be one of ema, model"):
        load_model(trained, "best")


def test_other_files_among_the_checkpoints_are_not_touched(
    project: Project, train_for: TrainFor
) -> None:
    project.checkpoints.mkdir()
    others = ["notes.txt", "step_best.safetensors", "step_-0000001.safetensors"]
    for name in others:
        (project.checkpoints / name).write_text("mine")
    train_for(project, 2)
    assert all((project.checkpoints / name).read_text() == "mine" for name in others)


# atomic writes


def fail_in_the_middle(tensors: Any, path: Path, metadata: Any) -> None:
    Path(path).write_bytes(b"half of a checkpoint")
    raise SafetensorError("I/O error: No space left on device (os error 28)")


@pytest.mark.parametrize("where", ["save_file", "flush", "replace"])
def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(
    where: str,
    trained: Path,
    make_trainer: Callable[..., Trainer],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "checkpoints" / "step_00000006.safetensors"
    trainer = make_trainer()
    save_checkpoint(path, trainer, 0)
    before = path.read_bytes()

    def refuse(*_arguments: Any) -> None:
        raise OSError(5, "Input/output error")

    if where == "save_file":
        monkeypatch.setattr(checkpoints, "save_file", fail_in_the_middle)
    elif where == "flush":
        monkeypatch.setattr(os, "fsync", refuse)
    else:
        monkeypatch.setattr(Path, "replace", refuse)
    trainer.train_step()
    with pytest.raises(CheckpointError, match="cannot be written"):
        save_checkpoint(path, trainer, 1)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


# pruning


def names_after_training(folder: Path, every: int, last: int) -> list[list[int]]:
    """The steps that are left after each checkpoint of a long run, without training it."""
    project = Project(folder, folder, None)  # type: ignore[arg-type]
    project.checkpoints.mkdir(parents=True)
    left = []
    for step in range(every, last + 1, every):
        project.checkpoint_path(step).touch()
        prune(project, step)
        left.append([int(path.stem[5:]) for path in project.checkpoint_paths()])
    return left


def test_the_newest_three_and_the_first_after_each_doubling_are_kept(tmp_path: Path) -> None:
    left = names_after_training(tmp_path / "a", 100, 2000)
    assert left[:3] == [[100], [100, 200], [100, 200, 300]]
    assert left[-1] == [100, 200, 300, 600, 1100, 1800, 1900, 2000]


@given(every=st.integers(1, 500), count=st.integers(1, 60))
def test_pruned_checkpoints_grow_with_the_logarithm(
    every: int, count: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("pruned") / "project"
    for number, left in enumerate(names_after_training(folder, every, every * count), 1):
        newest = [step * every for step in range(max(1, number - 2), number + 1)]
        assert left[-3:] == newest[-len(left) :]
        assert len(left) <= 3 + math.log2(number) + 2
        assert left[0] == every


def test_a_checkpoint_that_cannot_be_deleted_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows nothing that somebody reads can be deleted."""

    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "unlink", refuse)
    assert len(names_after_training(tmp_path / "a", 1, 9)[-1]) == 9
