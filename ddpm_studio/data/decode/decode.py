"""From the bytes of a file to an upright picture in sRGB, of 8 bits, with or without alpha."""

import errno
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO

import numpy as np
import pillow_heif
from PIL import Image, ImageFile, PngImagePlugin, UnidentifiedImageError

from ddpm_studio.data.decode.code_points import note_on_colours, read_code_points
from ddpm_studio.data.decode.colour import to_srgb
from ddpm_studio.data.decode.made import is_made_here
from ddpm_studio.data.decode.reasons import why_undecodable, why_unidentified
from ddpm_studio.errors import StudioError

# these hand the file to other programs, or are only the name of a format
REFUSED_FORMATS = {"EPS", "WMF", "MPEG", "BUFR", "GRIB", "HDF5"}
MILLION = 1_000_000
JPEG_BONUS = 4  # JPEGs may have so many times the pixels, for they are reduced while decoding
# JPEGs of at least so many pixels are decoded at 1/2, 1/4 or 1/8, but at no less than so many
# times the size that is needed, which keeps within 1/255 of the full decode on photos
MIN_PIXELS_TO_REDUCE = 1_000_000
MIN_REDUCTION = 4
MAX_TEXT = 64 * 2**20  # bytes of text in a PNG: editing histories are long
ORIENTATION = 0x0112  # EXIF tags
SUBFILE = 0x00FE
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = (5, 6, 7, 8)
ONE_FRAME = ("JPEG", "PNG", "BMP", "PPM", "TGA", "QOI")  # or known without looking for others
FRAME_WORDS = {"TIFF": "first of {} pages", "MPO": "first of {} pictures in the file"}
FRAME_WORDS["HEIF"] = "main one of {} pictures in the file"

logging.getLogger("PIL").addHandler(logging.NullHandler())  # the reasons are ours to tell
pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # our own limit replaces Pillow's, so that the sentence is ours
PngImagePlugin.MAX_TEXT_CHUNK = MAX_TEXT

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels


class UnreadablePictureError(StudioError):
    """One file cannot be taken; the message is the reason, in plain words."""

    digest = ""  # of the file's bytes, where the reason lies in them


@dataclass(frozen=True)
class Decoded:
    """image: mode L, RGB or RGBA, perhaps reduced; box: where in it the whole picture lies."""

    image: Image.Image
    box: Box
    width: int  # of the picture in the file, upright, in pixels
    height: int
    format: str
    damage: str = ""  # "damaged after 63 %": the rest could not be decoded
    is_made: bool = False  # by this program


def decode(
    file: BinaryIO, needed: float, max_megapixels: int, notes: list[str], salvage: bool = False
) -> Decoded:
    """Decode the (first) picture of a file.

    needed: so many pixels the shorter side of the whole picture must keep; large JPEGs are reduced
    to about MIN_REDUCTION times that. What was done, and what decoders warn of, goes to `notes`.
    salvage: take a picture that ends early as far as it goes (not safe with other threads
    decoding). Raises UnreadablePictureError with the reason, and OSError of the disk.
    """
    try:
        points = read_code_points(file)
        with (
            _warnings_as(notes),
            _cut_short_allowed(salvage),
            Image.open(file, formats=_formats()) as image,
        ):
            decoded = _decode(image, needed, max_megapixels, notes, salvage)
            if said := note_on_colours(points, image.info, decoded.format):
                notes.append(said)
            _note_frames(image, notes)
    except StudioError:
        raise
    except UnidentifiedImageError:
        raise UnreadablePictureError(why_unidentified(file)) from None
    except MemoryError as error:
        raise UnreadablePictureError("it needs more memory than allowed") from error
    except Exception as error:  # decoders raise nearly anything on damaged files
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise  # the disk's fault, not the picture's
        raise UnreadablePictureError(why_undecodable(error, file)) from error
    return decoded


