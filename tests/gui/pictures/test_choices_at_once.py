"""A choice is seen at the click; the reading that follows only confirms it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QListView, QPushButton

from ddpm_studio.choices import Choices, Crop, read_choices, write_choices
from ddpm_studio.config import PicturesConfig
from ddpm_studio.gui.common.jobs import SMALL_WRITES
from ddpm_studio.gui.pictures import history, work
from ddpm_studio.gui.pictures.entries import WallEntry, foreseen
from ddpm_studio.gui.pictures.history import ChoiceHistory
from ddpm_studio.project import Project
from tests.gui.parts import part
from tests.gui.pictures.conftest import Driver, drain


@pytest.fixture
def unread(page: Driver, monkeypatch: pytest.MonkeyPatch) -> Driver:
    """A page whose wall is filled, and on which no reading ends any more."""

    def never(*_: object) -> Iterator[None]:
        while True:
            time.sleep(0.001)
            yield None

    monkeypatch.setattr(work, "prepare", never)
    return page


def tile(page: Driver, name: str) -> WallEntry:
    found = page.wall.wall_model.tile(page.shown.index(name))
    assert isinstance(found, WallEntry)
    return found


def test_a_click_marks_the_tile_before_anything_is_read(unread: Driver) -> None:
    page = unread
    page.pick("filter.show", "all")
    row = page.shown.index("flower_03.png")
    page.select(row)
    page.wait(lambda: page.wall.wall_model.image(row) is not None)
    before = page.shown_pixels(row)
    page.click("pictures.toggle")
    assert tile(page, "flower_03.png").is_faint
    middle = np.s_[len(before) // 4 : len(before) // 2]
    after = page.shown_pixels(row)
    assert after[middle].astype(int).std() < 0.5 * before[middle].astype(int).std()  # veiled
    assert page.text("pictures.details.text") == "24 × 20 pixels. Left out by you."
    toggle = page.get(QPushButton, "pictures.toggle")
    assert toggle.text() == "Take"
    page.click("pictures.toggle")
    assert not tile(page, "flower_03.png").is_faint
    np.testing.assert_array_equal(page.shown_pixels(row), before)
    assert toggle.text() == "Leave out"


def test_what_is_left_out_leaves_the_wall_of_what_is_taken(unread: Driver) -> None:
    """So that Delete, pressed again, is about the next picture."""
    page = unread
    page.select(3)
    for count, name in ((11, "flower_04.png"), (10, "flower_05.png")):
        page.qtbot.keyClick(page.wall, Qt.Key.Key_Delete)
        assert len(page.shown) == count
        assert page.text("pictures.details.name") == name
        assert f"{count} taken" in page.headline
        assert all(page.wall.wall_model.image(row) is not None for row in range(count))
    assert page.text("pictures.left_out_count") == "3 files left out"
    listed = page.get(QListView, "pictures.left_out").model()
    assert [listed.index(row, 0).data() for row in range(3)] == [
        "broken.jpg",
        "flower_03.png",
        "flower_04.png",
    ]
    page.click("pictures.undo")
    page.click("pictures.undo")
    assert len(page.shown) == 12
    assert page.text("pictures.left_out_count") == "1 file left out"


def test_how_often_it_is_seen_stands_on_the_tile_at_once(unread: Driver) -> None:
    page = unread
    page.select(2, 5)
    page.pick("pictures.weight", 4.0)
    badges = [page.wall.wall_model.tile(row).badge for row in (1, 2, 5)]
    assert badges == ["", "4 ×", "4 ×"]
    assert page.wall.chosen_rows() == [2, 5]
    assert page.get(QComboBox, "pictures.weight").currentData() == 4.0
    page.click("pictures.undo")
    assert page.wall.wall_model.tile(2).badge == ""


def test_there_is_no_way_on_without_a_picture(unread: Driver) -> None:
    page = unread
    page.qtbot.keyClick(page.wall, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    page.click("pictures.toggle")
    assert page.get(QLabel, "pictures.nothing_shown").isVisible()
    assert not page.get(QPushButton, "pictures.continue").isEnabled()


@pytest.fixture
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDisk]:
    disk = SlowDisk()
    monkeypatch.setattr(history, "write_choices", disk.write)
    yield disk
    disk.may_go.set()


class SlowDisk:
    """Takes choices once it may, in whichever thread that is."""

    def __init__(self) -> None:
        self.may_go = threading.Event()
        self.threads: list[threading.Thread] = []

    def write(self, folder: Path, choices: Choices) -> None:
        self.threads.append(threading.current_thread())
        assert self.may_go.wait(10)
        write_choices(folder, choices)


def test_the_window_does_not_wait_for_the_disk(unread: Driver, slow_disk: SlowDisk) -> None:
    page = unread
    path = page.session.project.path
    for count in (11, 10):
        page.select(0)
        page.qtbot.keyClick(page.wall, Qt.Key.Key_Delete)
        assert len(page.shown) == count
    page.click("pictures.undo")
    assert len(page.shown) == 11
    assert read_choices(path) == Choices()
    slow_disk.may_go.set()
    page.wait(lambda: page.session.jobs.get(SMALL_WRITES) is None)
    assert read_choices(path).by_name.keys() == {"flower_00.png"}
    assert threading.main_thread() not in slow_disk.threads


def test_a_window_that_closes_keeps_the_last_choice(unread: Driver, slow_disk: SlowDisk) -> None:
    page = unread
    path = page.session.project.path
    page.select(0)
    page.qtbot.keyClick(page.wall, Qt.Key.Key_Delete)
    page.window.close()
    assert page.window.isVisible()  # it waits
    slow_disk.may_go.set()
    page.wait(lambda: not page.window.isVisible())
    assert read_choices(path).of("flower_00.png").state == "out"


def test_a_project_that_is_left_at_once_comes_back_with_the_choice(
    unread: Driver, slow_disk: SlowDisk
) -> None:
    page = unread
    path = page.session.project.path
    page.select(0)
    page.qtbot.keyClick(page.wall, Qt.Key.Key_Delete)
    page.session.close_project()
    page.session.open_project(path)  # before the disk has it
    assert part(page.window, ChoiceHistory).choices.of("flower_00.png").state == "out"
    slow_disk.may_go.set()
    page.wait(lambda: page.session.jobs.get(SMALL_WRITES) is None)
    assert read_choices(path).of("flower_00.png").state == "out"


LEAF, TWIN, HALF = str(Path("leaves", "leaf 9.png")), "twin.png", "later half.jpg"
NOTHING, OUT = Choices(), Choices().changed([LEAF], state="out", weight=2.0)
SEVERAL = Choices().changed([LEAF], crops=(Crop("box", (0, 0, 0.5, 0.5)), Crop("pad")))
PLAIN_CHANGES = {
    "leave out": (NOTHING, Choices().changed([LEAF], state="out")),
    "take back": (OUT, OUT.changed([LEAF], state="auto")),
    "leave out with its crops": (SEVERAL, SEVERAL.changed([LEAF], state="out")),
    "seen more often": (NOTHING, Choices().changed([LEAF], weight=4.0)),
    "seen as others": (Choices().changed([LEAF], weight=4.0), NOTHING),
    "take a damaged one": (NOTHING, Choices().changed([HALF], state="in")),
    "leave it out again": (Choices().changed([HALF], state="in"), NOTHING.changed([HALF])),
    "take a copy": (NOTHING, Choices().changed([TWIN], state="in")),
    "a file that is none": (NOTHING, Choices().changed(["gone.png"], state="out")),
}


@pytest.mark.parametrize("change", PLAIN_CHANGES)
def test_what_is_foreseen_is_what_the_reading_finds(mixed: Project, change: str) -> None:
    before, after = PLAIN_CHANGES[change]
    config, pools = mixed.config.pictures, work.new_pools()
    first, second = (drain(work.prepare(mixed, one, pools)) for one in (before, after))
    pools.close()
    assert isinstance(first, work.Folder)
    assert isinstance(second, work.Folder)
    seen = foreseen(first.entries, before, after, config)
    if change == "leave it out again":  # only the reading knows what becomes of it
        assert seen == tuple(
            one._replace(is_changed=False) if one.name == HALF else one for one in first.entries
        )
        return
    assert seen == second.entries


def test_what_was_not_touched_stays_the_same_object() -> None:
    entries = [WallEntry(f"{number}.png", number, True) for number in range(3)]
    seen = foreseen(entries, NOTHING, NOTHING.changed(["1.png"], weight=2.0), PicturesConfig())
    assert [one is other for one, other in zip(seen, entries, strict=True)] == [True, False, True]
