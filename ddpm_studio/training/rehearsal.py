"""A training step gone through without numbers: how much it computes and what memory it takes."""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch._ops import OpOverload
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

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

Request = tuple[int, int]  # the number of a piece of memory; its bytes, 0 when it is given back


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

    Takes one second of one processor or two, and nothing of the device.
    """
    train = dataclasses.replace(config.train, seed=NO_SEED)
    config = dataclasses.replace(config, train=train)
    channels, height, width = config.pictures.shape
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    watch = _Watch(mode)
    with mode, watch:
        pictures = torch.zeros((train.batch_size, height, width, channels), dtype=torch.uint8)
        trainer = Trainer(config, pictures, device)
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


@torch.no_grad()
def _look(trainer: Trainer) -> None:
    """What previews and the held-out loss ask of the network."""
    train, shape = trainer.config.train, trainer.config.pictures.shape
    count = max(train.preview_count, train.batch_size // train.accumulation)
    if trainer.device.type == "cpu":  # where they go through in parts (see `PerPicture`)
        shares = can_share(*shape[1:], trainer.config.model.stride)
        count = min(count, PART * torch.get_num_threads()) if shares else 1
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


class _Watch(TorchDispatchMode):
    """Notes when memory of tensors is asked for and given back, and counts operations.

    Attributes: flops (of matrix multiplications, convolutions and attention, as torch counts).
    """

    def __init__(self, mode: FakeTensorMode) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.flops = 0
        self._mode = mode
        self._numbers: dict[int, int] = {}  # of the memory that lives, by its address
        self._last = 0
        self._requests: list[Request] = []

    def take_requests(self) -> list[Request]:
        """All since the last time."""
        requests, self._requests = self._requests, []
        return requests

    def __torch_dispatch__(
        self,
        func: OpOverload,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func is torch.ops.aten._local_scalar_dense.default:
            # a number is asked for, to be looked at: 1 is finite, and True
            return {torch.bool: True}.get(args[0].dtype, 1.0)
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if func.overloadpacket in flop_registry:
            self.flops += flop_registry[func.overloadpacket](*args, **kwargs, out_val=result)
        for leaf in tree_leaves(result):
            if isinstance(leaf, Tensor):
                self._note(leaf)
        # modules do not move tensors that somebody keeps a weak reference to, as this memo does
        self._mode.fake_tensor_converter.meta_converter.tensor_memo.clear()
        return result

    def _note(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        address = storage._cdata
        if address in self._numbers or not storage.nbytes():
            return
        self._last += 1
        self._numbers[address] = self._last
        self._requests.append((self._last, storage.nbytes()))
        weakref.finalize(storage, self._given_back, address).atexit = False

    def _given_back(self, address: int) -> None:
        self._requests.append((self._numbers.pop(address), 0))
