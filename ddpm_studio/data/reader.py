"""The one way in which a file becomes a picture: upright, sRGB, 8 bits, cropped and scaled."""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageColor, ImageOps, UnidentifiedImageError

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.colour import to_srgb
from ddpm_studio.errors import StudioError

# these hand the file to other programs, or are only the name of a format
REFUSED_FORMATS = {"EPS", "WMF", "MPEG", "BUFR", "GRIB", "HDF5"}
MAX_PIXELS = 180_000_000  # about 0.7 GB while decoding
MIN_REDUCTION = 2  # JPEGs are decoded at no less than this times the size that is needed

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # our own limit replaces Pillow's, so that the sentence is ours

_reading = threading.local()  # .notes: those of the picture that this thread reads


class UnreadablePictureError(StudioError):
    """One file cannot be taken; the message is the reason, in plain words."""


@dataclass(frozen=True)
class Picture:
    """pixels: uint8 (H, W, C); notes: what was done to it that is worth knowing."""

    pixels: np.ndarray
    notes: tuple[str, ...]


def read_picture(path: Path, config: PicturesConfig) -> Picture:
    """The picture exactly as the network sees it: centre crop, Lanczos, config's size.

    Raises UnreadablePictureError with the reason; never anything else for a bad file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadablePictureError(_os_reason(error)) from error
    if not data:
        raise UnreadablePictureError("the file is empty")
    return decode_picture(data, config)


def decode_picture(data: bytes, config: PicturesConfig) -> Picture:
    """`read_picture` for the bytes of a file."""
    notes: list[str] = []
    _reading.notes = notes
    try:
        with Image.open(io.BytesIO(data), formats=_formats()) as image:
            pixels = _prepare(image, config, notes)
    except StudioError:
        raise
    except UnidentifiedImageError:
        raise UnreadablePictureError("not a picture, or of a kind that cannot be read") from None
    except MemoryError as error:
        raise UnreadablePictureError("needs more memory than there is") from error
    except Exception as error:  # decoders raise nearly anything on damaged files
        raise UnreadablePictureError(f"damaged ({_short(error)})") from error
    return Picture(pixels, tuple(dict.fromkeys(notes)))


@contextmanager
def warnings_become_notes() -> Iterator[None]:
    """While this holds, what a decoder warns of is noted with the picture, in any thread.

    Python's warning filters belong to the whole process, so this goes around a batch of reads
    in several threads, not around each.
    """

    def note(message: Warning | str, *_: object, **__: object) -> None:
        getattr(_reading, "notes", []).append(f"read with a warning: {_short(message)}")

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = note
        yield


def _formats() -> list[str]:
    Image.init()
    return [name for name in Image.OPEN if name not in REFUSED_FORMATS]


def _prepare(image: Image.Image, config: PicturesConfig, notes: list[str]) -> np.ndarray:
    channels, height, width = config.shape
    if image.width * image.height > MAX_PIXELS:
        raise UnreadablePictureError(
            f"{image.width} x {image.height} pixels are more than the "
            f"{MAX_PIXELS // 1_000_000} million that are read"
        )
    if getattr(image, "n_frames", 1) > 1:
        notes.append(f"first of {getattr(image, 'n_frames', 1)} frames")
        image.seek(0)
    if image.format == "JPEG":
        _reduce_while_decoding(image, width, height)
    image.load()
    turned = ImageOps.exif_transpose(image)
    if image.getexif().get(0x0112, 1) != 1:
        notes.append("turned upright")
    turned.info.setdefault("icc_profile", image.info.get("icc_profile"))
    colour = _flatten(to_srgb(turned, notes), config.background, notes)
    fitted = _centre_fit(colour.convert("L" if channels == 1 else "RGB"), width, height)
    return np.asarray(fitted, np.uint8).reshape(height, width, channels)


def _reduce_while_decoding(image: Image.Image, width: int, height: int) -> None:
    """Let the JPEG decoder drop what scaling would drop anyway (1/2, 1/4 or 1/8)."""
    longer = max(width, height) * MIN_REDUCTION
    scale = longer / min(image.size)  # either side may become the width, once turned upright
    if scale < 0.5:
        image.draft(None, (round(image.width * scale), round(image.height * scale)))


def _flatten(image: Image.Image, background: str, notes: list[str]) -> Image.Image:
    """Lay a transparent picture on the background colour, before it is scaled."""
    if image.mode != "RGBA":
        return image
    if image.getchannel("A").getextrema() == (255, 255):  # nothing is transparent
        return image.convert("RGB")
    notes.append("transparent parts laid on the background colour")
    ground = Image.new("RGBA", image.size, (*ImageColor.getrgb(background)[:3], 255))
    return Image.alpha_composite(ground, image).convert("RGB")


def _centre_fit(image: Image.Image, width: int, height: int) -> Image.Image:
    """The largest centred part with the right aspect, scaled."""
    scale = min(image.width / width, image.height / height)
    crop_width, crop_height = width * scale, height * scale
    left, top = (image.width - crop_width) / 2, (image.height - crop_height) / 2
    return image.resize(
        (width, height),
        Image.Resampling.LANCZOS,
        box=(left, top, left + crop_width, top + crop_height),
        reducing_gap=3.0,
    )


def _os_reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "no permission to read it"
    if isinstance(error, FileNotFoundError):
        return "it is no longer there"
    return f"it cannot be read ({error.strerror or error})"


def _short(message: object) -> str:
    words = " ".join(str(message).split()) or type(message).__name__
    return words if len(words) <= 120 else words[:117] + "..."
