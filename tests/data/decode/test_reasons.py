"""What cannot be taken is told in plain words; what only worries a decoder is taken."""

import io
import re
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data import UnreadablePictureError
from ddpm_studio.data.decode import decode
from ddpm_studio.data.decode import look as looking
from tests.data.reading import Picture, read_picture

CONFIG = PicturesConfig(size=24)
Read = Callable[..., Picture]
Reason = Callable[[bytes], str]
Photo = Callable[[int, int], Image.Image]


def encode(image: Image.Image, kind: str, **settings: object) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **settings)
    return data.getvalue()


@pytest.mark.parametrize("kind", ["WEBP", "JPEG2000"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_file_that_ends_early_says_so(
    kind: str, share: float, reason: Reason, photo: Photo
) -> None:
    data = encode(photo(90, 90), kind)
    assert reason(data[: int(len(data) * share)]) == "damaged: it ends early"


PARTLY = re.compile(
    r"damaged after (\d+) %: it ends early; what is there can be taken all the same"
)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP"])
@pytest.mark.parametrize("share", [0.4, 0.6, 0.9])
def test_what_can_be_read_in_part_says_how_far(
    kind: str, share: float, reason: Reason, photo: Photo, tmp_path: Path
) -> None:
    whole = photo(90, 90)
    data = encode(whole, kind)
    data = data[: int(len(data) * share)]
    found = PARTLY.fullmatch(reason(data))
    assert found
    assert abs(int(found[1]) - 100 * share) < 25  # the beginning of a file is no pixels
    (tmp_path / "part").write_bytes(data)  # it is offered as far as it goes
    config = PicturesConfig(size=90)
    pixels = looking.look_at(tmp_path / "part", config).pictures[0]
    rows = 90 * int(found[1]) // 100 - 16  # the last ones may be half done
    if kind in ("PNG", "BMP") and rows > 0:
        top = slice(-rows, None) if kind == "BMP" else slice(0, rows)  # it begins at its foot
        assert np.array_equal(pixels[top], np.asarray(whole)[top])


def test_a_garbled_file_says_so(reason: Reason, photo: Photo) -> None:
    data = bytearray(encode(photo(90, 90), "PNG"))
    data[len(data) // 2] ^= 0xFF
    assert re.match(r"damaged after \d\d %: its contents are garbled; ", reason(bytes(data)))


NOT_PICTURES = {
    "the file is empty": b"",
    "a text, not a picture": "Einkaufsliste: Grün, Ocker".encode(),
    "a web page, not a picture": b"\n<!DOCTYPE html><html><body>404</body></html>",
    "a vector drawing, not a picture": b'<?xml version="1.0"?>\n<svg width="8"></svg>',
    "a PDF document, not a picture": b"%PDF-1.7\n\xe2\xe3\xcf\xd3",
    "a painting program's own file; export it": b"gimp xcf v011\0\0\0",
    "a picture of a kind that cannot be read; export it": b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe",
    "a video, not a picture": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    "a sound, not a picture": b"RIFF\x24\0\0\0WAVEfmt ",
    "an archive or a program's own file": b"PK\x03\x04\x14\0",
    "a camera's raw file; export it": b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
    "damaged, or of a rare kind of HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "damaged, or of a rare kind of AVIF": b"\0\0\0\x18ftypavif\0\0\0\0mif1avif",
    "damaged: it only begins like a TIFF": b"II*\0nothing at all, but long enough",
    "damaged: it ends early": b"\x89PNG\r\n\x1a\n\0\0",
    "not a picture, or of a kind that cannot be read": bytes(range(256)),
}


@pytest.mark.parametrize(("expected", "data"), NOT_PICTURES.items())
def test_what_is_no_picture_is_named_in_plain_words(
    expected: str, data: bytes, reason: Reason
) -> None:
    assert reason(data).startswith(expected)


def test_a_painting_in_a_zip_is_told_from_an_archive(reason: Reason) -> None:
    for kind in (b"application/x-krita", b"image/openraster"):
        data = b"PK\x03\x04" + bytes(26) + b"mimetype" + kind
        assert reason(data).startswith("a painting program's own file")


def test_programs_are_never_started_for_a_file(reason: Reason) -> None:
    postscript = encode(Image.new("RGB", (24, 24)), "EPS")
    assert reason(postscript).startswith("a vector drawing, not a picture")


def test_a_file_that_cannot_be_had_says_why(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none.png", "no longer there"), (tmp_path, "a folder")):
        with pytest.raises(UnreadablePictureError, match=words):
            read_picture(path, CONFIG)


def test_a_disk_that_fails_in_the_middle_is_not_called_damage(
    monkeypatch: pytest.MonkeyPatch, reason: Reason
) -> None:
    def fail(self: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", fail)
    data = encode(Image.new("P", (24, 24)), "PNG")
    assert reason(data) == "it cannot be read (Input/output error)"


def test_a_file_without_permission_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(looking, "FileIO", refuse)
    with pytest.raises(UnreadablePictureError, match="no permission to read it"):
        read_picture(tmp_path / "a.png", CONFIG)


def bare_png(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and has nothing in it."""
    data = bytearray(encode(Image.new("L", (1, 1)), "PNG"))
    data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


def test_a_picture_that_needs_too_much_memory_is_not_decoded(reason: Reason) -> None:
    said = reason(bare_png(20_000, 9_001))
    assert said.startswith("too large: 20000 x 9001 pixels, while up to 180 million are read")
    assert reason(bare_png(20_000, 9_000)).startswith("damaged")  # tried, and empty


def test_a_jpeg_may_be_larger_because_it_is_decoded_small(
    monkeypatch: pytest.MonkeyPatch, read: Read, photo: Photo
) -> None:
    config = PicturesConfig(size=24, max_megapixels=1)
    assert read(encode(photo(2200, 1000), "JPEG"), config).pixels.shape == (24, 24, 3)
    with pytest.raises(UnreadablePictureError, match="2200 x 1000 pixels, while up to 1 million"):
        read(encode(photo(2200, 1000), "PNG"), config)
    monkeypatch.setattr(decode, "JPEG_BONUS", 2)
    with pytest.raises(UnreadablePictureError, match="while up to 2 million"):
        read(encode(photo(2200, 1000), "JPEG"), config)


def test_a_person_can_raise_the_limit(reason: Reason, read: Read, photo: Photo) -> None:
    data = encode(photo(1100, 1000), "PNG")
    with pytest.raises(UnreadablePictureError, match=r"pictures\.max_megapixels"):
        read(data, PicturesConfig(size=24, max_megapixels=1))
    assert read(data, PicturesConfig(size=24, max_megapixels=2)).pixels.shape == (24, 24, 3)


def test_a_tiny_picture_is_left_out_unless_it_is_wanted(reason: Reason, read: Read) -> None:
    data = encode(Image.new("RGB", (30, 7)), "PNG")
    assert reason(data).startswith("too small: 30 x 7 pixels, while a side has at least 8")
    assert read(data, PicturesConfig(size=24, smallest_side=7)).pixels.shape == (24, 24, 3)


def test_no_memory_is_a_reason_too(monkeypatch: pytest.MonkeyPatch, reason: Reason) -> None:
    def refuse(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(decode, "to_srgb", refuse)
    data = encode(Image.new("P", (24, 24)), "PNG")
    assert reason(data) == "it needs more memory than allowed"


@pytest.fixture
def worrying(photo: Photo) -> bytes:
    """A sound JPEG whose camera data makes Pillow warn."""
    return encode(photo(60, 60), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x09\0\x12\x01")


def test_warnings_become_notes_and_do_not_leak(worrying: bytes, read: Read) -> None:
    before, show = list(warnings.filters), warnings.showwarning
    with warnings.catch_warnings(record=True) as leaked:
        warnings.simplefilter("always")
        picture = read(worrying)
    assert leaked == []
    assert len(picture.notes) == 1
    assert re.match(r"read with a warning: Corrupt EXIF data", picture.notes[0])
    assert (list(warnings.filters), warnings.showwarning) == (before, show)


def test_damaged_camera_data_does_not_cost_the_picture(read: Read, photo: Photo) -> None:
    for exif in (b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0" + bytes(60)):
        assert read(encode(photo(60, 60), "JPEG", exif=exif)).pixels.shape == (24, 24, 3)


def test_a_long_editing_history_does_not_cost_the_picture(read: Read) -> None:
    about = PngImagePlugin.PngInfo()
    about.add_itxt("XML:com.adobe.xmp", "history " * 400_000, zip=True)
    data = encode(Image.new("RGB", (24, 24), "red"), "PNG", pnginfo=about)
    assert (read(data).pixels == (255, 0, 0)).all()


KINDS = ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "JPEG2000", "TGA", "ICO", "HEIF", "AVIF"]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_no_damage_makes_the_reader_raise_anything_else(
    kind: str, data: st.DataObject, read: Read, photo: Photo
) -> None:
    sound = bytearray(encode(photo(33, 21), kind))
    for _ in range(data.draw(st.integers(1, 4))):
        where = data.draw(st.integers(0, len(sound) - 1))
        sound[where] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(sound)))
    try:
        pixels = read(bytes(sound[:cut])).pixels
    except UnreadablePictureError as error:
        reason, pixels = str(error), np.zeros((24, 24, 3))
    else:
        reason = "none"
    assert 0 < len(reason) < 250
    assert "\n" not in reason
    assert pixels.shape == (24, 24, 3)
