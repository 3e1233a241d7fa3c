"""An XY sheet as one picture: cells in whole-number enlargement, their settings in words."""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ddpm_studio.config.fields import check, check_choice
from ddpm_studio.errors import ExportError
from ddpm_studio.events import Progress, Work
from ddpm_studio.export.film.captions import BETWEEN, wrapped
from ddpm_studio.export.images import (
    PAGE_ENDINGS,
    enlarge,
    on_background,
    picture_grid,
    save_picture,
    to_image,
)
from ddpm_studio.export.places import check_file, written
from ddpm_studio.sheets import Place, Sheet

KEY = "ddpm_studio_sheet"  # of the text inside the file; that of a picture's recipe is another
MOST_SCALE = 64
CELL_PIXELS = 144  # cells are enlarged to at least this width, by a whole number
LARGEST_SIDE = 16383  # pixels; WebP's limit
MOST_PIXELS = 200_000_000
SAME_NOTE = "= the same picture, since the sampler has no eta"


@dataclass(frozen=True)
class Paper:
    """Colours of a page, #rrggbb."""

    ground: str
    text: str
    muted: str
    line: str


PAPERS = {
    "light": Paper("#ffffff", "#1b1b1b", "#6a6a6a", "#d0d0d0"),
    "dark": Paper("#141414", "#ececec", "#9c9c9c", "#3a3a3a"),
}


