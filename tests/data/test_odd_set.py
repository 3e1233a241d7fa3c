"""A collection of awkward files, gathered from many programs' own tests, is taken or explained."""

from __future__ import annotations

import csv
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data import PictureSet, prepare_pictures, read_picture

CONFIG = PicturesConfig(size=32, copies="all", smallest_side=1)
SILENT = {".DS_Store", "._IMG_0001.JPG", "Thumbs.db", "desktop.ini", "x.jpg"}  # .cache/objects
# sound files of which Pillow alone says that they are not, and why it is wrong
TAKEN_ALL_THE_SAME = {
    "png_decompression_dos.png",  # much text in it
    *("RGBA_12__128x128.heif", "RGBA_8__29x100.heif", "RGB_8__128x128.heif"),
    *("RGB_8_chroma444.heif", "empty_icc.heic", "truncated.heic", "zPug_3.heic"),
}
PLAIN = (
    "damaged",
    "of a rare kind that cannot be read (",
    "not a picture, or of a kind that cannot be read",
    "too large: ",
    "the file is empty",
    "a text, not a picture",
    "a web page, not a picture",
    "a vector drawing, not a picture",
    "a PDF document, not a picture",
)


@pytest.fixture(scope="module")
def odd(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    with tarfile.open(shared / "pictures" / "odd" / "odd.tar") as packed:
        packed.extractall(folder, filter="tar")
    return folder


@pytest.fixture(scope="module")
def manifest(shared: Path) -> dict[str, dict[str, str]]:
    with (shared / "pictures" / "odd" / "manifest.csv").open(encoding="utf-8") as file:
        return {row["path"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def prepared(odd: Path) -> PictureSet:
    work = prepare_pictures(odd, CONFIG, odd / ".cache")
    while True:
        try:
            next(work)
        except StopIteration as stop:
            return stop.value


def in_manifest(name: str) -> str:
    return Path(name).as_posix().removeprefix("odd/")


def test_every_file_is_taken_or_explained(
    prepared: PictureSet, manifest: dict[str, dict[str, str]]
) -> None:
    taken = {in_manifest(picture.name) for picture in prepared.taken}
    left_out = {in_manifest(file.name) for file in prepared.left_out}
    assert not taken & left_out
    assert {Path(path).name for path in manifest.keys() - taken - left_out} == SILENT
    assert taken | left_out < manifest.keys()


def test_what_decodes_is_taken_and_what_does_not_is_left_out(
    prepared: PictureSet, manifest: dict[str, dict[str, str]]
) -> None:
    decodes = {path for path, row in manifest.items() if row["pillow_13_says"] == "ok"}
    taken = {in_manifest(picture.name) for picture in prepared.taken}
    silent = {path for path in decodes if Path(path).name in SILENT}
    assert {Path(path).name for path in taken - decodes} == TAKEN_ALL_THE_SAME
    assert decodes - taken == silent


def test_reasons_are_plain_words(prepared: PictureSet) -> None:
    for file in prepared.left_out:
        assert file.reason.startswith(PLAIN), file
        spoken = file.reason.split(" (")[0]  # decoders' own words stay in brackets
        assert not any(word in spoken for word in ("Error", "error", "None", "stream", "0x"))


REASONS = {
    "made_here/cut_at_half.jpg": "damaged after 50 %: it ends early; "
    "what is there can be taken all the same",
    "made_here/cut_at_half.webp": "damaged: it ends early",
    "metadata_odd/ultrahdr.jpg": "damaged: it ends early",  # its picture data is cut off
    "made_here/empty.jpg": "the file is empty",
    "made_here/notes.png": "a text, not a picture",
    "made_here/saved_page.jpg": "a web page, not a picture",
}


def test_some_reasons_in_full(prepared: PictureSet) -> None:
    reasons = {in_manifest(file.name): file.reason for file in prepared.left_out}
    assert {path: reasons[path] for path in REASONS} == REASONS


def test_all_pictures_have_one_shape_and_something_on_them(prepared: PictureSet) -> None:
    assert prepared.pixels.shape == (len(prepared.taken), 32, 32, 3)
    assert len(np.unique(prepared.pixels.reshape(len(prepared.pixels), -1), axis=0)) > 130


def pixels(odd: Path, path: str, config: PicturesConfig = CONFIG) -> np.ndarray:
    (found,) = (p for p in odd.rglob(Path(path).name) if p.parent.name == Path(path).parent.name)
    return read_picture(found, config).pixels.astype(int)


def test_the_turned_photos_of_one_scene_look_alike(odd: Path) -> None:
    for first, *others in (
        [f"exif_orientation/Landscape_{n}.jpg" for n in (1, 3, 4, 7, 8)],
        [f"exif_orientation/Portrait_{n}.jpg" for n in (0, 3, 5)],
    ):
        for other in others:  # a number is written on each, and they were compressed apart
            difference = np.abs(pixels(odd, first) - pixels(odd, other)).mean()
            assert difference < 6, other


def test_one_face_in_many_formats_looks_alike(odd: Path) -> None:
    """hopper.bmp is the original; the others were made from it."""
    original = pixels(odd, "other_formats/hopper.bmp")
    likenesses = {
        "other_formats/hopper.qoi": 0,
        "other_formats/hopper.tif": 0,
        "other_formats/hopper_bigtiff.tif": 0,
        "other_formats/hopper_lzma.tif": 0,
        "cmyk_lab_icc/hopper.Lab.tif": 3,
        "avif_heic/hopper.avif": 6,
        "animated/hopper.gif": 6,
    }
    for path, most in likenesses.items():
        assert np.abs(pixels(odd, path) - original).mean() <= most, path


def test_a_transparent_cut_out_shows_no_hidden_colour(odd: Path) -> None:
    black = PicturesConfig(size=32, background="#000000")
    nothing = pixels(odd, "made_here/all_transparent.png", black)
    assert (nothing == 0).all()
    for config, corner in ((CONFIG, 255), (black, 0)):
        assert (pixels(odd, "made_here/cutout_black_under.png", config)[0, 0] == corner).all()


def test_a_photo_of_24_million_pixels_is_as_good_as_decoded_whole(odd: Path) -> None:
    with Image.open(next(odd.rglob("big_photo_6000x4000.jpg"))) as image:
        box = (1000, 0, 5000, 4000)
        whole = image.convert("RGB").resize((32, 32), Image.Resampling.LANCZOS, box=box)
    reduced = pixels(odd, "made_here/big_photo_6000x4000.jpg")
    assert np.abs(reduced - np.asarray(whole)).max() <= 2
