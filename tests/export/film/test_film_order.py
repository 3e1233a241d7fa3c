"""When each frame of a film is seen, and which options there are."""

from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddpm_studio.errors import ConfigError
from ddpm_studio.export.film.frames import Film, film_order, film_seconds, film_shots
from ddpm_studio.export.film.options import FilmOptions


def grey_film(tones):
    """Frames of one pixel."""
    return Film(len(tones), lambda index: np.full((1, 1, 1), tones[index], np.uint8))


options = st.builds(
    FilmOptions,
    fps=st.floats(0.2, 60),
    hold=st.floats(0, 60),
    easing=st.sampled_from(["t", "change"]),
    ping_pong=st.booleans(),
)
films = st.lists(st.integers(0, 255), min_size=1, max_size=60).map(grey_film)


@given(films, options)
def test_the_first_and_the_last_frame_are_always_in_it_and_the_way_is_one_way(film, options):
    order = film_order(film, options)
    forth = order[: len(order) - order[::-1].index(film.count - 1)]
    assert order[0] == 0
    assert forth[-1] == film.count - 1
    assert forth == sorted(forth)
    back = order[len(forth) :]
    assert back == sorted(back, reverse=True)
    assert bool(back) == (options.ping_pong and film.count > 2)


@given(films, options, st.sampled_from([100, 1000]))
def test_the_film_is_in_time_as_a_whole(film, options, per_second):
    shots = film_shots(film, options, per_second)
    whole = sum(delay for _, delay in shots)
    assert whole == pytest.approx(per_second * film_seconds(film, options), abs=1.01)
    assert [frame for frame, _ in shots] == [
        frame for frame, _ in groupby(film_order(film, options))
    ]


@given(st.floats(0.2, 60), st.integers(2, 400), st.sampled_from([100, 1000]))
def test_each_frame_is_seen_as_long_as_the_others(fps, count, per_second):
    film = grey_film([0] * count)
    shots = film_shots(film, FilmOptions(fps=fps, hold=0.0), per_second)
    assert len(shots) == count
    assert all(abs(delay - per_second / fps) <= 1 for _, delay in shots)


def test_even_change_changes_evenly():
    """A quick start and a calm end: no tick is further from its place than half a step."""
    tones = [round(200 * (1 - 0.8**index)) for index in range(30)]
    film = grey_film(tones)

    order = film_order(film, FilmOptions(hold=0.0, easing="change"))
    assert len(order) == 30
    even = np.linspace(0, tones[-1], 30)
    largest = max(b - a for a, b in pairwise(tones))
    assert np.abs(np.array(tones)[order] - even).max() <= largest / 2 + 1


def test_a_film_in_which_nothing_changes_plays_on():
    film = grey_film([7] * 5)
    assert film_order(film, FilmOptions(hold=0.0, easing="change")) == [0, 1, 2, 3, 4]


def test_the_rest_is_on_the_finished_picture_before_the_way_back():
    order = film_order(grey_film([0, 1, 2, 3]), FilmOptions(fps=2.0, hold=1.0, ping_pong=True))
    assert order == [0, 1, 2, 3, 3, 3, 2, 1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fps", 0),
        ("fps", 0.1),
        ("fps", 61),
        ("fps", float("nan")),
        ("fps", "12"),
        ("fps", True),
        ("hold", -1),
        ("hold", 61),
        ("scale", 0),
        ("scale", 65),
        ("scale", 1.5),
        ("width", 0),
        ("width", 16384),
        ("width", 1.5),
        ("width", True),
        ("easing", "fast"),
        ("easing", None),
        ("ping_pong", 1),
        ("loops", -1),
        ("loops", 1001),
        ("loops", True),
        ("palette", "own"),
        ("dither", "some"),
        ("caption", "yes"),
        ("background", "white"),
        ("background", None),
    ],
)
def test_options_that_are_not_allowed_are_refused_by_name(name, value):
    with pytest.raises(ConfigError, match=f"^{name} is "):
        FilmOptions(**{name: value})


def test_whole_numbers_are_numbers():
    assert FilmOptions(fps=10, hold=2) == FilmOptions(fps=10.0, hold=2.0)
