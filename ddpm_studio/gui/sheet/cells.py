"""The cells of sheets that were painted, so that none is painted twice while the sheet is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from ddpm_studio.gui.common.checkpoints import Checkpoints
from ddpm_studio.gui.common.images import drawable, image_on
from ddpm_studio.sheets import Cell, Place, Sheet

if TYPE_CHECKING:
    import numpy as np

MOST_BYTES = 512 << 20  # of pictures; the oldest give way

Version = tuple[int, int] | None  # when a file was written, and its size; None: it is gone


class SheetCells:
    """Pictures by what they were made with. A checkpoint that was written anew starts anew."""

    def __init__(self, checkpoints: Checkpoints) -> None:
        self._checkpoints = checkpoints
        self._pictures: dict[Cell, np.ndarray] = {}
        self._images: dict[Cell, QImage] = {}
        self._versions: dict[int, Version] = {}

    def add(self, cell: Cell, pictures: np.ndarray) -> None:
        """pictures: uint8 (N, H, W, C), not written to again."""
        from ddpm_studio.export.images import picture_grid

        made = cell.made_as
        self._pictures[made] = pictures
        self._images[made] = drawable(image_on(picture_grid(pictures)))
        if sum(kept.nbytes for kept in self._pictures.values()) > MOST_BYTES:
            oldest = next(iter(self._pictures))
            del self._pictures[oldest], self._images[oldest]

    def image(self, cell: Cell) -> QImage | None:
        return self._images.get(cell.made_as)

    def known(self, sheet: Sheet) -> frozenset[Cell]:
        """`made_as` of the sheet's cells that are there."""
        made = {sheet.cell(place).made_as for place in sheet.places}
        return frozenset(made & self._pictures.keys())

    def of(self, sheet: Sheet) -> dict[Place, np.ndarray]:
        """The pictures of the places that have any."""
        cells = {place: sheet.cell(place).made_as for place in sheet.places}
        return {
            place: self._pictures[made] for place, made in cells.items() if made in self._pictures
        }

    def forget_changed(self) -> None:
        """Drop what came from checkpoints that training has replaced, not what it has deleted."""
        for step in {cell.checkpoint for cell in self._pictures}:
            version, before = self._version(step), self._versions.get(step)
            if version is not None and before is not None and version != before:
                for cell in [one for one in self._pictures if one.checkpoint == step]:
                    del self._pictures[cell], self._images[cell]
                self._versions[step] = version

    def note_versions(self, sheet: Sheet) -> None:
        """The checkpoints of this sheet are about to be read."""
        for step in {sheet.cell(place).checkpoint for place in sheet.places}:
            self._versions.setdefault(step, self._version(step))

    def _version(self, step: int) -> Version:
        file = self._checkpoints.of(step)
        return None if file is None else (file.modified, file.nbytes)
