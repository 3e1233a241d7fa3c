"""How much memory an allocator takes for what is asked of it, played through without any memory."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

Request = tuple[int, int]  # (number of a piece of memory, its bytes; 0 when it is given back)
ROUNDED_TO = 16  # bytes; a piece of glibc's has a head of half of that
SEARCH_MARGIN = 96  # bytes: aligned memory is looked for in gaps that are so much larger


class Heap:
    """glibc's: the smallest gap that is large enough, else the end, which moves on.

    Gaps between pieces that live on are why a process takes more than its tensors add up to.

    Attributes: most (bytes: the furthest that the end has been).
    """

    def __init__(self) -> None:
        self.most = 0
        self._end = 0
        self._pieces: dict[int, tuple[int, int]] = {}  # number -> start, bytes
        self._gaps: list[tuple[int, int]] = []  # bytes, start; sorted
        self._starts: dict[int, int] = {}  # of the gaps: start -> stop, and back
        self._stops: dict[int, int] = {}

    def play(self, requests: Iterable[Request]) -> None:
        """One request after another."""
        for number, size in requests:
            if size:
                self._take(number, size)
            else:
                self._give_back(*self._pieces.pop(number))

    def _take(self, number: int, size: int) -> None:
        size = -(-(size + ROUNDED_TO // 2) // ROUNDED_TO) * ROUNDED_TO
        place = bisect_left(self._gaps, (size + SEARCH_MARGIN, -1))
        if place == len(self._gaps):
            start = self._end
            self._end += size
            self.most = max(self.most, self._end)
        else:
            gap, start = self._gaps[place]
            self._close_gap(start, start + gap)
            self._give_back(start + size, gap - size)
        self._pieces[number] = (start, size)

    def _give_back(self, start: int, size: int) -> None:
        stop = start + size
        if stop in self._starts:  # gaps that touch become one
            stop = self._close_gap(stop, self._starts[stop])
        if start in self._stops:
            before = self._stops[start]
            self._close_gap(before, start)
            start = before
        if stop == self._end:
            self._end = start
            return
        insort(self._gaps, (stop - start, start))
        self._starts[start], self._stops[stop] = stop, start

    def _close_gap(self, start: int, stop: int) -> int:
        del self._gaps[bisect_left(self._gaps, (stop - start, start))]
        del self._starts[start], self._stops[stop]
        return stop


class Sum:
    """What lives at once, in whole blocks, as a graphics card's memory is counted.

    Attributes: most (bytes).
    """

    def __init__(self, block: int = 512) -> None:
        self.most = 0
        self._block = block
        self._now = 0
        self._pieces: dict[int, int] = {}

    def play(self, requests: Iterable[Request]) -> None:
        """One request after another."""
        for number, size in requests:
            if size:
                self._pieces[number] = -(-size // self._block) * self._block
                self._now += self._pieces[number]
                self.most = max(self.most, self._now)
            else:
                self._now -= self._pieces.pop(number)
