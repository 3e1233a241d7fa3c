"""What is transparent is seen as a checkerboard beside the wall and on the start screen too."""

import numpy as np
import pytest
from PySide6.QtCore import QRect, QRectF
from PySide6.QtWidgets import QWidget

from ddpm_studio.export.film.frames import Film
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.gui.common.images import image_on
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.export.preview import FilmPreview
from ddpm_studio.gui.pictures.details import HEIGHT, WHOLE_WIDTH, CropView, TileView
from ddpm_studio.gui.start.project_card import PICTURE_HEIGHT, ProjectCard

INK = (210, 40, 90)
GREY = (77, 77, 77)


@pytest.fixture(params=["dark", "light"])
def theme(request, qapp) -> Theme:
    return Theme(qapp, request.param)


@pytest.fixture
def squares(theme) -> set[tuple[int, ...]]:
    """The two greys of the checkerboard."""
    return {theme.colour(role).getRgb()[:3] for role in ("hover", "raised")}


def half_there(side: int = 8) -> np.ndarray:
    """uint8 (side, side, 4): the left half opaque ink, the right half nothing."""
    picture = np.zeros((side, side, 4), np.uint8)
    picture[:, : side // 2] = *INK, 255
    return picture


def colours(widget: QWidget, area: QRect) -> set[tuple[int, ...]]:
    """All that are seen in a part of a widget."""
    image = widget.grab(area).toImage()
    return {
        image.pixelColor(x, y).getRgb()[:3]
        for x in range(image.width())
        for y in range(image.height())
    }


def show(qtbot, widget: QWidget) -> QWidget:
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def halves(area: QRect) -> tuple[QRect, QRect]:
    """The insides of the left and the right half, without what is smoothed between them."""
    width = area.width() // 2 - 24
    left = QRect(area.left() + 4, area.top() + 4, width, area.height() - 8)
    return left, left.translated(area.width() - width - 8, 0)


def test_behind_the_whole_file(qtbot, theme, squares) -> None:
    view = CropView(theme)
    image = image_on(half_there()).copy()
    view.set_original(image, QRectF(0, 0, 1, 1))
    show(qtbot, view)
    side = 15 * 8  # a whole factor, and no pixel is mixed with another
    area = QRect((WHOLE_WIDTH - side) // 2, (HEIGHT - side) // 2, side, side)
    opaque, clear = halves(area)
    assert colours(view, opaque) == {INK}
    assert colours(view, clear) == squares
    inside = area.adjusted(2, 2, -2, -2)  # of the frame
    assert colours(view, inside) == squares | {INK}


@pytest.mark.parametrize("side", [8, 400])  # enlarged, and smaller than it is
def test_behind_what_the_network_sees(qtbot, theme, squares, side) -> None:
    view = TileView(theme)
    pixels = half_there(side)
    view.set_image(image_on(pixels).copy())
    show(qtbot, view)
    opaque, clear = halves(QRect(0, 0, HEIGHT, HEIGHT))
    assert colours(view, opaque) == {INK}
    assert colours(view, clear) == squares


def test_behind_the_picture_of_a_project(qtbot, theme, squares) -> None:
    card = ProjectCard(theme, "Sprites", "32 px", "card")
    card.set_picture(image_on(half_there(216)))
    show(qtbot, card)
    opaque, clear = halves(QRect(8, 0, card.width() - 16, PICTURE_HEIGHT))
    assert colours(card, opaque) == {INK}
    assert colours(card, clear) == squares


def test_pictures_without_alpha_get_none(qtbot, theme, monkeypatch) -> None:
    def never(*_args: object) -> None:
        raise AssertionError("nothing here is transparent")

    for module in ("common.images", "start.project_card"):
        monkeypatch.setattr(f"ddpm_studio.gui.{module}.paint_checkerboard", never)
    image = image_on(np.full((8, 8, 3), GREY[0], np.uint8)).copy()
    tile, card = TileView(theme), ProjectCard(theme, "Stones", "32 px", "card")
    tile.set_image(image)
    card.set_picture(image)
    for widget in (tile, card):
        show(qtbot, widget)
        assert colours(widget, QRect(20, 20, 80, 80)) == {GREY}


def test_a_film_that_cannot_be_transparent_is_shown_on_its_ground(qtbot, theme, squares) -> None:
    preview = FilmPreview("film", 200)
    qtbot.addWidget(preview)
    preview.resize(200, 200)
    film = Film(1, lambda _: half_there())
    area = QRect(20, 20, 160, 160)  # 8 pixels, each 20 points
    for ground, expected in (("#204060", {(32, 64, 96)}), (None, squares)):
        preview.play(film, FilmOptions(), [0], ground)
        preview.show()
        # the frame itself, before it is fitted into the label
        qtbot.waitUntil(lambda: not preview._image.isNull())
        opaque, clear = halves(area)
        assert colours(preview, opaque) == {INK}
        assert colours(preview, clear) == expected
