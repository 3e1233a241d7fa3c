"""Every picture once, shuffled, before any is seen again."""

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from ddpm_studio.training.shuffle import shuffled_indices

counts, seeds, batch_sizes = st.integers(1, 40), st.integers(0, 2**70), st.integers(1, 100)
WEIGHTS = (0.5, 1.0, 2.0, 4.0)
several_weights = st.lists(st.sampled_from(WEIGHTS), min_size=1, max_size=30).map(torch.tensor)


def stream(
    count: int, seed: int, batch_size: int, length: int, weights: Tensor | None = None
) -> list[int]:
    """The pictures of step after step, at least `length` of them."""
    steps = range(-(-length // batch_size))
    indices = [shuffled_indices(count, seed, step, batch_size, weights) for step in steps]
    return torch.cat(indices).tolist()


@given(counts, seeds, batch_sizes)
def test_each_round_has_every_picture_exactly_once(count: int, seed: int, batch_size: int) -> None:
    """Also if a batch straddles two rounds, or is larger than the folder."""
    seen = stream(count, seed, batch_size, 3 * count)
    for start in (0, count, 2 * count):
        assert sorted(seen[start : start + count]) == list(range(count))


@given(counts, seeds, batch_sizes, st.integers(0, 10**9))
def test_a_step_is_a_pure_function(count: int, seed: int, batch_size: int, step: int) -> None:
    """It needs no history, so that training can go on anywhere."""
    torch.rand(1)
    one = shuffled_indices(count, seed, step, batch_size)
    torch.rand(1)
    assert torch.equal(one, shuffled_indices(count, seed, step, batch_size))
    assert one.shape == (batch_size,)
    assert one.dtype == torch.int64


@given(counts, seeds)
def test_the_order_does_not_depend_on_the_batch_size(count: int, seed: int) -> None:
    length = 2 * count + 3
    assert stream(count, seed, 1, length)[:length] == stream(count, seed, 7, length)[:length]


def test_rounds_and_seeds_differ() -> None:
    rounds = stream(100, 0, 100, 300)
    others = stream(100, 1, 100, 300)
    orders = {
        tuple(order[start : start + 100]) for order in (rounds, others) for start in (0, 100, 200)
    }
    assert len(orders) == 6


def test_it_is_well_shuffled() -> None:
    """Each picture is as likely to come first as any other."""
    firsts = [stream(5, seed, 1, 1)[0] for seed in range(2000)]
    assert all(330 < firsts.count(picture) < 470 for picture in range(5))


# (count, seed, step, batch size) and the pictures, from before there were weights
KNOWN = {
    (7, 3, 0, 5): [6, 2, 0, 3, 4],
    (7, 3, 1, 5): [1, 5, 6, 3, 1],
    (7, 3, 10**9, 5): [2, 3, 4, 5, 6],
    (1, 0, 5, 3): [0, 0, 0],
    (10, 123456789, 77, 16): [2, 6, 0, 7, 5, 4, 9, 3, 1, 6, 2, 3, 4, 7, 0, 8],
}


@pytest.mark.parametrize("weight", [None, *WEIGHTS])
def test_equal_weights_change_nothing(weight: float | None) -> None:
    """Projects go on with the same pictures as before there were weights."""
    for (count, seed, step, batch_size), expected in KNOWN.items():
        weights = None if weight is None else torch.full((count,), weight)
        assert shuffled_indices(count, seed, step, batch_size, weights).tolist() == expected


@given(several_weights, seeds, batch_sizes)
def test_each_round_is_in_proportion_to_the_weights(
    weights: Tensor, seed: int, batch_size: int
) -> None:
    """Exactly; a round of halves, ones, twos and fours has each 1, 2, 4 and 8 times."""
    halves = [int(2 * weight) for weight in weights]
    times = [number // math.gcd(*halves) for number in halves]
    length = sum(times)
    seen = stream(len(times), seed, batch_size, 3 * length, weights)
    for start in (0, length, 2 * length):
        part = seen[start : start + length]
        assert [part.count(picture) for picture in range(len(times))] == times


@given(several_weights, seeds, batch_sizes, st.integers(0, 10**9))
def test_a_weighted_step_is_a_pure_function_too(
    weights: Tensor, seed: int, batch_size: int, step: int
) -> None:
    """Also of its place in the stream, whatever the batch size, so that training can go on."""
    count = len(weights)
    one = shuffled_indices(count, seed, step, batch_size, weights)
    torch.rand(1)
    assert torch.equal(one, shuffled_indices(count, seed, step, batch_size, weights.double()))
    singly = [shuffled_indices(count, seed, step * batch_size + i, 1, weights) for i in range(3)]
    assert one[:3].tolist() == torch.cat(singly)[: len(one)].tolist()


def chi_squared(counts: Tensor, weights: Tensor) -> float:
    """Of how often each picture was drawn, against what its weight makes expect."""
    expected = weights.double() / weights.sum() * counts.sum()
    return float(((counts - expected) ** 2 / expected).sum())


def test_drawn_frequencies_agree_with_the_weights() -> None:
    """By a chi-squared test, and closer: rounds are balanced, so chance has less to say.

    Independent draws would give 199 on average, and 266 or more once in 1000 times. No picture
    is further from its share than the times that it is in one round.
    """
    weights = torch.tensor(WEIGHTS).repeat(50)
    for steps in (10, 100, 1003):
        seen = torch.tensor(stream(200, 7, 16, 16 * steps, weights))
        counts = torch.bincount(seen, minlength=200)
        assert chi_squared(counts, weights) < 199
        share = weights / weights.sum() * len(seen)
        assert bool(((counts - share).abs() <= 2 * weights).all())


def test_any_place_in_a_round_is_open_to_all_by_their_weights() -> None:
    """Chi-squared over independent seeds: with 39 degrees of freedom, 72.1 is 1 in 1000."""
    weights = torch.tensor(WEIGHTS).repeat(10)
    rounds = torch.stack([shuffled_indices(40, seed, 0, 150, weights) for seed in range(2000)])
    for place in (0, 1, 37, 75, 149):
        assert chi_squared(torch.bincount(rounds[:, place], minlength=40), weights) < 72.1


def test_a_picture_seen_often_does_not_come_twice_in_a_row() -> None:
    """Its places are spread over the round; by chance alone it would happen 40 times here."""
    weights = torch.ones(100)
    weights[0] = 4
    seen = stream(100, 0, 16, 104 * 400, weights)
    in_a_row = sum(one == other == 0 for one, other in pairwise(seen))
    by_chance = 400 * 4 * 3 / 104
    assert by_chance > 40
    assert in_a_row < 10


def test_the_weight_of_the_only_picture_changes_nothing() -> None:
    for weight in WEIGHTS:
        assert stream(1, 0, 4, 12, torch.tensor([weight])) == [0] * 12


def test_of_two_pictures_one_is_seen_eight_times_as_often() -> None:
    seen = stream(2, 0, 3, 90, torch.tensor([4, 0.5]))
    assert [seen.count(picture) for picture in (0, 1)] == [80, 10]


@pytest.mark.parametrize(
    "weights", [[1, 1], [1, 1, 0], [1, 1, -1], [1, 1, 0.7], [1, 1, float("nan")], [1, 1, math.inf]]
)
def test_weights_are_one_for_each_picture_and_multiples_of_a_half(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="3 positive multiples"):
        shuffled_indices(3, 0, 0, 4, torch.tensor(weights))
