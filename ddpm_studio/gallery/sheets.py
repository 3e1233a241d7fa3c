"""What an XY sheet of a project is painted with, and what its file says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from ddpm_studio.device import precision_name, select_precision
from ddpm_studio.errors import StudioError
from ddpm_studio.project import Project
from ddpm_studio.recipe import fingerprint
from ddpm_studio.sampling.network import Network
from ddpm_studio.sheets import Sheet
from ddpm_studio.training import load_model
from ddpm_studio.training.checkpoints import read_info


class Loader:
    """Gives the networks of a project's checkpoints, on a device."""

    def __init__(self, project: Project, device: torch.device) -> None:
        self._project, self._device = project, device

    def load(self, step: int, which: str) -> Network:
        """Raises CheckpointError with one sentence."""
        path = self._project.checkpoint_path(step)
        return Network(*load_model(path, which, self._device), self._device)


def about_sheet(project: Project, sheet: Sheet, device: torch.device) -> dict[str, Any]:
    """What is written into the file: all settings, and which models painted it."""
    steps = {sheet.cell(place).checkpoint for place in sheet.places}
    paths = {step: project.checkpoint_path(step) for step in sorted(steps)}
    readable = {step: path for step, path in paths.items() if _is_readable(path)}
    precision = project.config.train.precision
    return {
        **sheet.to_dict(),
        "project": project.name,
        "device": device.type,
        "precision": precision_name(select_precision(precision, device)),
        "checkpoints_sha256": {str(step): fingerprint(path) for step, path in readable.items()},
    }


def _is_readable(path: Path) -> bool:
    try:
        read_info(path)
    except StudioError:  # pruned by training meanwhile, or damaged
        return False
    return True
