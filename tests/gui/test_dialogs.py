"""Every dialog fits the smallest screen: words are whole, buttons in view, the rest scrolls."""

import dataclasses
import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QWidget,
)

from ddpm_studio import gui
from ddpm_studio.gallery.made import look_through
from ddpm_studio.gui.common import dialog as common_dialog
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.dialog_body import DialogBody
from ddpm_studio.gui.common.jobs import SAMPLE
from ddpm_studio.gui.common.layout import Gap
from ddpm_studio.gui.made.renaming import RenameDialog
from ddpm_studio.gui.recipes.dialog import RecipeDialog
from ddpm_studio.gui.recipes.work import FoundRecipe, Home
from ddpm_studio.gui.start.name_dialog import NameDialog
from ddpm_studio.project import step_of
from ddpm_studio.recipe import Recipe
from tests.gui.fitting import cut_words, overlaps, scrolls_sideways
from tests.gui.plan import conftest as plan_dialog

machine = plan_dialog.machine
LEFT = Qt.MouseButton.LeftButton
SMALL = QRect(0, 0, 900, 500 - 32)  # below the bar with the title
SCROLLS_SIDEWAYS = {"HelpDialog"}  # lines of code in the guide


@pytest.fixture
def small_screen(monkeypatch) -> None:
    monkeypatch.setattr(common_dialog, "room_for", lambda _window: SMALL)


def all_dialogs(kind: type[Dialog] = Dialog) -> set[str]:
    """Of the whole program, whether a module has been needed already or not."""
    for module in pkgutil.walk_packages(gui.__path__, f"{gui.__name__}."):
        importlib.import_module(module.name)
    below = kind.__subclasses__()
    own = {one.__name__ for one in below if one.__module__.startswith("ddpm_studio")}
    return own.union(*map(all_dialogs, below))


class Opener:
    """Opens each dialog of a window with a trained project, as a person does."""

    def __init__(self, window, qtbot) -> None:
        self.window, self.qtbot = window, qtbot
        self.project = window.session.project
        self.ways: dict[str, Callable[[], None]] = {
            "AboutDialog": window.show_about,
            "HelpDialog": window.show_help,
            "ReportDialog": window.show_report,
            "ComputerDialog": window.show_computer,
            "ShortcutsDialog": lambda: window.show_shortcuts() and None,
            "NewProjectDialog": lambda: self.click(names.NAV_START, "start.new"),
            "NameDialog": self.name,
            "CropEditor": self.crop,
            "PlanDialog": lambda: self.click(names.NAV_TRAIN, "train.plan"),
            "SampleNowDialog": lambda: self.click(names.NAV_TRAIN, "train.sample_now"),
            "ExportDialog": lambda: self.click(names.NAV_GENERATE, "generate.export"),
            "SheetDialog": lambda: self.click(names.NAV_GENERATE, "generate.sheet"),
            "BatchDialog": lambda: self.click(names.NAV_GENERATE, "generate.many"),
            "OwnPictureDialog": self.own_picture,
            "RecipeDialog": self.recipe,
            "RenameDialog": self.rename,
        }

    def paint(self) -> None:
        """Pictures on Generate, and one of them in Made."""
        self.click(names.NAV_GENERATE, "generate.run")
        self.qtbot.waitUntil(lambda: self.window.session.jobs.get(SAMPLE) is None)
        self.click(names.NAV_GENERATE, "generate.save")
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.window.session.jobs.is_busy())

    def click(self, page: str, name: str) -> None:
        self.window.show_page(page)
        [button] = self.window.findChildren(QAbstractButton, name)
        self.qtbot.waitUntil(button.isEnabled)
        self.qtbot.mouseClick(button, LEFT)

    def name(self) -> None:
        theme, path = self.window.session.theme, self.project.path
        NameDialog(theme, "Duplicate flowers", "Duplicate", "flowers", path, self.window).open()

    def crop(self) -> None:
        self.window.show_page(names.NAV_PICTURES)
        self.settle()
        wall = self.window.findChild(QWidget, "pictures.wall")
        wall.setFocus()
        self.qtbot.keyClick(wall, Qt.Key.Key_Home)
        self.qtbot.keyClick(wall, Qt.Key.Key_Return)

    def own_picture(self) -> None:
        self.window.show_page(names.NAV_GENERATE)
        self.window.findChild(QComboBox, "own.switch").setCurrentIndex(1)
        self.settle()
        self.click(names.NAV_GENERATE, "own.choose")

    def recipe(self) -> None:
        paths = self.project.checkpoint_paths()
        step = step_of(paths[-1])
        made = Recipe(
            project="a meadow in June",
            checkpoint=paths[-1].name,
            checkpoint_sha256="0" * 64,
            step=step,
            which="ema",
            seed=7,
            device="cuda",
            precision="bfloat16",
            sample=dataclasses.replace(self.project.config.sample, eta=0.5),
        )
        home = Home(self.project.path, None, step)
        found = FoundRecipe(Path("meadow.png"), made, 1e9, home, None, "cpu")
        RecipeDialog(self.window.session.theme, found, self.window).open()

    def rename(self) -> None:
        [file, *_] = look_through(self.project.gallery).files
        theme, gallery = self.window.session.theme, self.project.gallery
        RenameDialog(theme, gallery, file, self.window).open()

    def dialog(self, name: str) -> Dialog:
        """Open it, and wait until what it shows is there."""
        self.window.activateWindow()  # as a desktop does when a dialog has closed
        self.qtbot.waitUntil(self.window.isActiveWindow)
        self.ways[name]()

        def shown() -> list[Dialog]:
            there = self.window.findChildren(Dialog)
            return [one for one in there if type(one).__name__ == name and one.isVisible()]

        self.qtbot.waitUntil(lambda: bool(shown()))
        self.settle()
        self.qtbot.wait(60)  # layouts
        return shown()[0]


