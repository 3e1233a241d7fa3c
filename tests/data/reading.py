"""Reads one file in this process, as the network sees it: what tests hold the program against."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ddpm_studio.choices import Crop
from ddpm_studio.config import PicturesConfig
from ddpm_studio.data import UnreadablePictureError
from ddpm_studio.data.decode.look import look_at
from ddpm_studio.data.picture_facts import notes_on, reason_of_damage


@dataclass(frozen=True)
class Picture:
    """pixels: uint8 (H, W, C); notes: what was done to it that is worth knowing."""

    pixels: np.ndarray
    notes: tuple[str, ...]


def read_picture(path: Path, config: PicturesConfig, crop: Crop | None = None) -> Picture:
    """crop: None for the one of `config`. Raises UnreadablePictureError with the reason."""
    found = look_at(path, config, () if crop is None else (crop,))
    if found.facts.damage:
        raise UnreadablePictureError(reason_of_damage(found.facts))
    return Picture(found.pictures[0], notes_on(found.facts, config))
