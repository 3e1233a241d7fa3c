"""What the window asks of the sampler: how many pictures, from which model, begun with what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ddpm_studio.config import SampleConfig
from ddpm_studio.project import Project

if TYPE_CHECKING:
    import numpy as np

BUDGET = 1 << 30  # bytes of frames that are kept, unless a person chooses another number
MOST_PICTURES = 64  # that are painted at once, to be looked at


@dataclass(frozen=True)
class SampleRequest:
    """What is to be denoised. checkpoint: None for the newest. which: "ema" or "model"."""

    project: Project
    sample: SampleConfig
    count: int
    checkpoint: Path | None = None
    which: str = "ema"
    budget: int = BUDGET  # bytes for frames
    start: OwnStart | None = None


@dataclass(frozen=True, eq=False)
class OwnPicture:
    """A picture of one's own. pixels: uint8 (H, W, C), as the model's pictures are prepared.

    crop: which of the crops of its file, counted from 0; turn: as in its `PictureChoice`.
    """

    name: str
    sha256: str  # of its file
    pixels: np.ndarray
    crop: int = 0
    turn: int = 0  # degrees


@dataclass(frozen=True)
class OwnStart:
    """Not from noise. index: paint on from this level; None: show the forward process."""

    picture: OwnPicture
    index: int | None = None


@dataclass(frozen=True)
class PageSettings:
    """How the page Generate is set. checkpoint: its step, that of the newest among them."""

    sample: SampleConfig
    checkpoint: int
    which: str
