"""WebM with VP9: the video for web pages."""

from collections.abc import Iterator
from dataclasses import dataclass

from ddpm_studio.export.film.kind import VideoFilm
from ddpm_studio.export.recipe.chunks import DamagedFileError, Source, Text

DEEPEST = 6  # tags in tags
SEGMENT, TAGS, TAG, SIMPLE_TAG = 0x18538067, 0x1254C367, 0x7373, 0x67C8  # RFC 9559
TAG_NAME, TAG_STRING = 0x45A3, 0x4487


@dataclass(frozen=True, kw_only=True)
class WebM(VideoFilm):
    """What is said of it is in `WEBM`."""

    def texts(self, source: Source) -> Iterator[Text]:
        """Of the tags (RFC 9559, section 5.1.8)."""
        source.go_to(0)
        yield from _element_texts(source, source.end, DEEPEST)


def _element_texts(source: Source, end: int, deepest: int) -> Iterator[Text]:
    key = ""
    while source.place < end:
        name = _variable_number(source, keeps_marker=True)
        size = _variable_number(source, keeps_marker=False)
        following = end if size < 0 else source.place + size
        if following > end:
            raise DamagedFileError("ends too early")
        if name in (SEGMENT, TAGS, TAG, SIMPLE_TAG) and deepest:
            yield from _element_texts(source, following, deepest - 1)
        elif name in (TAG_NAME, TAG_STRING):
            text = (
                source.text_bytes(following - source.place).decode("utf-8", "replace").rstrip("\0")
            )
            key = text.lower() if name == TAG_NAME else key
            if name == TAG_STRING:
                yield Text(key, text)
        source.go_to(following)


def _variable_number(source: Source, keeps_marker: bool) -> int:
    """As EBML writes it (RFC 8794, section 4); -1 for a size that is not known."""
    first = source.take(1)[0]
    length = 9 - first.bit_length()
    if length > 8:
        raise DamagedFileError("is damaged")
    rest = int.from_bytes(source.take(length - 1), "big")
    whole = (first << 8 * (length - 1)) | rest
    if keeps_marker:
        return whole
    value = whole & ((1 << 7 * length) - 1)
    return -1 if value == (1 << 7 * length) - 1 else value


WEBM = WebM(
    name="WebM",
    endings=(".webm",),
    title="WebM: for web pages",
    tip="VP9: free of patents, plays in browsers.",
    marks=((0, b"\x1a\x45\xdf\xa3"),),
    format="webm",
    codec="libvpx-vp9",
    codec_options={"crf": "16", "b": "0", "cpu-used": "4", "row-mt": "1"},
    head=490,
    held_tick=21,
    estimated_pixels=3 << 18,
)
