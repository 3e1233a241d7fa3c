"""Processes that open files, kept between two jobs that need them."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddpm_studio.data.isolation.pool import DecoderPool


class IdlePools:
    """Whoever takes processes brings them back, and has them for itself meanwhile.

    To start them takes half a second, which the first picture of a folder should not wait for.
    """

    def __init__(self, new_pool: Callable[[], DecoderPool]) -> None:
        """new_pool: starts the usual ones."""
        self._new_pool = new_pool
        self._idle: list[DecoderPool] = []
        self._is_closed = False
        weakref.finalize(self, _close_all, self._idle)  # also when the program ends without it

    @contextmanager
    def borrowed(self, unusual: Callable[[], DecoderPool] | None = None) -> Iterator[DecoderPool]:
        """Those that are idle, or new ones. unusual: starts others, which are not kept."""
        try:
            pool = self._idle.pop() if unusual is None else unusual()
        except IndexError:
            pool = self._new_pool()
        try:
            yield pool
        finally:
            if unusual is None and not self._idle and not self._is_closed:
                self._idle.append(pool)
            else:
                pool.close()

    def close(self) -> None:
        self._is_closed = True
        _close_all(self._idle)


def _close_all(idle: list[DecoderPool]) -> None:
    while idle:
        idle.pop().close()
