"""Background work of the sheet: paints its cells, and writes it as a page."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ddpm_studio.events import FileWritten, Progress, SampleStep
from ddpm_studio.export.places import make_folder
from ddpm_studio.project import Project
from ddpm_studio.sheets import Cell, Sheet

if TYPE_CHECKING:
    from ddpm_studio.export.sheet_page import SheetPage
    from ddpm_studio.sampling.sheet import SheetCell, SheetGap


def paint(
    project: Project, sheet: Sheet, known: frozenset[Cell] = frozenset()
) -> Iterator[SampleStep | SheetCell | SheetGap]:
    """Paint the cells but for those that are known: `made_as` of what is there already."""
    from ddpm_studio.device import select_device
    from ddpm_studio.sampling.sheet import make_sheet
    from ddpm_studio.training.loaded import networks_of

    yield from make_sheet(sheet, networks_of(project, select_device()), known)


def write(
    path: Path, project: Project, page: SheetPage
) -> Generator[Progress | FileWritten, None, Path]:
    """Write the page; if it is stopped before its end, nothing is left. Returns its path."""
    from ddpm_studio.device import select_device
    from ddpm_studio.export.sheet_page import write_page
    from ddpm_studio.training.loaded import about_sheet

    make_folder(path.parent)
    yield from write_page(path, page, about_sheet(project, page.sheet, select_device()))
    yield FileWritten(path, is_last=True)
    return path
