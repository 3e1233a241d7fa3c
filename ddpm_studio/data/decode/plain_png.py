"""PNG files with nothing special in them, decoded without the ado that others need."""

import struct
import zlib

from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER = struct.Struct(">8sI4sIIBBBBBI")  # the signature, and all of IHDR
CHUNK = struct.Struct(">I4s")  # length and name
MODES = {0: "L", 2: "RGB", 6: "RGBA"}  # by the number of the colour type
# what says nothing about the pixels, nor about the way up: resolution, time, colours are sRGB
HARMLESS = {b"pHYs": 9, b"tIME": 7, b"sRGB": 1}  # and their lengths
END = b"\0\0\0\0IEND\xae\x42\x60\x82"


def plain_png(data: bytes, most_pixels: int) -> Image.Image | None:
    """The picture of a whole PNG file: mode L, RGB or RGBA, pixel for pixel as Pillow opens it.

    None for everything that deserves a closer look: another format, other depths, palettes,
    profiles, gamma, texts, animations, damage, or more than `most_pixels`.
    """
    if not data.startswith(SIGNATURE) or not data.endswith(END) or len(data) < HEADER.size:
        return None
    _, length, name, width, height, depth, colour, method, filters, interlace, crc = (
        HEADER.unpack_from(data)
    )
    mode = MODES.get(colour)
    is_plain = (length, name, depth, method, filters, interlace) == (13, b"IHDR", 8, 0, 0, 0)
    if not is_plain or mode is None or not 0 < width * height <= most_pixels:
        return None
    if crc != zlib.crc32(data[12:29]):
        return None
    packed = _packed_pixels(data)
    if packed is None:
        return None
    try:
        return Image.frombytes(mode, (width, height), packed, "zip", mode, 0)
    except (ValueError, OSError, MemoryError):
        return None


def _packed_pixels(data: bytes) -> bytes | None:
    """What all IDAT chunks hold; None if there are chunks that may matter."""
    parts: list[bytes] = []
    place, end = HEADER.size, len(data) - len(END)
    while place < end:
        length, name = CHUNK.unpack_from(data, place)
        start, place = place + CHUNK.size, place + CHUNK.size + length + 4
        if place > end:
            return None
        if name == b"IDAT":
            parts.append(data[start : start + length])
        elif parts or HARMLESS.get(name) != length or not _is_intact(data, start, length):
            return None
    return b"".join(parts) if parts else None


def _is_intact(data: bytes, start: int, length: int) -> bool:
    """Whether a chunk, of which the contents begin at `start`, has the sum that it says."""
    end = start + length
    return zlib.crc32(data[start - 4 : end]) == int.from_bytes(data[end : end + 4], "big")
