"""Films play where they are: beside the wall, large, and on their tile under a resting mouse."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QSlider

from ddpm_studio.gui.made import film as film_module
from ddpm_studio.gui.made import hover, looking, work
from ddpm_studio.gui.made.film import FilmPlayer
from ddpm_studio.gui.made.hover import HoverPlay

COUNT = 6


def save_film(path, count=COUNT, side=16, delay=40):
    frames = [Image.new("RGB", (side, side), (40 * index, 0, 200)) for index in range(count)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=delay, loop=0)


@pytest.fixture
def filmed(made):
    save_film(made.gallery / "film.gif")
    return made


@pytest.fixture
def driver(drive, filmed, monkeypatch):
    monkeypatch.setattr(hover, "REST_MS", 1)
    driver = drive(filmed)
    driver.player = next(
        one for one in driver.page.findChildren(FilmPlayer) if one.parent() is driver.page
    )
    return driver


def choose_film(driver):
    driver.choose(driver.shown.index("film.gif"))


def red(image):
    return image.pixelColor(3, 3).red()


def wait_for_whole(driver):
    driver.qtbot.waitUntil(lambda: driver.player.is_whole)


def test_a_film_plays_beside_the_wall_and_can_be_held_and_scrubbed(driver, qtbot):
    choose_film(driver)
    seen = []
    driver.player.shown.connect(lambda image, _size: seen.append(red(image)))
    qtbot.waitUntil(lambda: len(set(seen)) == COUNT)  # round and round
    driver.click("made.film.play")
    assert not driver.player.is_playing
    place = driver.get(QSlider, "made.film.place")
    assert place.maximum() == COUNT - 1
    place.setValue(4)
    assert red(driver.details.picture.image) == 160
    assert driver.text("made.film.frame") == f"5 / {COUNT}"
    place.setValue(COUNT - 1)
    driver.click("made.film.play")  # from its beginning
    assert driver.player.position == 0
    driver.choose(driver.shown.index("film.gif") + 1)
    assert not driver.is_seen("made.film.place")


def test_without_a_loop_it_ends_and_that_is_remembered(driver, qtbot):
    choose_film(driver)
    wait_for_whole(driver)
    driver.click("made.film.loop")
    qtbot.waitUntil(lambda: not driver.player.is_playing)
    assert driver.player.position == COUNT - 1
    assert driver.session.settings.get("made/loop", True) is False
    assert not driver.get(QAbstractButton, "made.large_film.loop").isChecked()


def test_seen_large_it_plays_there_and_space_holds_it(driver):
    choose_film(driver)
    wait_for_whole(driver)
    driver.key(Qt.Key.Key_Return)
    assert not driver.details.picture.isVisible()  # not twice
    assert driver.is_seen("made.large_film.place")
    driver.key(Qt.Key.Key_Space, widget=driver.viewer)
    assert not driver.player.is_playing
    driver.get(QSlider, "made.large_film.place").setValue(2)
    assert red(driver.canvas.image) == 80
    driver.key(Qt.Key.Key_Escape, widget=driver.viewer)
    assert driver.details.picture.isVisible()
    driver.window.show_page("nav.train")
    assert not driver.player.is_playing


def rest_on(driver, row):
    """The mouse moves over a tile and stays."""
    middle = driver.wall.visualRect(driver.wall.wall_model.index(row)).center()
    QTest.mouseMove(driver.wall.viewport(), middle + QPoint(1, 1))
    QTest.mouseMove(driver.wall.viewport(), middle)


def test_it_plays_under_a_resting_mouse(driver, qtbot):
    driver.choose(driver.shown.index("film.gif") + 1)
    playing = driver.panel.findChild(HoverPlay).player
    seen = []
    playing.shown.connect(lambda image, _size: seen.append(red(image)))
    row = driver.shown.index("film.gif")
    # what the view says when the mouse enters a tile
    driver.wall.entered.emit(driver.wall.wall_model.index(row))
    qtbot.waitUntil(lambda: len(set(seen)) == COUNT)
    area = driver.wall.tile_rect(driver.wall.visualRect(driver.wall.wall_model.index(row)))
    at = area.center().toPoint()
    place = driver.wall.viewport().grab().toImage().pixelColor(at)
    assert place.blue() == 200
    driver.wall.entered.emit(driver.wall.wall_model.index(row + 1))
    assert playing.file is None
    assert driver.wall.viewport().grab().toImage().pixelColor(at).red() == 40 * (COUNT - 1)


@pytest.mark.parametrize("how", ["system", "person"])
def test_nothing_moves_by_itself_for_who_does_not_want_it(driver, monkeypatch, how):
    if how == "system":
        monkeypatch.setattr(looking, "is_motion_welcome", lambda: False)
    choose_film(driver)
    if how == "person":
        driver.menu_act("Films play by themselves")
        driver.choose(0 if driver.shown[0] != "film.gif" else 1)
        choose_film(driver)
    assert not driver.player.is_playing
    driver.click("made.film.play")
    wait_for_whole(driver)  # but it can be played
    assert driver.player.is_playing


def test_a_film_that_cannot_be_read_says_so_in_a_sentence(driver, filmed, monkeypatch, qtbot):
    def fails(*_args):
        raise film_module.work.StudioError("no")
        yield

    monkeypatch.setattr(work, "read_film", fails)
    choose_film(driver)
    qtbot.waitUntil(lambda: bool(driver.player.sentence))
    assert "film.gif cannot be played here" in driver.text("made.film.sentence")
    assert not driver.is_seen("made.film.place")


def test_only_some_of_a_long_film_is_in_memory(driver, filmed, monkeypatch, qtbot):
    frame = 16 * 16 * 4
    monkeypatch.setattr(film_module, "AHEAD_BYTES", 3 * frame)
    monkeypatch.setattr(film_module, "KEPT_BYTES", 20 * frame)
    monkeypatch.setattr(hover, "REST_MS", 10_000)
    pieces = []
    count = 200

    def read(_gallery, file, first, _side, _pools):
        yield
        image = np.zeros((16, 16, 4), np.uint8)
        image[..., 3], image[..., 0] = 255, first
        frames = (work.film_frame(image, 1.0),) * min(8, count - first)
        pieces.append(first)
        return work.FilmPiece(file, first, frames, count, first + 8 >= count, 16, 16)

    monkeypatch.setattr(work, "read_film", read)
    choose_film(driver)
    most = []
    driver.player.shown.connect(lambda *_: most.append(len(driver.player._frames)))  # to count
    qtbot.waitUntil(lambda: driver.player.is_whole)
    qtbot.waitUntil(lambda: driver.player.position < 100)  # and round again
    qtbot.waitUntil(lambda: len(most) > 5)
    assert max(most) <= 20
    driver.player.seek(150)
    qtbot.waitUntil(lambda: driver.player.position >= 150)


def test_the_words_beside_it_are_of_its_recipe(driver):
    driver.choose(0 if driver.shown[0] != "film.gif" else 1)
    assert driver.get(QLabel, "made.title").text().startswith("Seed ")
    assert driver.text("made.line") == "step 10, DDIM 3, eta 0.25"
    assert driver.text("made.name").endswith(".png")
