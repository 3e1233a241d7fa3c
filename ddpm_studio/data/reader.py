"""The one way in which a file becomes a picture: upright, sRGB, 8 bits, cropped and scaled."""

from __future__ import annotations

import errno
import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pillow_heif
from PIL import Image, ImageColor, PngImagePlugin, UnidentifiedImageError

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.colour import to_srgb
from ddpm_studio.data.reasons import why_undecodable, why_unidentified, why_unreadable
from ddpm_studio.errors import StudioError

# these hand the file to other programs, or are only the name of a format
REFUSED_FORMATS = {"EPS", "WMF", "MPEG", "BUFR", "GRIB", "HDF5"}
MAX_PIXELS = 180_000_000  # decoded; while converting they take up to 3.6 GB
MAX_JPEG_PIXELS = 4 * MAX_PIXELS  # before they are reduced
LARGE_PIXELS = 16_000_000  # from here on one picture at a time
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
FRAME_WORDS = {"TIFF": "first of {} pages", "MPO": "first of {} pictures in the file"}
FRAME_WORDS["HEIF"] = "main one of {} pictures in the file"

logging.getLogger("PIL").addHandler(logging.NullHandler())  # the reasons are ours to tell
pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # our own limit replaces Pillow's, so that the sentence is ours
PngImagePlugin.MAX_TEXT_CHUNK = MAX_TEXT

_reading = threading.local()  # .notes: those of the picture that this thread reads
_large = threading.Lock()  # held while a large picture is decoded


class UnreadablePictureError(StudioError):
    """One file cannot be taken; the message is the reason, in plain words."""


@dataclass(frozen=True)
class Picture:
    """pixels: uint8 (H, W, C); notes: what was done to it that is worth knowing."""

    pixels: np.ndarray
    notes: tuple[str, ...]


def read_picture(path: Path, config: PicturesConfig) -> Picture:
    """The picture exactly as the network sees it: centre crop, Lanczos, config's size.

    Can be called from several threads. What a decoder warns of becomes a note.
    Raises UnreadablePictureError with the reason; never anything else for a bad file.
    """
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise UnreadablePictureError("the file is empty")
            with _warnings.become_notes() as notes:
                pixels = _decode(file, config, notes)
    except OSError as error:
        raise UnreadablePictureError(why_unreadable(error)) from error
    return Picture(pixels, tuple(dict.fromkeys(notes)))


def _decode(file: BinaryIO, config: PicturesConfig, notes: list[str]) -> np.ndarray:
    try:
        with Image.open(file, formats=_formats()) as image:
            pixels = _prepare(image, config, notes)
            _note_frames(image, notes)
    except StudioError:
        raise
    except UnidentifiedImageError:
        raise UnreadablePictureError(why_unidentified(file)) from None
    except MemoryError as error:
        raise UnreadablePictureError("it needs more memory than there is") from error
    except Exception as error:  # decoders raise nearly anything on damaged files
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise  # the disk's fault, not the picture's
        raise UnreadablePictureError(why_undecodable(error, file)) from error
    return pixels


