"""The sheet, and the button that opens it: the same noise with every pair of two settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from ddpm_studio.errors import ConfigError
from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.inputs import choice
from ddpm_studio.gui.common.label import label, set_kind
from ddpm_studio.gui.common.layout import column, holder, keep_room, row, wide
from ddpm_studio.gui.common.progress import ProgressLine
from ddpm_studio.gui.frames.request import PageSettings
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.sheet.choice import SheetChoice
from ddpm_studio.gui.sheet.denoising import SheetDenoising
from ddpm_studio.gui.sheet.export import SheetExport
from ddpm_studio.gui.sheet.layout import SheetFace
from ddpm_studio.gui.sheet.view import SheetView
from ddpm_studio.project import Project
from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.sheets import Cell, Place, Sheet, why_same
from ddpm_studio.words import duration_in_words, several

if TYPE_CHECKING:
    from ddpm_studio.export.sheet_page import SheetPage

LARGEST = (1520, 940)  # width and height, if the window leaves room around it
AROUND = (64, 56)
TIP = "The same noise with other settings side by side: steps, eta, samplers, seeds, checkpoints"
ABOUT = (
    "The same noise, painted with every pair of two settings. A click on a picture puts its "
    "settings into the page Generate."
)
POINT = "Point at a picture to see its settings."
EXPORT_TIP = "Save the sheet as one labelled picture, PNG or WebP"
GO_ON = "Go on, {} left"
DONE = "All of it is painted"
PAPERS = {"light": "Light paper", "dark": "Dark paper"}


class SheetDialog(Dialog):
    """Does not keep from using the window. What is painted stays while it is open.

    `used` gives the Cell whose settings a person wants on the page, `undone` takes that back.
    """

    used = Signal(object)
    undone = Signal()

    def __init__(
        self,
        session: Session,
        project: Project,
        settings: PageSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("sheet", "Sheet", parent)
        self._session, self._project = session, project
        self._settings = self._page = settings
        self._sheet: Sheet | None = None
        self._denoising = SheetDenoising(session, project, self)
        self._export_job = SheetExport(session, project, self)
        most_steps = project.config.diffusion.num_timesteps
        self._choice = SheetChoice(
            session.theme,
            session.settings,
            most_steps,
            "eta" in SAMPLERS[settings.sample.sampler].takes,
        )
        self._choice.offer_seeds(settings.sample.seed)
        self._make_view()
        self._make_foot()
        self._lay_out()
        self._offer_checkpoints()
        self._connect()
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # see keyPressEvent
        self._on_choice_changed()

    # what the page tells

    def set_page(self, settings: PageSettings) -> None:
        """The page is set otherwise now; the sheet stays as it is until a person wants that."""
        self._page = settings
        self._refresh()

    def done(self, result: int) -> None:
        """However it is closed, what it paints is cancelled."""
        self._denoising.discard()
        self._export_job.stop()
        super().done(result)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape and self._denoising.is_running:
            self._denoising.stop()  # first this, then the dialog
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if isinstance(focused, QPushButton):  # in a field, Enter adds a value and no more
                focused.click()
        else:
            super().keyPressEvent(event)

    # building

    def _make_view(self) -> None:
        theme = self._session.theme
        self._view = SheetView(theme, "sheet.view")
        self._hover = label(POINT, "caption", "sheet.hover", elided=True)
        self._zooms = [
            IconButton(theme, "zoom-out", "sheet.zoom_out", "Smaller (-)", size=16),
            Button(theme, "Fit", "sheet.fit", "See all of it (0)", kind="quiet"),
            IconButton(theme, "zoom-in", "sheet.zoom_in", "Larger (+)", size=16),
        ]
        far = "How far the sheet is"
        tip = "Stop here; what is painted stays (Esc)"
        self._cancel = Button(theme, "Cancel", "sheet.cancel", tip, icon="stop", kind="quiet")
        keep_room(self._cancel)
        self._progress = ProgressLine("sheet.progress", far, keeps_place=True)

    def _make_foot(self) -> None:
        theme = self._session.theme
        self._message = label(name="sheet.message", elided=True)
        self._undo = Button(theme, "Undo", "sheet.undo", "The page as it was", icon="undo")
        self._undo.hide()
        folder = "Show in folder", "sheet.show_in_folder", "Open its folder"
        self._folder = Button(theme, *folder, icon="folder")
        self._folder.hide()
        self._paper = choice("sheet.paper", PAPERS)
        self._paper.setFixedWidth(152)
        explain(self._paper, "Paper", "What the exported page looks like.")
        self._session.settings.remember(self._paper, "sheet/paper")
        self._export = Button(theme, "Export…", "sheet.export", EXPORT_TIP, icon="export")
        self._close = Button(theme, "Close", "sheet.close", "Close (Esc)")
        self._run = Button(theme, "Paint", "sheet.run", "", icon="generate", kind="primary")
        self._run.keep_width("Paint", GO_ON.format(999))

    def _lay_out(self) -> None:
        about = label(ABOUT, "muted", elided=True)
        foot = (self._undo, self._folder, self._paper, self._export, self._close, self._run)
        self.fill(
            row(label("Sheet", "heading"), wide(about), spacing=16),
            self._choice,
            wide(holder(column(self._view, margins=(8, 4, 8, 8)), "canvas")),
            row(wide(self._hover), self._cancel, *self._zooms, spacing=4),
            self._progress,
            foot=(wide(self._message), *foot),
            spacing=12,
        )
        window = self.parentWidget()
        width, height = (window.width(), window.height()) if window is not None else LARGEST
        self.resize(min(LARGEST[0], width - AROUND[0]), min(LARGEST[1], height - AROUND[1]))
        self._run.setFocus()

    def _connect(self) -> None:
        self._choice.changed.connect(self._on_choice_changed)
        self._choice.take_wanted.connect(self._on_take)
        self._view.chosen.connect(self._on_chosen)
        self._view.hovered.connect(self._on_hovered)
        out, fit, larger = self._zooms
        out.clicked.connect(lambda: self._view.zoom(-1))
        fit.clicked.connect(self._view.fit)
        larger.clicked.connect(lambda: self._view.zoom(1))
        self._undo.clicked.connect(self._on_undo)
        self._folder.clicked.connect(self._on_show_folder)
        self._export.clicked.connect(lambda: self._export_job.ask(self._make_page))
        self._close.clicked.connect(self.reject)
        self._run.clicked.connect(self._on_run)
        self._cancel.clicked.connect(self._denoising.stop)
        self._denoising.painted.connect(self._on_painted)
        self._denoising.gap.connect(self._view.set_gap)
        self._denoising.said.connect(self._say)
        self._denoising.changed.connect(self._refresh)
        self._export_job.said.connect(self._say)
        self._export_job.changed.connect(self._refresh)
        self._session.project_changed.connect(self.reject)
        for signal in (self._session.checkpoints.changed, self._session.checkpoints.best_changed):
            signal.connect(self._offer_checkpoints)

    # the sheet

    def _on_choice_changed(self) -> None:
        """Show what is there of it already; a painting that runs goes on with the new one."""
        was_running, before = self._denoising.is_running, self._sheet
        self._sheet, problem = None, self._choice.problem
        if not problem:
            try:
                self._sheet = self._make_sheet()
            except ConfigError as error:
                problem = str(error)
        if self._sheet != before:
            self._denoising.discard()
            self._show_sheet()
        self._view.set_empty_text(problem)
        self._say(problem or self._outlook(), "warning" if problem else "muted")
        if was_running and self._sheet is not None and self._sheet != before:
            self._on_run()
        self._refresh()

    def _offer_checkpoints(self) -> None:
        checkpoints = self._session.checkpoints
        self._choice.offer_checkpoints(checkpoints.steps, checkpoints.best)

    def _make_sheet(self) -> Sheet:
        """Raises ConfigError with one sentence."""
        now = self._settings
        x, y = self._choice.axes()
        sheet = Sheet(x, y, now.sample, now.checkpoint, now.which, self._choice.count)
        sheet.check_fits(self._project.config.diffusion.num_timesteps)
        return sheet

    def _show_sheet(self) -> None:
        sheet = self._sheet
        self._hover.setText(POINT)
        if sheet is None:
            self._view.set_face(SheetFace((), (), (1, 1)))
            self._choice.set_fixed("")
            return
        cells = {place: sheet.cell(place) for place in sheet.places}
        copies = sheet.copies()
        same = {place: why_same(cells[place]) for place in cells if copies[place] != place}
        words = {place: cell.words for place, cell in cells.items()}
        _, height, width = self._project.config.pictures.shape
        side = round(sheet.count**0.5)
        self._view.set_face(
            SheetFace(
                sheet.x.labels,
                sheet.y.labels,
                (width * side, height * side),
                words,
                copies,
                same,
                sheet.x.name == "eta",
            )
        )
        for place in cells:
            self._on_painted(place)
        self._choice.set_fixed(sheet.fixed_words)

    def _outlook(self) -> str:
        """What painting it takes, before it is begun."""
        if self._sheet is None or not self._denoising.missing(self._sheet):
            return ""
        seconds = self._denoising.seconds(self._sheet)
        takes = "" if seconds is None else f", about {duration_in_words(seconds)}"
        missing = self._denoising.missing(self._sheet)
        return f"{several(missing, 'cell')} to paint{takes}."

    # what happens

    def _on_run(self) -> None:
        if self._sheet is not None and not self._denoising.is_running:
            self._denoising.start(self._sheet)
            self._view.setFocus()  # the arrow keys look around at once

    def _on_painted(self, place: Place) -> None:
        if self._sheet is not None:
            image = self._denoising.cells.image(self._sheet.cell(place))
            if image is not None:
                self._view.set_image(place, image)

    def _on_chosen(self, column: int, row: int) -> None:
        if self._sheet is not None:
            cell = self._sheet.cell((column, row))
            self._view.set_used((column, row))
            self._undo.show()
            self._say(f"On the page now: {cell.words}")
            self.used.emit(cell)

    def _on_undo(self) -> None:
        self._view.set_used(None)
        self._undo.hide()
        self._say("The page is as it was.")
        self.undone.emit()

    def _on_hovered(self, place: Place | None) -> None:
        self._hover.setText(POINT if place is None else self._view.words_of(place))

    def _on_take(self) -> None:
        self._settings = self._page
        self._choice.offer_seeds(self._settings.sample.seed)
        self._on_choice_changed()

    def _make_page(self) -> SheetPage:
        from ddpm_studio.export.sheet_page import SheetPage

        assert self._sheet is not None
        cells, paper = self._denoising.cells.of(self._sheet), str(self._paper.currentData())
        return SheetPage(self._project.name, self._sheet, cells, paper)

    def _on_show_folder(self) -> None:
        if self._export_job.saved is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._export_job.saved.parent)))

    # what can be done

    def _refresh(self) -> None:
        """Put words and states of the buttons right."""
        sheet, denoising = self._sheet, self._denoising
        missing = denoising.missing(sheet) if sheet is not None else 0
        whole = 0 if sheet is None else len(sheet.x.values) * len(sheet.y.values)
        if 0 < missing < whole and not denoising.is_running:
            self._run.set_face(GO_ON.format(missing), "generate", "Paint what is missing")
        else:
            is_done = sheet is not None and not missing
            why_not = "It is being painted" if denoising.is_running else DONE if is_done else ""
            self._run.set_face("Paint", "generate", why_not or "Paint the sheet")
        self._run.setEnabled(missing > 0 and not denoising.is_running)
        self._cancel.setVisible(denoising.is_running)
        self._cancel.setEnabled(not denoising.is_stopping)
        self._progress.setVisible(denoising.is_running)
        self._progress.set_fraction(denoising.fraction)
        left_out = f". {several(missing, 'cell')} not painted yet will be empty" if missing else ""
        self._export.setToolTip(EXPORT_TIP + left_out)
        self._export.setEnabled(missing < whole and not self._export_job.is_running)
        self._folder.setVisible(self._export_job.saved is not None)
        self._choice.set_page_is_other(self._is_page_other())

    def _is_page_other(self) -> bool:
        """Whether the page would make another sheet of the same axes."""
        sheet, page = self._sheet, self._page
        if sheet is None or page == self._settings:
            return False
        other = Sheet(sheet.x, sheet.y, page.sample, page.checkpoint, page.which, sheet.count)
        return other.cell((0, 0)).made_as != sheet.cell((0, 0)).made_as

    def _say(self, words: str, kind: str = "muted") -> None:
        self._message.setText(words)
        set_kind(self._message, kind)


class Sheets(QObject):
    """One sheet is open at a time; a second click brings it to the front."""

    def __init__(
        self,
        session: Session,
        settings: Callable[[], PageSettings],
        show: Callable[[PageSettings], object],
        page: QWidget,
    ) -> None:
        """settings: how the page is set; show: sets it."""
        super().__init__(page)
        self._session, self._page = session, page
        self._settings, self._show = settings, show
        self._dialog: SheetDialog | None = None
        self._before: PageSettings | None = None  # the page, until a sheet has set it
        self.button = Button(session.theme, "Sheet…", "generate.sheet", TIP, icon="grid")
        self.button.clicked.connect(self.open)

    def keep_up(self) -> None:
        """The page is set otherwise now."""
        if self._dialog is not None and self._session.project is not None:
            self._dialog.set_page(self._settings())

    def open(self) -> None:
        """Show the sheet, around what the page is set to."""
        project = self._session.project
        if self._dialog is not None:
            self._dialog.raise_()
            self._dialog.activateWindow()
        elif project is not None and self._session.checkpoints:
            dialog = SheetDialog(self._session, project, self._settings(), self._page.window())
            self._dialog, self._before = dialog, None
            dialog.used.connect(self._on_used)
            dialog.undone.connect(self._on_undone)
            dialog.finished.connect(self._on_closed)
            dialog.show()

    def _on_used(self, cell: Cell) -> None:
        self._before = self._before or self._settings()
        self._show(PageSettings(cell.sample, cell.checkpoint, cell.which))

    def _on_undone(self) -> None:
        if self._before is not None:
            self._show(self._before)
            self._before = None

    def _on_closed(self) -> None:
        self._dialog = None
