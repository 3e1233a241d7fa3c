"""Thumbnails are the pictures pixel by pixel, are read once, and survive whatever lies about."""

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.gallery.made import look_through
from ddpm_studio.gallery.thumbnails import Thumbnails, detail_of, new_pool, thumbnail_shape

SHAPE = (8, 8, 3)


@pytest.fixture(scope="module")
def pool():
    with new_pool() as pool:
        yield pool


class NoPool:
    """Nothing may be decoded again."""

    def run_with_pulse(self, requests, _seconds):
        assert list(requests) == []
        yield from ()


def pixels_of(thumbnails, files, pool):
    steps = thumbnails.read(files, pool)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def thumbnails_of(studio, shape=SHAPE):
    return Thumbnails(studio.gallery, studio.project.cache, shape)


def test_pictures_are_kept_pixel_by_pixel_and_read_only_once(studio, pool):
    random = np.random.default_rng(0)
    pictures = {f"{k}.png": random.integers(0, 256, SHAPE, np.uint8) for k in range(5)}
    studio.gallery.mkdir()
    for name, picture in pictures.items():
        Image.fromarray(picture).save(studio.gallery / name)
    files = look_through(studio.gallery).files
    thumbnails = thumbnails_of(studio)
    read = pixels_of(thumbnails, files, pool)
    for file, picture in zip(files, read, strict=True):
        np.testing.assert_array_equal(picture, pictures[file.name])
    thumbnails.save()
    again = thumbnails_of(studio)
    assert again.unread(files) == list(files)  # until it is asked for the first number
    assert sorted(again.numbers(files)) == [0, 1, 2, 3, 4]
    assert again.unread(files) == []
    np.testing.assert_array_equal(pixels_of(again, files[::-1], NoPool()), read[::-1])


def test_a_file_that_became_another_is_looked_at_again(studio, pool):
    studio.save("a.png", 10, modified=100)
    thumbnails = thumbnails_of(studio)
    files = look_through(studio.gallery).files
    assert pixels_of(thumbnails, files, pool)[0, 0, 0, 0] == 10
    studio.save("a.png", 20, modified=200)
    changed = look_through(studio.gallery).files
    assert thumbnails.numbers(changed) != thumbnails.numbers(files)
    assert pixels_of(thumbnails, changed, pool)[0, 0, 0, 0] == 20


def test_what_is_broken_is_known_and_nothing_else_suffers(studio, pool):
    studio.save("good.png", 99)
    studio.save("half.png", 1)
    half = studio.gallery / "half.png"
    half.write_bytes(half.read_bytes()[:45])
    (studio.gallery / "no.webp").write_bytes(b"RIFF")
    (studio.gallery / "no.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + b"x" * 99)
    thumbnails = thumbnails_of(studio)
    files = look_through(studio.gallery).files
    read = pixels_of(thumbnails, files, pool)
    at = [file.name for file in files].index("good.png")
    assert (read[at] == 99).all()
    numbers = dict(zip([file.name for file in files], thumbnails.numbers(files), strict=True))
    assert {name for name, number in numbers.items() if number < 0} == {
        "half.png",
        "no.webp",
        "no.mp4",
    }
    assert thumbnails.unread(files) == []


def test_films_show_the_picture_they_end_with_and_say_that_they_move(studio, pool):
    import av

    frames = [Image.new("RGB", (16, 16), (200, 30, 30)), Image.new("RGB", (16, 16), "blue")]
    studio.gallery.mkdir()
    frames[0].save(studio.gallery / "a.gif", save_all=True, append_images=frames[1:])
    frames[0].save(
        studio.gallery / "b.webp", save_all=True, append_images=frames[1:], lossless=True
    )
    with av.open(str(studio.gallery / "c.mp4"), "w") as container:
        stream = container.add_stream("libx264", 10, options={"crf": "10"})
        stream.width = stream.height = 16
        stream.pix_fmt = "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_image(frame)))
        container.mux(stream.encode())
    studio.save("d.png", 7)
    thumbnails = thumbnails_of(studio)
    files = sorted(look_through(studio.gallery).files, key=lambda file: file.name)
    read = pixels_of(thumbnails, files, pool)
    assert [thumbnails.record(file).moves for file in files] == [True, True, True, False]
    for picture in read[:3]:
        assert np.abs(picture.astype(int) - (0, 0, 255)).max() <= 6


def test_another_shape_fills_the_tile_with_its_middle(studio, pool):
    wide = np.zeros((16, 64, 3), np.uint8)
    wide[:, 24:40] = 250
    studio.gallery.mkdir()
    Image.fromarray(wide).save(studio.gallery / "strip.png")
    files = look_through(studio.gallery).files
    assert (pixels_of(thumbnails_of(studio), files, pool) == 250).all()


def test_transparency_is_premultiplied_or_laid_on_white(studio, pool):
    picture = np.zeros((8, 8, 4), np.uint8)
    picture[:4] = (200, 100, 0, 128)
    studio.gallery.mkdir()
    Image.fromarray(picture).save(studio.gallery / "a.png")
    files = look_through(studio.gallery).files
    [seen] = pixels_of(thumbnails_of(studio, (8, 8, 4)), files, pool)
    assert tuple(seen[0, 0]) == (100, 50, 0, 128)
    assert tuple(seen[7, 7]) == (0, 0, 0, 0)
    [seen] = pixels_of(thumbnails_of(studio), files, pool)
    assert tuple(seen[7, 7]) == (255, 255, 255)


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"kind": "thumbnails", "format_version": 1, "files": {"a.png": [1, 2, -7]}}'],
)
def test_a_spoilt_cache_is_made_anew(studio, pool, text):
    studio.save("a.png", 77)
    files = look_through(studio.gallery).files
    thumbnails = thumbnails_of(studio)
    pixels_of(thumbnails, files, pool)
    thumbnails.save()
    [index] = studio.project.cache.glob("made*.json")
    index.write_text(text)
    assert (pixels_of(thumbnails_of(studio), files, pool) == 77).all()


