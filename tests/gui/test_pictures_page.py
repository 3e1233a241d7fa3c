"""The Pictures page: what is on its wall, what was left out, and what its controls change."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QDesktopServices, QImage, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QColorDialog,
    QComboBox,
    QFileDialog,
    QLabel,
    QListView,
    QPushButton,
    QWidget,
)

from ddpm_studio.config import PicturesConfig, StudioConfig
from ddpm_studio.config_text import with_settings
from ddpm_studio.data import prepare_pictures, read_picture
from ddpm_studio.errors import ProjectError
from ddpm_studio.events import CheckpointSaved, PicturesProgress
from ddpm_studio.gui import names
from ddpm_studio.gui.dialogs.new_project import NewProjectDialog
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.session import PICTURES, TRAIN
from ddpm_studio.gui.widgets.banner import Banner
from ddpm_studio.gui.widgets.inputs import Switch
from ddpm_studio.gui.widgets.picture_details import CropView, crop_frame, crop_words
from ddpm_studio.gui.widgets.picture_wall import PictureWall
from ddpm_studio.gui.work import pictures as work
from ddpm_studio.presets import PRESETS
from ddpm_studio.project import Project

PATIENCE = 20_000
LEFT = Qt.MouseButton.LeftButton


def drain(steps: Iterator[object]) -> object:
    """What a generator returns."""
    while True:
        try:
            next(steps)  # type: ignore[call-overload]
        except StopIteration as end:
            return end.value


def as_array(image: QImage) -> np.ndarray:
    """(H, W, 3) of an image of any format; its own memory."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


@pytest.fixture
def drive(qtbot, find) -> Callable[[MainWindow], Driver]:
    return lambda window: Driver(window, qtbot, find)


class Driver:
    """Acts on the page as a person does, by the names of its controls."""

    def __init__(self, window: MainWindow, qtbot, find) -> None:
        self.window, self.qtbot, self._find = window, qtbot, find
        self.session = window.session

    def get(self, kind: type[QWidget], name: str):
        return self._find(self.window.pictures_page, kind, name)

    @property
    def wall(self) -> PictureWall:
        return self.get(PictureWall, names.PICTURES_WALL)

    @property
    def config(self) -> PicturesConfig:
        return self.session.project.config.pictures

    def text(self, name: str) -> str:
        return self.get(QLabel, name).text()

    def click(self, name: str) -> None:
        button = self.get(QAbstractButton, name)
        assert button.isVisible()
        assert button.isEnabled()
        self.qtbot.mouseClick(button, LEFT)

    def press(self, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        """A key of the window, wherever the focus is."""
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow, timeout=PATIENCE)
        self.qtbot.keyClick(self.window, key, modifier)

    def choose(self, name: str, data: object) -> None:
        """An entry of a combo box, by keyboard."""
        combo = self.get(QComboBox, name)
        combo.setFocus()
        row, target = combo.currentIndex(), combo.findData(data)
        assert target >= 0
        key = Qt.Key.Key_Down if target > row else Qt.Key.Key_Up
        for _ in range(abs(target - row)):
            self.qtbot.keyClick(combo, key)
        assert combo.currentData() == data

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=PATIENCE)

    def wait_for_wall(self) -> None:
        """Until the wall shows what the settings say, with all pixels that are in view."""
        shape = self.config.shape[1:]

        def is_ready() -> bool:
            model = self.wall.wall_model
            first, last = self.wall.visible_rows()
            size = model.picture_size
            return (
                self.wall.isVisible()
                and self.session.jobs.get(PICTURES) is None
                and (size.height(), size.width()) == shape
                and last >= first
                and all(model.image(row) is not None for row in range(first, last + 1))
            )

        self.wait(is_ready)

    def shown_pixels(self, row: int) -> np.ndarray:
        """A picture as it lies on the screen, one value for each device pixel."""
        wall = self.wall
        tile = wall.tile_rect(wall.visualRect(wall.wall_model.index(row))).toRect()
        return as_array(wall.viewport().grab(tile).toImage())


@pytest.fixture
def page(make_window, new_project: Project, drive) -> Driver:
    """A window with an untrained project, its wall filled."""
    driver = drive(make_window(new_project))
    driver.wait_for_wall()
    return driver


