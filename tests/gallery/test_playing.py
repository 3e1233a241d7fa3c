"""Films of every kind are read piece by piece, from any frame on, and stand still at their end."""

import json

import numpy as np
import pytest

from ddpm_studio.config import SampleConfig
from ddpm_studio.errors import StudioError
from ddpm_studio.export.film.frames import Film
from ddpm_studio.export.film.kinds import KINDS
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.write import write
from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.gallery import playing
from ddpm_studio.gallery.cover import look_at_request
from ddpm_studio.gallery.made import FIRST_FRAME
from ddpm_studio.gallery.thumbnails import WHOLE, request_for
from ddpm_studio.gallery.title import seeds_in_words, told_of
from ddpm_studio.recipe import Recipe

COUNT, SIDE = 12, 16
NAMES = [f"film{kind.endings[0]}" for kind in KINDS] + ["frames"]


def grey(index):
    return 20 + 18 * index


FILM = Film(COUNT, lambda index: np.full((SIDE, SIDE, 3), grey(index), np.uint8))


def recipe_of(film):
    sample = SampleConfig(num_inference_steps=COUNT, seed=7)
    return Recipe("p", "step_00000308.safetensors", "0" * 64, 308, "ema", "cpu", "float32", 7,
                  sample, film=film)  # fmt: skip


def written(tmp_path, name, **options):
    chosen = FilmOptions(fps=10, hold=0.5, **options)
    path = tmp_path / name
    recipe = recipe_of({"of": "one", "show": "x_t", **vars(chosen)})
    for _ in write(path, FILM, chosen, recipe.to_text()):
        pass
    return path / FIRST_FRAME if path.is_dir() else path


def piece(path, first, side=64):
    about, data = playing.frames_at_request({"path": str(path), "first": first, "side": side})
    return about, np.frombuffer(data, np.uint8).reshape(about["shape"])


def greys(pixels):
    return pixels[:, SIDE // 2, SIDE // 2, 0].astype(int)


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_is_read_from_any_frame_on(tmp_path, name):
    path = written(tmp_path, name)
    about, pixels = piece(path, 0)
    held = about["count"] - COUNT  # what stands still is one long frame, or several
    assert (about["width"], about["height"]) == (SIDE, SIDE)
    assert len(pixels) == about["count"] == len(about["delays"])
    wanted = [grey(min(index, COUNT - 1)) for index in range(COUNT + held)]
    assert np.abs(greys(pixels) - wanted).max() <= 4
    assert sum(about["delays"]) == pytest.approx(1700, abs=40)
    assert piece(path, 0)[0]["is_end"] or piece(path, len(pixels))[0]["is_end"]
    for first in (7, 2):  # on, and back again
        assert abs(greys(piece(path, first)[1])[0] - grey(first)) <= 4
    assert piece(path, 500)[0]["is_end"]


def test_a_piece_is_small_however_large_the_film_is(tmp_path, monkeypatch):
    path = written(tmp_path, "film.gif", scale=8)
    monkeypatch.setattr(playing, "PIECE_BYTES", 3 * 64 * 64 * 4)
    about, pixels = piece(path, 0)
    assert pixels.shape == (3, 64, 64, 4)  # reduced to the side that was asked for
    assert (about["width"], about["is_end"]) == (128, False)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("options", [{}, {"ping_pong": True}, {"ping_pong": True, "loops": 2}])
def test_a_film_stands_still_at_its_finished_picture(tmp_path, name, options):
    path = written(tmp_path, name, **options)
    about, data = look_at_request(request_for(path, 64, 64, 4, WHOLE))
    still = np.frombuffer(data, np.uint8).reshape(about["shape"])
    assert abs(int(still[8, 8, 0]) - grey(COUNT - 1)) <= 4
    assert about["moves"]
    assert about["told"] == ("Seed 7", f"step 308, DDIM {COUNT}, eta 0", "")


@pytest.mark.parametrize("name", ["film.gif", "film.mp4"])
def test_half_a_film_is_shown_as_far_as_it_is_whole(tmp_path, name):
    path = written(tmp_path, name)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises((OSError, ValueError)):
        piece(path, 0)


def test_what_a_picture_is_called():
    assert told_of(None) == ("", "", "")
    training = recipe_of({"of": "training", "show": "x_t"})
    assert told_of(training)[0] == "Training, seed 7"
    assert seeds_in_words((3, 4, 5)) == "Seeds 3 to 5"
    assert seeds_in_words((9, 4)) == "Seeds 9 and 4"
    assert seeds_in_words((9, 4, 1)) == "Seeds 9, 4 and 1 more"


def test_a_recipe_without_words_of_speed_is_no_hindrance(tmp_path):
    path = written(tmp_path, "frames")
    text = json.loads(read_recipe(path).to_text())
    assert text["film"]["fps"] == 10
    for one in path.parent.iterdir():
        one.write_bytes(one.read_bytes().replace(b"ddpm-studio", b"ddpm_studio"))
    try:
        read_recipe(path)
    except StudioError:
        assert piece(path, 0)[0]["delays"][0] == pytest.approx(1000 / FilmOptions().fps)
