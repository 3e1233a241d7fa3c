"""Copies of what was made for others to have, with the recipe inside or without."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from ddpm_studio.errors import ExportError
from ddpm_studio.events import Progress, Work
from ddpm_studio.export.places import free_path, make_folder
from ddpm_studio.gallery.made import FRAME, FRAMES, MadeFile
from ddpm_studio.storage import replacing

PNG = b"\x89PNG\r\n\x1a\n"
# what a picture needs to look as it does; all else may tell who made it
PNG_NEEDED = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP"}
PNG_NEEDED |= {b"acTL", b"fcTL", b"fdAT", b"pHYs", b"sBIT", b"bKGD"}
WEBP_TELLING = {b"EXIF", b"XMP "}
WEBP_EXIF, WEBP_XMP = 8, 4  # in the flags of VP8X
LOOPING = (b"NETSCAPE2.0", b"ANIMEXTS1.0")  # GIF applications that say how often a film is shown
VIDEO_ENDINGS = (".mp4", ".webm")


def copy_files(
    gallery: Path, files: Sequence[MadeFile], folder: Path, with_recipe: bool = True
) -> Generator[Progress, None, tuple[Path, ...]]:
    """Copy entries of a gallery into a folder; nothing there is replaced. Returns the copies.

    without a recipe, only the texts are left out: no pixel is encoded again.
    Raises ExportError with one sentence if one cannot be read or written.
    """
    make_folder(folder)
    copies: list[Path] = []
    for done, file in enumerate(files, 1):
        for source, target in _pairs(gallery, file, folder):
            try:
                if target.parent != folder:
                    make_folder(target.parent)
                with replacing(target) as temporary:
                    if with_recipe:
                        shutil.copyfile(source, temporary)
                    else:
                        copy_without_recipe(source, temporary)
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                raise ExportError(f"{source.name} cannot be copied: {reason}.") from error
            copies.append(target)
        yield Progress(Work.MOVING, done, len(files))
    return tuple(copies)


def copy_without_recipe(source: Path, target: Path) -> None:
    """The same picture or film, less every text in it. Raises OSError or ValueError."""
    data = source.read_bytes()
    if source.suffix.lower() in VIDEO_ENDINGS:
        _copy_video(source, target)
    elif data.startswith(PNG):
        target.write_bytes(PNG + b"".join(_png_chunks(data)))
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        chunks = b"".join(_webp_chunks(data))
        target.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks)
    elif data[:4] == b"GIF8":
        target.write_bytes(b"".join(_gif_blocks(data)))
    else:
        raise ValueError("a recipe cannot be taken out of a file of this kind")


def _pairs(gallery: Path, file: MadeFile, folder: Path) -> list[tuple[Path, Path]]:
    """(what is copied, where to); of a film in frames all of them, in a folder of their own."""
    source = gallery / file.name
    if file.kind != FRAMES:
        return [(source, free_path(folder / source.name))]
    into = free_path(folder / source.parent.name)
    frames = sorted(path for path in source.parent.iterdir() if FRAME.fullmatch(path.name))
    return [(frame, into / frame.name) for frame in frames]


def _png_chunks(data: bytes) -> Iterator[bytes]:
    place = len(PNG)
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        end = place + 12 + length
        if end > len(data):
            break
        if data[place + 4 : place + 8] in PNG_NEEDED:
            yield data[place:end]
        place = end
    if place != len(data):
        raise ValueError("it is damaged")


def _webp_chunks(data: bytes) -> Iterator[bytes]:
    place = 12
    while place + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, place)
        end = place + 8 + length + length % 2
        if end > len(data):
            break
        chunk = data[place:end]
        if name == b"VP8X":
            flags = chunk[8] & ~(WEBP_EXIF | WEBP_XMP)
            yield chunk[:8] + bytes([flags]) + chunk[9:]
        elif name not in WEBP_TELLING:
            yield chunk
        place = end
    if place != len(data):
        raise ValueError("it is damaged")


def _gif_blocks(data: bytes) -> Iterator[bytes]:
    """Header, then all blocks but comments, texts, and extensions of other programs."""
    place = 13 + _colours(data[10])
    yield data[:place]
    while place < len(data):
        start, kind = place, data[place]
        if kind == 0x3B:
            yield data[place : place + 1]
            return
        if kind == 0x2C:
            place = _after_parts(data, place + 11 + _colours(data[place + 9]))
            yield data[start:place]
        elif kind == 0x21:
            label = data[place + 1]
            place = _after_parts(data, place + 2)
            if label == 0xF9 or (label == 0xFF and data[start + 3 : start + 14] in LOOPING):
                yield data[start:place]
        else:
            break
    raise ValueError("it is damaged")


def _colours(flags: int) -> int:
    """Bytes of a table of colours, if there is one."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_parts(data: bytes, place: int) -> int:
    """Where a row of parts ends, each of which begins with its length; the last is empty."""
    while place < len(data) and data[place]:
        place += 1 + data[place]
    if place >= len(data):
        raise ValueError("it is damaged")
    return place + 1


def _copy_video(source: Path, target: Path) -> None:
    """The same packets in a container without texts."""
    import av

    try:
        with source.open("rb") as file, av.open(file, "r") as old, av.open(target, "w") as new:
            [stream] = old.streams.video
            copy = new.add_stream_from_template(stream)
            for packet in old.demux(stream):
                if packet.dts is not None:
                    packet.stream = copy
                    new.mux(packet)
    except av.FFmpegError as error:
        raise ValueError("it is damaged") from error
