"""GIF, APNG and animated WebP: Pillow compresses each frame, the file around them is made here.

Pillow's own film writers join frames that are equal and do all their work in one go. Here every
frame is kept, and an export can be followed and stopped at any of them. Frames with alpha (RGBA)
replace the one before them whole, so that nothing shines through from below.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import GifImagePlugin, Image, PngImagePlugin

GIF_COLOURS = 256
GIF_CLEAR = GIF_COLOURS - 1  # the number of "no colour" in a frame that has alpha
GIF_OPAQUE_FROM = 128  # the least alpha that counts as a colour
PNG_COLOUR_TYPE = {"L": 0, "RGB": 2, "RGBA": 6}


def gif_frame(image: Image.Image, scale: int) -> bytes:
    """One frame with a palette of its own, chosen before it is enlarged."""
    if image.mode == "RGBA":
        few = _quantize_with_clear(image)
    else:
        few = image.convert("P") if image.mode == "L" else image.quantize(GIF_COLOURS)
    return b"".join(GifImagePlugin.getdata(_enlarged(few, scale), include_color_table=True))


def gif_film(frames: Sequence[bytes], size: tuple[int, int], mode: str, delays: list[int]) -> bytes:
    """delays: hundredths of a second. The film starts again for ever (GIF89a, appendix)."""
    keep_what_is_below, clear_after_it, has_clear = 1 << 2, 2 << 2, 1
    how = clear_after_it | has_clear if mode == "RGBA" else keep_what_is_below
    clear = GIF_CLEAR if mode == "RGBA" else 0
    parts = [b"GIF89a", struct.pack("<HHBBB", *size, 0x70, 0, 0)]
    parts.append(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", 0, 0))
    for frame, delay in zip(frames, delays, strict=True):
        parts.append(b"\x21\xf9" + struct.pack("<BBHBB", 4, how, delay, clear, 0))
        parts.append(frame)
    return b"".join([*parts, b"\x3b"])


def _quantize_with_clear(image: Image.Image) -> Image.Image:
    """RGBA with a palette of 255 colours, chosen for what is opaque, and GIF_CLEAR for the rest."""
    pixels = np.asarray(image)
    is_seen = pixels[..., 3] >= GIF_OPAQUE_FROM
    numbers = np.full(is_seen.shape, GIF_CLEAR, np.uint8)
    palette: list[int] = []
    if is_seen.any():
        seen = Image.fromarray(pixels[is_seen][np.newaxis, :, :3]).quantize(GIF_COLOURS - 1)
        numbers[is_seen] = np.asarray(seen)[0]
        palette = seen.getpalette() or []
    few = Image.fromarray(numbers).convert("P")
    few.putpalette(palette + [0] * (3 * GIF_COLOURS - len(palette)))
    return few


def apng_frame(image: Image.Image, scale: int) -> bytes:
    """The compressed pixels of one frame."""
    chunks = PngImagePlugin.getchunks(_enlarged(image, scale))
    return b"".join(data for name, data, _ in chunks if name == b"IDAT")


def apng_film(
    frames: Sequence[bytes], size: tuple[int, int], mode: str, delays: list[int]
) -> bytes:
    """delays: milliseconds. The film starts again for ever (PNG, 3rd edition, section 11.3.6)."""
    header = struct.pack(">IIBBBBB", *size, 8, PNG_COLOUR_TYPE[mode], 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n", _png_chunk(b"IHDR", header)]
    parts.append(_png_chunk(b"acTL", struct.pack(">II", len(frames), 0)))
    number = 0  # of chunks that belong to the film
    for frame, delay in zip(frames, delays, strict=True):
        control = struct.pack(">IIIIIHHBB", number, *size, 0, 0, delay, 1000, 0, 0)
        parts.append(_png_chunk(b"fcTL", control))
        if number == 0:
            parts.append(_png_chunk(b"IDAT", frame))
            number += 1
        else:
            parts.append(_png_chunk(b"fdAT", struct.pack(">I", number + 1) + frame))
            number += 2
    return b"".join([*parts, _png_chunk(b"IEND", b"")])


def webp_frame(image: Image.Image, scale: int) -> bytes:
    """One frame, lossless, as the chunk that a still picture's file holds."""
    file = BytesIO()
    _enlarged(image, scale).save(file, "WEBP", lossless=True, method=3)
    return file.getvalue()[12:]  # behind RIFF, its size, WEBP


def webp_film(
    frames: Sequence[bytes], size: tuple[int, int], mode: str, delays: list[int]
) -> bytes:
    """delays: milliseconds. The film starts again for ever (WebP container specification)."""
    animated, do_not_blend, no_background, endless = 0x02, 0x02, 0, 0
    has_alpha = 0x10 if mode == "RGBA" else 0
    sides = _uint24(size[0] - 1) + _uint24(size[1] - 1)
    parts = [
        _riff_chunk(b"VP8X", struct.pack("<I", animated | has_alpha) + sides),
        _riff_chunk(b"ANIM", struct.pack("<IH", no_background, endless)),
    ]
    for frame, delay in zip(frames, delays, strict=True):
        place = _uint24(0) + _uint24(0) + sides + _uint24(delay) + bytes([do_not_blend])
        parts.append(_riff_chunk(b"ANMF", place + frame))
    return _riff_chunk(b"RIFF", b"".join([b"WEBP", *parts]))


def _enlarged(image: Image.Image, scale: int) -> Image.Image:
    size = (image.width * scale, image.height * scale)
    return image.resize(size, Image.Resampling.NEAREST)


def _png_chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def _riff_chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _uint24(number: int) -> bytes:
    return number.to_bytes(3, "little")
