"""Pictures as PNG files, with their recipe inside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

from ddpm_studio.errors import ExportError
from ddpm_studio.storage import replacing

RECIPE_KEY = "ddpm_studio"


def to_image(picture: np.ndarray) -> Image.Image:
    """uint8 (H, W, C), C of 1 or 3, as a Pillow picture."""
    return Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture)


def write_png(path: Path, picture: np.ndarray, recipe: str | None = None) -> None:
    """Write uint8 (H, W, C) to a PNG file; the recipe goes into a text chunk.

    Raises ExportError if the file cannot be written.
    """
    about = PngImagePlugin.PngInfo()
    if recipe is not None:
        about.add_itxt(RECIPE_KEY, recipe)
    try:
        with replacing(path) as temporary:
            to_image(picture).save(temporary, "PNG", pnginfo=about)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {reason_of(error)}.") from error


def reason_of(error: Exception) -> str:
    """What the system says went wrong, without number and path."""
    return getattr(error, "strerror", None) or str(error)
