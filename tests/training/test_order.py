"""Every picture once, shuffled, before any is seen again."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from ddpm_studio.training.order import shuffled_indices

counts, seeds, batch_sizes = st.integers(1, 40), st.integers(0, 2**70), st.integers(1, 100)


def stream(count: int, seed: int, batch_size: int, length: int) -> list[int]:
    """The pictures of step after step, at least `length` of them."""
    steps = range(-(-length // batch_size))
    return torch.cat([shuffled_indices(count, seed, step, batch_size) for step in steps]).tolist()


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
