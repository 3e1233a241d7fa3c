"""What computes frames a second time, as a trajectory knows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from ddpm_studio.gui.frames.store import Span

if TYPE_CHECKING:
    from ddpm_studio.sampling.trajectory import TrajectoryFrame


class Again(Protocol):
    """Computes frames a second time, to the last bit; in any thread."""

    @property
    def is_forward(self) -> bool:
        """Whether they are levels of the forward process."""
        ...

    def frames(self, span: Span) -> Iterator[TrajectoryFrame]:
        """Frames span.anchor .. span.last, of all pictures or of one."""
        ...
