"""Why a file did not become a picture, in words for the person whose folder it is."""

import struct
import zlib
from typing import BinaryIO

HEAD_BYTES = 4096

EXPORT = "export it as PNG or JPEG"
DRAWING = f"a vector drawing, not a picture; {EXPORT}"
PAINTING = f"a painting program's own file; {EXPORT}"
RAW = f"a camera's raw file; {EXPORT}"
UNREAD = f"a picture of a kind that cannot be read; {EXPORT}"
VIDEO = "a video, not a picture"
SOUND = "a sound, not a picture"
ARCHIVE = "an archive or a program's own file, not a picture"
# how files begin that are not pictures, or not such that can be read
OTHER_KINDS = {
    b"%PDF": f"a PDF document, not a picture; {EXPORT}",
    b"%!PS": DRAWING,
    b"\xc5\xd0\xd3\xc6": DRAWING,  # EPS with a preview
    b"\xd7\xcd\xc6\x9a": DRAWING,  # WMF
    b"\x01\x00\x09\x00": DRAWING,  # WMF without a header
    b"\xff\x0a": UNREAD,  # JPEG XL, bare and boxed
    b"\x00\x00\x00\x0cJXL ": UNREAD,
    b"\x76\x2f\x31\x01": UNREAD,  # OpenEXR
    b"#?RADIANCE": UNREAD,
    b"gimp xcf": PAINTING,
    b"CSFCHUNK": PAINTING,  # Clip Studio
    b"FUJIFILM": RAW,
    b"IIRO": RAW,
    b"IIRS": RAW,
    b"IIU\x00": RAW,
    b"FOVb": RAW,
    b"\x1aE\xdf\xa3": VIDEO,
    b"OggS": SOUND,
    b"ID3": SOUND,
    b"PK\x03\x04": ARCHIVE,
    b"Rar!": ARCHIVE,
    b"7z\xbc\xaf\x27\x1c": ARCHIVE,
    b"\x1f\x8b": ARCHIVE,
    b"SQLite format 3": ARCHIVE,
}
PICTURE_KINDS = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG": "PNG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"8BPS": "Photoshop",
    b"\x00\x00\x00\x0cjP": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"DDS ": "DDS",
}
PICTURE_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")
ENDS_EARLY = "damaged: it ends early"
# what decoders say, in parts of lower-case sentences
EARLY_WORDS = (
    "truncated",
    "unexpected end",
    "end of file",
    "end-of-file",
    "not enough",
    "requires a buffer",
    "broken data stream",
    "buffer overrun",
    "premature",
)
GARBLED_WORDS = ("data stream", "decoder error", "decompress")
RARE_WORDS = ("unsupported", "unimplemented", "not supported", "cannot handle", "unknown")


def why_unidentified(file: BinaryIO) -> str:
    """The reason for a file that no decoder takes for its own."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if b"application/x-krita" in head or b"image/openraster" in head:
        return PAINTING
    for beginning, reason in OTHER_KINDS.items():
        if head.startswith(beginning):
            return reason
    if head[4:8] == b"ftyp":
        return _why_box(head)
    if head[:4] == b"RIFF":
        return {b"WEBP": _damaged("WebP", file), b"WAVE": SOUND}.get(head[8:12], VIDEO)
    for beginning, kind in PICTURE_KINDS.items():
        if head.startswith(beginning):
            return _damaged(kind, file)
    return _why_text(head) or "not a picture, or of a kind that cannot be read"


def why_undecodable(error: Exception, file: BinaryIO) -> str:
    """The reason for a file whose decoder gave up with `error`."""
    said = _short(error)
    if isinstance(error, EOFError | IndexError | struct.error) or any(
        words in said.lower() for words in EARLY_WORDS
    ):
        return ENDS_EARLY
    if isinstance(error, NotImplementedError) or any(words in said.lower() for words in RARE_WORDS):
        return f"of a rare kind that cannot be read ({said})"
    if _ends_early(file):
        return ENDS_EARLY
    if isinstance(error, zlib.error) or any(words in said for words in GARBLED_WORDS):
        return f"damaged: its contents are garbled ({said})"
    return f"damaged ({said})"


def why_unreadable(error: OSError) -> str:
    """The reason for a file that the system does not hand out."""
    if isinstance(error, PermissionError):
        return "no permission to read it"
    if isinstance(error, FileNotFoundError):
        return "it is no longer there"
    if isinstance(error, IsADirectoryError):
        return "a folder, not a file"
    return f"it cannot be read ({error.strerror or error})"


def _why_box(head: bytes) -> str:
    """The family of QuickTime: HEIC and AVIF pictures, raw files and videos."""
    brand = head[8:12]
    if brand in PICTURE_BRANDS:
        kind = "AVIF" if brand.startswith(b"avi") else "HEIC"
        return f"damaged, or of a rare kind of {kind}"
    return RAW if brand == b"crx " else VIDEO


def _why_text(head: bytes) -> str | None:
    try:
        text = head.decode().lstrip("\ufeff \t\r\n").lower()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # more than a character cut in two
            return None
        text = head[: error.start].decode().lower()
    if not text or not all(character.isprintable() or character in "\r\n\t" for character in text):
        return None
    if "<svg" in text:
        return DRAWING
    if "<html" in text or "<!doctype html" in text:
        return "a web page, not a picture"
    return "a text, not a picture"


def _damaged(kind: str, file: BinaryIO) -> str:
    return ENDS_EARLY if _ends_early(file) else f"damaged: it only begins like a {kind} picture"


def _ends_early(file: BinaryIO) -> bool:
    """Whether a PNG, WebP or GIF lacks its end."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(12)
    file.seek(max(0, size - HEAD_BYTES))
    tail = file.read()
    if head.startswith(b"\x89PNG"):
        return b"IEND" not in tail
    if head.startswith(b"RIFF"):
        return int.from_bytes(head[4:8], "little") + 8 > size
    return head.startswith(b"GIF8") and b";" not in tail[-16:]


def _short(message: object) -> str:
    words = " ".join(str(message).split()) or type(message).__name__
    return words if len(words) <= 120 else words[:117] + "..."
