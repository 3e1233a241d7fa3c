"""The model of a training that runs, lent to whoever wants to look at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it brings torch along
    from ddpm_studio.training.live import Live


@dataclass
class LentModel:
    """Where one training leaves its model, to be looked at while it rests; None before it began."""

    live: Live | None = None
