"""The export dialog as tests.scenes.screenshots draws it: for each kind of file, and on its way."""

import time
from collections.abc import Iterator

from PySide6.QtWidgets import QAbstractButton, QComboBox, QDialog, QLabel, QPushButton, QWidget

from ddpm_studio.events import Progress, Work
from ddpm_studio.gui.common import names
from ddpm_studio.gui.export import work
from ddpm_studio.gui.export.preview import FilmPreview
from ddpm_studio.gui.main_window import MainWindow
from tests.scenes.scenes import generate, scene, settle, wait_until


def open_dialog(window: MainWindow, kind: str) -> QDialog:
    """As a person does, and waits until the preview plays and the size is known."""
    generate(window)
    window.findChild(QPushButton, "generate.export").click()
    dialog = window.findChild(QDialog, "export")
    choose(dialog, "export.format", kind)
    return dialog


def choose(dialog: QDialog, name: str, key: str) -> None:
    one = dialog.findChild(QComboBox, name)
    one.setCurrentIndex(one.findData(key))


def wait_for_size(dialog: QDialog) -> None:
    facts = dialog.findChild(QLabel, "export.facts")
    wait_until(lambda: "about" in facts.text() and "…" not in facts.text())


@scene("export_gif")
def _(window: MainWindow) -> QWidget:
    """With all that a GIF can have."""
    dialog = open_dialog(window, ".gif")
    choose(dialog, "export.times", "often")
    choose(dialog, "export.show", "both")
    dialog.findChild(QAbstractButton, "export.caption").setChecked(True)
    wait_for_size(dialog)
    wait_until(lambda: dialog.findChild(FilmPreview, "export.preview").tick >= 14)
    return dialog


@scene("export_mp4")
def _(window: MainWindow) -> QWidget:
    """One picture, smoothly enlarged."""
    dialog = open_dialog(window, ".mp4")
    choose(dialog, "export.what", "one")
    choose(dialog, "export.enlarge", "smooth")
    choose(dialog, "export.easing", "change")
    wait_for_size(dialog)
    wait_until(lambda: dialog.findChild(FilmPreview, "export.preview").tick >= 14)
    return dialog


@scene("export_strip")
def _(window: MainWindow) -> QWidget:
    dialog = open_dialog(window, "strip")
    dialog.findChild(QAbstractButton, "export.caption").setChecked(True)
    wait_for_size(dialog)
    return dialog


@scene("export_strip_of_one")
def _(window: MainWindow) -> QWidget:
    """Broad: seen above the options."""
    dialog = open_dialog(window, "strip")
    choose(dialog, "export.what", "one")
    dialog.findChild(QAbstractButton, "export.caption").setChecked(True)
    wait_for_size(dialog)
    return dialog


@scene("export_frames")
def _(window: MainWindow) -> QWidget:
    dialog = open_dialog(window, "frames")
    wait_for_size(dialog)
    return dialog


@scene("export_writing")
def _(window: MainWindow) -> QWidget:
    """Half way, with the time that is left."""
    write = work.write

    def slow(*_: object) -> Iterator[Progress]:
        for done in range(1, 1000):
            yield Progress(Work.WRITING, min(done, 40), 69)
            time.sleep(0.03)

    work.write = slow  # type: ignore[assignment]
    try:
        dialog = open_dialog(window, ".webp")
        wait_for_size(dialog)
        dialog.findChild(QPushButton, "export.save").click()
        message = dialog.findChild(QLabel, "export.message")
        wait_until(lambda: "left" in message.text())
    finally:
        work.write = write
    return dialog


@scene("export_saved")
def _(window: MainWindow) -> QWidget:
    dialog = open_dialog(window, ".webp")
    wait_for_size(dialog)
    dialog.findChild(QPushButton, "export.save").click()
    message = dialog.findChild(QLabel, "export.message")
    wait_until(lambda: message.text().startswith("Saved"))
    settle()
    return dialog


@scene("export_training")
def _(window: MainWindow) -> QWidget:
    """The film of the model learning."""
    window.show_page(names.NAV_TRAIN)
    window.findChild(QAbstractButton, "train.export").click()
    wait_until(lambda: window.findChild(QDialog, "export") is not None)
    dialog = window.findChild(QDialog, "export")
    dialog.findChild(QAbstractButton, "export.caption").setChecked(True)
    wait_for_size(dialog)
    return dialog
