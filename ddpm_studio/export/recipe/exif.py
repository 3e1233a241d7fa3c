"""A recipe as the user's comment in EXIF: written, and found in what others wrote."""

import struct
from collections.abc import Iterator
from contextlib import suppress

from ddpm_studio.export.recipe.chunks import COMMENT, Text, plain_recipe

USER_COMMENT, EXIF_FOLDER = 0x9286, 0x8769  # EXIF 2.32, section 4.6: the entry, where it lies
FOLDERS = 2  # that are looked at: the first one, and the one it points to


def exif_recipe(recipe: str) -> bytes:
    """EXIF with the recipe as the user's comment: TIFF with two folders of one entry each."""
    text = b"ASCII\0\0\0" + plain_recipe(recipe).encode()
    one, undefined, long = 1, 7, 4
    first, second = 8, 26  # where the folders begin; behind them is the text, at 44
    parts = [b"II*\0", struct.pack("<I", first)]
    parts.append(struct.pack("<HHHIII", one, EXIF_FOLDER, long, 1, second, 0))
    parts.append(struct.pack("<HHHIII", one, USER_COMMENT, undefined, len(text), 44, 0))
    return b"".join([*parts, text])


def exif_texts(data: bytes) -> Iterator[Text]:
    """The user comment; it stands in a folder of its own, some writers put it in the first one."""
    yield Text("EXIF", "")
    data = data.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        return
    with suppress(struct.error):  # cameras write oddities, too
        (place,) = struct.unpack_from(f"{order}I", data, 4)
        for _ in range(FOLDERS):
            following = place
            (count,) = struct.unpack_from(f"{order}H", data, place)
            for number in range(count):
                start = place + 2 + 12 * number
                tag, _, size, value = struct.unpack_from(f"{order}HHII", data, start)
                if tag == USER_COMMENT:
                    yield Text(COMMENT, _user_comment(data[value : value + size], order == "<"))
                elif tag == EXIF_FOLDER:
                    following = value
            if following == place:
                return
            place = following


def _user_comment(data: bytes, is_little_endian: bool) -> str:
    """The first eight bytes say how the rest is written."""
    how, words = data[:8], data[8:]
    if how == b"UNICODE\0":  # in the order of the whole or its own; a recipe begins with {
        is_little_endian = words[:2] == b"{\0" or (is_little_endian and words[:2] != b"\0{")
        return words.decode("utf-16-le" if is_little_endian else "utf-16-be", "replace")
    is_marked = how in (b"ASCII\0\0\0", bytes(8))
    return (words if is_marked else data).decode("utf-8", "replace").rstrip("\0 ")
