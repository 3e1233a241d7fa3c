"""Nothing is deleted without a way back."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from ddpm_studio.gallery.stars import read_stars
from ddpm_studio.gui.made import files

CTRL = Qt.KeyboardModifier.ControlModifier


def test_delete_moves_to_the_trash_and_undo_brings_back_stars_and_all(drive, made):
    driver = drive(made)
    before = driver.shown
    contents = {name: (made.gallery / name).read_bytes() for name in before}
    driver.choose(1, 2)
    driver.key(Qt.Key.Key_S)
    driver.key(Qt.Key.Key_Delete)
    assert len(driver.shown) == 3  # at once
    driver.settle()
    assert driver.text("made.notice") == "2 pictures moved to the trash."
    assert not (made.gallery / before[1]).exists()
    assert read_stars(made.gallery)[0] == frozenset()
    driver.click("made.undo")
    driver.settle()
    assert driver.shown == before
    assert {name: (made.gallery / name).read_bytes() for name in before} == contents
    assert read_stars(made.gallery)[0] == frozenset(before[1:3])
    assert driver.text("made.notice") == "2 pictures taken back."


def test_without_a_system_trash_the_project_keeps_them(drive, made, monkeypatch):
    monkeypatch.setattr(files, "system_trash", lambda _path: (False, None))
    driver = drive(made)
    before = driver.shown
    driver.choose(0)
    driver.key(Qt.Key.Key_Delete)
    driver.settle()
    assert "the project's folder “trash”" in driver.text("made.notice")
    assert len(list((made.path / "trash").iterdir())) == 1
    driver.key(Qt.Key.Key_Z, CTRL)
    driver.settle()
    assert driver.shown == before


def test_what_has_come_back_is_the_chosen_one(drive, made):
    driver = drive(made)
    driver.choose(2)
    thrown = driver.panel.current.name
    driver.key(Qt.Key.Key_Delete)
    driver.settle()
    assert driver.panel.current.name != thrown
    driver.key(Qt.Key.Key_Z, CTRL)
    driver.settle()
    assert [entry.name for entry in driver.panel.selected] == [thrown]


def test_a_trash_without_a_way_back_offers_no_undo(drive, made, monkeypatch, tmp_path):
    def silent(path):
        path.rename(tmp_path / path.name)
        return True, None

    monkeypatch.setattr(files, "system_trash", silent)
    driver = drive(made)
    driver.choose(0)
    driver.key(Qt.Key.Key_Delete)
    driver.settle()
    assert driver.text("made.notice") == "1 picture moved to the trash."
    assert not driver.is_seen("made.undo", QPushButton)


def test_what_comes_into_the_place_is_chosen_so_that_one_can_go_on(drive, made):
    driver = drive(made)
    driver.choose(2)
    next_one = driver.shown[3]
    driver.key(Qt.Key.Key_Delete)
    driver.settle()
    assert driver.panel.current.name == next_one
    driver.key(Qt.Key.Key_Return)
    driver.key(Qt.Key.Key_Delete, widget=driver.viewer)
    driver.settle()
    assert len(driver.shown) == 3


def test_all_can_go_and_come_back(drive, made):
    driver = drive(made)
    driver.key(Qt.Key.Key_A, CTRL)
    driver.key(Qt.Key.Key_Delete)
    driver.settle()
    assert driver.shown == []
    driver.click("made.undo")
    driver.settle()
    assert len(driver.shown) == 5
