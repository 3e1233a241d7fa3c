"""Where the keys go: to the main thing of the page that is shown, never to what stops work."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QToolButton, QWidget

from ddpm_studio.gui.batch.dialog import BatchDialog
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import TRAIN
from ddpm_studio.gui.shell import status_line
from tests.gui.test_main_window import going_on

SPACE_STAYS = (names.NAV_PICTURES, names.NAV_TRAIN)  # elsewhere it presses what leads on
LEFT = Qt.MouseButton.LeftButton
STOPPING = ("stop", "pause", "cancel")
MAIN_THINGS = {
    names.NAV_START: "start.new",
    names.NAV_PICTURES: "pictures.wall",
    names.NAV_TRAIN: "train.start",
    names.NAV_GENERATE: "generate.run",
    names.NAV_MADE: "made.wall",
}
EMPTY = {
    names.NAV_START: "start.new",
    names.NAV_PICTURES: "pictures.new",
    names.NAV_TRAIN: "train.go_start",
    names.NAV_GENERATE: "generate.go_start",
    names.NAV_MADE: "made.go_start",
}


def focused():
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def stops_work(widget):
    words = widget.text() if isinstance(widget, QAbstractButton) else ""
    called = f"{widget.objectName()} {widget.accessibleName()} {words}".lower()
    return any(word in called for word in STOPPING)


def go_over_all(window, find, qtbot):
    """Every page by a click, by its keys and by Space in the rail: (page, what has the focus)."""
    for nav, page in window.pages.items():
        step = find(window, QToolButton, nav)
        for go in (
            lambda step=step: qtbot.mouseClick(step, LEFT),
            lambda page=page: qtbot.keyClick(
                window, Qt.Key(ord(page.keys[-1])), Qt.KeyboardModifier.ControlModifier
            ),
            lambda step=step: (step.setFocus(), qtbot.keyClick(step, Qt.Key.Key_Space)),
        ):
            go()
            assert window.current_page is page
            yield nav, focused()


def test_a_page_takes_the_focus_to_its_main_thing(qtbot, make_window, find, tiny_project):
    window = make_window(tiny_project)
    qtbot.waitUntil(lambda: not window.session.jobs.is_busy())
    for nav, widget in go_over_all(window, find, qtbot):
        if nav == names.NAV_MADE:  # nothing is made yet
            assert widget.objectName() == "made.go_generate"
        else:
            assert widget.objectName() == MAIN_THINGS[nav]


def test_an_empty_page_takes_it_to_the_way_out(qtbot, window, find):
    for nav, widget in go_over_all(window, find, qtbot):
        assert widget.objectName() == EMPTY[nav]


def test_while_work_goes_on_no_page_gives_the_focus_to_what_stops_it(
    qtbot, make_window, find, tiny_project
):
    window = make_window(tiny_project)
    job = window.session.start_training(going_on)
    window.session.jobs.start("export", going_on, title="Exporting")
    for nav, widget in go_over_all(window, find, qtbot):
        assert not stops_work(widget), (nav, widget)
        assert window.current_page.isAncestorOf(widget)
        if nav in SPACE_STAYS:
            qtbot.keyClick(widget, Qt.Key.Key_Space)
            assert window.current_page is window.pages[nav]
        assert not job.is_paused
    assert window.session.jobs.get(TRAIN) is job
    for one in window.session.jobs.jobs():
        one.stop()


def test_what_had_the_focus_is_gone_and_nothing_that_stops_gets_it(qtbot, window, find):
    window.session.start_training(going_on)
    window.show_page(names.NAV_START)
    for name in ("start.sample", "start.open", "start.new"):
        button = find(window, QAbstractButton, name)
        button.setFocus()
        button.setEnabled(False)
        assert not stops_work(focused())
        button.setEnabled(True)
        button.setFocus()
        button.hide()
        assert not stops_work(focused())
    window.session.jobs.get(TRAIN).stop()


def test_tab_comes_to_the_buttons_that_stop_at_the_very_end(qtbot, make_window, find, tiny_project):
    window = make_window(tiny_project)
    window.session.start_training(going_on)
    window.session.jobs.start("export", going_on, title="Exporting")
    window.show_page(names.NAV_TRAIN)  # its plot is younger than the buttons
    window.setFocus()
    seen: list[QWidget] = []
    while len(seen) < 200:
        qtbot.keyClick(focused(), Qt.Key.Key_Tab)
        if focused() in seen:
            break
        seen.append(focused())
    stops = [
        *(names.item(f"status.{what}", TRAIN) for what in ("show", "pause", "stop")),
        *(names.item(f"status.{what}", "export") for what in ("show", "stop")),
    ]
    found = [one.objectName() for one in seen]
    assert found[-5:] == stops
    assert {"train.start", names.NAV_MADE} < set(found)
    for one in window.session.jobs.jobs():
        one.stop()


@pytest.fixture
def training(qtbot, window, find):
    """A job that runs, its stop button with the focus, and its part of the status line."""
    job = window.session.start_training(going_on)
    stop = find(window, QToolButton, names.item("status.stop", TRAIN))
    stop.setFocus()
    yield job, stop, find(window, QWidget, names.item("status.job", TRAIN))
    job.stop()


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_a_key_stops_only_when_it_is_pressed_again(qtbot, training, key):
    job, stop, part = training
    qtbot.keyClick(stop, key)
    assert part.text().endswith("Press again to stop Training")
    assert stop.toolTip() == stop.accessibleName() == "Press again to stop Training"
    assert job.isRunning()
    with qtbot.waitSignal(job.stopped):
        qtbot.keyClick(stop, key)


def test_a_key_that_was_pressed_once_is_forgotten(qtbot, window, training, monkeypatch):
    job, stop, part = training
    stop._asking.setInterval(20)  # its timer, which nobody wants to wait for
    qtbot.keyClick(stop, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "Press again" not in part.text())
    assert stop.toolTip() == "Stop Training"
    stop._asking.setInterval(status_line.ASK_MS)
    qtbot.keyClick(stop, Qt.Key.Key_Space)
    window.show_page(names.NAV_TRAIN)  # the focus goes elsewhere
    assert "Press again" not in part.text()
    stop.setFocus()
    qtbot.keyClick(stop, Qt.Key.Key_Space)
    assert job.isRunning()


def test_a_click_stops_at_once(qtbot, training):
    job, stop, _part = training
    with qtbot.waitSignal(job.stopped):
        qtbot.mouseClick(stop, LEFT)


def slowly(_request=None):
    while True:
        time.sleep(0.002)
        yield 0


def test_space_after_paint_many_does_not_stop_training(
    qtbot, make_window, find, tiny_project, monkeypatch
):
    from ddpm_studio.gui.batch import batch

    monkeypatch.setattr(batch, "paint_new", slowly)
    window = make_window(tiny_project)
    training = window.session.start_training(going_on)
    qtbot.waitUntil(lambda: bool(window.session.checkpoints))
    window.show_page(names.NAV_GENERATE)
    qtbot.mouseClick(find(window, QAbstractButton, "generate.many"), LEFT)
    qtbot.mouseClick(find(window, QAbstractButton, "batch.paint"), LEFT)
    qtbot.waitUntil(lambda: window.current_page.objectName() == "page.made")
    window.activateWindow()  # as a window manager does when a dialog is closed
    qtbot.waitUntil(lambda: window.isActiveWindow() and not window.findChildren(BatchDialog))
    painting = window.session.jobs.get("batch")
    assert painting is not None
    assert not stops_work(focused())
    for _ in range(3):
        qtbot.keyClick(focused(), Qt.Key.Key_Space)
        qtbot.wait(20)
    assert window.session.jobs.get(TRAIN) is training
    assert window.session.jobs.get("batch") is painting
    assert not training.is_paused
    for one in window.session.jobs.jobs():
        one.stop()
