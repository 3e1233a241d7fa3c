"""Colours that a file names by number are converted, or there is a note that they were not."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from ddpm_studio.config import PicturesConfig
from tests.data.reading import read_picture

CONFIG = PicturesConfig(size=16)
PIXELS = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
SRGB_POINTS = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
P3_POINTS = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)


def chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def png(path: Path, *chunks: bytes, behind: bool = False, **how: object) -> Path:
    """A PNG with more chunks behind its header, or behind its pixels."""
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, "PNG", **how)
    data = file.getvalue()
    place = len(data) - 12 if behind else 33
    path.write_bytes(data[:place] + b"".join(chunks) + data[place:])
    return path


def notes_of(path: Path) -> list[str]:
    return [note for note in read_picture(path, CONFIG).notes if "were not converted" in note]


def cicp(*values: int) -> bytes:
    return chunk(b"cICP", bytes(values))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((9, 16, 0, 1), "its HDR colours (PQ; primaries 9, transfer 16)"),
        ((9, 18, 0, 1), "its HDR colours (HLG; primaries 9, transfer 18)"),
        ((1, 16, 0, 1), "its HDR colours (PQ"),
        ((12, 13, 0, 1), "its colours, which are not sRGB (primaries 12, transfer 13)"),
        ((9, 1, 0, 1), "its colours, which are not sRGB (primaries 9"),
        ((1, 8, 0, 1), "its colours, which are not sRGB (primaries 1, transfer 8)"),
    ],
)
def test_what_is_not_converted_is_said(tmp_path: Path, values, words: str) -> None:
    (note,) = notes_of(png(tmp_path / "a.png", cicp(*values)))
    assert note.startswith(words)


@pytest.mark.parametrize("values", [(1, 13, 0, 1), (1, 1, 0, 1), (2, 2, 0, 1)])
def test_srgb_is_not_worth_a_word(tmp_path: Path, values) -> None:
    assert not notes_of(png(tmp_path / "a.png", cicp(*values)))


def test_it_goes_before_a_profile(tmp_path: Path) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert notes_of(png(tmp_path / "a.png", cicp(9, 16, 0, 1), icc_profile=profile))


@pytest.mark.parametrize(
    "broken", [chunk(b"cICP", b""), chunk(b"cICP", b"\x09\x10"), chunk(b"cICP", bytes(9))]
)
def test_a_chunk_of_a_wrong_length_says_nothing(tmp_path: Path, broken: bytes) -> None:
    assert not notes_of(png(tmp_path / "a.png", broken))


def test_behind_the_pixels_it_does_not_count(tmp_path: Path) -> None:
    assert not notes_of(png(tmp_path / "a.png", cicp(9, 16, 0, 1), behind=True))


def test_other_primaries_in_the_older_chunk(tmp_path: Path) -> None:
    wide = chunk(b"cHRM", struct.pack(">8I", *P3_POINTS))
    usual = chunk(b"cHRM", struct.pack(">8I", *SRGB_POINTS))
    assert "(cHRM)" in notes_of(png(tmp_path / "a.png", wide))[0]
    assert not notes_of(png(tmp_path / "b.png", usual))
    assert not notes_of(png(tmp_path / "c.png", wide, chunk(b"sRGB", b"\0")))


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_in_heic_and_avif_too(tmp_path: Path, kind: str) -> None:
    pillow_heif.register_heif_opener()
    path = tmp_path / f"a.{kind.lower()}"
    Image.fromarray(PIXELS).save(path, kind)
    data = path.read_bytes()
    place = data.find(b"colrnclx")
    if place < 0:
        pytest.skip("this encoder names no colours")
    path.write_bytes(data[: place + 8] + struct.pack(">HH", 9, 16) + data[place + 12 :])
    assert "HDR" in notes_of(path)[0]
    path.write_bytes(data[: place + 8] + struct.pack(">HH", 1, 13) + data[place + 12 :])
    assert not notes_of(path)