@dataclass(frozen=True)
class SheetPage:
    """What is drawn. cells: uint8 (N, H, W, C) of each place that is there.

    scale: whole-number enlargement, 0 for one that suits labels. Transparent pictures lie on
    the paper. Raises ConfigError for a paper or a scale that is not allowed.
    """

    project: str
    sheet: Sheet
    cells: Mapping[Place, np.ndarray]
    paper: str = "light"
    scale: int = 0

    def __post_init__(self) -> None:
        check_choice("paper", self.paper, tuple(PAPERS))
        allowed = f"0 (as suits) to {MOST_SCALE}"
        check(0 <= self.scale <= MOST_SCALE, "scale", self.scale, allowed)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the page in pixels."""
        return _Layout(self).size


class _Layout:
    """Where everything is, in pixels."""

    def __init__(self, page: SheetPage) -> None:
        self.sheet, first = page.sheet, next(iter(page.cells.values()), None)
        if first is None:
            raise ExportError("No cell of the sheet is painted yet, so there is nothing to export.")
        height, width = picture_grid(first).shape[:2]
        self.scale = page.scale or max(1, -(-CELL_PIXELS // width))
        self.cell = width * self.scale, height * self.scale
        self.em = min(64, max(15, round(self.cell[0] * 0.085)))
        self.font = ImageFont.load_default(self.em)
        self.title_font = ImageFont.load_default(round(self.em * 1.7))
        self.gap, self.margin = round(self.em * 1.1), round(self.em * 2.2)
        self.line = round(self.em * 1.4)
        self.columns = [self.wrapped(label, self.cell[0]) for label in self.sheet.x.labels]
        self.rows = self.sheet.y.labels
        widest = max(self.width(line) for lines in self.columns for line in lines)
        self.pitch = max(self.cell[0], widest) + self.gap, self.cell[1] + self.gap
        self.has_copies = any(place != first for place, first in self.sheet.copies().items())
        self.title = _writable(page.project) or "Sheet"
        self.left = self.margin + max(self.width(label) for label in self.rows) + self.gap
        across = len(self.columns) * self.pitch[0] - self.gap
        self.page_width = max(self.left + across + self.margin, 28 * self.em)
        room = self.page_width - 2 * self.margin
        self.about = self.wrapped(self.sheet.fixed_words, room, BETWEEN)
        self.label_lines = max(len(lines) for lines in self.columns)
        self.top_about = self.margin + round(self.em * 2.5)
        self.top_labels = self.top_about + len(self.about) * self.line + round(self.em * 1.2)
        self.top = self.top_labels + self.label_lines * self.line + round(self.em * 0.3)
        self.bottom = self.top + len(self.rows) * self.pitch[1] - self.gap

    @cached_property
    def size(self) -> tuple[int, int]:
        note = round(self.em * 0.8) + self.line if self.has_copies else 0
        return self.page_width, self.bottom + note + self.margin

    def width(self, text: str) -> int:
        return round(self.font.getlength(text) + 0.5)

    def wrapped(self, text: str, room: float, between: str = " ") -> list[str]:
        return wrapped(text, lambda line: self.font.getlength(line) <= room, between)

    def corner(self, place: Place) -> tuple[int, int]:
        """The upper left pixel of a cell, in the middle of its column."""
        spare = (self.pitch[0] - self.gap - self.cell[0]) // 2
        return self.left + place[0] * self.pitch[0] + spare, self.top + place[1] * self.pitch[1]


def check_page(page: SheetPage) -> None:
    """Raise ExportError if there is no cell, or the page is too large. One cell tells the size."""
    width, height = page.size
    if max(width, height) > LARGEST_SIDE or width * height > MOST_PIXELS:
        raise ExportError(
            f"The sheet would be {width} x {height} pixels, which is too large; choose a smaller "
            "enlargement, or fewer values."
        )


def draw_page(page: SheetPage) -> Iterator[Image.Image]:
    """Draw row after row; the same picture each time, an RGB one, finished at the last.

    Raises ExportError, before anything is drawn, if there is no cell or the page is too large.
    """
    check_page(page)
    layout, paper = _Layout(page), PAPERS[page.paper]
    image = Image.new("RGB", layout.size, paper.ground)
    draw = ImageDraw.Draw(image)
    _draw_words(draw, layout, paper)
    for row in range(len(layout.rows)):
        for column in range(len(layout.columns)):
            _draw_cell(image, draw, layout, page, (column, row))
        yield image


def write_page(path: Path, page: SheetPage, about: dict[str, Any]) -> Iterator[Progress]:
    """Write a page as PNG or WebP (lossless), with `about` as JSON inside.

    Whoever stops it before its end finds nothing new on the disk. Raises ExportError.
    """
    check_path(path)
    total, done = len(page.sheet.y.values) + 1, 0
    text = json.dumps(about if path.suffix.lower() == ".png" else {KEY: about})
    with written(path) as temporary:
        for drawn in draw_page(page):
            image = drawn
            yield Progress(Work.WRITING, done := done + 1, total)
        save_picture(temporary, image, text, KEY)
        yield Progress(Work.WRITING, total, total)


def check_path(path: Path) -> None:
    """Raise an ExportError unless the ending is one that can be written, in a folder."""
    if path.suffix.lower() not in PAGE_ENDINGS:
        raise ExportError(f"{path.name} must end in {' or '.join(PAGE_ENDINGS)}.")
    check_file(path)


def _draw_words(draw: ImageDraw.ImageDraw, layout: _Layout, paper: Paper) -> None:
    left, font = layout.margin, layout.font
    draw.text((left, layout.margin), layout.title, paper.text, layout.title_font)
    for number, line in enumerate(layout.about):
        draw.text((left, layout.top_about + number * layout.line), line, paper.muted, font)
    for column, lines in enumerate(layout.columns):
        middle = layout.corner((column, 0))[0] + layout.cell[0] / 2
        first = layout.label_lines - len(lines)  # they stand on the cells
        for number, line in enumerate(lines, first):
            y = layout.top_labels + number * layout.line
            draw.text((middle, y), line, paper.text, font, anchor="ma")
    for row, label in enumerate(layout.rows):
        y = layout.corner((0, row))[1] + layout.cell[1] / 2
        draw.text((layout.left - layout.gap, y), label, paper.text, font, anchor="rm")
    if layout.has_copies:
        y = layout.bottom + round(layout.em * 0.8)
        draw.text((layout.left, y), SAME_NOTE, paper.muted, font)


def _draw_cell(
    image: Image.Image, draw: ImageDraw.ImageDraw, layout: _Layout, page: SheetPage, place: Place
) -> None:
    paper, (x, y) = PAPERS[page.paper], layout.corner(place)
    pictures = page.cells.get(place)
    if pictures is None:
        box = (x, y, x + layout.cell[0] - 1, y + layout.cell[1] - 1)
        draw.rectangle(box, outline=paper.line)
        return
    laid = on_background(picture_grid(pictures), paper.ground)
    image.paste(to_image(enlarge(laid, layout.scale)), (x, y))
    if page.sheet.copies()[place] != place:
        _draw_same(draw, layout, paper, place, page.sheet.x.name == "eta")


def _draw_same(
    draw: ImageDraw.ImageDraw, layout: _Layout, paper: Paper, place: Place, is_across: bool
) -> None:
    """A small "=" between a cell and its neighbour before it, left or above."""
    x, y = layout.corner(place)
    half, thick = layout.gap * 0.22, max(1, round(layout.em / 12))
    if is_across:
        middle = x - (layout.pitch[0] - layout.cell[0]) / 2, y + layout.cell[1] / 2
    else:
        middle = x + layout.cell[0] / 2, y - layout.gap / 2
    for off in (-half / 2, half / 2):
        a, b = (middle[0] - half, middle[0] + half), (middle[1] - half, middle[1] + half)
        if is_across:
            draw.line((a[0], middle[1] + off, a[1], middle[1] + off), paper.muted, thick)
        else:
            draw.line((middle[0] + off, b[0], middle[0] + off, b[1]), paper.muted, thick)


def _writable(text: str) -> str:
    """What the built-in font has letters for: accents fall off, others are left out."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join("".join(c for c in plain if c.isprintable()).split())
