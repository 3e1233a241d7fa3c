"""A collection of awkward files, gathered from many programs' own tests, is taken or explained."""

import csv
import io
import subprocess
import sys
import tarfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data import PictureSet, prepare_pictures
from ddpm_studio.data.decode.decode import decode
from ddpm_studio.data.picture_facts import PictureFacts
from tests.data.reading import read_picture

CONFIG = PicturesConfig(size=32, copies="all", smallest_side=1)
SILENT = {".DS_Store", "._IMG_0001.JPG", "Thumbs.db", "desktop.ini", "x.jpg"}  # .cache/objects
# sound files of which Pillow alone says that they are not, and why it is wrong
TAKEN_ALL_THE_SAME = {
    "png_decompression_dos.png",  # much text in it
    *("RGBA_12__128x128.heif", "RGBA_8__29x100.heif", "RGB_8__128x128.heif"),
    *("RGB_8_chroma444.heif", "empty_icc.heic", "truncated.heic", "zPug_3.heic"),
}
# files whose second picture is none, or whose warning is about a conversion that is not done here
WITHOUT_SECOND = {"psd-oob-write-x.psd"}  # its two layers are one picture
WITHOUT_WARNING = {
    "tm3n3p02.png",  # Pillow advises to convert it to RGBA, and that is what is done
    "white_12000x12000.png",  # larger than Pillow's limit, and within that of the settings
}
FULL_SIZE = 10**6  # pixels that are needed, so that nothing is reduced
MOST_MEMORY, MOST_SECONDS = 1500, 60  # MB, of all processes together
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


def facts_by_path(prepared: PictureSet) -> dict[str, PictureFacts]:
    """Of all that can be read, taken or not."""
    known = {in_manifest(picture.name): picture.facts for picture in prepared.taken}
    offered = {in_manifest(f.name): f.facts for f in prepared.left_out if f.facts is not None}
    return known | offered


def number(text: str) -> int:
    return int(text) if text.isdigit() else 1


def test_format_and_size_are_those_of_the_manifest(
    prepared: PictureSet, manifest: dict[str, dict[str, str]]
) -> None:
    compared = 0
    for path, facts in facts_by_path(prepared).items():
        row = manifest[path]
        if not row["format"]:
            continue  # it knows nothing of what Pillow alone cannot open
        width, height = int(row["width"]), int(row["height"])
        is_sideways = number(row["exif_orientation"]) in (5, 6, 7, 8)
        size = (height, width) if is_sideways else (width, height)
        assert (facts.format, facts.width, facts.height) == (row["format"], *size), path
        compared += 1
    assert compared > 190


def test_of_several_frames_the_number_is_said(
    prepared: PictureSet, manifest: dict[str, dict[str, str]]
) -> None:
    several = 0
    for path, facts in facts_by_path(prepared).items():
        frames = number(manifest[path]["frames"])
        said = [note for note in facts.notes if " of " in note and note[-1] in "sfe"]
        said = [note for note in said if note.startswith(("first", "main one"))]
        if Path(path).name in WITHOUT_SECOND or not manifest[path]["format"]:
            continue
        assert bool(said) == (frames > 1), path
        if said:
            assert f" {frames} " in said[0], path
            several += 1
    assert several > 15


def test_no_warning_is_lost(
    prepared: PictureSet, manifest: dict[str, dict[str, str]], odd: Path
) -> None:
    """What the manifest says of warnings is in the notes, and nothing reached the program."""
    told = {
        path
        for path, facts in facts_by_path(prepared).items()
        if any(note.startswith("read with a warning: ") for note in facts.notes)
    }
    readable = facts_by_path(prepared).keys()  # for the others the reason says enough
    warned = {path for path in readable if manifest[path]["warnings"]}
    assert {Path(path).name for path in warned - told} == WITHOUT_WARNING
    with warnings.catch_warnings(record=True) as leaked:
        warnings.simplefilter("always")
        for path in warned & told:
            pixels(odd, path)
    assert leaked == []


def readable_files(odd: Path, prepared: PictureSet) -> dict[str, Path]:
    return {in_manifest(picture.name): odd / picture.name for picture in prepared.taken}