@pytest.fixture
def odd_folder(tmp_path: Path) -> Path:
    """One picture each that is transparent, lying on its side, small; and two that are none."""
    folder = tmp_path / "odd"
    (folder / "inner").mkdir(parents=True)
    glass = np.zeros((16, 16, 4), np.uint8)
    glass[:, 8:] = (255, 0, 0, 255)
    Image.fromarray(glass).save(folder / "glass.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20), "#00ff00").save(folder / "lying.jpg", exif=exif)
    Image.new("RGB", (4, 4), "#0000ff").save(folder / "small.png")
    (folder / "inner" / "notes.txt").write_text("buy paper")
    (folder / "empty.png").write_bytes(b"")
    return folder


@pytest.fixture
def odd_page(make_window, tmp_path: Path, odd_folder: Path, new_project, drive) -> Driver:
    project = Project.create(tmp_path / "projects" / "odd", odd_folder, new_project.config)
    driver = drive(make_window(project))
    driver.wait_for_wall()
    return driver


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that the page asked the desktop to show."""
    folders: list[Path] = []

    def open_url(url) -> bool:
        folders.append(Path(url.toLocalFile()))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    return folders


@pytest.fixture
def prepared_with(monkeypatch: pytest.MonkeyPatch) -> list[StudioConfig]:
    """The settings of every time that the folder was read."""
    configs: list[StudioConfig] = []
    prepare = work.prepare

    def noted(project: Project):
        configs.append(project.config)
        return prepare(project)

    monkeypatch.setattr(work, "prepare", noted)
    return configs


# the wall


def test_the_wall_shows_every_picture_as_the_network_sees_it(page: Driver, tmp_path: Path) -> None:
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


def test_each_pixel_is_drawn_as_a_sharp_square(page: Driver) -> None:
    wall = page.wall
    factor, pixels = wall.factor, as_array(wall.wall_model.image(5))
    assert factor > 1
    enlarged = pixels.repeat(factor, axis=0).repeat(factor, axis=1)
    np.testing.assert_array_equal(page.shown_pixels(5), enlarged)


def test_what_was_taken_and_left_out_is_counted_and_explained(page: Driver) -> None:
    assert "12 pictures" in page.text(names.PICTURES_TAKEN)
    assert "8 × 8" in page.text(names.PICTURES_TAKEN)
    assert page.text(names.PICTURES_LEFT_OUT_COUNT) == "1 file left out"
    model = page.get(QListView, names.PICTURES_LEFT_OUT).model()
    assert model.rowCount() == 1
    words = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words.startswith("broken.jpg: ")
    assert len(words) > len("broken.jpg: ")


def test_a_picture_is_chosen_by_click_and_by_arrow_keys(page: Driver, qtbot) -> None:
    wall = page.wall
    assert page.text(names.PICTURES_DETAILS_NAME) == "flower_00.png"  # the first, at once
    middle = wall.visualRect(wall.wall_model.index(3)).center()
    qtbot.mouseClick(wall.viewport(), LEFT, pos=middle)
    assert page.text(names.PICTURES_DETAILS_NAME) == "flower_03.png"
    qtbot.keyClick(wall, Qt.Key.Key_Right)
    assert page.text(names.PICTURES_DETAILS_NAME) == "flower_04.png"
    qtbot.keyClick(wall, Qt.Key.Key_End)
    assert page.text(names.PICTURES_DETAILS_NAME) == "flower_11.png"


def test_what_was_done_to_a_picture_is_told(odd_page: Driver) -> None:
    model = odd_page.wall.wall_model
    names_of = [model.index(row).data() for row in range(model.rowCount())]
    assert names_of == ["glass.png", "lying.jpg", "small.png"]
    for row, words in enumerate(("transparent", "turned upright", "enlarged from 4 x 4")):
        tip = model.index(row).data(Qt.ItemDataRole.ToolTipRole)
        assert names_of[row] in tip
        assert words in tip
        odd_page.wall.setCurrentIndex(model.index(row))
        assert words in odd_page.text(names.PICTURES_DETAILS_TEXT).lower()


def test_the_original_is_shown_whole_with_the_frame_of_the_crop(odd_page: Driver) -> None:
    crop = odd_page.get(CropView, names.PICTURES_CROP)
    odd_page.wall.setCurrentIndex(odd_page.wall.wall_model.index(1))
    odd_page.wait(lambda: crop.image is not None)
    assert (crop.image.width(), crop.image.height()) == (20, 40)  # upright
    assert crop.frame == QRectF(0, 0.25, 1, 0.5)
    text = odd_page.text(names.PICTURES_DETAILS_TEXT)
    assert "20 × 40 pixels become 8 × 8" in text
    assert "50 % is cut off at top and bottom" in text


def test_a_file_that_is_gone_is_said_to_be_gone(odd_page: Driver) -> None:
    (odd_page.session.project.pictures / "small.png").unlink()
    odd_page.wall.setCurrentIndex(odd_page.wall.wall_model.index(2))
    odd_page.wait(lambda: "cannot be read any more" in odd_page.text(names.PICTURES_DETAILS_TEXT))


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
    frame = crop_frame(width, height, shape)
    across, down = (np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height
    places = np.stack([*np.meshgrid(across, down), np.zeros((height, width))], axis=-1)
    path = tmp_path_factory.mktemp("frame") / "places.png"
    Image.fromarray((255 * places).round().astype(np.uint8)).save(path)
    read = read_picture(path, PicturesConfig(size=shape[1], height=shape[0])).pixels / 255
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
    wall, asked = PictureWall(session.theme, "wall"), []
    qtbot.addWidget(wall)
    wall.chunks_wanted.connect(asked.append)
    names_of = [f"{number}.png" for number in range(20_000)]
    wall.set_pictures(names_of, names_of, (64, 64, 3))
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
    names_of = [str(number) for number in range(500)]
    wall.set_pictures(names_of, names_of, (16, 24, 3))
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
    wall.set_pictures(["a", "b"], ["a", "b"], (side, side, 1))
    wall.resize(460, 300)
    wall.show()
    width, _ = wall.tile_size()
    assert width <= wall.viewport().width()
    assert width >= min(side, 400)
    assert width % side == 0 or side == 1024


def test_memory_for_seen_pictures_is_bounded(page: Driver) -> None:
    model = page.wall.wall_model
    names_of = [str(number) for number in range(20_000)]
    model.set_pictures(names_of, names_of, (64, 64, 3))
    chunk = np.zeros((model.chunk_size, 64, 64, 3), np.uint8)
    for number in range(20_000 // model.chunk_size):
        model.add_chunk(number, chunk)
    loaded = sum(model.image(row) is not None for row in range(20_000))
    assert loaded * 64 * 64 * 3 <= 97 << 20
    assert model.image(19_999 // model.chunk_size * model.chunk_size - 1) is not None


def test_tiles_grow_by_whole_factors_and_keep_their_size(page: Driver, make_window, drive) -> None:
    slider = page.get(QAbstractSlider, names.PICTURES_TILE_SIZE)
    before = page.wall.factor
    page.qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert page.wall.factor == before + 1
    page.press(Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert page.wall.factor == before + 2
    assert page.wall.tile_size() == (8.0 * (before + 2), 8.0 * (before + 2))
    other = drive(make_window(page.session.project))
    other.wait_for_wall()
    assert other.wall.factor == before + 2


def test_every_tile_size_fits_the_screen_and_is_large_enough(page: Driver) -> None:
    for side in (8, 16, 48, 64, 128, 256, 512, 2048):
        page.wall.wall_model.set_pictures(["a"], ["a"], (side, side, 3))
        least, most = page.wall.factors()
        assert 1 <= least <= most
        assert least * side >= 48
        assert most == least or most * side <= 384


# folders


def test_left_out_files_are_shown_in_their_folder(odd_page: Driver, opened: list[Path]) -> None:
    listed = odd_page.get(QListView, names.PICTURES_LEFT_OUT)
    rows = {listed.model().index(r, 0).data(): r for r in range(listed.model().rowCount())}
    assert set(rows) == {"empty.png", str(Path("inner", "notes.txt"))}
    listed.setCurrentIndex(listed.model().index(rows[str(Path("inner", "notes.txt"))], 0))
    odd_page.click(names.PICTURES_SHOW_IN_FOLDER)
    folder = odd_page.session.project.pictures
    assert opened == [folder / "inner"]
    odd_page.qtbot.keyClick(listed, Qt.Key.Key_Home)
    odd_page.qtbot.keyClick(listed, Qt.Key.Key_Return)
    assert opened[1:] == [folder]


def test_the_folder_and_the_chosen_picture_are_shown(page: Driver, opened: list[Path]) -> None:
    folder = page.session.project.pictures
    page.click(names.PICTURES_FOLDER)
    page.click(names.PICTURES_DETAILS_SHOW)
    assert opened == [folder, folder]


def test_without_a_file_manager_the_folder_is_named(page: Driver, monkeypatch) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    page.click(names.PICTURES_FOLDER)
    banner = page.window.findChild(Banner)
    assert str(page.session.project.pictures) in banner.sentence


def test_new_files_are_seen_with_f5(odd_page: Driver) -> None:
    folder = odd_page.session.project.pictures
    Image.new("RGB", (9, 9), "#ffff00").save(folder / "new.png")
    odd_page.press(Qt.Key.Key_F5)
    odd_page.wait(lambda: "4 pictures" in odd_page.text(names.PICTURES_TAKEN))
    odd_page.wait_for_wall()
    (folder / "new.png").unlink()
    odd_page.click(names.PICTURES_REFRESH)
    odd_page.wait(lambda: "3 pictures" in odd_page.text(names.PICTURES_TAKEN))


# settings


def test_another_size_is_saved_and_prepared_with_a_model_that_suits_it(page: Driver) -> None:
    page.choose(names.PICTURES_SIZE, 32)
    assert Project.open(page.session.project.path).config.pictures.size == 32
    page.wait_for_wall()
    config = page.session.project.config
    sketch = PRESETS["sketch"]
    assert page.wall.wall_model.picture_size.toTuple() == (32, 32)
    assert config.model.channel_mult == sketch.model.channel_mult
    assert config.train.learning_rate == sketch.train.learning_rate
    assert config.train.preview_count == 4  # one that presets agree on stays as it was
    assert config.sample.num_inference_steps == 5


@given(
    start=st.sampled_from(list(PRESETS)),
    size=st.sampled_from(work.SIZES),
    quarters=st.sampled_from([0, 2, 3, 5, 8]),
    seed=st.integers(0, 9),
    norm_groups=st.sampled_from([0, 4, 32]),
)
def test_every_size_has_settings_that_hold(
    start: str, size: int, quarters: int, seed: int, norm_groups: int
) -> None:
    """From every preset and shape to every size; what the size has no say in stays."""
    height = PRESETS[start].pictures.size * quarters // 4
    before = with_settings(
        PRESETS[start],
        [
            f"pictures.height={height}",
            "pictures.flip_horizontal=yes",
            f"train.seed={seed}",
            f"model.norm_groups={norm_groups}",
            "diffusion.prediction=eps",
        ],
    )
    after = work.with_size(before, size)
    assert after.pictures.size == size
    assert after.pictures.flip_horizontal
    assert after.pictures.background == before.pictures.background
    assert (after.diffusion, after.sample) == (before.diffusion, before.sample)
    assert after.train.seed == seed
    if height:
        wanted = size * height / before.pictures.size
        assert abs(after.pictures.height - wanted) <= after.model.stride
    else:
        assert after.pictures.height == 0


def test_pictures_that_are_not_square_keep_their_shape(make_window, new_project, drive) -> None:
    config = with_settings(new_project.config, ["pictures.size=16", "pictures.height=8"])
    page = drive(make_window(new_project.with_config(config)))
    page.wait_for_wall()
    assert "16 × 8" in page.text(names.PICTURES_TAKEN)
    assert page.get(QComboBox, names.PICTURES_SIZE).currentText() == "16 × 8 pixels"
    page.choose(names.PICTURES_SIZE, 48)
    page.wait_for_wall()
    assert page.config.shape == (3, 24, 48)


@pytest.mark.parametrize("start", PRESETS)
@pytest.mark.parametrize("end", PRESETS)
def test_from_one_preset_to_the_size_of_another_is_that_preset(start: str, end: str) -> None:
    assert work.with_size(PRESETS[start], PRESETS[end].pictures.size) == PRESETS[end]


def test_several_changes_in_a_row_are_prepared_once(
    page: Driver, prepared_with: list[StudioConfig]
) -> None:
    page.choose(names.PICTURES_SIZE, 48)  # by way of 16 and 32
    page.wait_for_wall()
    assert [config.pictures.size for config in prepared_with] == [48]


def test_a_change_that_is_taken_back_reads_nothing(
    page: Driver, prepared_with: list[StudioConfig]
) -> None:
    page.click(names.item(names.PICTURES_BACKGROUND, "black"))
    page.click(names.item(names.PICTURES_BACKGROUND, "white"))
    assert not page.window.pictures_page._patience.isActive()
    assert prepared_with == []
    assert page.wall.isVisible()


def test_flips_are_saved_without_reading_anything(
    page: Driver, prepared_with: list[StudioConfig]
) -> None:
    page.click(names.PICTURES_FLIP)
    assert Project.open(page.session.project.path).config.pictures.flip_horizontal
    assert page.get(Switch, names.PICTURES_FLIP).isChecked()
    assert not page.window.pictures_page._patience.isActive()
    assert prepared_with == []


def test_grey_pictures_are_grey_on_the_wall(page: Driver) -> None:
    page.choose(names.PICTURES_CHANNELS, 1)
    page.wait(lambda: "in grey" in page.text(names.PICTURES_TAKEN))
    page.wait_for_wall()
    assert page.session.project.config.model.in_channels == 1
    shown = page.shown_pixels(0)
    assert (shown == shown[:, :, :1]).all()
    assert shown.std() > 0


def test_the_background_lies_under_transparent_pictures(odd_page: Driver) -> None:
    wall = odd_page.wall

    def left_side() -> list[int]:
        image = wall.wall_model.image(0)
        return [] if image is None else as_array(image)[4, 0].tolist()

    assert left_side() == [255, 255, 255]
    odd_page.click(names.item(names.PICTURES_BACKGROUND, "black"))
    odd_page.wait(lambda: left_side() == [0, 0, 0])
    assert odd_page.config.background == "#000000"
    odd_page.click(names.item(names.PICTURES_BACKGROUND, "other"))
    dialog = odd_page.get(QColorDialog, names.PICTURES_BACKGROUND_DIALOG)
    dialog.setCurrentColor(QColor("#336699"))
    dialog.accept()
    odd_page.wait(lambda: left_side() == [0x33, 0x66, 0x99])
    assert odd_page.config.background == "#336699"
    chosen = odd_page.get(QAbstractButton, names.item(names.PICTURES_BACKGROUND, "other"))
    assert chosen.isChecked()


def test_a_cancelled_colour_dialog_changes_nothing(odd_page: Driver) -> None:
    odd_page.click(names.item(names.PICTURES_BACKGROUND, "other"))
    odd_page.get(QColorDialog, names.PICTURES_BACKGROUND_DIALOG).reject()
    assert odd_page.config.background == "#ffffff"
    white = odd_page.get(QAbstractButton, names.item(names.PICTURES_BACKGROUND, "white"))
    assert white.isChecked()


def test_a_change_elsewhere_is_shown_here(page: Driver) -> None:
    page.session.change_config(work.with_size(page.session.project.config, 16))
    page.wait_for_wall()
    assert page.get(QComboBox, names.PICTURES_SIZE).currentData() == 16


def test_a_change_that_cannot_be_saved_is_taken_back(page: Driver, monkeypatch) -> None:
    def refuse(_self: Project) -> None:
        raise ProjectError("The disk is full.")

    monkeypatch.setattr(Project, "save", refuse)
    page.qtbot.keyClick(page.get(QComboBox, names.PICTURES_CHANNELS), Qt.Key.Key_Down)
    assert page.window.findChild(Banner).sentence == "The disk is full."
    assert page.get(QComboBox, names.PICTURES_CHANNELS).currentData() == 3
    assert page.config.channels == 3


def test_the_wheel_over_a_field_changes_nothing(page: Driver, qapp: QApplication) -> None:
    for name in (names.PICTURES_SIZE, names.PICTURES_CHANNELS, names.PICTURES_TILE_SIZE):
        field = page.get(QWidget, name)
        page.wall.setFocus()
        value = field.value() if isinstance(field, QAbstractSlider) else field.currentData()
        middle = QPointF(field.rect().center())
        event = QWheelEvent(
            middle,
            QPointF(field.mapToGlobal(field.rect().center())),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        qapp.sendEvent(field, event)
        now = field.value() if isinstance(field, QAbstractSlider) else field.currentData()
        assert now == value


# what is fixed


def test_a_trained_project_keeps_its_size_and_says_why(
    make_window, tiny_project: Project, drive
) -> None:
    page = drive(make_window(tiny_project))
    page.wait_for_wall()
    assert not page.get(QComboBox, names.PICTURES_SIZE).isEnabled()
    assert not page.get(QComboBox, names.PICTURES_CHANNELS).isEnabled()
    assert "fixed" in page.text(names.PICTURES_LOCKED)
    page.click(names.PICTURES_FLIP)  # this one is free
    assert page.config.flip_horizontal
    page.click(names.PICTURES_OTHER_SETTINGS)
    dialog = page.window.findChild(NewProjectDialog)
    assert dialog._pictures.text() == str(tiny_project.pictures)
    dialog.reject()


def test_size_is_fixed_from_the_moment_that_training_starts(page: Driver) -> None:
    """Or the first checkpoint would not fit the settings that were changed before it."""
    size = page.get(QComboBox, names.PICTURES_SIZE)

    def learn():
        for step in range(1_000_000):
            yield CheckpointSaved(step, Path("nowhere"))
            time.sleep(0.001)

    assert size.isEnabled()
    page.session.start_training(learn)
    assert not size.isEnabled()
    page.session.jobs.get(TRAIN).stop()
    page.wait(lambda: page.session.jobs.get(TRAIN) is None)
    assert size.isEnabled()  # nothing was saved, so nothing is fixed


# preparing, stopping, failing


def endless(_project: Project) -> Iterator[PicturesProgress]:
    """A folder that takes long."""
    done = 0
    while True:
        done += 1
        yield PicturesProgress(min(done, 999), 1000)
        time.sleep(0.001)


def test_reading_shows_its_progress_and_can_be_cancelled(page: Driver, monkeypatch) -> None:
    with monkeypatch.context() as slow:
        slow.setattr(work, "prepare", endless)
        page.choose(names.PICTURES_SIZE, 16)
        preparing = page.get(QWidget, names.PICTURES_PREPARING)
        page.wait(preparing.isVisible)
        words = preparing.findChildren(QLabel)
        page.wait(lambda: any("of 1,000" in label.text() for label in words))
        page.click(names.PICTURES_CANCEL)
        page.wait(page.get(QWidget, names.PICTURES_STOPPED).isVisible)
    assert page.session.jobs.get(PICTURES) is None
    assert not page.get(QListView, names.PICTURES_LEFT_OUT).isVisible()
    page.click(names.PICTURES_AGAIN)
    page.wait_for_wall()


def test_a_choice_during_reading_begins_anew(page: Driver, monkeypatch) -> None:
    with monkeypatch.context() as slow:
        slow.setattr(work, "prepare", endless)
        page.choose(names.PICTURES_SIZE, 16)
        page.wait(page.get(QWidget, names.PICTURES_PREPARING).isVisible)
    page.choose(names.PICTURES_SIZE, 32)
    page.wait_for_wall()
    assert page.wall.wall_model.picture_size.width() == 32


def test_a_folder_without_pictures_says_so_and_another_can_be_chosen(
    make_window, tmp_path: Path, new_project: Project, picture_folder: Path, drive
) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "letter.txt").write_text("Dear Ada")
    path = tmp_path / "projects" / "letters"
    page = drive(make_window(Project.create(path, folder, new_project.config)))
    failed = page.get(QWidget, names.PICTURES_FAILED)
    page.wait(failed.isVisible)
    sentence = page.window.findChild(Banner).sentence
    assert "letter.txt" in sentence
    assert sentence in [label.text() for label in failed.findChildren(QLabel)]
    assert not page.get(QPushButton, names.PICTURES_CONTINUE).isEnabled()
    page.click(names.PICTURES_CHOOSE_FOLDER)
    chooser = page.window.pictures_page.findChild(QFileDialog)
    chooser.fileSelected.emit(str(picture_folder))
    chooser.reject()
    page.wait_for_wall()
    assert Project.open(path).pictures == picture_folder
    assert page.get(QPushButton, names.PICTURES_CONTINUE).isEnabled()


def test_a_folder_that_came_back_is_read_again(
    make_window, new_project: Project, tmp_path: Path, picture_folder: Path, drive
) -> None:
    missing = dataclasses.replace(new_project, pictures=tmp_path / "disk")
    missing.save()
    page = drive(make_window(missing))
    page.wait(page.get(QWidget, names.PICTURES_FAILED).isVisible)
    (tmp_path / "disk").symlink_to(picture_folder, target_is_directory=True)
    page.click(names.PICTURES_RETRY)
    page.wait_for_wall()


def test_the_project_itself_is_no_pictures_folder(new_project: Project, tmp_path: Path) -> None:
    for folder in (new_project.path, tmp_path / "nowhere"):
        with pytest.raises(ProjectError, match="pictures folder"):
            work.with_pictures(new_project, folder)


def test_nothing_of_a_closed_project_arrives(
    page: Driver, tmp_path: Path, odd_folder: Path, monkeypatch
) -> None:
    """Another project is opened while the first is read: only the second is ever shown."""
    other = Project.create(tmp_path / "projects" / "odd", odd_folder, page.session.project.config)
    with monkeypatch.context() as slow:
        slow.setattr(work, "prepare", endless)
        page.choose(names.PICTURES_SIZE, 16)
        page.wait(page.get(QWidget, names.PICTURES_PREPARING).isVisible)
    page.session.open_project(other.path)
    page.wait_for_wall()
    assert "3 pictures" in page.text(names.PICTURES_TAKEN)
    page.session.close_project()
    assert page.window.pictures_page.is_empty
    assert page.wall.wall_model.rowCount() == 0


def test_closing_while_reading_begins_nothing_new(page: Driver, monkeypatch) -> None:
    monkeypatch.setattr(work, "prepare", endless)
    page.choose(names.PICTURES_SIZE, 16)  # saved, and to be read in a moment
    assert page.window.pictures_page._patience.isActive()
    page.window.close()
    assert not page.window.pictures_page._patience.isActive()
    page.wait(lambda: not page.window.isVisible())
    assert Project.open(page.session.project.path).config.pictures.size == 16


# the rest of the window


def test_the_way_on_starts_the_first_training(page: Driver, fake_training) -> None:
    button = page.get(QPushButton, names.PICTURES_CONTINUE)
    assert button.text() == "Start training"
    page.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert page.window.current_page is page.window.train_page
    assert page.session.jobs.get(TRAIN) is not None
    assert button.text() == "Continue to training"
    page.session.jobs.get(TRAIN).stop()
    page.wait(lambda: page.session.jobs.get(TRAIN) is None)


def test_a_trained_project_goes_on_to_its_training(
    make_window, tiny_project: Project, drive
) -> None:
    page = drive(make_window(tiny_project))
    page.wait_for_wall()
    assert page.get(QPushButton, names.PICTURES_CONTINUE).text() == "Continue to training"
    page.click(names.PICTURES_CONTINUE)
    assert page.window.current_page is page.window.train_page
    assert page.session.jobs.get(TRAIN) is None


def test_without_a_project_the_page_says_how_to_begin(window: MainWindow, drive) -> None:
    page = drive(window)
    window.show_page(names.NAV_PICTURES)
    empty = page.get(QWidget, names.PICTURES_EMPTY)
    assert empty.isVisible()
    assert any("Drop a folder" in label.text() for label in empty.findChildren(QLabel))
    assert not page.get(QPushButton, names.PICTURES_CONTINUE).isVisible()
    page.click(names.PICTURES_NEW)
    window.findChild(NewProjectDialog).reject()


def test_every_control_says_what_it_is(page: Driver) -> None:
    kinds = (QAbstractButton, QAbstractSlider, QComboBox, QListView)
    for kind in kinds:
        for control in page.window.pictures_page.findChildren(kind):
            if not control.objectName() or control.objectName().startswith("qt_"):
                continue
            name = control.objectName()
            words = control.accessibleName() or getattr(control, "text", str)()
            assert words, name
            if not isinstance(control, QListView):
                assert control.toolTip(), name
            assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, name
    for label in page.window.pictures_page.findChildren(QLabel):
        assert label.fontInfo().pixelSize() >= 12, label.text()


def test_the_page_waits_for_no_heavy_library() -> None:
    code = (
        "import sys, ddpm_studio.gui.pages.pictures_page;"
        "print([m for m in ('torch', 'numpy', 'PIL', 'av', 'pyqtgraph') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr
