"""The one way in which a file becomes a picture: upright, sRGB, 8 bits, cropped and scaled."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ddpm_studio.choices import Crop
from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.decode.decode import UnreadablePictureError
from ddpm_studio.data.decode.look import look_at
from ddpm_studio.data.decode.made import MADE
from ddpm_studio.data.picture_facts import PictureFacts


@dataclass(frozen=True)
class Picture:
    """pixels: uint8 (H, W, C); notes: what was done to it that is worth knowing."""

    pixels: np.ndarray
    notes: tuple[str, ...]


def read_picture(path: Path, config: PicturesConfig, crop: Crop | None = None) -> Picture:
    """The picture exactly as the network sees it; crop: None for the one of `config`.

    It is decoded in this process, by one thread at a time. What a decoder warns of becomes a note.
    Raises UnreadablePictureError with the reason; never anything else for a bad file.
    """
    found = look_at(path, config, () if crop is None else (crop,))
    if found.facts.damage:
        raise UnreadablePictureError(reason_of_damage(found.facts))
    return Picture(found.pictures[0], notes_on(found.facts, config))


def reason_of_damage(facts: PictureFacts) -> str:
    """Why a picture that ends early is left out."""
    return f"{facts.damage}; what is there can be taken all the same"


def notes_on(facts: PictureFacts, config: PicturesConfig) -> tuple[str, ...]:
    """All that was done to a picture, in words."""
    notes = list(facts.notes)
    channels, height, width = config.shape
    if facts.width < width or facts.height < height:
        notes.insert(0, f"enlarged from {facts.width} x {facts.height} pixels")
    if facts.has_alpha and channels != 4:
        notes.append("transparent parts laid on the background colour")
    if facts.pixel_scale:
        notes.append("pixel art: scaled by whole factors")
    if facts.damage:
        notes.append(facts.damage)
    if facts.is_made:
        notes.append(MADE)
    return tuple(notes)
