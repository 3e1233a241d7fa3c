"""Settings that follow from the pictures: channels, the kind of transparency, the most noise."""

import dataclasses

import numpy as np
import torch

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.schedules import takers
from ddpm_studio.diffusion import largest_distance
from ddpm_studio.errors import TrainingError
from ddpm_studio.project import Project
from ddpm_studio.sampling.pictures import WITH_ALPHA

LOOKED_AT = 500  # pictures, or up to twice that, tell whether transparency is hard
MOST_SOFT = 0.001  # of all pixels are half there
MEASURED = 2000  # pictures, or up to twice that, tell how far they lie apart


def with_channels(project: Project, channels: int, *, is_saved: bool = True) -> Project:
    """The project with as many channels as its pictures turned out to have.

    Settings that name a number keep it. is_saved: in project.json, too.
    """
    if project.config.pictures.channels:
        return project
    config = project.config.changed("pictures", channels=channels)
    return project.with_config(config) if is_saved else dataclasses.replace(project, config=config)


def with_alpha(config: StudioConfig, records: np.ndarray, rows: np.ndarray) -> StudioConfig:
    """The settings, with the kind of transparency that the pictures turned out to have.

    records: prepared pictures, uint8 (M, H, W, C). rows: which of them are learned, int (N,).
    Only checkpoints keep what was found: the folder may be another one when training goes on.
    """
    pictures = config.pictures
    if pictures.channels != WITH_ALPHA or pictures.alpha != "auto":
        return config
    some = rows[:: max(1, len(rows) // LOOKED_AT)]
    alpha = records[some, :, :, 3]
    soft = np.count_nonzero((alpha > 0) & (alpha < 255))
    return config.changed("pictures", alpha="soft" if soft > MOST_SOFT * alpha.size else "hard")


def with_sigma_max(
    project: Project, records: np.ndarray, rows: np.ndarray, *, is_saved: bool = True
) -> Project:
    """The project with the most noise that its pictures need, where its process asks for it.

    Settings that name a number keep it. records, rows: as above. is_saved: in project.json, too, so
    that it stays when the folder grows. Raises TrainingError if all pictures are alike.
    """
    diffusion = project.config.diffusion
    if diffusion.sigma_max or diffusion.schedule not in takers("sigma_max"):
        return project
    some = rows[:: max(1, len(rows) // MEASURED)]
    found = largest_distance(torch.from_numpy(records[some]))
    if found <= diffusion.sigma_min:
        raise TrainingError(
            "The pictures are all alike, so it is not known how much noise hides which one it was; "
            "set diffusion.sigma_max."
        )
    config = project.config.changed("diffusion", sigma_max=found)
    return project.with_config(config) if is_saved else dataclasses.replace(project, config=config)
