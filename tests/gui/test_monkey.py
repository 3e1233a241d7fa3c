"""A monkey at the window: a thousand random clicks, keys and resizes harm nothing."""

import random
import shutil
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QThread
from PySide6.QtGui import QColor, QDesktopServices, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSlider, QApplication, QColorDialog, QFileDialog, QWidget
from shiboken6 import isValid

from ddpm_studio.config.presets import PRESETS
from ddpm_studio.gui.common.jobs import TRAIN
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.train import work
from ddpm_studio.project import Project

ACTIONS = 1000
MOST_SECONDS = 35.0  # on a slow machine it ends earlier, with fewer actions
LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
KEYS = (
    *("Key_Space", "Key_Return", "Key_Enter", "Key_Escape", "Key_Tab", "Key_Backtab", "Key_Home"),
    *("Key_End", "Key_Left", "Key_Right", "Key_Up", "Key_Down", "Key_PageUp", "Key_PageDown"),
    *("Key_Delete", "Key_Backspace", "Key_F1", "Key_F5", "Key_Question", "Key_Plus", "Key_Minus"),
    *("Key_0", "Key_1", "Key_2", "Key_3", "Key_9", "Key_Period", "Key_A", "Key_C", "Key_F"),
)
WITH_CONTROL = ("Key_Return", "Key_0", "Key_1", "Key_2", "Key_3", "Key_N", "Key_O", "Key_A")


