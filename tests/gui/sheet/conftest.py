"""The sheet in the window, by the names of its controls."""

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QPushButton, QSpinBox

from ddpm_studio.gui.common import names
from ddpm_studio.gui.sheet.denoising import JOB
from ddpm_studio.gui.sheet.dialog import SheetDialog
from ddpm_studio.gui.sheet.view import SheetView
from tests.gui.generate.conftest import at_once, drive, engine_frames, folders, page

__all__ = ["at_once", "drive", "engine_frames", "folders", "page"]

LEFT = Qt.MouseButton.LeftButton


class Driver:
    """The dialog of a window, by the names of its controls."""

    def __init__(self, dialog, find, qtbot, session):
        self.dialog, self.find, self.qtbot, self.session = dialog, find, qtbot, session
        self.view = self.get(SheetView, "sheet.view")
        self.run = self.get(QPushButton, "sheet.run")
        self.message = self.get(QLabel, "sheet.message")
        self.hover = self.get(QLabel, "sheet.hover")
        self.export = self.get(QPushButton, "sheet.export")
        self.count = self.get(QComboBox, "sheet.count")

    def get(self, kind, name):
        return self.find(self.dialog, kind, name)

    def chip(self, side, key, value):
        return self.get(QAbstractButton, names.item(side, f"{key}_{value}"))

    def choose(self, side, key, *values):
        combo = self.get(QComboBox, names.item(side, "axis"))
        combo.setCurrentIndex(combo.findData(key))
        prefix = names.item(side, f"{key}_")
        for chip in self.dialog.findChildren(QAbstractButton):
            if chip.objectName().startswith(prefix):
                wanted = chip.objectName().removeprefix(prefix) in map(str, values)
                if chip.isChecked() != wanted:
                    self.click(chip)

    def click(self, widget):
        self.qtbot.mouseClick(widget, LEFT)

    def click_cell(self, *place):
        at = self.view.cell_rect(place).center().toPoint()
        self.qtbot.mouseClick(self.view.viewport(), LEFT, pos=at)

    def wait(self):
        self.qtbot.waitUntil(lambda: self.session.jobs.get(JOB) is None)

    def paint(self):
        self.click(self.run)
        self.wait()


@pytest.fixture
def sheet(page, find, qtbot):
    """The sheet of a trained project, opened by its button: 1 and 2 steps by eta 0 and 1."""
    page.seed.setValue(5)
    page.click(page.get(QPushButton, "generate.sheet"))
    (dialog,) = page.window.findChildren(SheetDialog)
    driver = Driver(dialog, find, qtbot, page.window.session)
    for value in (1, 2):
        driver.get(QSpinBox, names.item("sheet.x", "number")).setValue(value)
        driver.click(driver.get(QAbstractButton, names.item("sheet.x", "add")))
    driver.choose("sheet.x", "steps", 1, 2)
    driver.choose("sheet.y", "eta", 0.0, 1.0)
    yield driver
    if shiboken6.isValid(driver.dialog):
        driver.dialog.reject()
    qtbot.waitUntil(lambda: not driver.session.jobs.is_busy())
