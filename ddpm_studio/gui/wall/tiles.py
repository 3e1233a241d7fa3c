"""Tiles of a wall, read by runs ("chunks") from where the pixels of all lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np


class Tiles(NamedTuple):
    """A run of a wall: uint8 (n, H, W, C), and where each of them lies, int64 (n,)."""

    chunk: int
    pixels: np.ndarray
    rows: np.ndarray


def load_tiles(
    store: np.ndarray | Path,
    shape: tuple[int, int, int],
    rows: np.ndarray,
    chunks: Sequence[int],
    chunk_size: int,
) -> Iterator[Tiles]:
    """Read tiles of the wall into memory.

    store: the records, or the file in which they are still being written, with `shape` (H, W, C).
    Chunk k holds the tiles from k * chunk_size on; rows says where each lies, -1: nowhere.
    """
    import numpy as np

    if isinstance(store, Path):
        nbytes = store.stat().st_size if store.exists() else 0
        records = nbytes // (shape[0] * shape[1] * shape[2])
        whole = (records, *shape)
        store = np.memmap(store, np.uint8, "r", shape=whole) if records else np.empty(whole)
    for chunk in chunks:
        wanted = rows[chunk * chunk_size : (chunk + 1) * chunk_size]
        is_there = (wanted >= 0) & (wanted < len(store))
        part = np.zeros((len(wanted), *store.shape[1:]), np.uint8)
        part[is_there] = store[wanted[is_there]]
        part.setflags(write=False)
        yield Tiles(chunk, part, wanted)
