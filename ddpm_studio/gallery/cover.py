"""What a picture or film looks like, in a process that opens files for the program.

`look_at_request` is the far side of `data.isolation.DecoderPool`: a damaged file costs its own
answer, not the window.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ddpm_studio.errors import StudioError
from ddpm_studio.export.film.kinds import kind_of
from ddpm_studio.export.images import on_background
from ddpm_studio.export.recipe.files import notes_in, read_recipe
from ddpm_studio.gallery.moving import opened
from ddpm_studio.gallery.thumbnails import COVER
from ddpm_studio.gallery.title import NOTHING_TOLD, told_of, told_of_sheet
from ddpm_studio.recipe import Recipe


def look_at_request(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """A picture, or the picture that a film ends with: uint8 (H, W, C) as bytes.

    Four channels are premultiplied. With it: "shape" of these pixels, "width" and "height" of the
    file, "moves": whether it is a film, and what it tells of itself, as `told_of` has it. Raises
    OSError or ValueError for what cannot be shown.
    """
    path = Path(request["path"])
    recipe, told = None, NOTHING_TOLD
    try:
        recipe = read_recipe(path)
        told = told_of(recipe)
    except StudioError:
        with suppress(OSError):
            told = told_of_sheet(notes_in(path))
    film = opened(path)
    try:
        image, moves = film.still(_finished_at(path, recipe)), film.count > 1
    finally:
        film.close()
    size = film.size
    wanted = request["width"], request["height"]
    image = _covering(image, *wanted) if request["how"] == COVER else within(image, *wanted)
    pixels = pixels_of(image, request["channels"])
    about = {"shape": pixels.shape, "width": size[0], "height": size[1], "moves": moves}
    return {**about, "told": told}, pixels.tobytes()


def _finished_at(path: Path, recipe: Recipe | None) -> float:
    """Where in a film its finished picture is: at its end, unless it goes back again."""
    film = (recipe.film if recipe is not None else None) or {}
    if film.get("ping_pong") is not True:
        return 1.0
    kind, loops = kind_of(path.suffix), film.get("loops")
    times = loops if kind is not None and kind.is_video and isinstance(loops, int) else 1
    return 0.5 / max(1, times)


def _covering(image: Image.Image, width: int, height: int) -> Image.Image:
    """Exactly this size; of another shape the middle. Small ones keep their pixels' edges."""
    if image.size == (width, height):
        return image
    scale = max(width / image.width, height / image.height)
    across, down = width / scale, height / scale
    left, top = (image.width - across) / 2, (image.height - down) / 2
    how = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.BOX
    # the last bit of a division may lead outside, which Pillow refuses
    right, bottom = min(image.width, left + across), min(image.height, top + down)
    box = max(0.0, left), max(0.0, top), right, bottom
    return image.resize((width, height), how, box)


def within(image: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(1.0, width / image.width, height / image.height)
    if scale == 1:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def pixels_of(image: Image.Image, channels: int) -> np.ndarray:
    pixels = np.asarray(image)
    if channels == 4:
        alpha = pixels[..., 3:]
        colour = (pixels[..., :3].astype(np.uint16) * alpha + 127) // 255
        return np.concatenate([colour.astype(np.uint8), alpha], -1)
    return on_background(pixels, "#ffffff")
