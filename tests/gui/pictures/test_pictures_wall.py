"""The wall of the Pictures page: what it shows, and how much of it is loaded."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QAbstractSlider, QComboBox, QLineEdit, QListView, QPushButton

from ddpm_studio.choices import Crop
from ddpm_studio.config import PicturesConfig
from ddpm_studio.data import prepare_pictures
from ddpm_studio.data.picture_facts import PictureFacts
from ddpm_studio.gui.pictures import work
from ddpm_studio.gui.pictures.details import CropView, crop_words
from ddpm_studio.gui.wall.wall import PictureWall
from tests.data.reading import read_picture
from tests.gui.pictures.conftest import as_array, drain, tiles_of

# the wall


def test_the_wall_shows_every_picture_as_the_network_sees_it(page, tmp_path: Path) -> None:
    project = page.session.project
    expected = drain(prepare_pictures(project.pictures, project.config.pictures, tmp_path / "c"))
    model = page.wall.wall_model
    assert isinstance(page.wall, QListView)
    assert model.rowCount() == len(expected.taken) == 12
    for row, (pixels, taken) in enumerate(zip(expected.pixels, expected.taken, strict=True)):
        index = model.index(row)
        image = index.data(Qt.ItemDataRole.DecorationRole)
        np.testing.assert_array_equal(as_array(image), pixels)
        assert index.data() == taken.name


def test_each_pixel_is_drawn_as_a_sharp_square(page) -> None:
    wall = page.wall
    factor, pixels = wall.factor, as_array(wall.wall_model.image(5))
    assert factor > 1
    enlarged = pixels.repeat(factor, axis=0).repeat(factor, axis=1)
    np.testing.assert_array_equal(page.shown_pixels(5), enlarged)


def test_what_was_taken_and_left_out_is_counted_and_explained(page) -> None:
    assert "12 taken" in page.headline
    assert "8 × 8" in page.headline
    assert page.text("pictures.left_out_count") == "1 file left out"
    model = page.get(QListView, "pictures.left_out").model()
    assert model.rowCount() == 1
    words = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words.startswith("broken.jpg: ")
    assert len(words) > len("broken.jpg: ")


def test_a_picture_is_chosen_by_click_and_by_arrow_keys(page, qtbot) -> None:
    wall = page.wall
    assert page.text("pictures.details.name") == "flower_00.png"  # the first, at once
    middle = wall.visualRect(wall.wall_model.index(3)).center()
    qtbot.mouseClick(wall.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert page.text("pictures.details.name") == "flower_03.png"
    qtbot.keyClick(wall, Qt.Key.Key_Right)
    assert page.text("pictures.details.name") == "flower_04.png"
    qtbot.keyClick(wall, Qt.Key.Key_End)
    assert page.text("pictures.details.name") == "flower_11.png"


def test_a_click_beside_all_pictures_leaves_the_one_that_is_shown(page, qtbot) -> None:
    wall = page.wall
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(wall.viewport(), left, pos=wall.visualRect(wall.wall_model.index(3)).center())
    beside = wall.viewport().rect().bottomRight()
    assert not wall.indexAt(beside).isValid()
    qtbot.mouseClick(wall.viewport(), left, pos=beside)
    assert page.text("pictures.details.name") == "flower_03.png"
    toggle = page.get(QPushButton, "pictures.toggle")
    assert (toggle.isEnabled(), toggle.text()) == (True, "Leave out")
    assert page.get(QComboBox, "pictures.weight").currentText() == "Seen 1 ×"


def test_what_was_done_to_a_picture_is_told(odd_page) -> None:
    model = odd_page.wall.wall_model
    names_of = [model.index(row).data() for row in range(model.rowCount())]
    assert names_of == ["glass.png", "lying.jpg", "small.png"]
    for row, words in enumerate(("transparent", "turned upright", "enlarged from 4 x 4")):
        tip = model.index(row).data(Qt.ItemDataRole.ToolTipRole)
        assert names_of[row] in tip
        assert words in tip
        odd_page.wall.setCurrentIndex(model.index(row))
        assert words in odd_page.text("pictures.details.text").lower()


def test_the_original_is_shown_whole_with_the_frame_of_the_crop(odd_page) -> None:
    crop = odd_page.get(CropView, "pictures.details.crop")
    odd_page.wall.setCurrentIndex(odd_page.wall.wall_model.index(1))
    odd_page.wait(lambda: crop.image is not None and crop.image.height() == 40)
    assert crop.image.width() == 20  # upright
    assert crop.frame == QRectF(0, 0.25, 1, 0.5)
    text = odd_page.text("pictures.details.text")
    assert "20 × 40 pixels become 8 × 8" in text
    assert "50 % is cut off at top and bottom" in text


def test_a_file_that_is_gone_is_said_to_be_gone(odd_page) -> None:
    (odd_page.session.project.pictures / "small.png").unlink()
    odd_page.wall.setCurrentIndex(odd_page.wall.wall_model.index(2))
    odd_page.wait(lambda: "cannot be read any more" in odd_page.text("pictures.details.text"))
    assert odd_page.text("pictures.details.name") == "small.png"


@given(
    width=st.integers(24, 400),
    height=st.integers(24, 400),
    shape=st.sampled_from([(8, 8), (4, 12)]),
)
def test_the_frame_is_what_the_reader_keeps(
    tmp_path_factory, width: int, height: int, shape: tuple[int, int]
) -> None:
    """In a picture whose red says how far right it is, and green how far down, frame and pixels
    agree to a quarter of a prepared pixel."""
    config = PicturesConfig(size=shape[1], height=shape[0], smallest_side=4)
    facts = PictureFacts("", width, height, "PNG")
    # by what the original was cut
    frame = QRectF(*work.crop_part(facts, Crop(), shape[1], shape[0]))
    across, down = (np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height
    places = np.stack([*np.meshgrid(across, down), np.zeros((height, width))], axis=-1)
    path = tmp_path_factory.mktemp("frame") / "places.png"
    Image.fromarray((255 * places).round().astype(np.uint8)).save(path)
    read = read_picture(path, config).pixels / 255
    for axis, start, extent, count in (
        (0, frame.left(), frame.width(), shape[1]),
        (1, frame.top(), frame.height(), shape[0]),
    ):
        expected = start + (np.arange(count) + 0.5) / count * extent
        measured = read[:, :, axis].mean(axis=axis)
        np.testing.assert_allclose(measured, expected, atol=0.25 * extent / count + 2 / 255)
    assert crop_words(frame).endswith(".")


def test_only_what_is_in_view_is_loaded(qtbot, session) -> None:
    """Of 20,000 pictures the wall asks for a few screens, and it asks again when it is scrolled."""
    wall = PictureWall(session.theme, "wall")
    asked: list[Any] = []
    qtbot.addWidget(wall)
    wall.chunks_wanted.connect(asked.append)
    wall.set_tiles(tiles_of(20_000), (64, 64, 3))
    wall.resize(800, 600)
    wall.show()
    qtbot.waitUntil(lambda: len(asked) == 1)
    size = wall.wall_model.chunk_size
    count = wall.visible_rows()[1] + 1
    assert asked[0][0] == 0
    assert len(asked[0]) * size <= 2 * count + 2 * size
    wall.scrollToBottom()
    qtbot.waitUntil(lambda: len(asked) == 2)
    first, last = wall.visible_rows()
    assert last == 19_999
    assert {first // size, last // size} <= set(asked[1])


def test_the_wall_knows_what_is_in_view(qtbot, session) -> None:
    """Its arithmetic agrees with what Qt laid out, for odd widths and sizes of tiles."""
    wall = PictureWall(session.theme, "wall")
    qtbot.addWidget(wall)
    wall.set_tiles(tiles_of(500), (16, 24, 3))
    wall.show()
    for width, factor, place in ((701, 3, 0), (702, 4, 950), (333, 2, 4000), (90, 5, 20_000)):
        wall.resize(width, 407)
        wall.set_factor(factor)
        qtbot.waitUntil(lambda: wall.verticalScrollBar().maximum() > 0)
        wall.verticalScrollBar().setValue(place)
        first, last = wall.visible_rows()
        area = wall.viewport().rect()
        seen = [
            row
            for row in range(500)
            if wall.visualRect(wall.wall_model.index(row)).intersects(area)
        ]
        columns = len({wall.visualRect(wall.wall_model.index(row)).x() for row in seen})
        assert first <= seen[0]
        assert seen[-1] <= last < seen[-1] + 2 * columns
        assert seen[0] - first < columns


@pytest.mark.parametrize("side", [8, 64, 1024])
def test_a_picture_of_any_size_fits_into_the_wall(qtbot, session, side: int) -> None:
    """Large ones are reduced, and only those."""
    wall = PictureWall(session.theme, "wall")
    qtbot.addWidget(wall)
    wall.set_tiles(tiles_of(2), (side, side, 1))
    wall.resize(460, 300)
    wall.show()
    width, _ = wall.tile_size()
    assert width <= wall.viewport().width()
    assert width >= min(side, 400)
    assert width % side == 0 or side == 1024


def test_memory_for_seen_pictures_is_bounded(page) -> None:
    model = page.wall.wall_model
    model.set_tiles(tiles_of(20_000), (64, 64, 3))
    chunk = np.zeros((model.chunk_size, 64, 64, 3), np.uint8)
    for number in range(20_000 // model.chunk_size):
        model.add_chunk(number, chunk)
    loaded = sum(model.image(row) is not None for row in range(20_000))
    assert loaded * 64 * 64 * 3 <= 97 << 20
    assert model.image(19_999 // model.chunk_size * model.chunk_size - 1) is not None


def test_tiles_grow_by_whole_factors_and_keep_their_size(page, make_window, drive) -> None:
    slider = page.get(QAbstractSlider, "pictures.tile_size")
    before = page.wall.factor
    page.qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert page.wall.factor == before + 1
    page.press(Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert page.wall.factor == before + 2
    assert page.wall.tile_size() == (8.0 * (before + 2), 8.0 * (before + 2))
    other = drive(make_window(page.session.project))
    other.wait_for_wall()
    assert other.wall.factor == before + 2


def test_every_tile_size_fits_the_screen_and_is_large_enough(page) -> None:
    for side in (8, 16, 48, 64, 128, 256, 512, 2048):
        page.wall.wall_model.set_tiles(tiles_of(1), (side, side, 3))
        least, most = page.wall.factors()
        assert 1 <= least <= most
        assert least * side >= 48
        assert most == least or most * side <= 384


def test_the_chosen_picture_is_in_sight_when_a_search_is_cleared(page, qtbot) -> None:
    wall = page.wall
    wall.setFixedHeight(max(wall.visualRect(wall.wall_model.index(0)).height(), 60))
    search = page.get(QLineEdit, "filter.text")
    qtbot.keyClicks(search, "flower_11")
    wall.setCurrentIndex(wall.wall_model.index(0))
    search.clear()
    place = wall.visualRect(wall.currentIndex())
    assert page.text("pictures.details.name") == "flower_11.png"
    assert place.intersects(wall.viewport().rect())