class Monkey:
    """Chooses by a seed; acts on what is on the screen, dialogs and menus included."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        self.window, self.random = window, random.Random(seed)
        self.deeds: list[str] = []

    def act(self) -> None:
        deeds = (self.click, self.press, self.drag, self.turn_wheel, self.resize, self.look)
        deed = self.random.choices(deeds, (55, 25, 6, 5, 3, 6))[0]
        deed()
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def place(self) -> tuple[QWidget, QPoint] | None:
        """A visible, enabled widget, and a point on it."""
        top = QApplication.activePopupWidget() or QApplication.activeModalWidget() or self.window
        found = [
            one
            for one in [top, *top.findChildren(QWidget)]
            if one.isVisible() and one.isEnabled() and one.window() is top.window()
        ]
        if not found:
            return None
        # most widgets are labels and frames; those that have a name are for people
        named = [
            one for one in found if one.objectName() and not one.objectName().startswith("qt_")
        ]
        widget = self.random.choice(named if named and self.random.random() < 0.8 else found)
        size = widget.size()
        return widget, QPoint(
            self.random.randrange(max(1, size.width())),
            self.random.randrange(max(1, size.height())),
        )

    def click(self) -> None:
        place = self.place()
        if place is not None:
            keys = self.random.choice((PLAIN, PLAIN, PLAIN, CONTROL, SHIFT))
            twice = self.random.random() < 0.1
            self.note("double click" if twice else "click", place[0])
            (QTest.mouseDClick if twice else QTest.mouseClick)(place[0], LEFT, keys, place[1])

    def press(self) -> None:
        top = QApplication.activePopupWidget() or QApplication.activeModalWidget() or self.window
        target = top.focusWidget() or top
        with_control = self.random.random() < 0.25
        name = self.random.choice(WITH_CONTROL if with_control else KEYS)
        self.note(f"{'Ctrl+' if with_control else ''}{name}", target)
        QTest.keyClick(target, Qt.Key[name], CONTROL if with_control else PLAIN)

    def drag(self) -> None:
        place = self.place()
        if place is not None:
            widget, point = place
            self.note("drag", widget)
            QTest.mousePress(widget, LEFT, PLAIN, point)
            QTest.mouseMove(widget, QPoint(self.random.randrange(widget.width() + 1), point.y()))
            QTest.mouseRelease(widget, LEFT, PLAIN, point)

    def turn_wheel(self) -> None:
        place = self.place()
        if place is not None:
            widget, point = place
            self.note("wheel", widget)
            turned = QPoint(0, self.random.choice((-120, 120)))
            where = QPointF(widget.mapToGlobal(point))
            event = QWheelEvent(
                *(QPointF(point), where, QPoint(), turned, Qt.MouseButton.NoButton, PLAIN),
                *(Qt.ScrollPhase.NoScrollPhase, False),
            )
            QApplication.sendEvent(widget, event)

    def resize(self) -> None:
        self.note("resize", self.window)
        self.window.resize(self.random.randrange(300, 2000), self.random.randrange(200, 1300))

    def look(self) -> None:
        """What is drawn anew now must be drawn without a fault; a slider goes anywhere."""
        self.note("look", self.window)
        sliders = [one for one in self.window.findChildren(QAbstractSlider) if one.isVisible()]
        if sliders:
            slider = self.random.choice(sliders)
            slider.setValue(self.random.randint(slider.minimum(), slider.maximum()))
        self.window.repaint()

    def note(self, deed: str, widget: QWidget) -> None:
        name = widget.objectName() if isValid(widget) else "what is gone by that"
        self.deeds.append(f"{deed} on {name or type(widget).__name__}")


@pytest.fixture
def cage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_project: Project) -> None:
    """Nothing outside the folder of the test: dialogs of the system answer at once by chance."""
    monkeypatch.chdir(tmp_path)  # a path that is typed by chance is a relative one
    choice = random.Random(0)
    places = [tmp_path / "chosen", tmp_path / "nothing", tiny_project.path]
    shutil.copytree(tiny_project.pictures, places[0])
    places[1].mkdir()

    def choose_file(chooser: QFileDialog) -> None:
        if choice.random() < 0.5:
            saves = chooser.acceptMode() is QFileDialog.AcceptMode.AcceptSave
            place = choice.choice(places)
            suffix = chooser.defaultSuffix().removeprefix(".")
            path = tmp_path / f"film.{suffix}" if saves else place
            chooser.fileSelected.emit(str(path))
        chooser.deleteLater()

    def choose_colour(chooser: QColorDialog) -> None:
        chooser.colorSelected.emit(QColor(choice.choice(("red", "#123456", "white"))))
        chooser.deleteLater()

    monkeypatch.setattr(QFileDialog, "open", choose_file)
    monkeypatch.setattr(QColorDialog, "open", choose_colour)
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: choice.random() < 0.5)
    for name in PRESETS:  # what it makes by chance must not fill the memory
        monkeypatch.setitem(PRESETS, name, tiny_project.config)


@pytest.fixture
def trainings(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Callable[[bool], None]:
    """trainings(real): tiny ones for real, or none; larger ones never."""

    def set_up(real: bool) -> None:
        train_for_real = work.train_project
        request.getfixturevalue("fake_training")
        fake = work.train_project

        def pretend(*args: object, **kwargs: object) -> Iterator[object]:
            for event in fake(*args, **kwargs):
                time.sleep(0.002)  # about as long as a tiny real step
                yield event

        def train(project: Project, *args: object, **kwargs: object) -> object:
            config = project.config
            is_tiny = (
                config.model.model_channels <= 16
                and len(config.model.channel_mult) <= 2
                and config.pictures.size <= 16
                and config.train.batch_size <= 16
            )
            chosen = train_for_real if real and is_tiny else pretend
            return chosen(project, *args, **kwargs)

        monkeypatch.setattr(work, "train_project", train)

    return set_up


@pytest.mark.parametrize(("real", "seed"), [(False, 1), (True, 2)], ids=["fake", "real"])
def test_a_thousand_random_actions_harm_nothing(
    qtbot, cage, trainings, make_window, tiny_project, real: bool, seed: int
) -> None:
    """No exception, no warning of Qt, no thread that stays; the conftest looks at the last two."""
    trainings(real)
    window = make_window(tiny_project)
    window.session.want_training()
    originals = sorted(tiny_project.pictures.iterdir())
    monkey = Monkey(window, seed)
    ends = time.monotonic() + MOST_SECONDS
    trained = 0
    with qtbot.captureExceptions() as exceptions:
        while len(monkey.deeds) < ACTIONS and time.monotonic() < ends:
            monkey.act()
            trained += window.session.jobs.get(TRAIN) is not None
            assert not exceptions, (in_full(exceptions), monkey.deeds[-8:])
        with qtbot.waitSignal(window.closed):
            close_all(window)
    assert not exceptions, in_full(exceptions)
    assert trained > 0
    assert sorted(tiny_project.pictures.iterdir()) == originals
    assert not [one for one in window.findChildren(QThread) if one.isRunning()]


def in_full(exceptions: list[tuple[type, BaseException, object]]) -> str:
    """Each with its traceback, and with what it came from."""
    return "\n".join("".join(traceback.format_exception(error)) for _, error, _ in exceptions)


def close_all(window: MainWindow) -> None:
    """The menus and dialogs that lie over the window, and then the window."""
    for _ in range(10):
        top = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if top is None:
            break
        top.close()
        QApplication.processEvents()
    window.close()
