"""A sheet is painted in the background, its cells kept, so that none is painted twice."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from ddpm_studio.events import SampleStep
from ddpm_studio.gui.common.dialog_job import DialogJob
from ddpm_studio.gui.common.images import drawable, image_on
from ddpm_studio.gui.common.jobs import Job
from ddpm_studio.gui.common.project_watch import Checkpoints
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.sheet import work
from ddpm_studio.project import Project
from ddpm_studio.sheets import Cell, Place, Sheet
from ddpm_studio.words import time_left

if TYPE_CHECKING:
    import numpy as np

JOB = "sheet"
MOST_BYTES = 512 << 20  # of pictures; the oldest give way
LEAST_SECONDS = 0.5  # of painting, before it says anything about the pace


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

    def begin(self, sheet: Sheet) -> None:
        """The checkpoints of this sheet are about to be read.

        Drop what came from those that training has replaced, not what it has deleted.
        """
        for step in {cell.checkpoint for cell in self._pictures}:
            version, before = self._version(step), self._versions.get(step)
            if version is not None and before is not None and version != before:
                for cell in [one for one in self._pictures if one.checkpoint == step]:
                    del self._pictures[cell], self._images[cell]
                self._versions[step] = version
        for step in {sheet.cell(place).checkpoint for place in sheet.places}:
            self._versions.setdefault(step, self._version(step))

    def _version(self, step: int) -> Version:
        file = self._checkpoints.of(step)
        return None if file is None else (file.modified, file.nbytes)


class SheetDenoising(DialogJob):
    """One sheet at a time; training halts while it is painted, and goes on afterwards."""

    painted = Signal(object)  # a Place whose pictures are there
    gap = Signal(object, str)  # a Place that stays empty, and why

    def __init__(self, session: Session, project: Project, parent: QObject) -> None:
        super().__init__(session.jobs, parent)
        self._session, self._project = session, project
        self._sheet: Sheet | None = None  # that of the job
        self._since = self._pace = 0.0  # seconds: when it began, and what a call takes
        self.cells = SheetCells(session.checkpoints)

    def missing(self, sheet: Sheet) -> int:
        """How many places have no pictures yet."""
        return sum(self.cells.image(sheet.cell(place)) is None for place in sheet.places)

    def seconds(self, sheet: Sheet) -> float | None:
        """What the missing cells may take, at the pace of late; None while that is unknown."""
        known = self.cells.known(sheet)
        todo = {sheet.cell(place).made_as for place in sheet.places} - known
        return sum(cell.calls for cell in todo) * self._pace or None

    def start(self, sheet: Sheet) -> None:
        """Paint what is missing; another sheet that is being painted is left where it is."""
        if self._session.is_closing:
            return
        self.cells.begin(sheet)
        project, known = self._project, self.cells.known(sheet)
        job = self._session.start_borrowing(
            JOB, lambda: work.paint(project, sheet, known), "Painting the sheet"
        )
        self._sheet, self._since = sheet, 0.0
        job.events.connect(self._on_events)
        self.follow(job, self._outcome, "Stopped. What is painted stays.")

    def _on_events(self, events: list[object]) -> None:
        from ddpm_studio.sampling.sheet import SheetCell, SheetGap

        sheet = self._sheet
        if sheet is None:
            return
        for event in events:
            if isinstance(event, SheetCell):
                place: Place = (event.column, event.row)
                self.cells.add(sheet.cell(place), event.pictures)
                self.painted.emit(place)
            elif isinstance(event, SheetGap):
                for place in event.places:
                    self.gap.emit(place, event.message)
            elif isinstance(event, SampleStep):
                self._measure(event)

    def _measure(self, step: SampleStep) -> None:
        now = time.monotonic()
        self._since = self._since or now
        if step.step and now - self._since > LEAST_SECONDS:
            self._pace = (now - self._since) / step.step

    def words(self, job: Job) -> str:
        left = job.progress.remaining
        return super().words(job) + ("" if left is None else f"  {time_left(left)}")

    def _outcome(self, _result: object) -> str:
        missing = self.missing(self._sheet) if self._sheet is not None else 0
        if not missing:
            return f"The sheet is complete.{self.goes_on}"
        cells = "One cell stays" if missing == 1 else f"{missing} cells stay"
        return f"{cells} empty; point at one to see why."
