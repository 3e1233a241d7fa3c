"""Files that are transparent in places are shown as such, whatever the network sees of them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QDialog, QLabel, QListWidget

from ddpm_studio.choices import Crop
from ddpm_studio.config import PicturesConfig
from ddpm_studio.gui.common.images import paint_checkerboard
from ddpm_studio.gui.common.palette import contrast
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.crop_editor import CropEditor
from ddpm_studio.gui.pictures.crop_frame import CropFrame
from ddpm_studio.gui.pictures.crop_geometry import render
from ddpm_studio.gui.pictures.details import CropView
from ddpm_studio.gui.pictures.entries import WallEntry
from ddpm_studio.gui.pictures.work import Original
from ddpm_studio.gui.wall.wall import paint_marks
from tests.data.reading import read_picture

INK, GROUND = (210, 40, 90), "#204060"
GROUND_RGB = (0x20, 0x40, 0x60)


@pytest.fixture(params=["dark", "light"])
def theme(request, qapp) -> Theme:
    return Theme(qapp, request.param)


def squares_of(theme: Theme) -> set[tuple[int, ...]]:
    """The two greys of the checkerboard."""
    return {theme.colour(role).getRgb()[:3] for role in ("hover", "raised")}


def half_there(side: int = 64) -> np.ndarray:
    """uint8 (side, side, 4), premultiplied: the left half nothing, the right half opaque ink."""
    picture = np.zeros((side, side, 4), np.uint8)
    picture[:, side // 2 :] = *INK, 255
    return picture


def colours(image: QImage, area: QRect) -> set[tuple[int, ...]]:
    return {
        image.pixelColor(x, y).getRgb()[:3]
        for x in range(area.left(), area.right() + 1)
        for y in range(area.top(), area.bottom() + 1)
    }


def inner(area: QRectF, part: float) -> QRect:
    """A square in the middle of the left (-1) or the right (1) half of an area."""
    middle = area.center().x() + part * area.width() / 4
    side = area.width() / 6
    return QRectF(middle - side / 2, area.center().y() - side / 2, side, side).toRect()


def are_near(found: set[tuple[int, ...]], expected: set[tuple[int, ...]]) -> bool:
    """Both sets are the same, but for what scaling spreads beyond an edge."""

    def has_near(one: tuple[int, ...], others: set[tuple[int, ...]]) -> bool:
        return any(max(abs(a - b) for a, b in zip(one, o, strict=True)) <= 8 for o in others)

    return all(has_near(one, expected) for one in found) and all(
        has_near(one, found) for one in expected
    )


# in the window


def test_beside_the_wall_it_lies_on_the_checkerboard(odd_page) -> None:
    page = odd_page
    page.select(page.shown.index("glass.png"))
    view = page.get(CropView, "pictures.details.crop")
    page.wait(lambda: view.image is not None and view.image.hasAlphaChannel())
    assert view.image.pixelColor(3, 8).alpha() == 0
    assert view.image.pixelColor(12, 8).getRgb() == (255, 0, 0, 255)
    seen = view.grab().toImage()
    assert page.config.shape[0] == 3  # though the network sees a background there
    middle = QRectF(view.rect()).center()
    area = QRectF(middle.x() - 56, middle.y() - 56, 112, 112)  # 16 pixels, each 7 points
    assert colours(seen, inner(area, -1)) == squares_of(page.session.theme)
    assert colours(seen, inner(area, 1)) == {(255, 0, 0)}
    page.select(page.shown.index("small.png"))
    page.wait(lambda: view.image is not None and view.image.width() == 4)
    assert not view.image.hasAlphaChannel()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_editor_shows_the_file_and_what_the_network_sees(odd_page, channels: int) -> None:
    page = odd_page
    page.choose("pictures.channels", channels)
    # how many channels tiles have before they are drawn
    page.wait(lambda: page.wall.wall_model._shape[2] == channels)
    page.wait_for_wall()
    page.select(page.shown.index("glass.png"))
    page.click("pictures.edit_crop")
    page.wait(lambda: page.window.findChild(QDialog, "crop") is not None)
    editor = page.window.findChild(QDialog, "crop")
    frame = editor.findChild(CropFrame, "crop.frame")
    squares = squares_of(page.session.theme)
    assert colours(frame.grab().toImage(), inner(frame.picture_rect(), -1)) == squares
    seen = editor.findChild(QLabel, "crop.seen").pixmap().toImage()
    clear, ink = inner(QRectF(seen.rect()), -1), inner(QRectF(seen.rect()), 1)
    assert are_near(colours(seen, clear), squares if channels == 4 else {(255, 255, 255)})
    assert are_near(colours(seen, ink), {(76, 76, 76) if channels == 1 else (255, 0, 0)})
    editor.reject()


# the parts


@pytest.fixture
def editor(qtbot, theme) -> CropEditor:
    """On a picture of which the left half is not there; the network sees its transparency."""
    half = (Crop("box", (0, 0, 0.25, 0.25)), Crop("box", (0.75, 0.75, 0.25, 0.25)))
    original = Original(half_there(), 64, 64)
    config = PicturesConfig(size=16, channels=4)
    dialog = CropEditor(theme, "a.png", original, half, config)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def test_each_crop_lies_on_it_too_and_follows_the_theme(editor, theme) -> None:
    seen = editor.findChild(QLabel, "crop.seen")
    clear, ink = (editor.findChild(QListWidget).item(row).icon() for row in (0, 1))

    def shown(icon) -> set[tuple[int, ...]]:
        return colours(icon.pixmap(52).toImage(), QRect(10, 10, 32, 32))

    assert colours(seen.pixmap().toImage(), QRect(0, 0, 256, 256)) == squares_of(theme)
    assert shown(clear) == squares_of(theme)
    assert shown(ink) == {INK}
    theme.set_choice("light" if theme.choice == "dark" else "dark")
    assert colours(seen.pixmap().toImage(), QRect(0, 0, 256, 256)) == squares_of(theme)


def test_a_border_around_all_of_it_is_nothing() -> None:
    wide = half_there()[16:48]
    for channels, empty in ((4, (0, 0, 0, 0)), (3, GROUND_RGB)):
        pixels = render(wide, None, (16, 16), GROUND, channels)
        assert tuple(pixels[0, 0]) == tuple(pixels[8, 1]) == empty
        assert tuple(pixels[8, 14][:3]) == INK


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("mode", ["centre", "pad"])
def test_the_preview_is_what_the_reader_makes(tmp_path: Path, channels: int, mode: str) -> None:
    """Soft edges, and colours hidden under what is not there at all."""
    down, across = np.mgrid[0:60, 0:90] / 60
    alpha = np.clip(4 - 8 * np.hypot(across - 0.75, down - 0.5), 0, 1)
    straight = np.stack([across / 1.5, down, 1 - down, alpha], -1)
    pixels = (255 * straight).round().astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    config = PicturesConfig(
        size=16, channels=channels, crop=mode, background=GROUND, smallest_side=4
    )
    expected = read_picture(tmp_path / "a.png", config).pixels
    whole = np.asarray(Image.fromarray(pixels).convert("RGBa"))
    box = None if mode == "pad" else (1 / 6, 0.0, 2 / 3, 1.0)
    seen = render(whole, box, (16, 16), GROUND, channels)
    assert seen.shape == expected.shape
    assert np.abs(seen.astype(int) - expected).max() <= 3


# marks


@pytest.mark.parametrize("is_taken", [True, False])
def test_marks_stand_out_from_the_checkerboard(theme, is_taken: bool) -> None:
    """Their edges have three times the contrast, as all that must be seen but is not read."""
    image = QImage(96, 96, QImage.Format.Format_RGB32)
    painter, area = QPainter(image), QRectF(0, 0, 96, 96)
    paint_checkerboard(painter, area)
    tile = WallEntry("a.png", 0, is_taken, weight=4.0 if is_taken else 1.0)
    paint_marks(painter, area, tile, theme, is_picture=True)
    painter.end()
    edge = image.pixelColor(3, 96 - 12) if is_taken else image.pixelColor(35, 48)
    grounds = [theme.palette.hover, theme.palette.raised]
    if not is_taken:
        grounds = [image.pixelColor(5, 5).name(), image.pixelColor(13, 5).name()]
    for ground in grounds:
        assert contrast(edge.name(), ground) >= 3


def test_other_frames_are_seen_on_white_and_on_black(qtbot, theme) -> None:
    for value in (0, 255):
        frame = CropFrame("frame", np.full((80, 80, 3), value, np.uint8), (800, 800), 1.0)
        qtbot.addWidget(frame)
        frame.resize(260, 260)
        frame.set_box((0.1, 0.1, 0.8, 0.8), [(0.4, 0.4, 0.2, 0.2)])
        seen = frame.grab().toImage()
        area = frame.frame_rect((0.4, 0.4, 0.2, 0.2)).toRect()
        row = area.center().y()
        across = [seen.pixelColor(area.left() + x, row).lightness() for x in range(-4, 5)]
        assert max(across) - min(across) > 100
