"""What films are of: some pictures of a denoising, both sides of it, a training."""

from dataclasses import dataclass

import numpy as np

from ddpm_studio.export.film.sources import denoising_film, moment_captions, training_film

PICTURES = np.stack([np.full((4, 6, 3), number, np.uint8) for number in range(5)])
FRAMES = [PICTURES + np.uint8(10 * index) for index in range(3)]


@dataclass(frozen=True)
class Moment:
    index: int
    t: int
    noise: float


MOMENTS = [Moment(0, 999, 1.0), Moment(12, 740, 0.708), Moment(50, -1, 0.0)]


def test_captions_say_where_it_stands():
    assert moment_captions(MOMENTS) == (
        "step 0 of 50 · t 999 · 100 % noise",
        "step 12 of 50 · t 740 · 71 % noise",
        "step 50 of 50 · finished",
    )


def test_a_grid_of_chosen_ones_and_a_single_one():
    film = denoising_film([FRAMES], [3, 1], moments=MOMENTS)
    assert (film.count, film.shape, film.noise) == (3, (4, 12, 3), (1.0, 0.708, 0.0))
    assert film.captions == moment_captions(MOMENTS)
    assert (film.compose(2)[:, :6] == 23).all()
    assert (film.compose(2)[:, 6:] == 21).all()
    assert denoising_film([FRAMES], [4]).shape == (4, 6, 3)
    assert denoising_film([FRAMES]).shape == (2 * 4, 3 * 6, 3)
    assert denoising_film([FRAMES], columns=1).shape == (5 * 4, 6, 3)


def test_both_sides_have_a_gap_between_them():
    other = [frame + 100 for frame in FRAMES]
    film = denoising_film([FRAMES, other], [0, 1], moments=MOMENTS)
    assert film.shape == (4, 12 + 1 + 12, 3)
    frame = film.compose(1)
    assert (frame[:, :6] == 10).all()
    assert (frame[:, 12] == 0).all()
    assert (frame[:, 13:19] == 110).all()


def test_a_training_says_its_steps():
    film = training_film([500, 12000], FRAMES.__getitem__)
    assert film.captions == ("step 500", "step 12,000")
    assert film.count == 2
    assert (film.compose(1)[:4, :6] == 10).all()
    assert (training_film([500, 12000], FRAMES.__getitem__, [3]).compose(1) == 13).all()


def test_one_that_was_stopped_says_how_many_steps_it_would_have_had():
    film = denoising_film([FRAMES[:2]], moments=MOMENTS)
    assert (film.captions, film.noise) == (moment_captions(MOMENTS)[:2], (1.0, 0.708))
    assert film.captions[-1] == "step 12 of 50 · t 740 · 71 % noise"
