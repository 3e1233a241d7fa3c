"""The growing wall and the film behind it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel, QProgressBar, QSlider, QToolButton

from ddpm_studio.gui.common.images import image_of
from ddpm_studio.gui.common.picture_view import PictureView, scaled_crisply
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.train.growing_wall import GrowingWall, PreviewFilm

TILE = QSize(4, 4)


def plain(value: int) -> QImage:
    image = QImage(8, 8, QImage.Format.Format_RGB888)
    image.fill(QColor(value, value, value))
    return image


def shown(wall: GrowingWall) -> int:
    """The grey of the picture that is seen; -1 for none."""
    image = wall.findChild(PictureView, "train.wall").image()
    return -1 if image.isNull() else image.pixelColor(0, 0).red()


@pytest.fixture
def wall(qtbot, qapp) -> GrowingWall:
    wall = GrowingWall(Theme(qapp, "dark"))
    qtbot.addWidget(wall)
    wall.resize(400, 480)
    wall.show()
    qtbot.waitExposed(wall)
    wall.start_film(TILE)
    return wall


@pytest.fixture
def slider(wall) -> QSlider:
    return wall.findChild(QSlider, "train.history")


def test_the_newest_preview_is_shown_unless_a_person_looks_back(wall, slider) -> None:
    assert shown(wall) == -1
    for step in (25, 50, 100):
        wall.add_preview(step, plain(step))
        assert (shown(wall), wall.step) == (step, step)
    slider.setValue(0)
    wall.add_preview(200, plain(200))
    assert (shown(wall), wall.step) == (25, 25)
    slider.setValue(slider.maximum())
    wall.add_preview(250, plain(250))
    assert (shown(wall), wall.step) == (250, 250)


def test_another_project_has_its_own_time_of_the_next_pictures(wall) -> None:
    said = wall.findChild(QLabel, "train.next_pictures")
    wall.show_next(900.0)
    assert said.text()
    wall.start_film(TILE)
    assert said.text() == ""


def test_the_keyboard_goes_through_the_film(wall, qtbot) -> None:
    for step in (10, 20, 30, 40):
        wall.add_preview(step, plain(step))
    view = wall.findChild(PictureView, "train.wall")
    for key, step in (
        (Qt.Key.Key_Left, 30),
        (Qt.Key.Key_Left, 20),
        (Qt.Key.Key_Right, 30),
        (Qt.Key.Key_Home, 10),
        (Qt.Key.Key_Left, 10),
        (Qt.Key.Key_End, 40),
    ):
        qtbot.keyClick(view, key)
        assert (shown(wall), wall.step) == (step, step)
        assert f"{step}" in view.accessibleDescription()


def test_earlier_pictures_are_asked_for_once_the_nearest_first(wall, slider, qtbot) -> None:
    with qtbot.waitSignal(wall.frames_wanted) as asked:
        wall.add_steps([10, 20, 30, 40])
    assert asked.args[0] == [40, 30, 20, 10]
    slider.setValue(1)
    assert shown(wall) == -1
    wall.add_frame(30, plain(30))
    assert shown(wall) == -1
    wall.add_frame(20, plain(20))
    assert shown(wall) == 20


def test_the_film_plays_from_the_start_to_the_end_and_stops(wall, slider, qtbot) -> None:
    for step in (10, 20, 30):
        wall.add_preview(step, plain(step))
    play = wall.findChild(QToolButton, "train.play")
    seen = []
    slider.valueChanged.connect(lambda _: seen.append(shown(wall)))
    qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not wall.is_playing)
    assert seen == [10, 20, 30]
    assert play.accessibleName() == "Play"


def test_a_film_that_plays_when_training_goes_back_to_its_start_ends(wall, qtbot) -> None:
    for step in (25, 50, 100):
        wall.add_preview(step, plain(step))
    play = wall.findChild(QToolButton, "train.play")
    qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    assert wall.is_playing
    wall.drop_after(0)
    assert not wall.is_playing
    wall.add_preview(25, plain(26))
    assert (shown(wall), wall.step) == (26, 25)


def test_a_preview_that_is_on_its_way_shows_a_thin_line(wall) -> None:
    line = wall.findChild(QProgressBar, "train.preview")
    assert line.isHidden()
    wall.set_progress(3, 25)
    assert (line.isVisible(), line.value(), line.maximum()) == (True, 3, 25)
    wall.set_progress(25, 25)
    assert line.isHidden()


def test_going_back_drops_what_came_after(wall) -> None:
    for step in (10, 20, 30):
        wall.add_preview(step, plain(step))
    wall.drop_after(20)
    assert wall.steps == [10, 20]
    assert shown(wall) == 20
    wall.drop_after(0)
    assert (wall.steps, wall.step, shown(wall)) == ([], -1, -1)


@given(steps=st.lists(st.integers(0, 50), min_size=1, max_size=60), present=st.integers(0, 50))
def test_the_film_never_holds_more_than_its_room(steps: list[int], present: int) -> None:
    each = plain(0).sizeInBytes()
    film = PreviewFilm(room=5 * each)
    for step in steps:
        film.add_steps([step])
        film.add_image(step, plain(step), present)
        held = [known for known in film.steps if film.image(known) is not None]
        assert film.nbytes == each * len(held) <= 5 * each
    assert film.steps == sorted(set(steps))
    dropped = [step for step in film.steps if film.image(step) is None]
    wanted = film.missing_near(present)
    assert set(wanted) <= set(dropped)
    assert wanted == sorted(wanted, key=lambda step: abs(step - present))


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_become_the_grid_that_lies_on_disk(tmp_path, channels: int) -> None:
    from PIL import Image

    from ddpm_studio.export.images import picture_grid, write_png

    pictures = np.random.default_rng(0).integers(0, 256, (5, 7, 9, channels), np.uint8)
    write_png(tmp_path / "grid.png", picture_grid(pictures))
    image = image_of(pictures)
    on_disk = np.asarray(Image.open(tmp_path / "grid.png").convert("RGB"))
    drawn = [
        [image.pixelColor(x, y).getRgb()[:3] for x in range(image.width())]
        for y in range(image.height())
    ]
    np.testing.assert_array_equal(np.array(drawn), on_disk)


def test_whole_multiples_are_drawn_without_any_blur() -> None:
    image = plain(0)
    image.setPixelColor(3, 4, QColor(255, 255, 255))
    large = scaled_crisply(image, QSize(24, 24))
    white = [(x, y) for x in range(24) for y in range(24) if large.pixelColor(x, y).red() == 255]
    assert white == [(x, y) for x in range(9, 12) for y in range(12, 15)]


def test_the_tiles_fill_the_widget_and_keep_their_shape(wall) -> None:
    view = wall.findChild(PictureView, "train.wall")
    view.set_image(QImage(12, 8, QImage.Format.Format_RGB888), QSize(6, 4))  # two by two
    view.grab()
    # where tiles lie is only drawn
    tile = view._tile_size(2, 2)
    assert tile.width() * 4 == pytest.approx(tile.height() * 6, abs=6)
    assert 2 * tile.width() + 4 + 2 * 12 <= view.width()
    assert 2 * tile.width() > view.width() - 40


def test_a_click_shows_one_picture_large_through_the_whole_training(wall, slider, qtbot) -> None:
    """With the slider and the arrows; Escape, or another click, shows all again."""
    for step in (25, 50):
        image = plain(step)
        image.setPixelColor(5, 1, QColor(200, step, 0))  # in the second picture
        wall.add_preview(step, image)
    view = wall.findChild(PictureView, "train.wall")
    words = wall.findChild(QLabel, "train.wall_step")
    middle = view.rect().center()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle + QPoint(60, -60))
    assert (view.large, words.text()) == (1, "step 50, picture 2")
    grabbed = view.grab().toImage()
    assert grabbed.pixelColor(middle + QPoint(-40, -40)).green() == 50
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert words.text() == "step 25, picture 2"
    assert slider.value() == 0
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.large == 2
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert (view.large, words.text()) == (-1, "step 25")
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert view.large == 0
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle)
    assert view.large == -1
