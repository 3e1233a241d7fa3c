"""Copies of what was made are as large as their menu says; the gallery stays as it is."""

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMenu

from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.gui.common.menu import Menu


def choose_size(driver, words):
    """In the menu of the button that saves copies."""
    driver.actions.show_save_menu(driver.get(QAbstractButton, "made.save"))
    menu = next(menu for menu in driver.page.findChildren(Menu) if menu.isVisible())
    (sizes,) = menu.findChildren(QMenu)
    assert sizes.title().startswith("Size of copies: ")
    (action,) = (action for action in sizes.actions() if action.text() == words)
    action.trigger()
    menu.close()


@pytest.mark.parametrize("words", ["as they are", "×4 crisp", "256 smooth"])
def test_copies_have_the_size_that_is_chosen_in_their_menu(drive, made, tmp_path, qtbot, words):
    driver, out = drive(made), tmp_path / "out"
    out.mkdir()
    choose_size(driver, words)
    driver.choose(0)
    driver.actions.choose_place(True)
    [chooser] = driver.window.findChildren(QFileDialog)
    chooser.fileSelected.emit(str(out))
    chooser.close()
    qtbot.waitUntil(lambda: driver.session.jobs.get("made.copies") is None)
    qtbot.waitUntil(lambda: "Saved" in driver.text("made.notice"))
    (copy,) = out.glob("*.png")
    with Image.open(made.gallery / driver.shown[0]) as image:
        width = image.width
    wanted = {"×4 crisp": 4 * width, "256 smooth": 256}.get(words, width)
    with Image.open(copy) as image:
        assert image.width == wanted
    is_said = f", {words}" in driver.text("made.notice")
    assert is_said == (words != "as they are")
    driver.actions.copy()
    qtbot.waitUntil(lambda: "copied" in driver.text("made.notice"))
    (url,) = QGuiApplication.clipboard().mimeData().urls()
    assert QGuiApplication.clipboard().image().width() == wanted
    with Image.open(url.toLocalFile()) as image:
        assert image.width == wanted
    assert read_recipe(Path(url.toLocalFile())).size == read_recipe(copy).size
