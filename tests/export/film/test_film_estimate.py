"""The size that is said before a film is written is within a factor of 1.5, on any pictures."""

import numpy as np
import pytest

from ddpm_studio.export.film.estimate import estimate_bytes
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.pages import write_sequence, write_strip
from tests.export.film.films import ALL, as_film, write

SIDE = 64


def smooth(count=10):
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    frames = []
    for index in range(count):
        light = np.exp(-((x - 0.3 - index / 40) ** 2 + (y - 0.5) ** 2) * 9)
        tones = [40 + 180 * light, 60 + 120 * light, 200 - 90 * light]
        frames.append(np.stack(tones, -1).astype(np.uint8))
    return frames


def noise(count=10):
    return list(np.random.default_rng(0).integers(0, 256, (count, SIDE, SIDE, 3), np.uint8))


def denoising(count=16):
    """From one to the other, as the films of this program are."""
    end, random = smooth(1)[0] - 128.0, np.random.default_rng(0)
    eps, frames = random.normal(0, 90, end.shape), []
    for part in np.linspace(1, 0, count):
        frames.append((np.sqrt(1 - part**2) * end + part * eps + 128).clip(0, 255).astype(np.uint8))
    return frames


KINDS = {"smooth": smooth, "noise": noise, "denoising": denoising}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", ALL)
def test_the_estimate_of_a_film_is_near(tmp_path, ending, kind):
    film, path = as_film(KINDS[kind]()), tmp_path / f"film{ending}"
    for options in ({"scale": 2}, {"width": 300, "ping_pong": True}):
        write(path, film, **options)
        size = path.stat().st_size
        assert size / 1.5 < estimate_bytes(film, FilmOptions(**options), ending) < size * 1.5


@pytest.mark.parametrize("kind", KINDS)
def test_the_estimate_of_pages_and_folders_is_near(tmp_path, kind):
    film, options = as_film(KINDS[kind]()), FilmOptions(scale=2, hold=0.5)
    path, folder = tmp_path / "page.png", tmp_path / "frames"
    list(write_strip(path, film, 5, options))
    size = path.stat().st_size
    assert size / 1.5 < estimate_bytes(film, options, ".png", stages=5) < size * 1.5
    list(write_sequence(folder, film, options))
    size = sum(file.stat().st_size for file in folder.iterdir())
    assert size / 1.5 < estimate_bytes(film, options, "") < size * 1.5


@pytest.mark.parametrize("ending", ALL)
def test_a_large_film_is_not_written_to_find_out(ending):
    """However many frames there are and however large, only some pixels are looked at."""
    asked = []
    frame = np.zeros((1024, 1024, 3), np.uint8)
    film = as_film([frame])

    def compose(index):
        asked.append(index)
        return frame

    film = type(film)(5000, compose)
    assert estimate_bytes(film, FilmOptions(), ending) > 0
    assert len(asked) < 500


@pytest.mark.parametrize("ending", [*ALL, ""])
@pytest.mark.parametrize("channels", [1, 4])
def test_the_smallest_films_have_a_size_too(ending, channels):
    film = as_film([np.zeros((1, 1, channels), np.uint8)])
    assert estimate_bytes(film, FilmOptions(caption=True), ending) > 0
