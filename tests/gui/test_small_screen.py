"""On a small screen the whole window is seen, and on it whatever is needed to go on."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

from ddpm_studio.gui.app import create_window
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import SAMPLE
from ddpm_studio.gui.common.layout import InView
from ddpm_studio.gui.common.on_screen import TITLE_HEIGHT, fitted
from ddpm_studio.gui.shell.placement import FIRST_SIZE, SMALLEST
from ddpm_studio.gui.shell.rail import StepButton
from tests.gui.patience import PATIENCE

SCREENS = {  # what is left of common ones beside bars, in points
    "laptop": QRect(0, 0, 1280, 720),  # 1920 x 1080 at 150 %
    "1920 x 1080 at 200 %": QRect(0, 0, 1920 // 2, 1080 // 2),
    "960 x 540, under a bar": QRect(0, 28, 960, 512),
    "tiny": QRect(0, 0, 800, 480),
    "1280 x 720 at 150 %": QRect(0, 0, 853, 480),
    "900 x 500": QRect(0, 0, 900, 500),
    "the second one": QRect(-1280, 200, 1280, 720),
}
MAIN_BUTTONS = {
    names.NAV_START: "start.new",
    names.NAV_PICTURES: "pictures.continue",
    names.NAV_TRAIN: "train.start",
    names.NAV_GENERATE: "generate.run",
    names.NAV_MADE: "made.go_generate",
}


@pytest.fixture
def make_on(qtbot, settings):
    """make_on(available, project): a window on a screen of that size, shown."""
    windows = []

    def make(available, project=None):
        window = create_window(project, settings=settings, available=available)
        windows.append(window)
        place = window.geometry()
        window.show()
        qtbot.waitUntil(lambda: bool(window.session.device_name))
        return window, place

    yield make
    for window in windows:
        window.close()
        qtbot.waitUntil(lambda w=window: not w.session.jobs.is_busy(), timeout=PATIENCE)
        window.deleteLater()


def is_in_view(widget, window):
    """All of it, in every part of the window that cuts something off."""
    if not widget.isVisible():
        return False
    outer = widget.parentWidget()
    while outer is not None:
        corner = widget.mapTo(outer, QPoint(0, 0))
        if not outer.rect().contains(QRect(corner, widget.size())):
            return False
        outer = None if outer is window else outer.parentWidget()
    return True


@pytest.mark.parametrize("screen", SCREENS)
def test_all_of_the_window_is_on_the_screen(make_on, screen):
    window, place = make_on(SCREENS[screen])
    assert SCREENS[screen].contains(place)
    assert place.top() >= SCREENS[screen].top() + TITLE_HEIGHT  # its title bar, too
    assert window.minimumWidth() <= SCREENS[screen].width()


def test_where_there_is_room_it_has_its_usual_size(make_on):
    window, place = make_on(QRect(0, 0, 1920, 1080))
    assert place.size().toTuple() == FIRST_SIZE
    assert window.minimumSize().toTuple() == SMALLEST


@pytest.mark.parametrize("screen", SCREENS)
def test_a_window_that_was_elsewhere_comes_back_into_view(qtbot, make_on, settings, screen):
    window, _ = make_on(QRect(0, 0, 6000, 4000))
    window.setGeometry(3000, 2500, 1900, 1200)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert not settings.get_bytes("window/geometry").isEmpty()
    _, place = make_on(SCREENS[screen])
    assert SCREENS[screen].contains(place)


def test_a_place_that_fits_is_left_alone():
    room = QRect(-500, 20, 1500, 900)
    assert fitted(QRect(-100, 40, 900, 700), room) == QRect(-100, 40, 900, 700)
    assert fitted(QRect(900, 900, 900, 700), room) == QRect(100, 220, 900, 700)
    assert fitted(QRect(0, 0, 9000, 7000), room) == room


@pytest.mark.parametrize("screen", ["laptop", "1920 x 1080 at 200 %", "960 x 540, under a bar"])
def test_the_main_button_and_the_status_line_are_in_view(qtbot, make_on, tiny_project, screen):
    window, _ = make_on(SCREENS[screen], tiny_project)
    qtbot.waitUntil(lambda: not window.session.jobs.is_busy())
    window.show_page(names.NAV_GENERATE)
    run = window.findChild(QAbstractButton, "generate.run")
    qtbot.mouseClick(run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.jobs.get(SAMPLE) is None)
    timeline = window.findChild(QWidget, "scrubber.slider")
    for nav, page in window.pages.items():
        window.show_page(nav)
        qtbot.wait(30)  # layouts
        assert is_in_view(window.findChild(QAbstractButton, MAIN_BUTTONS[nav]), window), nav
        assert is_in_view(window.findChild(QWidget, "status.jobs"), window)
        scroll = page.findChild(InView)
        assert scroll.horizontalScrollBar().maximum() == 0, nav
        assert scroll.verticalScrollBar().maximum() == 0 or window.height() < SMALLEST[1], nav
    window.show_page(names.NAV_GENERATE)
    qtbot.waitUntil(lambda: timeline.height() >= timeline.minimumSizeHint().height())


def test_a_page_that_needs_more_room_scrolls(qtbot, make_on, tiny_project):
    window, _ = make_on(QRect(0, 0, 1280, 720), tiny_project)
    qtbot.waitUntil(lambda: not window.session.jobs.is_busy())
    window.show_page(names.NAV_TRAIN)
    plot = window.findChild(QWidget, names.TRAIN_PLOT)
    plot.setMinimumSize(900, 900)
    scroll = window.current_page.findChild(InView)
    bars = scroll.horizontalScrollBar(), scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: all(bar.maximum() > 0 for bar in bars))
    assert is_in_view(window.findChild(QWidget, "status.jobs"), window)
    for bar in bars:
        bar.setValue(bar.maximum())
    corner = plot.mapTo(scroll.viewport(), plot.rect().bottomRight())
    assert scroll.viewport().rect().contains(corner)
    plot.setMinimumSize(100, 100)
    qtbot.waitUntil(lambda: all(bar.maximum() == 0 for bar in bars))


@pytest.mark.parametrize(("width", "height"), [(900, 500), (853, 480), (1280, 800)])
def test_no_word_of_the_rail_is_sliced(make_on, qtbot, width, height):
    """Where there is too little height, the icons stand alone."""
    window, _ = make_on(QRect(0, 0, width, height))
    window.resize(width, height - TITLE_HEIGHT)
    steps = window.findChildren(StepButton)

    def has_words(step):
        return step.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextUnderIcon

    qtbot.waitUntil(
        lambda: all(
            step.height()
            >= (step.height_with_word if has_words(step) else step.iconSize().height())
            for step in steps
        )
    )
    assert all(step.text() and step.toolTip() for step in steps)
    assert all(map(has_words, steps)) or height < 600
