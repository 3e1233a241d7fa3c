"""Pictures through a network on the CPU: a few at a time on each core, with the same bits."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from typing import Any

import torch
from torch import Tensor

from ddpm_studio.nn.model import Model

PART = 4  # pictures that go through together
MOST_PIXELS = 64 * 64  # of pictures that do; larger ones keep all cores busy by themselves
VECTOR = 16  # pixels; a picture whose rows of numbers end between vectors has a tail of its own

Predict = Callable[[Tensor, Tensor], Tensor]  # (x_t, t) -> like x_t


def can_share(height: int, width: int, stride: int) -> bool:
    """Whether pictures may go through together without any of them noticing.

    Kernels compute whole vectors of numbers in another way than what is left over at the end; if
    each picture fills whole vectors, down to the smallest level, all of them are treated alike.
    """
    smallest = (height // stride) * (width // stride)
    return smallest % VECTOR == 0 and height * width <= MOST_PIXELS


class PerPicture:
    """A network for sampling, in which each picture has the same bits whatever is beside it.

    What a kernel adds up in which order depends on the size of the batch and on the number of
    threads. So on the CPU every part of a batch has the same size, a short one is filled up, and
    one thread of one core computes it. Many small kernels wait for each other when they are spread
    over cores, so this is also quicker. Large pictures, and those that do not fill vectors, go one
    by one. Elsewhere nothing is done: their kernels depend on the batch.
    """

    def __init__(self, network: Predict, stride: int) -> None:
        """stride: the sides of pictures are multiples of it, and of as many pixels is the last."""
        self._network, self._stride = network, stride
        self._pool: ThreadPoolExecutor | None = None
        self._size = 0

    @torch.no_grad()
    def __call__(self, x_t: Tensor, t: Tensor) -> Tensor:
        """network(x_t, t) for (N, C, H, W) and (N,), autocast as it is here."""
        if x_t.device.type != "cpu":
            return self._network(x_t, t)
        height, width = x_t.shape[-2:]
        if can_share(height, width, self._stride):
            return self._shared(x_t, t)
        return torch.cat([self._network(*part) for part in _parts(x_t, t, 1)])

    def _shared(self, x_t: Tensor, t: Tensor) -> Tensor:
        parts = list(_parts(x_t, t, PART))
        size = torch.get_num_threads()
        mixed = torch.is_autocast_enabled("cpu")
        precision = torch.get_autocast_dtype("cpu")
        done: list[Any] = [None] * len(parts)
        left, lock = iter(range(len(parts))), Lock()

        def work() -> None:
            # in one context, which converts the weights once
            with torch.no_grad(), torch.autocast("cpu", precision, enabled=mixed):
                while True:
                    with lock:
                        index = next(left, None)
                    if index is None:
                        return
                    done[index] = self._network(*parts[index])

        if size == 1:
            work()
        else:
            pool = self._threads(size)
            for future in [pool.submit(work) for _ in range(min(size, len(parts)))]:
                future.result()
        return torch.cat(done)[: len(x_t)]

    def _threads(self, size: int) -> ThreadPoolExecutor:
        if self._pool is None or self._size != size:
            if self._pool is not None:
                self._pool.shutdown(wait=False)
            self._pool, self._size = _single_threads(size), size
        return self._pool


def per_picture(network: Predict) -> Predict:
    """A model as `PerPicture` has it; anything else is already what its caller wants."""
    return PerPicture(network, network.stride) if isinstance(network, Model) else network


def _parts(x_t: Tensor, t: Tensor, size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """`size` pictures each, copied, because kernels also look at strides and alignment."""
    t = t.expand(len(x_t))
    for start in range(0, len(x_t), size):
        pictures, steps = x_t[start : start + size], t[start : start + size]
        missing = size - len(pictures)
        if missing:
            pictures = torch.cat([pictures, pictures[-1:].expand(missing, *pictures.shape[1:])])
            steps = torch.cat([steps, steps[-1:].expand(missing)])
        yield pictures.clone(memory_format=torch.contiguous_format), steps.clone()


def _single_threads(size: int) -> ThreadPoolExecutor:
    """Threads in which torch uses one core. Elsewhere it keeps using as many as before."""
    all_there = Barrier(size)

    def begin() -> None:
        torch.set_num_threads(1)  # of this thread, and of those that begin later
        all_there.wait()

    pool = ThreadPoolExecutor(size, thread_name_prefix="picture")
    for future in [pool.submit(begin) for _ in range(size)]:
        future.result()
    torch.set_num_threads(size)  # later ones again have as many as this one
    return pool
