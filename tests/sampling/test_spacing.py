import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddpm_studio.config import SPACINGS
from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.errors import ConfigError
from ddpm_studio.sampling.spacing import spaced_timesteps, timesteps_of

counts = st.integers(1, 1500).flatmap(
    lambda total: st.tuples(st.just(total), st.integers(1, total))
)


@given(st.sampled_from(SPACINGS), counts)
def test_timesteps_fall_are_different_and_were_trained(spacing, count):
    total, steps = count
    timesteps = timesteps_of(spacing, NoiseSchedule.cosine(total), steps)
    assert len(timesteps) == steps
    assert all(type(t) is int for t in timesteps)
    assert timesteps == sorted(set(timesteps), reverse=True)
    assert 0 <= timesteps[-1] <= timesteps[0] < total


@given(counts)
def test_leading_counts_up_from_0(count):
    total, steps = count
    expected = [i * (total // steps) for i in range(steps)]
    assert spaced_timesteps("leading", total, steps)[::-1] == expected


@given(counts)
def test_trailing_counts_down_from_the_last(count):
    total, steps = count
    expected = [round(total - i * total / steps) - 1 for i in range(steps)]
    assert spaced_timesteps("trailing", total, steps) == expected
    assert expected[0] == total - 1


@given(counts.filter(lambda count: count[1] > 1))
def test_linspace_has_both_ends_and_equal_gaps_between(count):
    total, steps = count
    timesteps = spaced_timesteps("linspace", total, steps)[::-1]
    assert timesteps[0] == 0
    assert timesteps[-1] == total - 1
    for i, t in enumerate(timesteps):
        assert abs(t - i * (total - 1) / (steps - 1)) <= 0.5 + 1e-9


@given(counts.filter(lambda count: count[1] > 1))
def test_quadratic_has_equal_gaps_between_the_roots_up_to_four_fifths(count):
    """Those that coincide are pushed upwards, each to the next free timestep."""
    total, steps = count
    free = 0
    for i, t in enumerate(spaced_timesteps("quadratic", total, steps)[::-1]):
        exact = (i / (steps - 1)) ** 2 * 0.8 * total
        near = {math.floor(exact - 1e-9), math.floor(exact + 1e-9)}  # roundings of the square
        assert t in {max(square, free) for square in near}
        free = t + 1


@pytest.mark.parametrize(
    ("spacing", "expected"),
    [
        ("leading", [0, 100, 200, 300, 400, 500, 600, 700, 800, 900]),
        ("trailing", [99, 199, 299, 399, 499, 599, 699, 799, 899, 999]),
        ("linspace", [0, 111, 222, 333, 444, 555, 666, 777, 888, 999]),
        ("quadratic", [0, 9, 39, 88, 158, 246, 355, 483, 632, 800]),
    ],
)
def test_ten_steps_of_a_thousand(spacing, expected):
    assert spaced_timesteps(spacing, 1000, 10)[::-1] == expected


def test_trailing_rounds_where_the_steps_do_not_divide():
    assert spaced_timesteps("trailing", 1000, 7)[::-1] == [142, 285, 428, 570, 713, 856, 999]


@pytest.mark.parametrize("spacing", ["leading", "trailing", "linspace"])
def test_all_timesteps_are_all_timesteps(spacing):
    assert spaced_timesteps(spacing, 1000, 1000) == list(range(999, -1, -1))


@pytest.mark.parametrize("schedule", [NoiseSchedule.cosine(), NoiseSchedule.linear()])
def test_log_snr_has_equal_steps_of_lambda_from_pure_noise_on(schedule):
    a = schedule.alphas_cumprod
    lambdas = ((a.log() - (1 - a).log()) / 2).tolist()
    timesteps = timesteps_of("log_snr", schedule, 12)
    assert timesteps[0] == 999
    assert timesteps[-1] == 0
    step = (lambdas[0] - max(-5.0, lambdas[-1])) / 11
    for t, following in pairwise(timesteps[1:-1]):
        near = max(lambdas[t] - lambdas[t + 1], lambdas[following - 1] - lambdas[following])
        assert abs(lambdas[following] - lambdas[t] - step) <= near


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("steps", [0, -1, 1001, 2.5, "10", None])
def test_impossible_numbers_of_steps_are_refused(spacing, steps):
    with pytest.raises(ConfigError, match="num_inference_steps"):
        timesteps_of(spacing, NoiseSchedule.linear(), steps)


def test_an_unknown_spacing_is_refused():
    with pytest.raises(ConfigError, match=r"spacing is 'karras'"):
        spaced_timesteps("karras", 1000, 10)
