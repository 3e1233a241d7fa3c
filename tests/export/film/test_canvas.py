"""A film of a common size: the picture in the middle of the ground, as large as fits."""

import dataclasses

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence

from ddpm_studio.errors import ConfigError
from ddpm_studio.export.film.frames import Film
from ddpm_studio.export.film.options import CANVASES, CRISP, SMOOTH, FilmOptions
from ddpm_studio.export.film.pictures import FilmPictures
from ddpm_studio.export.film.write import film_length, film_size, write_film
from ddpm_studio.export.images import enlarge

GROUND = "#204060"
COLOUR = (0x20, 0x40, 0x60)
SIZES = [one for one in CANVASES if "x" in one]


def film_of(channels=3, height=20, width=32, count=3) -> Film:
    random = np.random.default_rng(5)
    frames = random.integers(0, 256, (count, height, width, channels), dtype=np.uint8)
    captions = tuple(f"step {index}" for index in range(count))
    return Film(count, lambda index: frames[index], captions)


def options(canvas: str, fit: str = CRISP, **values) -> FilmOptions:
    return FilmOptions(canvas=canvas, fit=fit, background=GROUND, **values)


@pytest.mark.parametrize("canvas", SIZES)
@pytest.mark.parametrize("fit", [CRISP, SMOOTH])
def test_the_picture_lies_in_the_middle_of_the_ground_and_touches_an_edge(canvas, fit):
    film, settings = film_of(), options(canvas, fit)
    pictures = FilmPictures(film, settings)
    frame = pictures.frame(1)
    wanted = tuple(map(int, canvas.split("x")))
    assert film_size(film, settings, ".mp4") == wanted == frame.shape[1::-1]
    (left, top), (width, height) = pictures.corner, pictures.picture_size
    inside = np.zeros(frame.shape[:2], bool)
    inside[top : top + height, left : left + width] = True
    assert (frame[~inside] == COLOUR).all()
    assert abs(wanted[0] - width - 2 * left) <= 1
    assert abs(wanted[1] - height - 2 * top) <= 1
    if fit == CRISP:
        scale = min(wanted[0] // 32, wanted[1] // 20)
        assert (frame[inside].reshape(height, width, 3) == enlarge(film.compose(1), scale)).all()
    else:
        assert width == wanted[0] or height == wanted[1]
        assert abs(width / height - 32 / 20) < 0.01


def test_a_caption_stands_at_the_foot_inside_the_size():
    settings = options("1080x1080", SMOOTH, caption=True)
    pictures = FilmPictures(film_of(height=32), settings)
    assert pictures.size == (1080, 1080) == pictures.frame(0).shape[1::-1]
    assert pictures.picture_size[1] == 1080 - pictures.space.height
    assert np.ptp(pictures.frame(0)[-pictures.space.height :]) > 100


def test_what_is_larger_than_the_size_becomes_smaller():
    pictures = FilmPictures(film_of(height=1500, width=400, count=1), options("1920x1080"))
    assert pictures.picture_size == (288, 1080)


def test_what_is_transparent_lies_on_the_ground():
    film = film_of(channels=4)
    clear = Film(1, lambda _: film.compose(0) * np.array([1, 1, 1, 0], np.uint8))
    frame = FilmPictures(clear, options("1080x1080")).frame(0)
    assert (frame == (*COLOUR, 255)).all()


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("ending", [".gif", ".webp", ".png"])
def test_every_kind_of_file_holds_what_is_drawn(tmp_path, ending, channels):
    film, settings = film_of(channels, 8, 8, 2), options("1080x1080", hold=0)
    path = tmp_path / f"film{ending}"
    list(write_film(path, film, settings))
    pictures = FilmPictures(film, settings)
    with Image.open(path) as image:
        frames = [one.convert("RGB") for one in ImageSequence.Iterator(image)]
    assert [one.size for one in frames] == [(1080, 1080)] * 2
    for index, frame in enumerate(frames):
        wanted = np.broadcast_to(pictures.frame(index)[..., :3], (1080, 1080, 3))
        assert np.abs(np.asarray(frame).astype(int) - wanted).max() <= 1


def test_a_video_has_exactly_that_size(tmp_path):
    list(write_film(tmp_path / "film.mp4", film_of(), options("1080x1920", hold=0)))
    with av.open(tmp_path / "film.mp4") as video:
        stream = video.streams.video[0]
        assert (stream.width, stream.height) == (1080, 1920)


def test_a_size_stands_alone():
    with pytest.raises(ConfigError, match="canvas"):
        FilmOptions(canvas="1080x1080", scale=4)
    with pytest.raises(ConfigError, match="canvas"):
        FilmOptions(canvas="1000x1000")


def test_a_recipe_without_a_canvas_is_as_before():
    usual = dataclasses.asdict(FilmOptions())
    assert FilmOptions().said == {
        key: value for key, value in usual.items() if key not in ("canvas", "fit")
    }
    chosen = options("1920x1080", SMOOTH)
    assert FilmOptions(**chosen.said) == chosen


@pytest.mark.parametrize("ending", [".gif", ".webp", ".png", ".mp4"])
def test_frames_are_counted_in_one_way(tmp_path, ending):
    film, settings = film_of(height=8, width=8), FilmOptions(hold=1.5, ping_pong=True)
    events = list(write_film(tmp_path / f"film{ending}", film, settings))
    counts = [one.done for one in events]
    frames, _ = film_length(film, settings, ending)
    assert {one.total for one in events} == {frames}
    assert counts == sorted(counts)
    assert counts[-1] == frames
