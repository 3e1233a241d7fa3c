"""Arrays of pixels as QImages: grey, coloured, or with alpha."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QImage

if TYPE_CHECKING:
    import numpy as np

_KINDS = {  # by channels
    1: QImage.Format.Format_Grayscale8,
    3: QImage.Format.Format_RGB888,
    4: QImage.Format.Format_RGBA8888,
}


def image_on(pixels: np.ndarray, premultiplied: bool = False) -> QImage:
    """An image on the memory of a uint8 array (H, W, C) in one piece, which must outlive it.

    Of four channels the last is alpha. premultiplied: colours are multiplied by it, as those of
    prepared pictures are; pictures that leave the engine are not.
    """
    height, width, channels = pixels.shape
    kind = _KINDS[channels]
    if channels == 4 and premultiplied:
        kind = QImage.Format.Format_RGBA8888_Premultiplied
    return QImage(pixels.data, width, height, width * channels, kind)


def image_of(pictures: Any) -> QImage:
    """uint8 (N, H, W, C) -> one image of all of them, as previews lie on disk."""
    from ddpm_studio.export.images import picture_grid

    return image_on(picture_grid(pictures)).copy()  # its own memory, so that the array may go


def drawable(image: QImage) -> QImage:
    """The same in 32 bits and with pixels of its own: Qt draws it six to ten times as fast."""
    has_alpha = image.hasAlphaChannel()
    kind = QImage.Format.Format_ARGB32_Premultiplied if has_alpha else QImage.Format.Format_RGB32
    return image.convertToFormat(kind)
