"""A GIF's colours: a palette for each frame or one for all, dithered or not."""

import numpy as np
import pytest

from tests.export.film.boxes import gif_parts
from tests.export.film.films import distance, read_with_ffmpeg, read_with_pillow, write


def blurred(picture, side=8):
    """Each square of pixels as one: what an eye sees from further away."""
    height, width = (length // side for length in picture.shape[:2])
    parts = picture[: height * side, : width * side].reshape(height, side, width, side, -1)
    return parts.astype(float).mean((1, 3))


@pytest.fixture
def few_colours():
    """More tones than a palette for all frames has: every frame has its own range."""
    y, x = np.mgrid[0:64, 0:64]
    return [
        np.stack([x * 4, y * 4, (x + y + 32 * index) % 128 * 2], -1).astype(np.uint8)
        for index in range(4)
    ]


@pytest.mark.parametrize("dither", ["none", "floyd_steinberg", "ordered"])
def test_one_palette_for_all_is_written_once(tmp_path, few_colours, dither):
    write(tmp_path / "own.gif", few_colours, palette="frame", dither=dither)
    write(tmp_path / "shared.gif", few_colours, palette="shared", dither=dither)
    own, shared = ((tmp_path / f"{name}.gif").read_bytes() for name in ("own", "shared"))
    assert gif_parts(own)[0] is None
    palette, parts = gif_parts(shared)
    assert palette is not None
    assert len(palette) == 768
    images = [head for label, head in parts if label == 0x2C]
    assert len(images) == 4
    assert not any(head[9] & 0x80 for head in images)  # none has a palette of its own
    for found in (
        read_with_pillow(tmp_path / "shared.gif")[0],
        read_with_ffmpeg(tmp_path / "shared.gif")[0],
    ):
        for frame, other in zip(found, few_colours, strict=True):
            assert distance(frame, other) <= 20


@pytest.mark.parametrize("palette", ["frame", "shared"])
@pytest.mark.parametrize("dither", ["floyd_steinberg", "ordered"])
def test_dithering_brings_the_mean_of_an_area_nearer(tmp_path, few_colours, palette, dither):
    """That is what it is for: no bands in what is smooth."""
    away = {}
    for how in ("none", dither):
        path = tmp_path / f"{how}.gif"
        write(path, few_colours, palette=palette, dither=how)
        found, _ = read_with_pillow(path)
        pairs = zip(found, few_colours, strict=True)
        away[how] = np.mean([np.abs(blurred(a) - blurred(b)).mean() for a, b in pairs])
    assert away[dither] < away["none"]


@pytest.mark.parametrize("palette", ["frame", "shared"])
def test_pixel_art_keeps_its_colours_to_the_level(tmp_path, palette):
    random = np.random.default_rng(0)
    inks = random.integers(0, 256, (30, 3), np.uint8) // 8 * 8
    frames = [inks[random.integers(0, 30, (16, 16))] for _ in range(3)]
    path = tmp_path / "film.gif"
    write(path, frames, palette=palette, scale=2)
    found, _ = read_with_pillow(path)
    for frame, other in zip(found, frames, strict=True):
        assert np.abs(frame[::2, ::2].astype(int) - other).max() <= 4
        assert (frame[::2] == frame[1::2]).all()  # whole squares


@pytest.mark.parametrize("palette", ["frame", "shared"])
@pytest.mark.parametrize("dither", ["none", "floyd_steinberg", "ordered"])
def test_what_is_not_there_stays_so_under_any_dithering(tmp_path, few_colours, palette, dither):
    frames = []
    for index, frame in enumerate(few_colours):
        alpha = np.zeros((64, 64, 1), np.uint8)
        alpha[index * 8 : index * 8 + 20] = 255
        frames.append(np.concatenate([frame, alpha], -1))
    path = tmp_path / "film.gif"
    write(path, frames, palette=palette, dither=dither)
    found, _ = read_with_ffmpeg(path, "rgba")
    for frame, other in zip(found, frames, strict=True):
        assert (frame[..., 3] == other[..., 3]).all()
        is_seen = other[..., 3] > 0
        assert np.abs(frame[is_seen].astype(int) - other[is_seen]).mean() <= 20


def test_a_shared_palette_of_nothing_at_all(tmp_path):
    path = tmp_path / "film.gif"
    write(path, [np.zeros((4, 4, 4), np.uint8)] * 2, palette="shared")
    found, _ = read_with_ffmpeg(path, "rgba")
    assert not any(frame[..., 3].any() for frame in found)
