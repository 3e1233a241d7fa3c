"""Where a recipe, a JSON text, lies in each kind of file that can carry one."""

from __future__ import annotations

import json
import struct
import zlib

RECIPE_KEY = "ddpm_studio"  # of a PNG's text chunk
USER_COMMENT = 0x9286  # the EXIF entry that a WebP's lies in
EXIF_FOLDER = 0x8769  # the EXIF entry that points to such entries
GIF_BLOCK = 255  # bytes, the most of one


def plain_recipe(recipe: str) -> str:
    """The same JSON in ASCII, which every kind of file can hold."""
    return "".join(c if c.isascii() else json.dumps(c)[1:-1] for c in recipe)


def png_chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def png_recipe(recipe: str) -> bytes:
    """An international text chunk, not compressed (PNG, 3rd edition, section 11.3.3.4)."""
    text = RECIPE_KEY.encode() + bytes(5) + plain_recipe(recipe).encode()
    return png_chunk(b"iTXt", text)


def gif_recipe(recipe: str) -> bytes:
    """A comment, in blocks (GIF89a, section 24)."""
    text = plain_recipe(recipe).encode()
    starts = range(0, len(text), GIF_BLOCK)
    blocks = [text[start : start + GIF_BLOCK] for start in starts]
    return b"\x21\xfe" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def exif_recipe(recipe: str) -> bytes:
    """EXIF with the recipe as the user's comment: TIFF with two folders of one entry each."""
    text = b"ASCII\0\0\0" + plain_recipe(recipe).encode()
    one, undefined, long = 1, 7, 4
    first, second = 8, 26  # where the folders begin; behind them is the text, at 44
    parts = [b"II*\0", struct.pack("<I", first)]
    parts.append(struct.pack("<HHHIII", one, EXIF_FOLDER, long, 1, second, 0))
    parts.append(struct.pack("<HHHIII", one, USER_COMMENT, undefined, len(text), 44, 0))
    return b"".join([*parts, text])
