"""Copies are the same files; without the recipe they are the same pictures, to the last bit."""

import av
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from ddpm_studio.errors import ExportError
from ddpm_studio.gallery.copies import copy_files, copy_without_recipe
from ddpm_studio.gallery.made import look_through

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
