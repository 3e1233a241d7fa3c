"""What is transparent is seen as a checkerboard, wherever the window shows pictures."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from ddpm_studio.export.film.frames import Film
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.gui.common.images import SQUARE, drawable, image_of, image_on, paint_checkerboard
from ddpm_studio.gui.common.picture_view import PictureView
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.export.preview import FilmPreview
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.generate.canvas import PictureCanvas
from ddpm_studio.gui.generate.grid import SampleGrid
from ddpm_studio.gui.pictures.entries import WallEntry
from ddpm_studio.gui.wall.wall import PictureWall
from ddpm_studio.sampling.trajectory import Moment, TrajectoryFrame

INK = (210, 40, 90)


@pytest.fixture(params=["dark", "light"])
def theme(request, qapp) -> Theme:
    return Theme(qapp, request.param)


@pytest.fixture
def squares(theme) -> set[tuple[int, ...]]:
    """The two greys of the checkerboard."""
    return {theme.colour(role).getRgb()[:3] for role in ("hover", "raised")}


def half_there() -> np.ndarray:
    """uint8 (1, 8, 8, 4): the left half opaque ink, the right half nothing."""
    picture = np.zeros((1, 8, 8, 4), np.uint8)
    picture[:, :, :4] = *INK, 255
    return picture


def trajectory_of(pictures: np.ndarray) -> Trajectory:
    trajectory = Trajectory([Moment(0, -1, 0.0)], range(len(pictures)))
    trajectory.add(TrajectoryFrame(0, -1, pictures, pictures))
    return trajectory


def show(qtbot, widget: QWidget) -> QWidget:
    qtbot.addWidget(widget)
    widget.resize(300, 300)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def colours(widget: QWidget, area: QRectF) -> set[tuple[int, ...]]:
    """All that are seen in a part of a widget."""
    image = widget.grab(area.toAlignedRect()).toImage()
    return {
        image.pixelColor(x, y).getRgb()[:3]
        for x in range(image.width())
        for y in range(image.height())
    }


def halves(area: QRectF) -> tuple[QRectF, QRectF]:
    """The insides of the left and the right half of an area."""
    width, height = area.width() / 2 - 4, area.height() - 4
    left = QRectF(area.left() + 2, area.top() + 2, width, height)
    return left, left.translated(area.width() / 2, 0)


def test_in_the_grid_of_generated_pictures(qtbot, theme, squares) -> None:
    grid = SampleGrid(theme)
    grid.set_trajectory(trajectory_of(half_there()))
    show(qtbot, grid)
    opaque, clear = halves(grid.cell_rect(0))
    assert clear.width() > 2 * SQUARE
    assert colours(grid, opaque) == {INK}
    assert colours(grid, clear) == squares


def test_in_the_large_view_of_one_picture(qtbot, theme, squares) -> None:
    canvas = PictureCanvas()
    canvas.set_picture(trajectory_of(half_there()), 0)
    show(qtbot, canvas)
    opaque, clear = halves(canvas.picture_rect())
    assert colours(canvas, opaque) == {INK}
    assert colours(canvas, clear) == squares


def test_on_the_growing_wall(qtbot, theme, squares) -> None:
    view = PictureView(theme, "view", "View", "")
    view.set_image(image_of(half_there()), QSize(8, 8))
    show(qtbot, view)
    # where tiles lie is only drawn
    side = view._tile_size(1, 1).width()
    opaque, clear = halves(QRectF((300 - side) // 2, (300 - side) // 2, side, side))
    # its enlargement is smooth in the end, so the middle is left out
    assert colours(view, opaque.adjusted(0, 0, -20, 0)) == {INK}
    assert colours(view, clear.adjusted(20, 0, 0, 0)) == squares


def test_in_the_preview_of_a_film(qtbot, theme, squares) -> None:
    preview = FilmPreview("film", 200)
    qtbot.addWidget(preview)
    preview.resize(200, 200)
    preview.play(Film(1, lambda _: half_there()[0]), FilmOptions(), [0])
    preview.show()
    # the frame itself, before it is fitted into the label
    qtbot.waitUntil(lambda: not preview._image.isNull())
    area = QRectF(0, 0, 160, 160)  # 8 pixels, each 20 points
    area.moveCenter(QRectF(preview.rect()).center())
    opaque, clear = halves(area)
    assert colours(preview, opaque) == {INK}
    assert colours(preview, clear) == squares


def test_on_the_wall_of_prepared_pictures_which_are_premultiplied(qtbot, theme, squares) -> None:
    faint = np.zeros((1, 8, 8, 4), np.uint8)
    faint[:, :, :4] = *INK, 255
    faint[:, :4, 4:] = 51, 0, 0, 51  # a fifth of red
    wall = PictureWall(theme, "wall")
    show(qtbot, wall)
    wall.set_factor(8)
    wall.set_tiles([WallEntry("one", 0, True)], (8, 8, 4))
    wall.add_chunk(0, faint)
    tile = wall.tile_rect(wall.visualRect(wall.wall_model.index(0)))
    opaque, clear = halves(tile)
    viewport = wall.viewport()
    assert colours(viewport, opaque) == {INK}
    half = clear.height() / 2
    assert colours(viewport, clear.adjusted(0, half + 1, 0, 0)) == squares
    expected = {
        tuple(51 * (c == 0) + value * 204 / 255 for c, value in enumerate(one)) for one in squares
    }
    found = colours(viewport, clear.adjusted(0, 0, 0, -half - 2))
    assert len(found) == 2
    for one in found:
        assert (
            min(max(abs(a - b) for a, b in zip(one, other, strict=True)) for other in expected) <= 1
        )


def test_pictures_without_alpha_get_no_checkerboard(qtbot, theme, monkeypatch) -> None:
    def never(*_args: object) -> None:
        raise AssertionError("nothing here is transparent")

    for module in ("images", "picture_view"):
        monkeypatch.setattr(f"ddpm_studio.gui.common.{module}.paint_checkerboard", never)
    for channels in (1, 3):
        pictures = np.full((1, 8, 8, channels), 77, np.uint8)
        grid = SampleGrid(theme)
        grid.set_trajectory(trajectory_of(pictures))
        view = PictureView(theme, "view", "View", "")
        view.set_image(image_of(pictures), QSize(8, 8))
        show(qtbot, grid)
        show(qtbot, view)
        assert colours(grid, halves(grid.cell_rect(0))[1]) == {(77, 77, 77)}
        assert view.grab().toImage().pixelColor(150, 150) == QColor(77, 77, 77)


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_squares_are_sharp_on_every_screen(theme, squares, ratio) -> None:
    """Eight points, in whole device pixels, from the corner of the picture on."""
    side, corner = round(SQUARE * ratio), round(5 * ratio)
    screen = QPixmap(14 * side, 4 * side)
    screen.setDevicePixelRatio(ratio)
    screen.fill(QColor(INK[0], INK[1], INK[2]))
    painter = QPainter(screen)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    paint_checkerboard(painter, QRectF(corner / ratio, 0, 12 * side / ratio, 2 * side / ratio))
    painter.end()
    image = screen.toImage()
    for y in range(image.height()):
        row = [image.pixelColor(x, y).getRgb()[:3] for x in range(image.width())]
        if y >= 2 * side:
            assert set(row) == {INK}
            continue
        assert set(row) == squares | {INK}
        changes = [x for x in range(1, len(row)) if row[x] != row[x - 1]]
        assert changes == [corner + n * side for n in range(13)]


def test_the_checkerboard_follows_the_theme(qapp) -> None:
    theme = Theme(qapp, "dark")
    seen = []
    for choice in ("dark", "light"):
        theme.set_choice(choice)
        image = QImage(16, 16, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        paint_checkerboard(painter, QRectF(0, 0, 16, 16))
        painter.end()
        seen.append(image.pixelColor(0, 0).lightness())
    assert seen[0] < 80 < 200 < seen[1]


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_images_hold_the_pixels_of_the_array(channels) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, channels), np.uint8)
    image = image_on(pixels)
    pillow = Image.fromarray(pixels[..., 0] if channels == 1 else pixels).convert("RGBA")
    for y in range(5):
        for x in range(7):
            assert image.pixelColor(x, y).getRgb() == pillow.getpixel((x, y))
    assert image.hasAlphaChannel() == (channels == 4)
    assert drawable(image).hasAlphaChannel() == (channels == 4)


def test_drawable_images_outlive_their_array() -> None:
    for channels in (1, 3, 4):
        pixels = np.full((4, 4, channels), 255, np.uint8)
        image = drawable(image_on(pixels))
        pixels[:] = 0
        assert image.pixelColor(2, 2).getRgb() == (255, 255, 255, 255)


def test_premultiplied_pixels_are_drawn_as_what_they_were_made_of() -> None:
    straight = np.array([[[200, 100, 50, 128], [9, 9, 9, 0], [1, 2, 3, 255]]], np.uint8)
    alpha = straight[..., 3:].astype(int)
    prepared = np.concatenate([(straight[..., :3] * alpha + 127) // 255, alpha], -1)
    images = [
        drawable(image_on(straight)),
        drawable(image_on(prepared.astype(np.uint8), premultiplied=True)),
    ]
    rows = [
        [image.convertToFormat(QImage.Format.Format_RGBA8888).pixelColor(x, 0) for x in range(3)]
        for image in images
    ]
    for one, other in zip(*rows, strict=True):
        assert one.alpha() == other.alpha()
        assert one.getRgb()[:3] == pytest.approx(other.getRgb()[:3], abs=2)
