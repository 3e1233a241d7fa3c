"""Whatever happens to a checkpoint file, it is found out, said, and done without."""

import json
import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from ddpm_studio.errors import CheckpointError
from ddpm_studio.events import CheckpointSkipped, TrainStarted, TrainStep
from ddpm_studio.project import Project
from ddpm_studio.training import Trainer, TrainEvent, checkpoints, find_checkpoint
from ddpm_studio.training.checkpoints import read_info, restore

TrainFor = Callable[..., list[TrainEvent]]


def header_of(path: Path) -> tuple[dict[str, Any], int]:
    """The JSON header of a safetensors file, and where it ends."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), 8 + length


# what can happen to a file, and what is said of it


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def fill_with_zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def zero_the_end(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-5000] + bytes(5000))


def zero_the_weights(path: Path) -> None:
    data = path.read_bytes()
    header, end = header_of(path)
    start, stop = header["ema.conv_in.weight"]["data_offsets"]
    path.write_bytes(data[: end + start] + bytes(stop - start) + data[end + stop :])


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-12345] ^= 1
    path.write_bytes(data)


def write_garbage(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def write_a_picture(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))


def put_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def forget_the_metadata(path: Path) -> None:
    save_file(load_file(path), path)


def change_metadata(path: Path, **changes: Any) -> None:
    header, _ = header_of(path)
    about = json.loads(header["__metadata__"]["ddpm_studio"]) | changes
    save_file(load_file(path), path, {"ddpm_studio": json.dumps(about)})


def come_from_the_future(path: Path) -> None:
    change_metadata(path, format_version=2)


def be_of_another_kind(path: Path) -> None:
    change_metadata(path, kind="recipe")


def name_an_unknown_setting(path: Path) -> None:
    header, _ = header_of(path)
    about = json.loads(header["__metadata__"]["ddpm_studio"])
    about["config"]["train"]["magic"] = 7
    change_metadata(path, config=about["config"])


def lose_an_entry(path: Path) -> None:
    header, _ = header_of(path)
    about = json.loads(header["__metadata__"]["ddpm_studio"])
    del about["step"]
    save_file(load_file(path), path, {"ddpm_studio": json.dumps(about)})


def rewrite(path: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    """Other tensors with checksums that are right, as if a wrong program had written them."""
    tensors = load_file(path)
    change(tensors)
    # as the program would have written it
    sums = {name: checkpoints._checksum(tensors, name) for name in checkpoints.SECTIONS}
    header, _ = header_of(path)
    about = json.loads(header["__metadata__"]["ddpm_studio"]) | {"checksums": sums}
    save_file(tensors, path, {"ddpm_studio": json.dumps(about)})


def hold_nan(path: Path) -> None:
    def change(tensors: dict[str, torch.Tensor]) -> None:
        tensors["ema.conv_in.bias"][0] = math.nan

    rewrite(path, change)


def hold_infinite_moments(path: Path) -> None:
    def change(tensors: dict[str, torch.Tensor]) -> None:
        tensors["optimizer.exp_avg_sq.conv_in.bias"][0] = math.inf

    rewrite(path, change)


def have_wrong_shapes(path: Path) -> None:
    def change(tensors: dict[str, torch.Tensor]) -> None:
        tensors["model.conv_out.bias"] = torch.zeros(7)

    rewrite(path, change)


def lack_a_tensor(path: Path) -> None:
    def change(tensors: dict[str, torch.Tensor]) -> None:
        del tensors["ema.conv_out.bias"]

    rewrite(path, change)


def lack_half_of_the_moments(path: Path) -> None:
    def change(tensors: dict[str, torch.Tensor]) -> None:
        del tensors["optimizer.exp_avg.conv_in.bias"]

    rewrite(path, change)


def have_a_tensor_too_many(path: Path) -> None:
    rewrite(path, lambda tensors: tensors.update({"model.magic": torch.zeros(1)}))


DAMAGES: dict[Callable[[Path], None], str] = {
    truncate: "damaged",
    empty: "damaged",
    fill_with_zeros: "damaged",
    zero_the_end: "damaged",
    zero_the_weights: "damaged",
    flip_a_bit: "damaged",
    write_garbage: "damaged",
    write_a_picture: "damaged",
    put_a_folder: "damaged",
    forget_the_metadata: "not a checkpoint of DDPM Studio",
    come_from_the_future: "newer DDPM Studio",
    be_of_another_kind: "not a checkpoint of DDPM Studio",
    name_an_unknown_setting: "magic",
    lose_an_entry: "no entry 'step'",
    hold_nan: "finite",
    hold_infinite_moments: "finite",
    have_wrong_shapes: r"conv_out.bias is \(7,\), not \(3,\)",
    lack_a_tensor: "no ema.conv_out.bias",
    lack_half_of_the_moments: "no optimizer.exp_avg.conv_in.bias",
    have_a_tensor_too_many: "model.magic",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_one_sentence_and_leaves_the_trainer_as_it_was(
    damage: Callable[[Path], None],
    trained: Path,
    tmp_path: Path,
    make_trainer: Callable[..., Trainer],
) -> None:
    path = tmp_path / trained.name
    path.write_bytes(trained.read_bytes())
    damage(path)
    trainer = make_trainer("train.seed=5")
    trainer.train_step()
    # all that a checkpoint holds
    before = [tensor.clone() for tensor in checkpoints._state(trainer).values()]
    with pytest.raises(CheckpointError, match=DAMAGES[damage]) as caught:
        restore(path, trainer)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
    assert trainer.step == 1
    assert all(map(torch.equal, before, checkpoints._state(trainer).values()))


@pytest.mark.parametrize("damage", [damage for damage in DAMAGES if damage is not put_a_folder])
def test_training_goes_on_from_the_one_before_a_damaged_one(
    damage: Callable[[Path], None], make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    project = make_project("project", "train.checkpoint_every=3")
    train_for(project, 6)
    damage(project.checkpoint_path(6))
    events = train_for(project, 2)
    (skipped,) = [event for event in events if isinstance(event, CheckpointSkipped)]
    assert skipped.path == project.checkpoint_path(6)
    assert skipped.message.endswith(". Going on from the one before it.")
    (started,) = [event for event in events if isinstance(event, TrainStarted)]
    assert started.step == 3
    # what was made since is not lost at the next start, nor pruned in favour of damaged ones
    assert [event.step for event in train_for(project, 1) if isinstance(event, TrainStep)] == [6]


def test_without_any_whole_checkpoint_training_starts_anew(
    make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    project = make_project("project", "train.checkpoint_every=2")
    train_for(project, 6)
    for path in project.checkpoint_paths():
        truncate(path)
    events = train_for(project, 2)
    messages = [event.message for event in events if isinstance(event, CheckpointSkipped)]
    assert len(messages) == 3
    assert messages[-1].endswith("Starting from the beginning.")
    assert [event.step for event in events if isinstance(event, TrainStep)] == [1, 2]


def test_work_after_damage_survives_pruning(
    make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    """Three damaged ones are no reason to delete what is trained now."""
    project = make_project("project", "train.checkpoint_every=1")
    train_for(project, 40)
    for path in project.checkpoint_paths()[-3:]:
        truncate(path)
    events = train_for(project, 4)
    first = next(event.step for event in events if isinstance(event, TrainStarted))
    assert project.checkpoint_path(first + 4).exists()
    read_info(project.checkpoint_path(first + 4))


@pytest.mark.parametrize("damage", [truncate, zero_the_weights, hold_nan])
def test_the_newest_whole_checkpoint_is_found_for_sampling(
    damage: Callable[[Path], None], make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    project = make_project("project", "train.checkpoint_every=2")
    train_for(project, 6)
    assert find_checkpoint(project) == project.checkpoint_path(6)
    damage(project.checkpoint_path(6))
    assert find_checkpoint(project) == project.checkpoint_path(4)