class _Warnings:
    """Notes what decoders warn of with the picture that is being read, in any thread.

    Python's warning filters belong to the whole process, so they are replaced while at least
    one thread reads, and the last one puts them back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers = 0
        self._filters = warnings.catch_warnings()

    @contextmanager
    def become_notes(self) -> Iterator[list[str]]:
        """The list that the warnings of this thread go to."""
        notes: list[str] = []
        self._begin()
        _reading.notes = notes
        try:
            yield notes
        finally:
            _reading.notes = None
            self._end()

    def _begin(self) -> None:
        with self._lock:
            self._readers += 1
            if self._readers > 1:
                return
            self._filters = warnings.catch_warnings()
            self._filters.__enter__()
            show_elsewhere = warnings.showwarning

            def show(message: Warning | str, *where: Any, **more: Any) -> None:
                notes = getattr(_reading, "notes", None)
                if notes is None:  # a thread that reads no picture
                    show_elsewhere(message, *where, **more)
                else:
                    notes.append(f"read with a warning: {' '.join(str(message).split())[:120]}")

            warnings.simplefilter("always")
            warnings.showwarning = show

    def _end(self) -> None:
        with self._lock:
            self._readers -= 1
            if self._readers == 0:
                self._filters.__exit__(None, None, None)


_warnings = _Warnings()


@cache
def _formats() -> list[str]:
    Image.init()
    return [name for name in Image.OPEN if name not in REFUSED_FORMATS]


def _prepare(image: Image.Image, config: PicturesConfig, notes: list[str]) -> np.ndarray:
    channels, height, width = config.shape
    whole = image.size
    if image.format in ("JPEG", "MPO"):
        _check_size(image, MAX_JPEG_PIXELS)
        extent = _reduce_while_decoding(image, max(width, height))
    else:
        extent = image.size
    _check_size(image, MAX_PIXELS)
    with _large if image.width * image.height > LARGE_PIXELS else nullcontext():
        # asked of TIFFs before they are loaded, which turns them, and of others after it,
        # because some know it only then
        said = _orientation(image) if image.format == "TIFF" else 1
        image.load()
        orientation = _orientation(image)
        if said in UPRIGHT or orientation in UPRIGHT:
            notes.append("turned upright")
        if said in SIDEWAYS and orientation not in SIDEWAYS:
            extent, whole = image.size, whole[::-1]
        if orientation in SIDEWAYS:
            width, height = height, width
        if whole[0] < width or whole[1] < height:
            notes.append(f"enlarged from {whole[0]} x {whole[1]} pixels")
        colour = _flatten(to_srgb(image, notes), config.background, notes)
    colour = colour.convert("L" if channels == 1 else "RGB")
    fitted = _centre_fit(colour, extent, width, height)
    if orientation in UPRIGHT:
        fitted = fitted.transpose(UPRIGHT[orientation])
    return np.asarray(fitted, np.uint8).reshape(config.shape[1], config.shape[2], channels)


def _check_size(image: Image.Image, most: int) -> None:
    if image.width * image.height > most:
        raise UnreadablePictureError(
            f"too large: {image.width} x {image.height} pixels, while up to "
            f"{most // 1_000_000} million are read; a smaller copy will do"
        )
    if image.width * image.height == 0:
        raise UnreadablePictureError("damaged: it has no pixels")


def _reduce_while_decoding(image: Image.Image, needed: int) -> tuple[float, float]:
    """Let the JPEG decoder drop what scaling would drop anyway (1/2, 1/4 or 1/8).

    Returns the width and height that the picture has then; not whole where its last pixels
    cover less than the others.
    """
    scale = needed * MIN_REDUCTION / min(image.size)  # either side may become the width
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


def _note_frames(image: Image.Image, notes: list[str]) -> None:
    """Say so if only one picture of several was taken. Layers of a PSD are all in it."""
    if image.format == "PSD":
        return
    try:
        frames = getattr(image, "n_frames", 1)
        is_preview = image.format == "TIFF" and int(image.getexif().get(SUBFILE, 0)) & 1
    except Exception:  # the first one is whole, and that is all we want
        notes.append("damaged behind its first frame")
        return
    if is_preview:
        notes.append("only the small preview inside a camera's raw file")
    elif frames > 1:
        words = FRAME_WORDS.get(image.format or "", "first of {} frames")
        notes.append(words.format(frames))


def _flatten(image: Image.Image, background: str, notes: list[str]) -> Image.Image:
    """Lay a transparent picture on the background colour, before it is scaled."""
    if image.mode != "RGBA":
        return image
    if image.getchannel("A").getextrema() == (255, 255):  # nothing is transparent
        return image.convert("RGB")
    notes.append("transparent parts laid on the background colour")
    ground = Image.new("RGBA", image.size, (*ImageColor.getrgb(background)[:3], 255))
    return Image.alpha_composite(ground, image).convert("RGB")


def _centre_fit(
    image: Image.Image, extent: tuple[float, float], width: int, height: int
) -> Image.Image:
    """The largest centred part of `extent` with the right aspect, scaled."""
    scale = min(extent[0] / width, extent[1] / height)
    left, top = (extent[0] - width * scale) / 2, (extent[1] - height * scale) / 2
    # rounding must not lead outside
    box = (
        max(0.0, left),
        max(0.0, top),
        min(left + width * scale, image.width),
        min(top + height * scale, image.height),
    )
    return image.resize((width, height), Image.Resampling.LANCZOS, box=box)
