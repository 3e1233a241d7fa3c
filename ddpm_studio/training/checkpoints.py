"""Checkpoints: one safetensors file that holds everything needed to sample or to go on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ddpm_studio import __version__
from ddpm_studio.config import StudioConfig
from ddpm_studio.config_text import config_from_dict, config_to_dict
from ddpm_studio.errors import CheckpointError, StudioError
from ddpm_studio.nn import UNet
from ddpm_studio.project import Project, step_of
from ddpm_studio.storage import check_format, replacing
from ddpm_studio.training.trainer import Trainer

KIND = "checkpoint"
FORMAT_VERSION = 1
NEWEST_KEPT = 3
MOMENTS = ("exp_avg", "exp_avg_sq", "step")  # of AdamW, for each parameter


@dataclass(frozen=True)
class CheckpointInfo:
    """What a checkpoint says of itself. seconds: of training so far, pauses left out."""

    step: int
    seconds: float
    rate_scale: float
    config: StudioConfig
    scaler: dict[str, Any]


def save_checkpoint(path: Path, trainer: Trainer, seconds: float) -> None:
    """Write the whole state, atomically. Raises CheckpointError if the disk does not take it."""
    tensors: dict[str, Tensor] = {"generator": trainer.generator.get_state()}
    for (name, parameter), average in zip(
        trainer.model.named_parameters(), trainer.ema.average, strict=True
    ):
        tensors[f"model.{name}"] = parameter
        tensors[f"ema.{name}"] = average
        for moment, value in trainer.optimizer.state.get(parameter, {}).items():
            tensors[f"optimizer.{moment}.{name}"] = value
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
    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    try:
        path.parent.mkdir(exist_ok=True)
        with replacing(path) as temporary:
            save_file(whole, temporary, {"ddpm_studio": json.dumps(about)})
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"The checkpoint {path} cannot be written: {error}.") from error


def read_info(path: Path) -> CheckpointInfo:
    """Raises CheckpointError with one sentence if this is no checkpoint that can be used."""
    try:
        with safe_open(path, "pt") as file:
            text = (file.metadata() or {}).get("ddpm_studio", "null")
        values = check_format(json.loads(text), str(path), KIND, FORMAT_VERSION)
        return CheckpointInfo(
            int(values["step"]),
            float(values["seconds"]),
            float(values["rate_scale"]),
            config_from_dict(values["config"]),
            dict(values["scaler"]),
        )
    except FileNotFoundError:
        raise CheckpointError(f"There is no checkpoint {path}.") from None
    except StudioError as error:
        raise CheckpointError(f"{path} cannot be used: {error}") from error
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path} is damaged: {error}.") from error


def restore(path: Path, trainer: Trainer) -> CheckpointInfo:
    """Put a trainer exactly where it was when the checkpoint was saved.

    Raises CheckpointError if the file is damaged or does not fit; the trainer may then be
    half-filled, so load another one or reset it.
    """
    info = read_info(path)
    tensors = _tensors(path)
    try:
        with torch.no_grad():
            for (name, parameter), average in zip(
                trainer.model.named_parameters(), trainer.ema.average, strict=True
            ):
                parameter.copy_(tensors[f"model.{name}"])
                average.copy_(tensors[f"ema.{name}"])
                _restore_moments(trainer, name, parameter, tensors)
        trainer.generator.set_state(tensors["generator"])
    except (KeyError, RuntimeError) as error:
        raise CheckpointError(f"{path} does not fit this project's model: {error}.") from error
    if trainer.scaler.is_enabled() and info.scaler:
        trainer.scaler.load_state_dict(info.scaler)
    trainer.step, trainer.rate_scale = info.step, info.rate_scale
    if not trainer.is_finite():
        raise CheckpointError(f"{path} is damaged: not all of its numbers are finite.")
    return info


def _restore_moments(
    trainer: Trainer, name: str, parameter: Tensor, tensors: dict[str, Tensor]
) -> None:
    state = trainer.optimizer.state
    state.pop(parameter, None)
    if f"optimizer.step.{name}" not in tensors:  # saved before the first step
        return
    state[parameter] = {}
    for moment in MOMENTS:
        saved = tensors[f"optimizer.{moment}.{name}"].to(parameter.device)
        layout = torch.preserve_format if saved.ndim == 0 else _layout(parameter)
        state[parameter][moment] = saved.clone(memory_format=layout)


def _layout(parameter: Tensor) -> torch.memory_format:
    is_last = parameter.ndim == 4 and parameter.is_contiguous(memory_format=torch.channels_last)
    return torch.channels_last if is_last else torch.contiguous_format


def load_model(
    checkpoint_path: Path | str, which: str = "ema", device: torch.device | str = "cpu"
) -> tuple[UNet, StudioConfig]:
    """The network of a checkpoint, ready to sample, and the settings it was trained with.

    which: "ema" (the moving average) or "model" (the plain weights).
    Raises CheckpointError with one sentence.
    """
    path = Path(checkpoint_path)
    if which not in ("ema", "model"):
        raise CheckpointError(f"which is {which!r}, but must be one of ema, model.")
    info = read_info(path)
    with torch.device("meta"):  # the weights come from the file, so none are drawn
        model = UNet(info.config.model)
    prefix = f"{which}."
    weights = {name.removeprefix(prefix): tensor for name, tensor in _tensors(path, prefix).items()}
    try:
        model.load_state_dict(weights, assign=True)
    except RuntimeError as error:
        raise CheckpointError(f"{path} does not fit its own settings: {error}.") from error
    model.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return model.eval().requires_grad_(False), info.config


def find_checkpoint(project: Project, step: int | None = None) -> Path:
    """The newest checkpoint that can be read, or the one of a given step.

    Raises CheckpointError that says what there is.
    """
    paths = project.checkpoint_paths()
    if not paths:
        raise CheckpointError(f"{project.path} is not trained yet: it has no checkpoint.")
    if step is not None:
        for path in paths:
            if step_of(path) == step:
                return path
        steps = ", ".join(str(step_of(path)) for path in paths)
        raise CheckpointError(f"There is no checkpoint of step {step}; there are {steps}.")
    errors = []
    for path in reversed(paths):
        try:
            read_info(path)
        except CheckpointError as error:
            errors.append(str(error))
        else:
            return path
    raise CheckpointError(f"No checkpoint of {project.path} can be read. {errors[0]}")


def prune(project: Project) -> None:
    """Delete all but the newest checkpoints and the first one after each doubling of the step."""
    paths = project.checkpoint_paths()
    history = {step_of(path).bit_length(): path for path in reversed(paths)}
    kept = {*paths[-NEWEST_KEPT:], *history.values()}
    for path in paths:
        if path not in kept:
            path.unlink(missing_ok=True)


def _tensors(path: Path, prefix: str = "") -> dict[str, Tensor]:
    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys() if name.startswith(prefix)}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} is damaged: {error}.") from error
