"""Pictures as PNG files with their recipe inside, side by side as one, or enlarged."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

from ddpm_studio.errors import ExportError
from ddpm_studio.export.recipe.chunks import RECIPE_KEY, plain_recipe
from ddpm_studio.storage import replacing

__all__ = [
    "RECIPE_KEY",
    "enlarge",
    "on_background",
    "picture_grid",
    "reason_of",
    "to_image",
    "write_png",
]


def to_image(picture: np.ndarray) -> Image.Image:
    """uint8 (H, W, C), C of 1, 3 or 4 (straight alpha), as a Pillow picture: L, RGB or RGBA."""
    return Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture)


def on_background(picture: np.ndarray, colour: str) -> np.ndarray:
    """Without alpha: uint8 (..., 4), straight, laid on a colour "#rrggbb" -> (..., 3).

    Pictures of one or three channels stay as they are.
    """
    if picture.shape[-1] != 4:
        return picture
    ground = np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8).astype(np.uint16)
    alpha = picture[..., 3:].astype(np.uint16)
    mixed = picture[..., :3] * alpha + ground * (255 - alpha)  # at most 65025
    return ((mixed + 127) // 255).astype(np.uint8)


def picture_grid(pictures: np.ndarray, columns: int | None = None) -> np.ndarray:
    """uint8 (N, H, W, C) -> (rows * H, columns * W, C), row by row.

    Empty places are black, or transparent if the pictures have alpha (C of 4). Without `columns`
    the grid is as square as it can be.
    """
    count, height, width, channels = pictures.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    grid = np.zeros((rows * columns, height, width, channels), np.uint8)
    grid[:count] = pictures
    return (
        grid.reshape(rows, columns, height, width, channels)
        .swapaxes(1, 2)
        .reshape(rows * height, columns * width, channels)
    )


def enlarge(pictures: np.ndarray, factor: int) -> np.ndarray:
    """Whole-number upscaling without any blur: uint8 (..., H, W, C) -> (..., H f, W f, C)."""
    return pictures.repeat(factor, axis=-3).repeat(factor, axis=-2)


def write_png(path: Path, picture: np.ndarray, recipe: str | None = None) -> None:
    """Write uint8 (H, W, C) to a PNG file; the recipe goes into a text chunk.

    Raises ExportError if the file cannot be written.
    """
    about = PngImagePlugin.PngInfo()
    if recipe is not None:
        about.add_itxt(RECIPE_KEY, plain_recipe(recipe))
    try:
        with replacing(path) as temporary:
            to_image(picture).save(temporary, "PNG", pnginfo=about)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {reason_of(error)}.") from error


def reason_of(error: Exception) -> str:
    """What the system says went wrong, without number and path."""
    return getattr(error, "strerror", None) or str(error)
