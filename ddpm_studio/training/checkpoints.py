"""Checkpoints: one safetensors file that holds everything needed to sample or to go on."""

import json
import os
import zlib
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ddpm_studio import __version__
from ddpm_studio.config import WEIGHTS, StudioConfig
from ddpm_studio.config.text import config_from_dict, config_to_dict
from ddpm_studio.errors import CheckpointError, StudioError
from ddpm_studio.events import CheckpointSkipped
from ddpm_studio.models import kind_of
from ddpm_studio.nn import Model
from ddpm_studio.project import Project, step_of
from ddpm_studio.storage import check_format, make_lasting_folder, replacing
from ddpm_studio.training.trainer import Trainer
from ddpm_studio.words import in_short

KIND = "checkpoint"
PINNED = "model"  # what `training/pinned.py` keeps of one; nothing is trained on from it
FORMAT_VERSION = 1
NEWEST_KEPT = 3
MOST_STEPS = 10**12
MOST_SECONDS = 1e12
# tensors are named section.[moment.]parameter
SECTIONS = ("model", "ema", "optimizer", "generator")
RESAMPLING = "resampling"  # a section of those only that draw timesteps by their losses
RENAMED = {".step_embedding.told.": ".step_embedding.map_augment."}  # in older files, and now
MOMENTS = ("exp_avg", "exp_avg_sq", "step")  # of AdamW, for each parameter


@dataclass(frozen=True)
class CheckpointInfo:
    """What a checkpoint says of itself. seconds: of training so far, pauses left out.

    original_sha256: of the checkpoint that a pinned model was taken from; else "".
    """

    step: int
    seconds: float
    rate_scale: float
    config: StudioConfig
    scaler: dict[str, Any]
    checksums: dict[str, int]
    original_sha256: str = ""


@dataclass(frozen=True)
class Snapshot:
    """The whole state of a trainer at one step, copied, so that training may go on beside it."""

    step: int
    tensors: dict[str, Tensor]  # on the CPU, named as in the file
    about: dict[str, Any]


def take_snapshot(trainer: Trainer, seconds: float) -> Snapshot:
    """seconds: of training so far."""
    about = {
        "kind": KIND,
        "format_version": FORMAT_VERSION,
        "program_version": __version__,
        "step": trainer.step,
        "seconds": seconds,
        "rate_scale": trainer.rate_scale,
        "config": config_to_dict(trainer.config),
        "scaler": trainer.scaler.state_dict(),
    }
    tensors = {name: _copied(tensor) for name, tensor in _state(trainer).items()}
    return Snapshot(trainer.step, tensors, about)


def _copied(tensor: Tensor) -> Tensor:
    copy = torch.empty(tensor.shape, dtype=tensor.dtype)
    return copy.copy_(tensor.detach())


def write_checkpoint(path: Path, snapshot: Snapshot) -> None:
    """Write a snapshot, atomically. Raises CheckpointError if the disk does not take it."""
    write_sections(path, snapshot.tensors, snapshot.about, _sections_in(snapshot.tensors))


def checksums_of(snapshot: Snapshot) -> dict[str, int]:
    """As `read_info` finds them in its file."""
    sections = _sections_in(snapshot.tensors)
    return {section: _checksum(snapshot.tensors, section) for section in sections}


def _sections_in(named: Collection[str]) -> tuple[str, ...]:
    """Of a checkpoint in which something has these names; the usual ones it must have."""
    has_history = any(_section(name) == RESAMPLING for name in named)
    return (*SECTIONS, RESAMPLING) if has_history else SECTIONS


def write_sections(
    path: Path, tensors: dict[str, Tensor], about: Mapping[str, Any], sections: Collection[str]
) -> None:
    """The same of tensors that are named as in the file. sections: those that it must have."""
    checksums = {section: _checksum(tensors, section) for section in sections}
    notes = {"ddpm_studio": json.dumps({**about, "checksums": checksums})}
    try:
        make_lasting_folder(path.parent)
        with replacing(path) as temporary:
            save_file(tensors, temporary, notes)
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CheckpointError(f"The checkpoint {path} cannot be written: {reason}.") from error


