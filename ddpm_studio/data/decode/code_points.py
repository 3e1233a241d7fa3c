"""Colours that a file names by numbers (ITU-T H.273) and that no decoder here converts."""

import struct
from collections.abc import Mapping
from typing import Any, BinaryIO, NamedTuple

HEAD_BYTES = 1 << 16  # boxes and chunks that say so stand before the pixels
MOST_CHUNKS = 1000  # of a PNG
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
NCLX = b"colrnclx"  # of HEIC and AVIF
HDR = {16: "PQ", 18: "HLG"}
# unspecified, or so near to sRGB that decoders treat it so: BT.709 and its relatives
SRGB_PRIMARIES, SRGB_TRANSFERS = (1, 2), (1, 2, 6, 13, 14, 15)
SRGB_POINTS = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)  # white, red, green, blue
SAME_POINT = 0.01


class CodePoints(NamedTuple):
    """As H.273 numbers them."""

    primaries: int
    transfer: int

    @property
    def is_srgb(self) -> bool:
        return self.primaries in SRGB_PRIMARIES and self.transfer in SRGB_TRANSFERS


def read_code_points(file: BinaryIO) -> CodePoints | None:
    """Of a PNG, HEIC or AVIF; None if it names none. The file is at its start afterwards."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    points = _of_png(file) if head.startswith(PNG_HEAD) else _of_boxes(head)
    file.seek(0)
    return points


def note_on_colours(points: CodePoints | None, info: Mapping[Any, Any], kind: str) -> str:
    """What was not done to the colours of a picture; "" if they are as they should be.

    info, kind: as Pillow tells them of the loaded picture.
    """
    has_profile = bool(info.get("icc_profile"))
    if points is not None and (kind == "PNG" or not has_profile):  # there it goes before a profile
        if points.is_srgb:
            return ""
        numbers = f"primaries {points.primaries}, transfer {points.transfer}"
        curve = HDR.get(points.transfer)
        if curve:
            return f"its HDR colours ({curve}; {numbers}) were not converted"
        return f"its colours, which are not sRGB ({numbers}), were not converted"
    points_said = info.get("chromaticity")
    if has_profile or "srgb" in info or not points_said or _are_usual(points_said):
        return ""
    return "its colours, which are not sRGB (cHRM), were not converted"


def _are_usual(points: Any) -> bool:
    pairs = zip(points, SRGB_POINTS, strict=False)
    return len(points) == len(SRGB_POINTS) and all(abs(a - b) < SAME_POINT for a, b in pairs)


def _of_png(file: BinaryIO) -> CodePoints | None:
    """From its chunk cICP, which is valid before the pixels only (PNG, 3rd edition, 11.3.2.6)."""
    place = len(PNG_HEAD)
    for _ in range(MOST_CHUNKS):
        file.seek(place)
        head = file.read(8)
        if len(head) < 8:
            return None
        length, name = struct.unpack(">I4s", head)
        if name in (b"IDAT", b"IEND"):
            return None
        if name == b"cICP":
            values = file.read(4)
            return CodePoints(*values[:2]) if length == 4 == len(values) else None
        place += length + 12
    return None


def _of_boxes(head: bytes) -> CodePoints | None:
    place = head.find(NCLX) if head[4:8] == b"ftyp" else -1
    values = head[place + len(NCLX) :][:4]
    return CodePoints(*struct.unpack(">HH", values)) if place >= 0 and len(values) == 4 else None
