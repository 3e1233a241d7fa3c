"""What long work yields: small frozen facts that a consumer prints, plots or counts."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeGuard


class Work(StrEnum):
    """What takes its time. The words are the names of the events in JSON, and stay."""

    READING = "PicturesProgress"  # the files of a folder
    DRAWING = "DrawingProgress"  # sample pictures
    PROBING = "ProbeProgress"  # what this machine can do, in seconds of at most so many
    PREVIEW = "PreviewProgress"  # denoising steps of a preview
    WRITING = "ExportProgress"  # frames of an animation
    BATCH = "BatchStep"  # pictures of a batch, those that are half finished among them
    MOVING = "FilesMoved"  # files, to another place
    BITS = "LikelihoodProgress"  # looks of the network at pictures, to say how likely they are


@dataclass(frozen=True)
class Progress:
    """`done` of `total` are done. now: what is worked on, in plain words, if that is said.

    before: of `done`, what was there when the work began. step: of training, where there is one.
    """

    what: Work
    done: float
    total: float
    now: str = ""
    before: float = 0
    step: int | None = None


def is_progress(event: object, what: Work) -> TypeGuard[Progress]:
    """Whether an event says how far that work is."""
    return isinstance(event, Progress) and event.what is what


@dataclass(frozen=True)
class PicturesFound:
    """The names of all files in the folder; which of them are pictures will be seen."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class PicturesSeen:
    """Pictures that were read: (place in `PicturesFound.names`, row in the store) of each.

    path, shape: where the store lies, and (C, H, W) of its records.
    """

    path: Path
    shape: tuple[int, int, int]
    rows: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class FileChecked:
    """The verdict on one file. kind: "taken", or why it is left out, as in `LeftOut`.

    notes: what was done to it; width, height: of the picture in the file, 0 if there is none.
    """

    name: str
    is_taken: bool
    reason: str
    kind: str
    notes: tuple[str, ...]
    width: int
    height: int
    format: str
    weight: float = 1.0


@dataclass(frozen=True)
class FolderChecked:
    """All files were judged: so many pictures, of so many channels and this size."""

    taken: int
    left_out: int
    channels: int
    width: int
    height: int


@dataclass(frozen=True)
class PicturesReady:
    """The prepared set is there; `left_out` files were not taken."""

    taken: int
    left_out: int
    from_cache: bool


@dataclass(frozen=True)
class TrainStarted:
    """Training begins after `step`; `total_steps` or `total_seconds` is its end, if it has one.

    It learns from `pictures`; so many more are `kept_aside`, to ask how well it does on them.
    `earlier_seconds`: of training that led to `step`, in the runs before.
    """

    step: int
    total_steps: int | None
    total_seconds: float | None
    device: str
    precision: str
    parameters: int
    pictures: int
    kept_aside: int = 0
    earlier_seconds: float = 0.0


@dataclass(frozen=True)
class TrainStep:
    """One step was made. `seconds`: of this run; `remaining`: seconds left, if that is known.

    `memory`: bytes, the most that training has taken so far on its device; 0 if unknown.
    `next_pictures`: seconds until pictures are painted again; None if unknown. `held_out_every`,
    `bits_every`: seconds of training between two such questions at the least; None if never.
    """

    step: int
    loss: float
    grad_norm: float
    learning_rate: float
    pictures_per_second: float
    seconds: float
    remaining: float | None
    memory: int = 0
    next_pictures: float | None = None
    held_out_every: float | None = None
    bits_every: float | None = None


@dataclass(frozen=True)
class BatchHalved:
    """Memory ran out, so the batch now goes through the network in `accumulation` parts."""

    step: int
    accumulation: int
    message: str


@dataclass(frozen=True)
class StepSkipped:
    """The loss or its gradient was not finite, so the weights were left alone."""

    step: int
    message: str


@dataclass(frozen=True)
class RolledBack:
    """After several bad steps training went back to its last good state, with a lower rate."""

    step: int
    to_step: int
    learning_rate: float
    message: str


@dataclass(frozen=True)
class HeldOutMeasured:
    """The loss on pictures that are never learned from; bands: from little noise to much."""

    step: int
    loss: float
    bands: tuple[float, ...]


@dataclass(frozen=True)
class BitsMeasured:
    """What a model needs to store a picture, in bits for each number of 8 bits; a bound from above.

    of: which pictures, "held-out" or "learned"; count: how many were asked about. error: the
    standard error of `bits`, 0 of a single picture. bits = prior + sum of parts + decoder: what is
    known before the first step back (L_T), of the steps (L_t), and of the last (L_0). parts[k]: of
    all steps at t from starts[k] on, up to the next; of the smallest noise first.
    variance: of the steps back, "learned", "beta" or "posterior". looks: calls of the network, one
    for each picture.
    """

    step: int
    of: str
    count: int
    bits: float
    error: float
    prior: float
    decoder: float
    starts: tuple[int, ...]
    parts: tuple[float, ...]
    variance: str
    looks: int


@dataclass(frozen=True)
class FlowBitsMeasured:
    """The same of a model without timesteps, by its probability flow; an estimate, no bound.

    prior: how many of the bits the noise needs that pictures become, as a density; the rest is what
    the way stretches. looks: calls of the network, one for each picture.
    """

    step: int
    of: str
    count: int
    bits: float
    error: float
    prior: float
    looks: int


@dataclass(frozen=True)
class PreviewSaved:
    """A grid of pictures from fixed seeds; `pictures`: uint8 (N, H, W, C), not written to again.

    painted: which of them are of this step; the others are as they were. Empty: all.
    """

    step: int
    path: Path
    pictures: Any
    painted: tuple[int, ...] = ()


@dataclass(frozen=True)
class BothPainted:
    """The same noise, painted with the averaged and with the plain weights of a step.

    averaged, plain: uint8 (N, H, W, C), not written to again; what the pictures look like after
    `done` of `total` denoising steps. They are finished when both are equal.
    """

    step: int
    done: int
    total: int
    averaged: Any
    plain: Any


@dataclass(frozen=True)
class CheckpointSaved:
    """The state after `step` is on disk."""

    step: int
    path: Path


@dataclass(frozen=True)
class CheckpointSkipped:
    """A damaged checkpoint was passed over for the one before it."""

    path: Path
    message: str


@dataclass(frozen=True)
class SampleStep:
    """A batch of pictures is at `step` of `steps`; `finished` pictures were made before it."""

    step: int
    steps: int
    batch: int
    finished: int
    total: int

    @property
    def painted(self) -> float:
        """Pictures, those that are half finished among them."""
        return self.finished + self.batch * self.step / self.steps


@dataclass(frozen=True)
class SampleFinished:
    """One picture is finished: uint8 (H, W, C). calls: of the network, that it took."""

    index: int
    seed: int
    picture: Any
    calls: int = 0


@dataclass(frozen=True)
class FileWritten:
    """A file that the user asked for is complete.

    is_last: nothing follows it, so what is stopped now has done all that was asked of it.
    """

    path: Path
    is_last: bool = False


@dataclass(frozen=True)
class Note:
    """Something worth a sentence. left_out: how many files were, if it says that."""

    message: str
    left_out: int = 0


# what `prepare_pictures` and `train` yield
PrepareEvent = PicturesFound | PicturesSeen | Progress | PicturesReady | Note
TrainEvent = (
    PrepareEvent
    | CheckpointSkipped
    | HeldOutMeasured
    | BitsMeasured
    | FlowBitsMeasured
    | TrainStarted
    | TrainStep
    | BatchHalved
    | StepSkipped
    | RolledBack
    | PreviewSaved
    | CheckpointSaved
)
