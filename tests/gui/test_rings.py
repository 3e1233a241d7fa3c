"""The ring around what has the focus is for those who go about by keys, not after a click."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QToolButton, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.rings import has_ring
from ddpm_studio.gui.start.new_project import NewProjectDialog

LEFT = Qt.MouseButton.LeftButton


def press(widget):
    """A click as the desktop sends it: to the window, which finds the widget."""
    window = widget.window()
    middle = widget.mapTo(window, QPoint(widget.width() // 2, widget.height() // 2))
    QTest.mouseClick(window.windowHandle(), LEFT, Qt.KeyboardModifier.NoModifier, middle)


def looks(widget):
    return widget.grab().toImage()


@pytest.fixture
def trained(make_window, tiny_project, qtbot):
    window = make_window(tiny_project)
    qtbot.waitUntil(lambda: not window.session.jobs.is_busy())
    return window


@pytest.mark.parametrize("name", ["train.start", "train.sample_now", "train.plot.rate"])
def test_a_click_draws_no_ring_and_tab_does(qtbot, trained, find, name):
    trained.show_page(names.NAV_TRAIN)
    button = find(trained, QAbstractButton, name)
    button.blockSignals(True)  # it is about its looks
    trained.setFocus()
    button.setChecked(False)
    plain = looks(button)
    press(button)
    assert button.hasFocus()
    assert not has_ring(button)
    button.setChecked(False)
    qtbot.waitUntil(lambda: looks(button) == plain or button.underMouse())
    qtbot.keyClick(button, Qt.Key.Key_Tab)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    assert button.hasFocus()
    assert has_ring(button)
    assert looks(button) != plain
    other = find(trained, QToolButton, "nav.train")
    press(other)
    assert not has_ring(other)
    assert not button.property("ring")


def test_a_project_that_was_opened_by_a_click_leaves_no_ring_in_the_rail(
    qtbot, make_window, find, settings, tiny_project
):
    settings.add_recent_project(tiny_project.path)
    window = make_window()
    start = find(window, QToolButton, names.NAV_START)
    press(start)
    qtbot.waitUntil(lambda: window.findChild(QAbstractButton, "start.recent.0") is not None)
    card = find(window, QAbstractButton, "start.recent.0")
    qtbot.waitUntil(lambda: card.isVisible() and card.width() > 0)
    press(card)
    qtbot.waitUntil(lambda: window.session.project is not None)
    for nav in window.pages:
        window.show_page(nav)
        assert not start.hasFocus()
        assert not any(has_ring(step) for step in window.findChildren(QToolButton))


def test_arrows_show_where_they_are_after_a_click(qtbot, trained, find):
    trained.show_page(names.NAV_TRAIN)
    wall = find(trained, QWidget, "train.wall")
    press(wall)
    assert wall.hasFocus()
    assert not has_ring(wall)
    qtbot.keyClick(wall, Qt.Key.Key_Left)
    assert has_ring(wall)


def test_a_dialog_that_a_key_opened_has_rings_and_one_that_was_clicked_has_none(
    qtbot, window, find
):
    def opened():
        qtbot.waitUntil(lambda: bool(window.findChildren(NewProjectDialog)))
        [dialog] = window.findChildren(NewProjectDialog)
        dialog.activateWindow()
        qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
        qtbot.waitUntil(lambda: QApplication.focusWidget().window() is dialog)
        is_ringed = has_ring(QApplication.focusWidget())
        dialog.close()
        qtbot.waitUntil(lambda: not window.findChildren(NewProjectDialog))
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return is_ringed

    new = find(window, QAbstractButton, "start.new")
    press(new)
    assert not opened()
    qtbot.keyClick(window, Qt.Key.Key_Tab)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    assert new.hasFocus()
    qtbot.keyClick(new, Qt.Key.Key_Space)
    assert opened()