def test_a_cache_that_cannot_be_written_costs_only_time(studio, pool):
    studio.project.cache.write_text("a file in the folder's place")
    studio.save("a.png", 77)
    files = look_through(studio.gallery).files
    thumbnails = thumbnails_of(studio)
    for _ in range(2):
        assert (pixels_of(thumbnails, files, pool) == 77).all()
    thumbnails.save()


def test_large_pictures_are_kept_small():
    assert thumbnail_shape((3, 64, 64)) == (64, 64, 3)
    assert thumbnail_shape((1, 96, 64)) == (96, 64, 3)
    assert thumbnail_shape((4, 256, 512)) == (64, 128, 4)


def test_nothing_to_read_is_no_error(studio):
    """The last save of a cache comes with no files at all."""
    assert pixels_of(thumbnails_of(studio), [], NoPool()).shape == (0, *SHAPE)


@pytest.mark.parametrize("size", [(1003, 689), (77, 1001), (333, 100), (1, 4001)])
def test_a_page_of_any_shape_is_shown(studio, pool, size):
    """The middle of it is found by a division, whose last bit must not lead outside."""
    studio.gallery.mkdir(exist_ok=True)
    Image.new("RGB", size, (9, 8, 7)).save(studio.gallery / "page.png")
    files = look_through(studio.gallery).files
    for side in (31, 32, 128):
        thumbnails = thumbnails_of(studio, (side, side, 3))
        assert (pixels_of(thumbnails, files, pool) == (9, 8, 7)).all()
        assert not thumbnails.record(files[0]).is_broken


def test_beside_small_pictures_large_ones_are_as_fine_as_a_tile(studio, pool):
    """Of a small picture each pixel is a square; a large one keeps the lines that it has."""
    lines = np.zeros((512, 512, 3), np.uint8)
    lines[:, 4::8] = lines[:, 5::8] = lines[:, 6::8] = lines[:, 7::8] = 255
    small = np.random.default_rng(0).integers(0, 256, SHAPE, np.uint8)
    studio.gallery.mkdir(exist_ok=True)
    Image.fromarray(lines).save(studio.gallery / "a.png")
    Image.fromarray(small).save(studio.gallery / "b.png")
    files = sorted(look_through(studio.gallery).files, key=lambda file: file.name)
    detail = detail_of(SHAPE)
    thumbnails = Thumbnails(studio.gallery, studio.project.cache, SHAPE, detail)
    large, tile = pixels_of(thumbnails, files, pool)
    assert large.shape == tile.shape == (128, 128, 3)
    assert large[0, :4, 0].tolist() == [0, 255, 0, 255]
    np.testing.assert_array_equal(tile, small.repeat(detail, 0).repeat(detail, 1))


def test_why_a_file_is_broken_is_known(studio, pool):
    studio.gallery.mkdir(exist_ok=True)
    (studio.gallery / "no.png").write_bytes(b"nothing")
    thumbnails, files = thumbnails_of(studio), look_through(studio.gallery).files
    pixels_of(thumbnails, files, pool)
    assert thumbnails.record(files[0]).why
