"""A training step gone through without numbers: how much it computes and what memory it takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.flop_counter import FlopCounterMode

from ddpm_studio.config import StudioConfig
from ddpm_studio.nn.per_picture import PART, can_share
from ddpm_studio.training.trainer import Trainer

MIB = 2**20
# What is loaded once, whatever the network: libraries' code, and kernels made for this processor.
# Measured on Linux with torch 2.13, from a program that had only been started.
FIRST_USE = {torch.float32: 98 * MIB, torch.bfloat16: 138 * MIB, torch.float16: 138 * MIB}
# On the CPU a process takes more than its tensors add up to: gaps between those that live on, and
# oneDNN's own copies. Fitted with glibc 2.36 to 50 cases (see
# `tests/benchmarks/test_memory_prediction.py`), as a multiple of the passing tensors: 1.3 to 1.5
# for steps; 2.0 to 2.8 where blocks are computed again, because glibc finds no place for a tensor
# in the gap that one of the same size has left; 1.5 to 1.75 for looks.
GAPS, GAPS_RECOMPUTING, GAPS_LOOKING = 1.41, 2.36, 1.62
GAPS_FILLED = 0.37  # of the gaps take in the copies for a checkpoint
CARD_WORKSPACE = 64 * MIB  # of cuBLAS and cuDNN; not measured, for want of a card
# A round of pictures that is drawn without numbers must not be taken for a real one's (order.py).
NO_SEED = 2**63 - 1
# Of a measured step: how much stays, in bytes of the network; how much of what the parts of a step
# leave for the way back is there where blocks are computed again; what a look has of it.
KEPT, RECOMPUTED, LOOKING = 5, 0.5, 0.4

Request = tuple[int, int]  # as `tensor_watch` has it


@dataclass(frozen=True)
class Rehearsal:
    """What a training asks of a device; numbers of bytes are those of tensors alone.

    flops: floating-point operations of a step. weights: bytes of the network, in float32. kept:
    bytes that stay from step to step. passing: the most that a step has beside them at any
    moment. gradients: how much of that is from earlier parts of the batch. looking: as passing, for
    a look at what was learned (previews, held-out pictures).
    """

    device: torch.device
    precision: torch.dtype
    recomputes: bool
    flops: int
    weights: int
    kept: int
    passing: int
    gradients: int
    looking: int

    def peak_memory(self, *, saves: bool = True) -> int:
        """The most bytes that a training takes, beyond a program that has only been started.

        On the CPU: of the whole process; else of the device. saves: whether checkpoints are
        written, whose copies lie in the CPU's memory while the next steps are made.
        """
        if self.device.type != "cpu":
            return self.kept + max(self.passing, self.looking) + CARD_WORKSPACE
        factor = GAPS_RECOMPUTING if self.recomputes else GAPS
        gaps = (factor - 1) * (self.passing - self.gradients)
        copies = 4 * self.weights if saves else 0  # the average and two moments have their size
        stepping = self.passing + gaps + max(0.0, copies - GAPS_FILLED * gaps)
        looking = GAPS_LOOKING * self.looking + copies
        return FIRST_USE[self.precision] + self.kept + round(max(stepping, looking))


def rehearse(config: StudioConfig, device: torch.device) -> Rehearsal:
    """Let a real Trainer make a step with tensors that have shapes but no memory and no numbers.

    Takes one second of one processor or two, and nothing of the device. If this version of torch
    has no such tensors, two small real steps are measured.
    """
    try:
        from ddpm_studio.training.tensor_watch import Watch, without_numbers
    except ImportError:
        return measure(config, device)
    train = config.train
    with without_numbers() as mode, Watch(mode) as watch:
        trainer = _trainer(config, device)
        setup = watch.take_requests()
        trainer.train_step()
        step, flops = watch.take_requests(), watch.flops
        _look(trainer)
        look = watch.take_requests()
        weights = sum(weight.numel() * weight.element_size() for weight in trainer.parameters)
    kept = _total(setup) + _total(step)
    return Rehearsal(
        device,
        trainer.precision,
        train.gradient_checkpointing,
        flops,
        weights,
        kept,
        _most(_once_more(step)),
        weights if train.accumulation > 1 else 0,
        _most(look),
    )


def measure(config: StudioConfig, device: torch.device) -> Rehearsal:
    """The same from two real steps, of one picture and of two; memory as it grows from there.

    It is within a tenth where blocks are not computed again, and a quarter where they are.
    """
    train = config.train
    one, two = (_measured(config, device, count) for count in (1, 2))
    each, parts = two.left - one.left, train.batch_size // train.accumulation
    gradients = one.weights if train.accumulation > 1 else 0
    left = one.left + (parts - 1) * each
    if train.gradient_checkpointing:
        left = round(RECOMPUTED * left)
    return Rehearsal(
        device,
        one.precision,
        train.gradient_checkpointing,
        one.flops * train.batch_size,
        one.weights,
        KEPT * one.weights,
        left + gradients,
        gradients,
        round(LOOKING * each * _looked_at(config, device)),
    )


@dataclass(frozen=True)
class _Measured:
    """left: bytes that the way to the loss leaves for the way back."""

    precision: torch.dtype
    flops: int  # of one picture
    weights: int
    left: int


def _measured(config: StudioConfig, device: torch.device, count: int) -> _Measured:
    """A step of so many pictures."""
    changed = config.changed(
        "train", batch_size=count, accumulation=1, gradient_checkpointing=False
    )
    trainer = _trainer(changed, device)
    own = {weight.untyped_storage().data_ptr() for weight in trainer.parameters}
    left: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            left[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(note, lambda tensor: tensor):
        trainer.train_step()
    trainer.model.recomputes = config.train.gradient_checkpointing
    with FlopCounterMode(display=False) as counter:
        trainer.train_step()
    weights = sum(weight.numel() * weight.element_size() for weight in trainer.parameters)
    flops = counter.get_total_flops() // count
    return _Measured(trainer.precision, flops, weights, sum(left.values()))


def _trainer(config: StudioConfig, device: torch.device) -> Trainer:
    channels, height, width = config.pictures.shape
    pictures = torch.zeros((config.train.batch_size, height, width, channels), dtype=torch.uint8)
    return Trainer(config.changed("train", seed=NO_SEED), pictures, device)


def _looked_at(config: StudioConfig, device: torch.device) -> int:
    """How many pictures go through the network at once when it is looked at."""
    train, shape = config.train, config.pictures.shape
    count = max(train.preview_count, train.batch_size // train.accumulation)
    if device.type != "cpu":
        return count
    # there they go through in parts (see `PerPicture`)
    shares = can_share(*shape[1:], config.model.stride)
    return min(count, PART * torch.get_num_threads()) if shares else 1


@torch.no_grad()
def _look(trainer: Trainer) -> None:
    """What previews and the held-out loss ask of the network."""
    shape, count = trainer.config.pictures.shape, _looked_at(trainer.config, trainer.device)
    t = torch.zeros(count, dtype=torch.long, device=trainer.device)
    with trainer.autocast():
        trainer.model(torch.empty((count, *shape), device=t.device), t)


def _once_more(requests: Sequence[Request]) -> list[Request]:
    """A later step: the same without what the first one has kept, such as AdamW's moments."""
    given_back = {number for number, size in requests if not size}
    taken = {number for number, size in requests if size}
    again = given_back & taken
    return [request for request in requests if request[0] in again]


def _sums(requests: Sequence[Request]) -> Iterator[int]:
    """How many bytes are taken after each request; of pieces from before, none."""
    sizes: dict[int, int] = {}
    total = 0
    for number, size in requests:
        total += size or -sizes.pop(number, 0)
        sizes[number] = size
        yield total


def _total(requests: Sequence[Request]) -> int:
    return list(_sums(requests))[-1]


def _most(requests: Sequence[Request]) -> int:
    return max(_sums(requests), default=0)
