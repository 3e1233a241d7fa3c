"""Background work of the sheet: paints its cells, and writes it as a page."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ddpm_studio.events import FileWritten, Progress, SampleStep
from ddpm_studio.export.places import make_folder
from ddpm_studio.project import Project
from ddpm_studio.sheets import Cell, Place, Sheet

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.sampling.sheet import SheetCell, SheetGap


@dataclass(frozen=True)
class SheetRequest:
    """What is to be painted. known: `made_as` of the cells that are there already."""

    project: Project
    sheet: Sheet
    known: frozenset[Cell] = frozenset()


@dataclass(frozen=True)
class PageRequest:
    """What is to be written. cells: uint8 (N, H, W, C). paper: "light" or "dark"."""

    project: Project
    sheet: Sheet
    cells: dict[Place, np.ndarray]
    paper: str


def paint(request: SheetRequest) -> Iterator[SampleStep | SheetCell | SheetGap]:
    """Paint the cells that are not known yet."""
    from ddpm_studio.device import select_device
    from ddpm_studio.sampling.sheet import make_sheet
    from ddpm_studio.training.loaded import networks_of

    networks = networks_of(request.project, select_device())
    yield from make_sheet(request.sheet, networks, request.known)


def write(path: Path, request: PageRequest) -> Generator[Progress | FileWritten, None, Path]:
    """Write the page; if it is stopped before its end, nothing is left. Returns its path."""
    from ddpm_studio.device import select_device
    from ddpm_studio.export.sheet_page import SheetPage, write_page
    from ddpm_studio.training.loaded import about_sheet

    make_folder(path.parent)
    page = SheetPage(request.project.name, request.sheet, request.cells, request.paper)
    yield from write_page(path, page, about_sheet(request.project, request.sheet, select_device()))
    yield FileWritten(path)
    return path