@contextmanager
def _warnings_as(notes: list[str]) -> Iterator[None]:
    """What decoders warn of becomes notes. Python's filters belong to the whole process."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for warning in caught:
        if issubclass(warning.category, DeprecationWarning):
            continue  # a word to programmers, not about the file
        notes.append(f"read with a warning: {' '.join(str(warning.message).split())[:120]}")


@contextmanager
def _cut_short_allowed(is_allowed: bool) -> Iterator[None]:
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = is_allowed
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


@cache
def _formats() -> list[str]:
    Image.init()
    return [name for name in Image.OPEN if name not in REFUSED_FORMATS]


def _decode(
    image: Image.Image, needed: float, max_megapixels: int, notes: list[str], salvage: bool
) -> Decoded:
    width, height = image.size
    extent: tuple[float, float] = image.size
    if image.format in ("JPEG", "MPO"):
        _check_size(image, JPEG_BONUS * max_megapixels)
        extent = _reduce_while_decoding(image, needed)
    _check_size(image, max_megapixels)
    # asked of TIFFs before they are loaded, which turns them, and of others after it,
    # because some know it only then
    said = _orientation(image) if image.format == "TIFF" else 1
    image.load()
    orientation = _orientation(image)
    if said in UPRIGHT or orientation in UPRIGHT:
        notes.append("turned upright")
    if said in SIDEWAYS and orientation not in SIDEWAYS:
        extent, (width, height) = image.size, image.size
    damage = _damage(image) if salvage else ""
    colour = to_srgb(image, notes)
    if colour is image and image.format not in ONE_FRAME:
        colour = image.copy()  # the other one goes on to another frame when those are counted
    box: Box = (0.0, 0.0, *extent)
    if orientation in UPRIGHT:
        colour = colour.transpose(UPRIGHT[orientation])
        box = _turned(box, orientation, *colour.size)
        if orientation in SIDEWAYS:
            width, height = height, width
    return Decoded(colour, box, width, height, image.format or "", damage, is_made_here(image.info))


def _check_size(image: Image.Image, most: int) -> None:
    if image.width * image.height > most * MILLION:
        raise UnreadablePictureError(
            f"too large: {image.width} x {image.height} pixels, while up to {most} million are "
            "read (pictures.max_megapixels); a smaller copy will do"
        )
    if image.width * image.height == 0:
        raise UnreadablePictureError("damaged: it has no pixels")


def _reduce_while_decoding(image: Image.Image, needed: float) -> tuple[float, float]:
    """Let the JPEG decoder drop what scaling would drop anyway (1/2, 1/4 or 1/8).

    Returns the width and height that the picture has then; not whole where its last pixels
    cover less than the others.
    """
    scale = needed * MIN_REDUCTION / min(image.size)
    if scale >= 1 or image.width * image.height < MIN_PIXELS_TO_REDUCE:
        return image.size
    wanted = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    drafted = image.draft(None, wanted)
    return image.size if drafted is None else drafted[1][2:]


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # damaged camera data is no reason to lose the picture
        return 1


def _turned(box: Box, orientation: int, width: int, height: int) -> Box:
    """Where a box lies when its picture is turned upright, which then has that size."""
    left, top, right, bottom = box
    if orientation in SIDEWAYS:
        left, top, right, bottom = top, left, bottom, right
    if orientation in (2, 3, 6, 7):
        left, right = width - right, width - left
    if orientation in (3, 4, 7, 8):
        top, bottom = height - bottom, height - top
    return left, top, right, bottom


def _damage(image: Image.Image) -> str:
    """How much of a picture that ends early was decoded: its other rows are blank, all alike.

    They are not always the last ones: some formats begin at the foot, or with every 8th row.
    """
    pixels = np.asarray(image).reshape(image.height, image.width, -1)
    is_plain = (pixels == pixels[:, :1]).all(axis=(1, 2))
    _, counts = np.unique(pixels[is_plain, 0], axis=0, return_counts=True)
    blank = int(counts.max(initial=0))
    if blank == image.height:
        raise UnreadablePictureError("damaged: nothing of it can be decoded")
    return f"damaged after {min(99, 100 * (image.height - blank) // image.height)} %"


def _note_frames(image: Image.Image, notes: list[str]) -> None:
    """Say so if only one picture of several was taken. Layers of a PSD are all in it."""
    if image.format in ("JPEG", "PSD", "BMP"):
        return
    try:
        frames: Any = getattr(image, "n_frames", 1)
        is_preview = image.format == "TIFF" and int(image.getexif().get(SUBFILE, 0)) & 1
    except Exception:  # the first one is whole, and that is all we want
        notes.append("damaged behind its first frame")
        return
    if is_preview:
        notes.append("only the small preview inside a camera's raw file")
    elif frames > 1:
        words = FRAME_WORDS.get(image.format or "", "first of {} frames")
        notes.append(words.format(frames))
