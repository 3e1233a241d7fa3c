"""An XY sheet: the same noise, painted with every pair of settings of two axes."""

from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ddpm_studio.errors import CheckpointError
from ddpm_studio.events import SampleFinished, SampleStep
from ddpm_studio.sampling.generate import generate
from ddpm_studio.sampling.network import Network
from ddpm_studio.sheets import Cell, Place, Sheet

Load = Callable[[int, str], Network]  # of a checkpoint's step, "ema" or "model"
Source = tuple[int, str]  # what is loaded


@dataclass(frozen=True)
class SheetCell:
    """A cell is finished. pictures: uint8 (N, H, W, C), one for each seed, not written to again."""

    column: int
    row: int
    pictures: Any


@dataclass(frozen=True)
class SheetGap:
    """Cells that stay empty, as (column, row), since their checkpoint cannot be read."""

    places: tuple[Place, ...]
    message: str


@dataclass
class _Count:
    """How far the whole sheet is, by calls of the network: a cell of 50 steps is ten of 5."""

    pictures: int
    total: int
    done: int = 0

    def at(self, cell: Cell, step: SampleStep) -> SampleStep:
        """The whole sheet as one batch, while a cell is at some step."""
        part = (step.finished + step.batch * step.step / step.steps) / step.total
        now = self.done + round(cell.calls * part)
        return SampleStep(now, self.total, self.pictures, 0, self.pictures)


def make_sheet(
    sheet: Sheet, load: Load, known: Collection[Cell] = ()
) -> Iterator[SampleStep | SheetCell | SheetGap]:
    """Paint every cell that is not known; each is what `generate` makes of its settings.

    Cells of the same pictures (see `Cell.made_as`) are painted once. They come spread over the
    whole sheet first; each checkpoint is loaded once, or twice if there are several, since one
    cell of each comes before the rest. Closing it stops after the present denoising step.

    load: gives the network; one is held at a time.
    known: `made_as` of the cells that are there already. Raises ConfigError if there are more
    steps than trained timesteps, and CheckpointError if no checkpoint can be read.
    """
    todo = painting_order(sheet, known)
    pictures = sum(len(places) for places in todo.values()) * sheet.count
    count = _Count(pictures, sum(cell.calls for cell in todo))
    present: Source | None = None
    failed: dict[Source, CheckpointError] = {}
    has_any = bool(known)
    network: Network | None = None
    for cell, places in todo.items():
        source = (cell.checkpoint, cell.which)
        if source != present and source not in failed:
            network = present = None  # make room first
            try:
                network = load(*source)
                sheet.check_fits(network.config.diffusion.num_timesteps)
                present = source
            except CheckpointError as error:
                failed[source] = error
        if source in failed:
            yield SheetGap(tuple(places), str(failed[source]))
        elif network is not None:
            made = yield from _paint(network, cell, count)
            has_any = True
            for place in places:
                yield SheetCell(*place, made)
        count.done += cell.calls
    if failed and not has_any:
        raise next(iter(failed.values()))


def _paint(network: Network, cell: Cell, count: _Count) -> Generator[SampleStep, None, np.ndarray]:
    """Returns the pictures of a cell: uint8 (N, H, W, C)."""
    made: list[np.ndarray] = []
    for event in generate(network, cell.sample, cell.seeds):
        if isinstance(event, SampleFinished):
            made.append(event.picture)
        else:
            yield count.at(cell, event)
    return np.stack(made)


def painting_order(sheet: Sheet, known: Collection[Cell] = ()) -> dict[Cell, list[Place]]:
    """The cells to paint, in order, each with all its places.

    Corners first, then what lies half way between, and so on; of these the quick ones first.
    """
    todo: dict[Cell, list[Place]] = {}
    for place in sheet.places:
        cell = sheet.cell(place).made_as
        if cell not in known:
            todo.setdefault(cell, []).append(place)
    across, down = (_levels(len(axis.values)) for axis in (sheet.x, sheet.y))

    def rank(cell: Cell) -> tuple[int, int]:
        return min(max(across[column], down[row]) for column, row in todo[cell]), cell.calls

    by_source: dict[Source, list[Cell]] = {}
    for cell in sorted(todo, key=rank):
        by_source.setdefault((cell.checkpoint, cell.which), []).append(cell)
    firsts = [cells[0] for cells in by_source.values()]
    rests = [cell for cells in reversed(by_source.values()) for cell in cells[1:]]
    return {cell: todo[cell] for cell in [*firsts, *rests]}


def _levels(count: int) -> list[int]:
    """When each of some places in a row is taken: the ends at 0, their middle at 1, and so on."""
    levels = [0] * count

    def halve(low: int, high: int, level: int) -> None:
        middle = (low + high) // 2
        if low < middle < high:
            levels[middle] = level
            halve(low, middle, level + 1)
            halve(middle, high, level + 1)

    halve(0, count - 1, 1)
    return levels
