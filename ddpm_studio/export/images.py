"""Pictures as files with their recipe inside, side by side as one, or enlarged."""

import math
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

from ddpm_studio.config.enlargement import LONGEST_SIDE, Enlargement
from ddpm_studio.errors import ExportError
from ddpm_studio.export.places import written
from ddpm_studio.export.recipe.chunks import RECIPE_KEY, plain_recipe
from ddpm_studio.export.recipe.exif import exif_recipe

PAGE_ENDINGS = (".png", ".webp")  # of single pictures that are written here


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


def read_grid(path: Path, size: tuple[int, int]) -> np.ndarray | None:
    """A file of `picture_grid` with pictures of a size, (H, W), as uint8 (N, H, W, C).

    Empty places are pictures, too. None if it is no such grid, or cannot be read.
    """
    height, width = size
    try:
        with Image.open(path, formats=["PNG"]) as image:
            grid = np.asarray(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    if grid.ndim == 2:
        grid = grid[..., np.newaxis]
    rows, columns = grid.shape[0] // height, grid.shape[1] // width
    is_grid = grid.dtype == np.uint8 and grid.shape[:2] == (rows * height, columns * width)
    if not is_grid or rows * columns == 0 or grid.shape[2] not in (1, 3, 4):
        return None
    tiles = grid.reshape(rows, height, columns, width, -1).swapaxes(1, 2)
    return np.ascontiguousarray(tiles.reshape(rows * columns, height, width, -1))


def enlarge(pictures: np.ndarray, factor: int) -> np.ndarray:
    """Whole-number upscaling without any blur: uint8 (..., H, W, C) -> (..., H f, W f, C)."""
    return pictures.repeat(factor, axis=-3).repeat(factor, axis=-2)


def enlarged(picture: np.ndarray, how: Enlargement) -> np.ndarray:
    """uint8 (H, W, C) as large as is wanted: in a picture's file, and in a film.

    Raises ExportError if it would be larger than there can be.
    """
    height, width = picture.shape[:2]
    size = how.size_of(width, height)
    check_longest("picture", size)
    if how.width is None:
        return enlarge(picture, how.scale)
    return smoothly_resized(picture, size)


def check_longest(what: str, size: tuple[int, int], choose: str = "a smaller enlargement") -> None:
    """Raise ExportError if a side, in pixels, is longer than there can be."""
    if max(size) > LONGEST_SIDE:
        raise ExportError(
            f"The {what} would be {max(size)} pixels long, but {LONGEST_SIDE} is the most; "
            f"choose {choose}."
        )


def smoothly_resized(frame: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """uint8 (H, W, C) -> (height, width, C) by Lanczos. size: (width, height).

    A colour counts as much as it is seen, and only at the end values are rounded: so there is no
    rim around what is transparent.
    """
    if frame.shape[2] != 4:
        image = to_image(frame).resize(size, Image.Resampling.LANCZOS)
        return np.asarray(image).reshape(size[1], size[0], -1)
    planes = frame.astype(np.float32)
    planes[..., :3] *= planes[..., 3:] / 255
    large = [
        np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.LANCZOS))
        for plane in np.moveaxis(planes, 2, 0)
    ]
    alpha = large[3]
    is_seen = alpha >= 0.5
    seen = np.where(is_seen, alpha, 255)
    colours = [np.where(is_seen, plane * 255 / seen, 0) for plane in large[:3]]
    return np.rint(np.stack([*colours, alpha], -1)).clip(0, 255).astype(np.uint8)


def write_png(
    path: Path, picture: np.ndarray, recipe: str | None = None, key: str = RECIPE_KEY
) -> None:
    """Write uint8 (H, W, C) to a PNG file; the recipe goes into a text chunk, called `key`.

    Raises ExportError if the file cannot be written.
    """
    with written(path) as temporary:
        save_picture(temporary, to_image(picture), recipe, key)


def save_picture(path: Path, image: Image.Image, text: str | None, key: str = RECIPE_KEY) -> None:
    """As PNG or lossless WebP, whichever the ending says, with a text inside. Raises OSError.

    key: of the text in a PNG; what stands in a WebP has none.
    """
    if path.suffix.lower() == ".webp":
        exif = b"" if text is None else exif_recipe(text)
        image.save(path, "WEBP", lossless=True, method=3, exif=exif)
        return
    about = PngImagePlugin.PngInfo()
    if text is not None:
        about.add_itxt(key, plain_recipe(text))
    image.save(path, "PNG", pnginfo=about)
