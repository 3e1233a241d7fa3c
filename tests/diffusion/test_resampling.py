"""Loss-aware resampling draws and weighs timesteps as Improved DDPM says."""

import pytest
import torch

from ddpm_studio.diffusion import LossHistory, resampling_multipliers, resampling_probabilities

HISTORIES = [[0.5] * 10, [0.1, 0.2] * 5, [1.0] + [0.0] * 9, [0.03] * 10]
P = [0.497590721, 0.157522945, 0.31479589, 0.0300904433]
MULTIPLIERS = [0.502420944, 1.58707038, 0.794165387, 8.30828572]


def filled() -> LossHistory:
    """One loss of each timestep after the other, older ones before them."""
    history = LossHistory(4)
    history.add(torch.arange(4), torch.full((4,), 99.0))
    for losses in zip(*HISTORIES, strict=True):
        assert not history.is_full or losses == tuple(row[-1] for row in HISTORIES)
        history.add(torch.arange(4), torch.tensor(losses, dtype=torch.float64))
    return history


def test_probabilities_and_multipliers_are_exact() -> None:
    p = resampling_probabilities(torch.tensor(HISTORIES, dtype=torch.float64))
    assert p.tolist() == pytest.approx(P, rel=1e-7)
    assert resampling_multipliers(p).tolist() == pytest.approx(MULTIPLIERS, rel=1e-7)
    assert float(p.sum()) == pytest.approx(1, abs=1e-12)
    history = filled()
    assert history.losses.tolist() == HISTORIES  # the oldest went
    assert history.probabilities.tolist() == pytest.approx(P, rel=1e-7)
    t = torch.tensor([3, 0, 3])
    assert history.multipliers(t).tolist() == pytest.approx([MULTIPLIERS[k] for k in t], rel=1e-6)


def test_draws_are_even_until_each_timestep_has_all_its_losses() -> None:
    history = LossHistory(3)
    for _ in range(10):
        history.add(torch.tensor([0, 0, 1]), torch.tensor([5.0, 5.0, 0.1]))
    history.add(torch.tensor([2] * 9), torch.ones(9))
    assert history.probabilities.tolist() == pytest.approx([1 / 3] * 3)
    assert history.multipliers(torch.arange(3)).tolist() == pytest.approx([1] * 3)
    history.add(torch.tensor([2]), torch.ones(1))
    assert history.is_full
    assert float(history.probabilities[0]) > 0.8


def test_even_parts_of_the_way_fall_on_timesteps_as_often_as_they_are_drawn() -> None:
    history = filled()
    t = history.times((torch.arange(100_000) + 0.5) / 100_000)
    shares = torch.bincount(t, minlength=4) / len(t)
    assert shares.tolist() == pytest.approx(P, abs=2e-5)
    assert int(history.times(torch.tensor([1.0]))) == 3  # rounded up


def test_the_weighted_mean_is_that_of_even_draws() -> None:
    history, losses = filled(), torch.tensor([0.4, 0.2, 0.7, 0.1])
    t = history.times((torch.arange(200_000) + 0.5) / 200_000)
    weighted = (losses[t] * history.multipliers(t)).mean()
    assert float(weighted) == pytest.approx(float(losses.mean()), rel=1e-4)


def test_what_is_no_number_is_not_remembered() -> None:
    history = LossHistory(2)
    history.add(torch.tensor([0, 1, 0]), torch.tensor([float("nan"), float("inf"), 2.0]))
    assert history.counts.tolist() == [1, 0]
    all_zero = torch.zeros(2, 10, dtype=torch.float64)
    assert resampling_probabilities(all_zero).tolist() == [0.5, 0.5]
