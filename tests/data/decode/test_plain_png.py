"""Plain PNGs are decoded as Pillow decodes them, and no other file is taken for one."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.data.decode.plain_png import plain_png

MOST = 10_000  # pixels
Change = Callable[[bytes], bytes]


def picture(mode: str, width: int = 40, height: int = 30) -> Image.Image:
    """Grain upon slopes, for which an encoder uses all filters."""
    y, x = np.mgrid[:height, :width]
    slopes = np.stack([4 * x, 3 * y, 2 * (x + y), 255 - x], -1)
    grain = np.random.default_rng(0).integers(0, 9, slopes.shape)
    return Image.fromarray((slopes + grain).clip(0, 255).astype(np.uint8)).convert(mode)


def encoded(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_chunk(name: bytes, data: bytes, before: bytes = b"IDAT") -> Change:
    """Put a chunk before the first one of that name."""

    def change(png: bytes) -> bytes:
        place = png.index(before) - 4
        return png[:place] + chunk(name, data) + png[place:]

    return change


def packed(change: Change) -> Change:
    """Change the packed pixels of a PNG."""

    def changed(png: bytes) -> bytes:
        place = png.index(b"IDAT") - 4
        (length,) = struct.unpack_from(">I", png, place)
        data = change(png[place + 8 : place + 8 + length])
        return png[:place] + chunk(b"IDAT", data) + png[place + 12 + length :]

    return changed


def chunk_length(png: bytes) -> bytes:
    """Of the packed pixels, and their name."""
    place = png.index(b"IDAT")
    return png[place - 4 : place + 4]


def in_small_chunks(png: bytes) -> bytes:
    place = png.index(b"IDAT") - 4
    (length,) = struct.unpack_from(">I", png, place)
    data = png[place + 8 : place + 8 + length]
    parts = b"".join(chunk(b"IDAT", data[k : k + 50]) for k in range(0, length, 50))
    return png[:place] + parts + png[place + 12 + length :]


HARMLESS: dict[str, Change] = {
    "as it is": bytes,
    "resolution": with_chunk(b"pHYs", struct.pack(">IIB", 2835, 2835, 1)),
    "time": with_chunk(b"tIME", bytes(7)),
    "sRGB": with_chunk(b"sRGB", b"\0"),
    "many small chunks": in_small_chunks,
}
SPECIAL: dict[str, Change] = {
    "gamma": with_chunk(b"gAMA", struct.pack(">I", 100_000)),
    "a text, which may say how to turn it": with_chunk(b"tEXt", b"Raw profile type exif\0"),
    "a transparent colour": with_chunk(b"tRNS", bytes(6)),
    "camera data behind the pixels": with_chunk(b"eXIf", b"II*\0", before=b"IEND"),
    "an animation": with_chunk(b"acTL", struct.pack(">II", 2, 0)),
    "a chunk of the wrong length": with_chunk(b"sRGB", b"\0\0"),
    "a chunk with a wrong sum": lambda png: with_chunk(b"sRGB", b"\0")(png).replace(
        b"sRGB\0", b"sRGB\1"
    ),
    "a header with a wrong sum": lambda png: png[:29] + bytes(4) + png[33:],
    "something behind its end": lambda png: png + b"more",
    "no end": lambda png: png[:-12],
    "a chunk that leads outside": lambda png: png.replace(chunk_length(png), b"\0\1\0\0IDAT"),
    "a chunk that nobody knows": with_chunk(b"prIv", b"data"),
    "a text": with_chunk(b"tEXt", b"Software\0a program"),
    "no pixels": packed(lambda data: b""),
    "half the pixels": packed(lambda data: data[: len(data) // 2]),
    "garbled pixels": packed(lambda data: data[:100] + bytes(100) + data[200:]),
    "another kind of file": lambda png: b"\xff\xd8" + png[2:],
    "hardly anything": lambda png: png[:8] + png[-12:],
}


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("change", HARMLESS)
def test_a_plain_png_has_the_pixels_that_pillow_gives_it(mode: str, change: str) -> None:
    data = HARMLESS[change](encoded(picture(mode)))
    found = plain_png(data, MOST)
    assert found is not None
    assert found.mode == mode
    assert found.tobytes() == Image.open(io.BytesIO(data)).tobytes() == picture(mode).tobytes()


@pytest.mark.parametrize("change", SPECIAL)
def test_anything_special_is_left_to_pillow(change: str) -> None:
    assert plain_png(SPECIAL[change](encoded(picture("RGB"))), MOST) is None


@pytest.mark.parametrize("mode", ["1", "P", "LA", "I;16"])
def test_other_kinds_of_pixels_are_left_to_pillow(mode: str) -> None:
    image = picture("L").convert("I;16") if mode == "I;16" else picture("RGB").convert(mode)
    assert plain_png(encoded(image), MOST) is None


def test_no_more_pixels_are_decoded_than_allowed() -> None:
    assert plain_png(encoded(picture("L", 100, 100)), MOST) is not None
    assert plain_png(encoded(picture("L", 100, 101)), MOST) is None


def test_pixels_that_end_early_but_well_are_those_of_pillow() -> None:
    """As far as they go; Pillow does not mind either."""
    cut = packed(lambda data: zlib.compress(zlib.decompress(data)[:1000]))
    data = cut(encoded(picture("RGB")))
    found = plain_png(data, MOST)
    assert found is None or found.tobytes() == Image.open(io.BytesIO(data)).tobytes()
