"""MP4 with H.264: the video that every phone plays."""

from collections.abc import Iterator
from dataclasses import dataclass

from ddpm_studio.export.film.kind import VideoFilm
from ddpm_studio.export.recipe.chunks import COMMENT, DamagedFileError, Source, Text

BOXES = {  # the way to the comment, and what lies in what
    b"": (b"moov",),
    b"moov": (b"udta", b"meta"),
    b"udta": (b"meta",),
    b"meta": (b"ilst",),
    b"ilst": (b"\xa9cmt",),
    b"\xa9cmt": (b"data",),
}


@dataclass(frozen=True, kw_only=True)
class Mp4(VideoFilm):
    """What is said of it is in `MP4`."""

    def texts(self, source: Source) -> Iterator[Text]:
        """Of the comment among the film's notes (ISO 14496-12, and iTunes' list in it)."""
        source.go_to(0)
        yield from _box_texts(source, b"", source.end)


def _box_texts(source: Source, inside: bytes, end: int) -> Iterator[Text]:
    while source.place + 8 <= end:
        start = source.place
        size, name = source.number(">I"), source.take(4)
        if size == 1:
            size = source.number(">Q")
        following = start + size if size else end
        if following > end:
            raise DamagedFileError("ends too early")
        if following < source.place:
            raise DamagedFileError("is damaged")
        if name in BOXES[inside]:
            if name == b"data":
                source.take(8)  # kind and language
                data = source.text_bytes(max(0, following - source.place))
                yield Text(COMMENT, data.decode("utf-8", "replace"))
            else:
                _enter_box(source, name)
                yield from _box_texts(source, name, following)
        source.go_to(following)


def _enter_box(source: Source, name: bytes) -> None:
    """Behind the version of a list of notes, which QuickTime's own have not."""
    start = source.place
    if name == b"meta" and source.take(8)[4:] != b"hdlr":
        source.go_to(start + 4)
    else:
        source.go_to(start)


MP4 = Mp4(
    name="MP4",
    endings=(".mp4",),
    title="MP4: for phones and films",
    tip="H.264: plays on every phone and can be posted everywhere.",
    marks=((4, b"ftyp"),),
    format="mp4",
    codec="libx264",
    codec_options={
        "crf": "14",
        # it reads memory that nothing was written to, so no two films of the same frames are alike
        "x264-params": "mbtree=0",
    },
    format_options={"movflags": "+faststart"},
    head=1500,
    held_tick=27,
    estimated_pixels=3 << 19,
)
