"""Captions lie below the picture, never on it, and can be read at any size."""

import numpy as np
import pytest

from ddpm_studio.export.film.captions import (
    SMALLEST,
    caption_colours,
    caption_mask,
    caption_space,
    caption_strip,
)
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.pictures import FilmPictures
from ddpm_studio.export.film.write import film_size
from tests.export.film.films import as_film, read_with_ffmpeg, read_with_pillow, write

CAPTIONS = [
    f"step {index} of 50 · t {999 - 20 * index} · {100 - 2 * index} % noise" for index in (0, 9, 40)
]


@pytest.mark.parametrize("width", [48, 64, 100, 128, 200, 256, 512, 1024])
def test_a_caption_fits_in_whole(width):
    """Nothing is cut off at a side: around the ink there is ground."""
    space = caption_space(CAPTIONS, width)
    assert space.size >= SMALLEST
    for caption in CAPTIONS:
        mask = caption_mask(caption, space)
        assert mask.shape == (space.height, width)
        assert mask.max() > 200
        assert not mask[0].any()
        assert not mask[-1].any()
        assert not mask[:, 0].any()
        assert not mask[:, -1].any()


def test_letters_grow_with_the_picture_and_stay_on_one_line_where_they_can():
    spaces = [caption_space(CAPTIONS, width) for width in (64, 200, 512, 1024)]
    assert [space.is_broken for space in spaces] == [True, False, False, False]
    sizes = [space.size for space in spaces]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
    assert all(space.height < 0.1 * space.width for space in spaces[2:])


def test_the_room_is_the_same_for_every_frame_whatever_it_says():
    space = caption_space(["a", *CAPTIONS], 128)
    assert len({caption_mask(caption, space).shape for caption in ["", "a", *CAPTIONS]}) == 1


def test_a_picture_of_one_pixel_has_a_caption_too():
    space = caption_space(CAPTIONS, 1)
    assert caption_mask(CAPTIONS[0], space).shape == (space.height, 1)


@pytest.mark.parametrize("background", ["#ffffff", "#000000", "#ff0000", "#1040ff", "#808080"])
def test_ink_stands_out_from_any_ground(background):
    ground, *_, ink = caption_colours(background, 5).astype(float) @ (0.299, 0.587, 0.114)
    assert abs(ink - ground) > 80


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("ending", [".gif", ".webp", ".png"])
def test_not_one_pixel_of_the_picture_is_covered(tmp_path, film, ending, channels):
    frames = [frame[..., :channels] for frame in film(3, 24, 96)]
    if channels == 4:
        frames = [np.insert(frame, 3, 255, axis=2) for frame in frames]
    for palette in ("frame", "shared"):
        path, plain = tmp_path / f"with{ending}", tmp_path / f"without{ending}"
        made = as_film(frames, CAPTIONS)
        write(path, made, scale=2, caption=True, palette=palette)
        write(plain, made, scale=2, palette=palette)
        found, others = read_with_pillow(path)[0], read_with_pillow(plain)[0]
        height = film_size(made, FilmOptions(scale=2, caption=True))[1]
        assert {frame.shape[:2] for frame in found} == {(height, 192)}
        for frame, other in zip(found, others, strict=True):
            away = np.abs(frame[:48].astype(int) - other)
            assert away.mean() <= (1.5 if ending == ".gif" else 0)  # eight colours are the letters'
            strip = frame[48:].astype(int)
            assert (strip[0] == 255).all()  # the ground
            assert strip.min() < 80  # the ink


def test_an_mp4_has_them_too(tmp_path, film):
    path = tmp_path / "film.mp4"
    write(path, as_film(film(3, 24, 96), CAPTIONS), scale=2, caption=True, background="#000000")
    found, _ = read_with_ffmpeg(path)
    assert found[0][48:].min() < 10
    assert found[0][48:].max() > 150


def test_the_strip_in_a_films_own_channels():
    mask = np.array([[0, 255]], np.uint8)
    assert caption_strip(mask, "#ffffff", 1).tolist() == [[[255], [38]]]
    assert caption_strip(mask, "#ff8000", 3)[0, 0].tolist() == [255, 128, 0]
    assert caption_strip(mask, "#ff8000", 4)[0, 0].tolist() == [255, 128, 0, 255]


def test_without_captions_there_is_no_strip(film):
    made = as_film(film(2))
    assert FilmPictures(made, FilmOptions(caption=True)).size == (32, 24)
