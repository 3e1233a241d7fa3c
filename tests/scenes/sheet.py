"""Scenes of the sheet on the Generate page; see tests.scenes.scenes."""

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.sheet import work
from ddpm_studio.gui.sheet.denoising import JOB
from ddpm_studio.gui.sheet.dialog import SheetDialog
from ddpm_studio.gui.sheet.view import SheetView
from tests.checkpoints import copy_checkpoint
from tests.scenes.scenes import scene, settle, wait_until


@scene("sheet_new")
def _(window: MainWindow) -> QWidget:
    """Just opened: nothing is painted yet."""
    return open_sheet(window)


@scene("sheet")
def _(window: MainWindow) -> QWidget:
    """Steps by eta, one cell used on the page."""
    dialog = open_sheet(window)
    paint(dialog)
    dialog.findChild(SheetView).chosen.emit(2, 1)
    return dialog


@scene("sheet_painting")
def _(window: MainWindow) -> QWidget:
    """Half way, with four pictures in each cell."""
    dialog = open_sheet(window, x="seed", y="sampler")
    dialog.findChild(QComboBox, "sheet.count").setCurrentIndex(1)
    usual, work.paint = work.paint, slowly(work.paint)
    dialog.findChild(QPushButton, "sheet.run").click()
    wait_until(lambda: len(dialog.findChild(SheetView).shown) >= 7)
    work.paint = usual
    return dialog


@scene("sheet_stopped")
def _(window: MainWindow) -> QWidget:
    """Checkpoints by samplers, cancelled, and zoomed so that there is more than can be seen."""
    project = window.session.project
    for step in (40, 64, 80):  # as if they had been kept
        if not project.checkpoint_path(step).exists():
            copy_checkpoint(project, step)
    window.session.checkpoints.refresh()
    wait_until(lambda: 80 in window.session.checkpoints.steps)
    window.session.checkpoints.set_best(80, 0.0213)
    dialog = open_sheet(window, x="eta", y="checkpoint")
    view = dialog.findChild(SheetView)
    usual, work.paint = work.paint, slowly(work.paint)
    dialog.findChild(QPushButton, "sheet.run").click()
    wait_until(lambda: len(view.shown) >= 7)
    dialog.findChild(QPushButton, "sheet.run").click()
    wait_until(lambda: window.session.jobs.get(JOB) is None)
    work.paint = usual
    for _ in range(2):
        view.zoom(1)
    view.verticalScrollBar().setValue(90)
    for step in (40, 64, 80):
        project.checkpoint_path(step).unlink()
    return dialog


@scene("sheet_no_eta")
def _(window: MainWindow) -> QWidget:
    """Samplers by eta: what looks the same is said to be."""
    dialog = open_sheet(window, x="eta", y="sampler")
    paint(dialog)
    view = dialog.findChild(SheetView)
    view.setFocus()
    # as by the arrow keys, which need the focus
    view._move(1, 0)
    view._move(0, 2)
    return dialog


@scene("sheet_nothing_chosen")
def _(window: MainWindow) -> QWidget:
    """Every value across is taken out."""
    dialog = open_sheet(window)
    for value in (5, 10, 20, 50):
        dialog.findChild(QWidget, names.item("sheet.x", f"steps_{value}")).click()
    return dialog


def open_sheet(window: MainWindow, x: str = "steps", y: str = "eta") -> SheetDialog:
    window.show_page(names.NAV_GENERATE)
    window.findChild(QWidget, "generate.steps").setValue(20)
    button = window.findChild(QPushButton, "generate.sheet")
    wait_until(button.isVisible)
    button.click()
    dialog = window.findChild(SheetDialog)
    for name, key in (("sheet.x", x), ("sheet.y", y)):
        combo = dialog.findChild(QComboBox, names.item(name, "axis"))
        combo.setCurrentIndex(combo.findData(key))
    settle()
    return dialog


def paint(dialog: SheetDialog) -> None:
    dialog.findChild(QPushButton, "sheet.run").click()
    # until its job has ended
    wait_until(lambda: dialog._session.jobs.get(JOB) is None)


def slowly(make: Callable) -> Callable:
    """The same work, that never ends after its first cells."""

    def steps(*what):
        from ddpm_studio.sampling.sheet import SheetCell

        cells = 0
        for event in make(*what):
            cells += isinstance(event, SheetCell)
            yield event
            while cells >= 7:
                yield event if not isinstance(event, SheetCell) else None

    return steps
