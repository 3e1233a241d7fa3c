"""Background work of the scrubber: frames that were not kept, computed again to the last bit."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, overload

from ddpm_studio.config import SampleConfig
from ddpm_studio.errors import CheckpointError, StudioError
from ddpm_studio.gui.frames.store import ALL, Again, Span, pixels_of

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.sampling.forward import Noising
    from ddpm_studio.sampling.steps import State
    from ddpm_studio.sampling.trajectory import TrajectoryFrame
    from ddpm_studio.training.loaded import Loaded, LoadedModels

T = TypeVar("T")


@dataclass(frozen=True)
class DenoisingAgain:
    """Makes a denoising again that was made once, with the very same checkpoint."""

    models: LoadedModels
    checkpoint: Path
    sha256: str
    which: str
    sample: SampleConfig
    seeds: tuple[int, ...]

    is_forward = False

    def frames(self, span: Span) -> Iterator[TrajectoryFrame]:
        """Frames span.anchor .. span.last, of all pictures or of one.

        Raises StudioError if the checkpoint is not there any more.
        """
        from ddpm_studio.sampling.trajectory import trajectory

        loaded = same_model(self.models, self.checkpoint, self.which, self.sha256)
        first, last = self._together(span.picture, loaded.device.type == "cpu")
        state = None if span.state is None else span.state.part(first, last)
        seeds, one = self.seeds[first:last], span.picture - first
        frames = trajectory(loaded, self.sample, seeds, start=state)
        for frame in islice(frames, span.last - span.anchor + 1):
            yield frame if span.picture == ALL or len(seeds) == 1 else picture_of(frame, one)

    def _together(self, picture: int, is_cpu: bool) -> tuple[int, int]:
        """Which pictures are computed for one of them: on the CPU it alone, which is the same.

        Elsewhere kernels depend on the batch, so there it is the batch that it was made in.
        """
        from ddpm_studio.sampling.generate import BATCH

        if picture == ALL:
            return 0, len(self.seeds)
        if is_cpu:
            return picture, picture + 1
        first = picture - picture % BATCH
        return first, min(first + BATCH, len(self.seeds))


@dataclass(frozen=True)
class ForwardAgain:
    """Noises a picture again, as it was done once; every level for itself."""

    models: LoadedModels
    checkpoint: Path
    sha256: str
    which: str
    sample: SampleConfig
    pixels: np.ndarray  # uint8 (H, W, C), as it is prepared
    seed: int

    is_forward = True

    def frames(self, span: Span) -> Iterator[TrajectoryFrame]:
        """Frames span.anchor .. span.last. Raises StudioError, as `DenoisingAgain.frames`."""
        from ddpm_studio.sampling.forward import levels

        yield from levels(self.noising(), range(span.anchor, span.last + 1))

    def noising(self) -> Noising:
        """What the engine needs for it."""
        from ddpm_studio.sampling.forward import Noising, from_record

        loaded = same_model(self.models, self.checkpoint, self.which, self.sha256)
        x_0 = from_record(self.pixels)
        return Noising(loaded, self.sample, x_0, self.seed)


def picture_of(frame: TrajectoryFrame, picture: int) -> TrajectoryFrame:
    """One picture of a frame alone, with memory of its own."""
    only = {
        name: getattr(frame, name)[picture : picture + 1].copy()
        for name in ("x_t", "pred_x_0", "pred_eps")
    }
    return dataclasses.replace(frame, **only, state=None)


def same_model(models: LoadedModels, checkpoint: Path, which: str, sha256: str) -> Loaded:
    """The model of a checkpoint as it was. Raises StudioError if it is another one by now."""
    from ddpm_studio.training.pinned import still_there

    try:
        loaded = models.take(checkpoint, which)
    except CheckpointError:
        kept = still_there(checkpoint, sha256, which)
        if kept == checkpoint:
            raise
        loaded = models.take(kept, which)
    if loaded.sha256 != sha256:
        raise StudioError(
            f"The frames in between cannot be computed again: {checkpoint.name} has changed."
        )
    return loaded


def compute(again: Again, span: Span) -> Iterator[TrajectoryFrame | None]:
    """The frames of a span; None for each that was only a step on the way."""
    for position, frame in enumerate(again.frames(span), span.anchor):
        yield frame if position >= span.first else None


class OnDemand(Sequence[T]):
    """Items that are made, or found, when they are asked for."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...

    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        return self._at(index % self._count)

    @abstractmethod
    def _at(self, index: int) -> T:
        """index: 0 to count - 1."""


class KeptFrames(OnDemand["np.ndarray"]):
    """Of every frame of a denoising the nearest that is in memory: nobody waits for these."""

    def __init__(self, kept: Mapping[int, TrajectoryFrame], count: int, show: str) -> None:
        """kept: by position, one at the least unless `count` is 0."""
        super().__init__(count)
        self._kept, self._show = kept, show

    def _at(self, position: int) -> np.ndarray:
        return self._of(self._kept[min(self._kept, key=lambda one: (abs(one - position), one))])

    def _of(self, frame: TrajectoryFrame) -> np.ndarray:
        return pixels_of(frame, self._show)


class AllFrames(KeptFrames):
    """Every frame of a denoising as it was: what is not in memory is computed, which takes time."""

    def __init__(
        self,
        kept: Mapping[int, TrajectoryFrame],
        anchors: Mapping[int, State],
        count: int,
        again: Again,
        show: str,
    ) -> None:
        super().__init__(kept, count, show)
        self._anchors, self._again = anchors, again
        self._segment: dict[int, np.ndarray] = {}  # the latest, as far as it was asked for
        self._running: Iterator[TrajectoryFrame] | None = None
        self._next = 0  # the position that `_running` gives next

    def _at(self, position: int) -> np.ndarray:
        if position in self._kept:
            return self._of(self._kept[position])
        anchor = max((one for one in self._anchors if one <= position), default=0)
        after = min((one for one in self._kept if one > position), default=self._count)
        if position not in self._segment and (self._running is None or position != self._next):
            self._segment.clear()
            span = Span(anchor, anchor, after - 1, ALL, self._anchors.get(anchor))
            self._running, self._next = self._again.frames(span), anchor
        while position not in self._segment:
            assert self._running is not None
            self._segment[self._next] = self._of(next(self._running))
            self._next += 1
        return self._segment[position]