@contextmanager
def opened(file: Path) -> Iterator[Image.Image]:
    """By Pillow alone, whose warnings are not the matter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(file) as image:
            yield image


def in_srgb(image: Image.Image) -> np.ndarray:
    """float (H, W, 3): the colours by littleCMS; ink without a profile takes light away."""
    profile = image.info.get("icc_profile")
    if image.mode in ("RGBA", "RGBa", "LA", "PA", "P"):
        image = image.convert("RGBA").convert("RGB")
    if image.mode == "CMYK" and not profile:
        ink = np.asarray(image).astype(float) / 255
        return 255 * (1 - ink[..., :3]) * (1 - ink[..., 3:])
    if image.mode == "LAB" or profile:
        source = (
            ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if profile
            else ImageCms.createProfile("LAB")
        )
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            image.mode,
            "RGB",
            ImageCms.Intent.PERCEPTUAL,
            ImageCms.Flags.NOOPTIMIZE | ImageCms.Flags.HIGHRESPRECALC,
        )
        converted = ImageCms.applyTransform(image, transform)
        assert converted is not None
        image = converted
    return np.asarray(image.convert("RGB")).astype(float)


def test_colours_are_those_of_a_reference_conversion(odd: Path, prepared: PictureSet) -> None:
    """Of every file with a colour profile, of CMYK and of Lab, at full size."""
    kinds: list[str] = []
    for path, file in readable_files(odd, prepared).items():
        with opened(file) as image:
            is_special = image.mode in ("CMYK", "LAB") or image.info.get("icc_profile")
            if not is_special or image.width * image.height > 10**7:
                continue
            image.load()
            expected = in_srgb(image)
            kinds.append(image.mode if image.mode in ("CMYK", "LAB") else "profile")
        with file.open("rb") as data:
            found = decode(data, FULL_SIZE, 200, []).image
        opaque = np.ones(expected.shape[:2], bool)
        if found.mode == "RGBA":
            opaque = np.asarray(found)[..., 3] > 0
        difference = np.abs(np.asarray(found.convert("RGB")).astype(float) - expected)
        assert difference[opaque].max(initial=0) <= 2, path
    assert {kind: kinds.count(kind) for kind in kinds} == {"CMYK": 6, "LAB": 2, "profile": 9}


def test_every_turned_photo_is_upright(
    odd: Path, prepared: PictureSet, manifest: dict[str, dict[str, str]]
) -> None:
    """As Pillow's own `exif_transpose` turns it; all eight cases are among them."""
    cases = set()
    for path, file in readable_files(odd, prepared).items():
        said = manifest[path]["exif_orientation"]
        if said not in set("12345678"):
            continue
        with opened(file) as image:
            if image.mode not in ("RGB", "L") or image.info.get("icc_profile"):
                continue
            expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB")).astype(int)
        with file.open("rb") as data:
            found = decode(data, FULL_SIZE, 200, []).image.convert("RGB")
        assert np.array_equal(np.asarray(found), expected), path
        cases.add(int(said))
    assert cases == {1, 2, 3, 4, 5, 6, 7, 8}


MEASURE = """
import os, sys, tempfile, threading, time
from pathlib import Path
from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.prepare import new_pool, prepare_pictures

def memory(process):
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):  # just gone
        return 0

def watch():
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while not done.wait(0.01):
        pids = [os.getpid(), *children.read_text().split()]
        peak[0] = max(peak[0], sum(map(memory, pids)) * os.sysconf("SC_PAGE_SIZE"))

peak, done, config = [0], threading.Event(), PicturesConfig(size=32, smallest_side=1)
watching = threading.Thread(target=watch)
watching.start()
start = time.monotonic()
with tempfile.TemporaryDirectory() as cache, new_pool(config, workers=2) as pool:
    for _ in prepare_pictures(Path(sys.argv[1]), config, Path(cache), pool=pool):
        pass
took = time.monotonic() - start
done.set()
watching.join()
print(peak[0] / 1e6, took)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of processes is read in /proc")
def test_the_whole_set_needs_little_memory_and_time(odd: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", MEASURE, str(odd / "odd")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=True)
    assert done.stderr == ""
    memory, seconds = map(float, done.stdout.split())
    assert memory < MOST_MEMORY
    assert seconds < MOST_SECONDS
