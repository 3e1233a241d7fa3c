"""Copies are the same files; without the recipe they are the same pictures, to the last bit."""

import dataclasses
from functools import partial

import av
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from ddpm_studio.config import SampleConfig
from ddpm_studio.config.enlargement import Enlargement, as_painted
from ddpm_studio.errors import ExportError
from ddpm_studio.export.images import enlarge, enlarged, write_png
from ddpm_studio.export.sheet_page import KEY as SHEET_KEY
from ddpm_studio.gallery.copies import copy_files, copy_without_recipe
from ddpm_studio.gallery.made import look_through
from ddpm_studio.recipe import Recipe

RECIPE = Recipe("sea", "step_5", "ab" * 32, 5, "ema", "cpu", "float32", 3, SampleConfig(seed=3))
SECRET = "a recipe with the name of a person in it"


def result_of(steps):
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def frames_of(path):
    if path.suffix in (".mp4", ".webm"):
        with av.open(str(path)) as container:
            return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    with Image.open(path) as image:
        count = getattr(image, "n_frames", 1)
        frames = []
        for number in range(count):
            image.seek(number)
            frames.append(np.asarray(image.convert("RGBA")))
        return [*frames, image.info.get("loop"), image.info.get("duration")]


def make(path, kind):
    random = np.random.default_rng(0)
    images = [Image.fromarray(random.integers(0, 256, (16, 16, 3), np.uint8)) for _ in range(3)]
    film = {"save_all": True, "append_images": images[1:], "duration": 120, "loop": 2}
    if kind == "png":
        about = PngImagePlugin.PngInfo()
        about.add_itxt("ddpm_studio", SECRET)
        images[0].save(path, pnginfo=about)
    elif kind == "webp":
        exif = Image.Exif()
        exif[0x9286] = SECRET
        images[0].save(path, lossless=True, exif=exif, **film)
    elif kind == "gif":
        images[0].save(path, comment=SECRET, **film)
    else:
        with av.open(str(path), "w") as container:
            container.metadata["comment"] = SECRET
            codec = "libx264" if kind == "mp4" else "libvpx-vp9"
            stream = container.add_stream(codec, 10)
            stream.width = stream.height = 16
            stream.pix_fmt = "yuv420p"
            for image in images:
                container.mux(stream.encode(av.VideoFrame.from_image(image)))
            container.mux(stream.encode())


@pytest.mark.parametrize("kind", ["png", "webp", "gif", "mp4", "webm"])
def test_without_its_recipe_a_file_looks_the_same_and_tells_nothing(tmp_path, kind):
    source, target = tmp_path / f"a.{kind}", tmp_path / f"b.{kind}"
    make(source, kind)
    assert SECRET.encode() in source.read_bytes()
    copy_without_recipe(source, target)
    assert SECRET.encode() not in target.read_bytes()
    for old, new in zip(frames_of(source), frames_of(target), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("kind", ["png", "webp", "gif", "mp4"])
def test_a_damaged_file_is_a_sentence_and_leaves_nothing(studio, tmp_path, kind):
    studio.gallery.mkdir()
    path = studio.gallery / f"a.{kind}"
    make(path, kind)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    files = look_through(studio.gallery).files
    with pytest.raises(ExportError, match="cannot be copied"):
        result_of(copy_files(studio.gallery, files, tmp_path / "out", with_recipe=False))
    assert list((tmp_path / "out").iterdir()) == []


def test_copies_are_the_same_bytes_and_replace_nothing(studio, tmp_path):
    studio.save("a.png", 1)
    studio.save("demo/a.png", 2)
    for k in range(2):
        studio.save(f"film/frame_{k:05d}.png", k)
    files = look_through(studio.gallery).files
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.png").write_bytes(b"mine")
    copies = result_of(copy_files(studio.gallery, files, out))
    assert (out / "a.png").read_bytes() == b"mine"
    assert {path.relative_to(out).as_posix() for path in copies} == {
        "a_2.png",
        "a_3.png",
        "film/frame_00000.png",
        "film/frame_00001.png",
    }
    originals = {path.read_bytes() for path in studio.gallery.rglob("*.png")}
    assert {path.read_bytes() for path in copies} == originals


def painted(scale=1, channels=3):
    pixels = np.random.default_rng(1).integers(0, 256, (6, 4, channels), np.uint8)
    return enlarge(pixels, scale)


@pytest.mark.parametrize("before", [Enlargement(), Enlargement(3)], ids=["painted", "crisp"])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(
    ("sizing", "size"),
    [
        (lambda _width, _height: Enlargement(8), Enlargement(8)),
        (partial(Enlargement.to_side, 30), Enlargement(width=20)),
        (as_painted, Enlargement()),
    ],
    ids=["crisp", "smooth", "painted"],
)
def test_a_copy_of_another_size_is_as_if_it_had_been_saved_so(
    studio, tmp_path, sizing, size, channels, before
):
    studio.gallery.mkdir()
    made = dataclasses.replace(RECIPE, size=before)
    source = studio.gallery / "a.png"
    write_png(source, painted(before.scale, channels), made.to_text())
    files = look_through(studio.gallery).files
    (copy,) = result_of(copy_files(studio.gallery, files, tmp_path / "out", sizing=sizing))
    wanted = tmp_path / "wanted.png"
    text = dataclasses.replace(RECIPE, size=size).to_text()
    write_png(wanted, enlarged(painted(channels=channels), size), text)
    assert copy.read_bytes() == wanted.read_bytes()
    (plain,) = result_of(copy_files(studio.gallery, files, tmp_path / "out", False, sizing))
    with Image.open(plain) as image:
        assert not image.text  # type: ignore[attr-defined]
        assert image.size == size.size_of(4, 6)


def test_films_pages_and_what_was_saved_smooth_stay_as_they_are(studio, tmp_path):
    studio.gallery.mkdir()
    for kind in ("webp", "gif", "mp4"):
        make(studio.gallery / f"film.{kind}", kind)
    page = dataclasses.replace(RECIPE, film={"of": "grid", "stages": 3})
    smooth = dataclasses.replace(RECIPE, size=Enlargement(width=4))
    worked_on = dataclasses.replace(RECIPE, size=Enlargement(2))  # it is not crisp any more
    for name, recipe in (("page", page), ("smooth", smooth), ("worked_on", worked_on)):
        write_png(studio.gallery / f"{name}.png", painted(), recipe.to_text())
    about = PngImagePlugin.PngInfo()
    about.add_itxt(SHEET_KEY, "{}")
    Image.fromarray(painted()).save(studio.gallery / "sheet.png", pnginfo=about)
    (studio.gallery / "photo.jpg").write_bytes(b"no picture at all")
    files = look_through(studio.gallery).files
    out = tmp_path / "out"
    copies = result_of(
        copy_files(studio.gallery, files, out, sizing=lambda _width, _height: Enlargement(8))
    )
    assert len(copies) == len(files) == 8
    for copy in copies:
        assert copy.read_bytes() == (studio.gallery / copy.name).read_bytes()


def test_a_copy_that_would_be_too_large_is_a_sentence_and_leaves_nothing(studio, tmp_path):
    studio.save("a.png", 1, size=300)
    files = look_through(studio.gallery).files
    with pytest.raises(ExportError, match="19200 pixels long, but 16383 is the most"):
        result_of(
            copy_files(
                studio.gallery, files, tmp_path / "out", sizing=lambda _w, _h: Enlargement(64)
            )
        )
    assert list((tmp_path / "out").iterdir()) == []
