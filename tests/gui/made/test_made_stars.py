"""Stars are seen at the key, and lie on disk soon after it."""

import threading

import pytest
from PySide6.QtCore import Qt

from ddpm_studio.errors import StudioError
from ddpm_studio.gallery.stars import read_stars, write_stars
from ddpm_studio.gui.made import files
from ddpm_studio.gui.shell.banner import Banner

CTRL = Qt.KeyboardModifier.ControlModifier


class SlowDisk:
    """Takes stars once it may, in whichever thread that is; or says why it does not."""

    def __init__(self):
        self.may_go = threading.Event()
        self.error = None
        self.threads = []

    def write(self, gallery, names):
        self.threads.append(threading.current_thread())
        assert self.may_go.wait(10)
        if self.error is not None:
            raise self.error
        write_stars(gallery, names)


@pytest.fixture
def slow_disk(monkeypatch):
    disk = SlowDisk()
    monkeypatch.setattr(files, "write_stars", disk.write)
    yield disk
    disk.may_go.set()


def badges(driver):
    return [driver.wall.wall_model.tile(row).badge for row in range(5)]


def test_the_window_does_not_wait_for_the_disk(drive, made, slow_disk):
    driver = drive(made)
    names = driver.shown
    for row in (1, 3):
        driver.wall.setCurrentIndex(driver.wall.wall_model.index(row))
        driver.key(Qt.Key.Key_S)
    assert badges(driver) == ["", "★", "", "★", ""]
    assert read_stars(made.gallery)[0] == frozenset()
    slow_disk.may_go.set()
    driver.settle()
    assert read_stars(made.gallery)[0] == {names[1], names[3]}
    assert badges(driver) == ["", "★", "", "★", ""]
    assert threading.main_thread() not in slow_disk.threads


def test_a_look_at_the_folder_meanwhile_takes_no_star_away(drive, made, slow_disk):
    driver = drive(made)
    driver.choose(2)
    driver.key(Qt.Key.Key_S)
    driver.files.refresh()
    driver.files.refresh()
    slow_disk.may_go.set()
    driver.settle()
    assert badges(driver) == ["", "", "★", "", ""]


def test_stars_that_cannot_be_kept_are_gone_again_and_it_is_said(drive, made, slow_disk):
    driver = drive(made)
    slow_disk.may_go.set()
    driver.choose(0)
    driver.key(Qt.Key.Key_S)
    driver.settle()
    slow_disk.error = StudioError("The stars cannot be kept: No space left on device.")
    driver.choose(1)
    driver.key(Qt.Key.Key_S)
    assert badges(driver) == ["★", "★", "", "", ""]
    driver.settle()
    assert badges(driver) == ["★", "", "", "", ""]
    assert "No space left" in driver.window.findChild(Banner).sentence
    slow_disk.error = None
    driver.key(Qt.Key.Key_Z, CTRL)  # the one that was kept
    driver.settle()
    assert read_stars(made.gallery)[0] == frozenset()


def test_a_window_that_closes_keeps_the_last_star(drive, made, slow_disk):
    driver = drive(made)
    driver.choose(4)
    name = driver.shown[4]
    driver.key(Qt.Key.Key_S)
    driver.window.close()
    assert driver.window.isVisible()  # it waits
    slow_disk.may_go.set()
    driver.qtbot.waitUntil(lambda: not driver.window.isVisible())
    assert read_stars(made.gallery)[0] == {name}
