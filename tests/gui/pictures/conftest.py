"""The Pictures page in a window, driven by the names of its controls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QWidget

from ddpm_studio.config import PicturesConfig, StudioConfig
from ddpm_studio.config.text import with_settings
from ddpm_studio.gui.common.jobs import PICTURES
from ddpm_studio.gui.common.names import NAV_PICTURES
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.pictures import work
from ddpm_studio.gui.pictures.entries import WallEntry
from ddpm_studio.gui.wall.wall import PictureWall
from ddpm_studio.project import Project

LEFT = Qt.MouseButton.LeftButton


def drain(steps: Iterator[object]) -> object:
    """What a generator returns."""
    while True:
        try:
            next(steps)  # type: ignore[call-overload]
        except StopIteration as end:
            return end.value


def make_video(path: Path) -> None:
    """Five seconds of a few blobs that change their colours all the time."""
    import av

    random = np.random.default_rng(1)
    with av.open(str(path), "w") as film:
        stream = film.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 48, 32, "yuv420p"
        for _ in range(25):
            small = Image.fromarray(random.integers(0, 256, (3, 4, 3), dtype=np.uint8))
            pixels = np.asarray(small.resize((48, 32), Image.Resampling.BICUBIC))
            film.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        film.mux(stream.encode())


def tiles_of(count: int) -> list[WallEntry]:
    """Names and places of so many pictures."""
    return [WallEntry(f"{number}.png", number, True) for number in range(count)]


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
        return self._find(self.window.pages["nav.pictures"], kind, name)

    @property
    def wall(self) -> PictureWall:
        return self.get(PictureWall, "pictures.wall")

    @property
    def config(self) -> PicturesConfig:
        return self.session.project.config.pictures

    def text(self, name: str) -> str:
        return self.get(QLabel, name).text()

    @property
    def headline(self) -> str:
        """What stands over the wall: "12 taken, 1 left out, 8 × 8 pixels in colour"."""
        counts = [
            self.get(QAbstractButton, f"pictures.show_{one}") for one in ("taken", "left_out")
        ]
        said = [one.text() for one in counts if one.isVisible()]
        return ", ".join([*said, self.text("pictures.taken")])

    def click(self, name: str) -> None:
        button = self.get(QAbstractButton, name)
        assert button.isVisible()
        assert button.isEnabled()
        self.qtbot.mouseClick(button, LEFT)

    def press(self, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        """A key of the window, wherever the focus is."""
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)
        self.qtbot.keyClick(self.window, key, modifier)

    def choose(self, name: str, data: object) -> None:
        """An entry of a combo box, by keyboard."""
        combo = self.get(QComboBox, name)
        combo.setFocus()
        every = [combo.itemData(place) for place in range(combo.count())]
        row, target = combo.currentIndex(), every.index(data)
        key = Qt.Key.Key_Down if target > row else Qt.Key.Key_Up
        for _ in range(abs(target - row)):
            self.qtbot.keyClick(combo, key)
        assert combo.currentData() == data

    def pick(self, name: str, data: object) -> None:
        """An entry of a combo box, by mouse."""
        combo = self.get(QComboBox, name)
        row = [combo.itemData(place) for place in range(combo.count())].index(data)
        combo.showPopup()
        view = combo.view()
        index = combo.model().index(row, 0)
        view.scrollTo(index)
        self.qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(index).center())
        assert combo.currentData() == data

    def select(self, *rows: int) -> None:
        """Pictures of the wall, by clicks: the first alone, the others with Ctrl."""
        how = Qt.KeyboardModifier.NoModifier
        for row in rows:
            index = self.wall.wall_model.index(row)
            self.wall.scrollTo(index)
            place = self.wall.visualRect(index).center()
            self.qtbot.mouseClick(self.wall.viewport(), LEFT, how, place)
            how = Qt.KeyboardModifier.ControlModifier

    @property
    def shown(self) -> list[str]:
        """The names on the wall."""
        model = self.wall.wall_model
        return [model.index(row).data() for row in range(model.rowCount())]

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

    def wait_for_wall(self) -> None:
        """Until the wall shows what the settings say, with all pixels that are in view."""
        self.window.show_page(NAV_PICTURES)  # a trained project opens elsewhere
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
    config = with_settings(new_project.config, ["pictures.smallest_side=2"])
    project = Project.create(tmp_path / "projects" / "odd", odd_folder, config)
    driver = drive(make_window(project))
    driver.wait_for_wall()
    return driver


@pytest.fixture
def mixed(tmp_path: Path, picture_folder: Path, new_project: Project) -> Project:
    """A folder with a copy, a picture that ends early, one that is too small, and a video."""
    folder = tmp_path / "mixed"
    (folder / "leaves").mkdir(parents=True)
    random = np.random.default_rng(5)
    for number in range(3):
        pixels = random.integers(0, 256, (5, 5, 3), dtype=np.uint8)
        image = Image.fromarray(pixels).resize((60, 40), Image.Resampling.BICUBIC)
        image.save(folder / "leaves" / f"leaf {number + 9}.png")
    image.resize((30, 20)).save(folder / "twin.png")
    big = random.integers(0, 256, (200, 200, 3), dtype=np.uint8)
    Image.fromarray(big).save(folder / "later half.jpg")
    data = (folder / "later half.jpg").read_bytes()
    (folder / "later half.jpg").write_bytes(data[: 2 * len(data) // 3])
    Image.new("RGB", (4, 4), "#0000ff").save(folder / "tiny.png")
    make_video(folder / "clip.mp4")
    return Project.create(tmp_path / "projects" / "mixed", folder, new_project.config)


@pytest.fixture
def mixed_page(mixed: Project, make_window, drive) -> Driver:
    driver = drive(make_window(mixed))
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

    def noted(project: Project, choices, pools):
        configs.append(project.config)
        return prepare(project, choices, pools)

    monkeypatch.setattr(work, "prepare", noted)
    return configs