def _state(trainer: Trainer) -> dict[str, Tensor]:
    """Everything of a trainer that is made of tensors, by its name in the file."""
    names = [name for name, _ in trainer.model.named_parameters()]
    tensors = {"generator": trainer.generator.get_state(), **_history(trainer)}
    for section, values in _sections(trainer, trainer.moments()).items():
        tensors |= {f"{section}.{name}": value for name, value in zip(names, values, strict=True)}
    return tensors


def _sections(trainer: Trainer, moments: dict[str, list[Tensor]]) -> dict[str, list[Tensor]]:
    """What there is for each parameter, by how its name in the file begins."""
    return {
        "model": [parameter.detach() for parameter in trainer.parameters],
        "ema": trainer.averages,
        **{f"optimizer.{moment}": values for moment, values in moments.items()},
    }


def _history(trainer: Trainer) -> dict[str, Tensor]:
    """The losses by which it draws timesteps, if it does, by their names in the file."""
    history = trainer.history
    if history is None:
        return {}
    return {f"{RESAMPLING}.losses": history.losses, f"{RESAMPLING}.counts": history.counts}


def _checksum(tensors: Mapping[str, Tensor], section: str) -> int:
    """CRC-32 of all bytes of a section, so that a disk that forgot some is found out."""
    checksum = 0
    for name in sorted(tensors):
        if _section(name) == section:
            checksum = zlib.crc32(tensors[name].reshape(-1).numpy().data, checksum)
    return checksum


def _section(name: str) -> str:
    return name.partition(".")[0]


def read_info(path: Path, kind: str = KIND) -> CheckpointInfo:
    """Raises CheckpointError with one sentence if this is no checkpoint that can be used.

    kind: PINNED: a pinned model will do as well.
    """
    try:
        found = read_notes(path)
        is_pinned = kind == PINNED and isinstance(found, dict) and found.get("kind") == PINNED
        kind = PINNED if is_pinned else KIND
        values = check_format(found, str(path), kind, FORMAT_VERSION)
        sections = values["checksums"] if is_pinned else _sections_in(values["checksums"])
        return CheckpointInfo(
            _step(values["step"], path),
            _number(values, "seconds", MOST_SECONDS),
            _number(values, "rate_scale", 1.0),
            config_from_dict(values["config"]),
            dict(values["scaler"]),
            {section: int(values["checksums"][section]) for section in sections},
            str(values["checkpoint_sha256"]) if is_pinned else "",
        )
    except FileNotFoundError:
        raise CheckpointError(f"There is no checkpoint {path}.") from None
    except StudioError as error:
        raise CheckpointError(f"{path} cannot be used: {error}") from error
    except KeyError as error:
        raise CheckpointError(f"{path} is damaged: it has no entry {error}.") from error
    except RecursionError as error:
        raise CheckpointError(f"{path} is damaged: its notes are nested too deep.") from error
    except (SafetensorError, OSError, ValueError, TypeError, ArithmeticError) as error:
        raise CheckpointError(f"{path} is damaged: {error}.") from error


def read_notes(path: Path) -> Any:
    """The JSON of its metadata, unchecked; None if there is none. Raises all kinds of errors."""
    with _openable(path) as name, safe_open(name, "pt") as file:
        return json.loads((file.metadata() or {}).get("ddpm_studio", "null"))


@contextmanager
def _openable(path: Path) -> Iterator[Path]:
    """The file under a name that safetensors takes, which wants it to be UTF-8."""
    try:
        os.fspath(path).encode()
    except UnicodeEncodeError:
        with path.open("rb") as file:
            yield Path(f"/proc/self/fd/{file.fileno()}")
        return
    yield path


def _step(value: object, path: Path) -> int:
    """Raises ValueError unless it is a step, and the one that the file's name says, if any."""
    if type(value) is not int or not 0 <= value <= MOST_STEPS:
        raise ValueError(f"its step is {in_short(value)}, which is no plausible number")
    named = step_of(path)
    if named not in (-1, value):
        raise ValueError(f"its name says step {named}, but it is of step {value}")
    return value


def _number(values: Mapping[str, Any], name: str, most: float) -> float:
    """Raises KeyError, or ValueError unless it is from 0 to `most`."""
    value = values[name]
    if type(value) not in (int, float) or not 0 <= value <= most:
        raise ValueError(f"its {name} is {in_short(value)}, which is no plausible number")
    return float(value)


def restore(path: Path, trainer: Trainer) -> CheckpointInfo:
    """Put a trainer exactly where it was when the checkpoint was saved.

    Raises CheckpointError if the file is damaged or does not fit; the trainer is then as it was.
    """
    info = read_info(path)
    tensors = read_tensors(path, info, _sections_in(info.checksums))
    if trainer.history is None:  # that of a time when timesteps were drawn by it
        tensors = {name: one for name, one in tensors.items() if _section(name) != RESAMPLING}
    _check_names(path, _expected(trainer, tensors), tensors)
    has_moments = any(_section(name) == "optimizer" for name in tensors)
    if not has_moments:
        trainer.forget_moments()
    moments = trainer.begin_moments() if has_moments else {}
    for section, values in _sections(trainer, moments).items():
        for (name, _), value in zip(trainer.model.named_parameters(), values, strict=True):
            value.copy_(tensors[f"{section}.{name}"])
    for name, kept in _history(trainer).items():
        kept.copy_(tensors[name]) if name in tensors else kept.zero_()
    _restore_generator(trainer, tensors["generator"], info.step)
    if trainer.scaler.is_enabled() and info.scaler:
        trainer.scaler.load_state_dict(info.scaler)
    trainer.step, trainer.rate_scale = info.step, info.rate_scale
    return info


def _expected(trainer: Trainer, found: Mapping[str, Tensor]) -> dict[str, torch.Size]:
    """The names and shapes that fit a trainer; moments only if there are any in the file."""
    shapes = {"generator": found.get("generator", torch.empty(0)).shape}  # differs by device
    has_moments = any(_section(name) == "optimizer" for name in found)  # not before the first step
    if RESAMPLING in map(_section, found):
        shapes |= {name: tensor.shape for name, tensor in _history(trainer).items()}
    for name, parameter in trainer.model.named_parameters():
        shapes[f"model.{name}"] = shapes[f"ema.{name}"] = parameter.shape
        for moment in MOMENTS if has_moments else ():
            shape = torch.Size() if moment == "step" else parameter.shape
            shapes[f"optimizer.{moment}.{name}"] = shape
    return shapes


def _check_names(
    path: Path, expected: Mapping[str, torch.Size], found: Mapping[str, Tensor]
) -> None:
    """Raise a CheckpointError that names the first tensor that is missing, too many or odd."""
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            raise CheckpointError(f"{path} does not fit: there is no {name} in it.")
        if name not in expected:
            raise CheckpointError(f"{path} does not fit: its {name} has no place in the model.")
        if expected[name] != found[name].shape:
            shapes = [tuple(found[name].shape), tuple(expected[name])]
            raise CheckpointError(
                f"{path} does not fit: its {name} is {shapes[0]}, not {shapes[1]}."
            )


def _restore_generator(trainer: Trainer, saved: Tensor, step: int) -> None:
    """Its own state, or on another kind of device fresh noise that follows from the step."""
    if saved.shape == trainer.generator.get_state().shape:
        trainer.generator.set_state(saved)
    else:
        trainer.generator.manual_seed((trainer.config.train.seed + step) % 2**63)


def load_model(
    checkpoint_path: Path | str, which: str = "ema", device: torch.device | str = "cpu"
) -> tuple[Model, StudioConfig]:
    """The network of a checkpoint, ready to sample, and the settings it was trained with.

    which: "ema" (the moving average) or "model" (the plain weights).
    Raises CheckpointError with one sentence.
    """
    path = Path(checkpoint_path)
    if which not in WEIGHTS:
        raise CheckpointError(f"which is {which!r}, but must be one of {', '.join(WEIGHTS)}.")
    info = read_info(path, PINNED)
    if which not in info.checksums:
        kept = " and ".join(WEIGHTS[one] for one in WEIGHTS if one in info.checksums)
        raise CheckpointError(
            f"Of the model of step {info.step:,} only the {kept} weights were kept, since no saved "
            f"picture was painted with the {WEIGHTS[which]} ones."
        )
    with torch.device("meta"):  # the weights come from the file, so none are drawn
        model = kind_of(info.config).build(info.config)
    weights = {
        name.removeprefix(f"{which}."): tensor
        for name, tensor in read_tensors(path, info, (which,)).items()
    }
    _check_names(path, {name: tensor.shape for name, tensor in model.state_dict().items()}, weights)
    model.load_state_dict(weights, assign=True)
    return model.to(device).eval().requires_grad_(False), info.config


def find_checkpoint(project: Project, step: int | None = None) -> Path:
    """The newest checkpoint that is whole, or the one of a given step.

    Raises CheckpointError that says what there is.
    """
    search = choose_checkpoint(project, step)
    while True:
        try:
            next(search)
        except StopIteration as found:
            return Path(found.value)


def choose_checkpoint(
    project: Project, step: int | None = None
) -> Generator[CheckpointSkipped, None, Path]:
    """The same, which says of each damaged one that it is passed over, and for which one."""
    paths = project.checkpoint_paths()
    if not paths:
        raise CheckpointError(f"{project.path} is not trained yet: it has no checkpoint.")
    if step is not None:
        for path in paths:
            if step_of(path) == step:
                return path
        steps = ", ".join(str(step_of(path)) for path in paths)
        raise CheckpointError(f"There is no checkpoint of step {step}; there are {steps}.")
    errors: dict[Path, CheckpointError] = {}
    for path in reversed(paths):
        try:
            read_tensors(path, read_info(path), WEIGHTS)
        except CheckpointError as error:
            errors[path] = error
            continue
        for damaged, why in errors.items():
            yield CheckpointSkipped(damaged, f"{why} That of step {step_of(path)} is used instead.")
        return path
    newest = errors[paths[-1]]
    raise CheckpointError(f"No checkpoint of {project.path} can be read. {newest}")


def prune(
    project: Project, step: int, may_go: Callable[[Sequence[Path]], Iterable[Path]] = iter
) -> None:
    """Delete all but the newest checkpoints and the first one after each doubling of the step.

    Those after `step` stay: they could not be used, and what is trained now must not count less.
    may_go: which of those that are too many are not needed any more; each is deleted at once.
    """
    paths = [path for path in project.checkpoint_paths() if step_of(path) <= step]
    history = {step_of(path).bit_length(): path for path in reversed(paths)}
    kept = {*paths[-NEWEST_KEPT:], *history.values()}
    too_many = [path for path in paths if path not in kept]
    for path in may_go(too_many):
        with suppress(OSError):  # somebody reads it; there will be another time
            path.unlink()


def read_tensors(path: Path, info: CheckpointInfo, sections: Collection[str]) -> dict[str, Tensor]:
    """All tensors of some sections. Raises CheckpointError unless they are what was written."""
    try:
        with _openable(path) as name, safe_open(name, "pt") as file:
            names = [name for name in file.keys() if _section(name) in sections]  # noqa: SIM118
            tensors = {name: file.get_tensor(name) for name in names}
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} is damaged: {error}.") from error
    for section in sections:
        if _checksum(tensors, section) != info.checksums[section]:
            raise CheckpointError(f"{path} is damaged: its {section} is not what was written.")
    if not all(bool(tensor.isfinite().all()) for tensor in tensors.values()):
        raise CheckpointError(f"{path} is damaged: not all of its numbers are finite.")
    for before, now in RENAMED.items():
        tensors = {name.replace(before, now): tensor for name, tensor in tensors.items()}
    return tensors