@pytest.fixture
def opener(make_window, qtbot, tiny_project, machine, small_screen) -> Opener:
    window = make_window(tiny_project)
    opener = Opener(window, qtbot)
    opener.settle()
    opener.paint()
    return opener


def bodies(dialog: Dialog) -> list[QScrollArea]:
    return [one for one in dialog.findChildren(DialogBody) if one.isVisible()]


def hidden_parts(dialog: Dialog) -> list[str]:
    """Controls that are cut off at an edge, and by no scrolling come into view."""
    found = []
    for control in dialog.findChildren(QWidget):
        is_control = isinstance(control, QAbstractButton | QLineEdit | QLabel)
        if not is_control or not control.isVisible():
            continue
        outer = control.parentWidget()
        while outer is not None:
            if isinstance(outer.parentWidget(), QScrollArea):
                break  # it is brought into view
            place = QRect(control.mapTo(outer, QPoint(0, 0)), control.size())
            if not outer.rect().contains(place):
                found.append(f"{control.objectName() or control} in {outer.objectName() or outer}")
                break
            outer = None if outer is dialog else outer.parentWidget()
    return found


def wrong_with(dialog: Dialog, qtbot) -> list[str]:
    name = type(dialog).__name__
    found = []
    room = SMALL.size()
    bars = [one.verticalScrollBar() for one in bodies(dialog)]
    if dialog.width() > room.width() or dialog.height() > room.height():
        found.append(f"is {dialog.width()} x {dialog.height()}")
    for foot in feet(dialog):
        if foot.visibleRegion().boundingRect() != foot.rect():
            found.append(f"{foot.objectName()} is out of view")
    for stop in (0.0, 0.5, 1.0) if any(bar.maximum() for bar in bars) else (0.0,):
        for bar in bars:
            bar.setValue(round(stop * bar.maximum()))
        qtbot.wait(10)
        found += [*cut_words(dialog), *overlaps(dialog), *hidden_parts(dialog)]
        if name not in SCROLLS_SIDEWAYS:
            found += scrolls_sideways(dialog)
    return [f"{name}: {one}" for one in found]


def feet(dialog: Dialog) -> list[QPushButton]:
    """The buttons that decide: they are below all that scrolls."""
    return [
        one
        for one in dialog.findChildren(Button)
        if one.isVisible() and not any(body.isAncestorOf(one) for body in bodies(dialog))
    ]


def test_every_dialog_fits_the_smallest_screen(opener, qtbot):
    assert set(opener.ways) == all_dialogs()
    wrong: list[str] = []
    for name in opener.ways:
        dialog = opener.dialog(name)
        assert feet(dialog), name
        wrong += wrong_with(dialog, qtbot)
        dialog.close()
        opener.settle()
    assert not wrong, "\n".join(wrong)


class Tall(Dialog):
    """More words than a small screen has room for."""

    def __init__(self, theme, parent, lines=40) -> None:
        super().__init__("tall", "Tall", parent)
        self.words = [QLabel(f"Line {number} of a long list") for number in range(lines)]
        self.more = QLabel("More\n" * 6)
        self.more.hide()
        self.go = Button(theme, "Go on", "tall.go", "Go on (Enter)", kind="primary")
        cancel = Button(theme, "Cancel", "tall.cancel", "Change nothing (Esc)")
        self.set_buttons(cancel, self.go)
        self.last = QLineEdit()
        parts = *self.words, Gap(4), self.more, self.last, self.message
        self.fill(*parts, foot=(cancel, self.go), heading="Tall", about="Much is to be said.")


def test_what_has_no_room_scrolls_and_the_buttons_stay(window, qtbot, small_screen):
    dialog = Tall(window.session.theme, window)
    dialog.open()
    qtbot.waitUntil(dialog.isVisible)
    [body] = bodies(dialog)
    assert dialog.height() == SMALL.height()
    assert body.verticalScrollBar().maximum() > 0
    dialog.say("Something is wrong with it.", "danger")
    qtbot.wait(20)
    for part in (dialog.go, dialog.message):
        assert part.visibleRegion().boundingRect() == part.rect()
    dialog.go.setFocus()
    qtbot.keyClick(dialog.go, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: dialog.focusWidget() is dialog.last)
    qtbot.waitUntil(lambda: dialog.last.visibleRegion().boundingRect() == dialog.last.rect())
    dialog.close()


def test_a_dialog_grows_with_what_it_says_and_stays_on_the_screen(window, qtbot, small_screen):
    dialog = Tall(window.session.theme, window, lines=4)
    dialog.open()
    qtbot.waitUntil(dialog.isVisible)
    [body] = bodies(dialog)
    assert body.verticalScrollBar().maximum() == 0
    before = dialog.height()
    dialog.move(0, SMALL.bottom() - before)
    dialog.more.show()
    qtbot.waitUntil(lambda: dialog.height() > before)
    assert body.verticalScrollBar().maximum() == 0
    assert SMALL.contains(dialog.geometry())
    dialog.close()


def test_where_there_is_room_nothing_scrolls(window, qtbot, monkeypatch):
    monkeypatch.setattr(common_dialog, "room_for", lambda _window: QRect(0, 0, 1920, 1048))
    dialog = Tall(window.session.theme, window, lines=20)
    dialog.open()
    qtbot.waitUntil(dialog.isVisible)
    [body] = bodies(dialog)
    assert body.verticalScrollBar().maximum() == 0
    assert dialog.size().boundedTo(QSize(1920, 1048)) == dialog.size()
    dialog.close()
