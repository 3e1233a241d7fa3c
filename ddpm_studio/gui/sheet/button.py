"""The button "Sheet…" of the Generate page: opens the sheet, and lets it set the page."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.generate.controls import SampleControls
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.sheet.dialog import PageSettings, SheetDialog
from ddpm_studio.project import step_of
from ddpm_studio.sheets import Cell

TIP = "The same noise with other settings side by side: steps, eta, samplers, seeds, checkpoints"


class Sheets(QObject):
    """One sheet is open at a time; a second click brings it to the front."""

    def __init__(self, session: Session, controls: SampleControls, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._controls, self._page = session, controls, page
        self._dialog: SheetDialog | None = None
        self._before: PageSettings | None = None  # the page, until a sheet has set it
        self._best: tuple[int, float] | None = None
        self.button = Button(session.theme, "Sheet…", "generate.sheet", TIP, icon="grid")
        self.button.clicked.connect(self.open)
        controls.changed.connect(self._on_page_changed)
        controls.seed.number.valueChanged.connect(self._on_page_changed)
        session.checkpoints.changed.connect(self._on_checkpoints_changed)

    def set_best(self, step: int, loss: float) -> None:
        """The checkpoint with the star, and its held-out loss; -1: none."""
        self._best = (step, loss) if step >= 0 else None
        self._on_checkpoints_changed()

    def open(self) -> None:
        """Show the sheet, around what the page is set to."""
        project, steps = self._session.project, self._steps()
        if self._dialog is not None:
            self._dialog.raise_()
            self._dialog.activateWindow()
        elif project is not None and steps:
            dialog = SheetDialog(
                self._session, project, self._settings(), steps, self._best, self._page.window()
            )
            self._dialog, self._before = dialog, None
            dialog.used.connect(self._on_used)
            dialog.undone.connect(self._on_undone)
            dialog.finished.connect(self._on_closed)
            dialog.show()

    def _steps(self) -> list[int]:
        return self._session.checkpoints.steps

    def _settings(self) -> PageSettings:
        controls = self._controls
        sample = controls.sample_config(controls.seed.number.value())
        path, steps = controls.checkpoint, self._steps()
        newest = steps[-1] if steps else 0
        return PageSettings(sample, newest if path is None else step_of(path), controls.which)

    def _show(self, settings: PageSettings) -> None:
        controls = self._controls
        newest = self._steps()[-1:]
        if controls.checkpoint is not None or [settings.checkpoint] != newest:
            controls.choose_checkpoint(settings.checkpoint)
        controls.set_which(settings.which)
        controls.set_sample(settings.sample)

    def _on_used(self, cell: Cell) -> None:
        self._before = self._before or self._settings()
        self._show(PageSettings(cell.sample, cell.checkpoint, cell.which))

    def _on_undone(self) -> None:
        if self._before is not None:
            self._show(self._before)
            self._before = None

    def _on_page_changed(self) -> None:
        if self._dialog is not None and self._session.project is not None:
            self._dialog.set_page(self._settings())

    def _on_checkpoints_changed(self) -> None:
        if self._dialog is not None and self._session.project is not None:
            self._dialog.set_checkpoints(self._steps(), self._best)

    def _on_closed(self) -> None:
        self._dialog = None
