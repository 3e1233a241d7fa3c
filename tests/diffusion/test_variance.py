"""Learned variance and its losses on Gaussian data with the best denoiser: exact answers.

x_0 is N(0, c) for each number, which two values stand for: x_0 = +-sqrt(c) and eps = +-1 have the
same first and second moments, and all that is asked of them is quadratic.
"""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from ddpm_studio.diffusion import (
    NoiseSchedule,
    best_variance,
    bits_at,
    clipped_posterior_variance,
    decoder_bits,
    expected_bits,
    l_hybrid,
    l_simple,
    l_vlb,
    log_variance,
    per_image,
    predict_eps,
    prediction_target,
    q_sample,
    split_output,
    variance_part,
)

C = 0.25
LINEAR = NoiseSchedule.linear()
T = LINEAR.num_timesteps
ALL = torch.arange(T)
TIMES = torch.tensor([0, 1, 10, 100, 500, 999])
X_0 = torch.tensor([[-1.0], [-1.0], [1.0], [1.0]], dtype=torch.float64) * math.sqrt(C)
EPS = torch.tensor([[-1.0], [1.0], [-1.0], [1.0]], dtype=torch.float64)
# t: L_t with sigma^2 = beta tilde, beta, the best one; the best one, its v, log sigma^2 at v = 0
TABLE = {
    0: (-4.43311925, -4.59697694, -4.59697698, 9.9970009e-5, 0.999010678, -9.51353275),
    1: (0.864382611, 0.568190493, 0.568190447, 1.1987681e-4, 0.999087478, -9.42270575),
    10: (0.112945932, 0.104930513, 0.104930227, 2.9893290e-4, 0.987831796, -8.1875783),
    100: (9.99907067e-3, 9.9370363e-3, 9.93040268e-3, 2.08303304e-3, 0.524680875, -6.17866764),
    500: (1.6431907e-4, 1.64443423e-4, 1.64300358e-4, 1.00536254e-2, -0.468851296, -4.59962092),
    999: (1.48543052e-7, 1.48543174e-7, 1.48543037e-7, 1.99999876e-2, -0.499984711, -3.91202342),
}
HYBRID = {"beta": 0.17410207, "posterior": 0.174922724, "best": 0.174100494}
# level, mean, std: bits with the exact integral, and with ADM's tanh
DECODER = {
    (127, 0.0, 0.1): (4.99965192, 4.99965922),
    (0, -0.98, 0.02): (2.24659306, 2.24586744),
    (255, 0.9, 0.05): (5.19336916, 5.19421307),
    (200, 0.5, 0.004): (39.8631371, 39.8631371),
}
Denoiser = Callable[[Tensor, Tensor], Tensor]


def mse_at(t: Tensor) -> Tensor:
    a = LINEAR.alphas_cumprod[t]
    return C * (1 - a) / (a * C + 1 - a)


BEST = best_variance(LINEAR, ALL, mse_at(ALL))
VARIANCES = {"posterior": clipped_posterior_variance(LINEAR), "beta": LINEAR.betas, "best": BEST}


def best_model(x_t: Tensor, t: Tensor) -> Tensor:
    """The best eps for x_0 of N(0, C)."""
    a = per_image(LINEAR.alphas_cumprod[t], x_t)
    return (1 - a).sqrt() * x_t / (a * C + 1 - a)


def best_of_both(x_t: Tensor, t: Tensor) -> Tensor:
    """The same with the best v after it, as a network of twice the channels has it."""
    v = per_image(variance_part(LINEAR, ALL, BEST)[t], x_t).expand_as(x_t)
    return torch.cat([best_model(x_t, t), v], 1)


def mean_bits(t: int, variance: str | Tensor, model: Denoiser = best_model) -> float:
    at = torch.full((4,), t)
    return float(bits_at(model, LINEAR, X_0, at, EPS, variance=variance, decoder="density").mean())


@pytest.mark.parametrize("t", TABLE)
def test_each_term_of_the_bound_is_what_the_gaussian_says(t: int) -> None:
    for name, expected in zip(VARIANCES, TABLE[t][:3], strict=True):
        assert mean_bits(t, VARIANCES[name]) == pytest.approx(expected, rel=1e-7)
        at, variance = torch.tensor([t]), VARIANCES[name][[t]]
        alone = float(expected_bits(LINEAR, at, mse_at(at), variance))
        assert alone == pytest.approx(expected, rel=1e-7)
    for name in ("posterior", "beta"):
        assert mean_bits(t, name) == mean_bits(t, VARIANCES[name])
    assert mean_bits(t, "learned", best_of_both) == pytest.approx(mean_bits(t, BEST), rel=1e-9)


@pytest.mark.parametrize("t", TABLE)
def test_the_best_variance_lies_where_v_says(t: int) -> None:
    _, _, _, variance, v, middle = TABLE[t]
    at = torch.tensor([t])
    found = best_variance(LINEAR, at, mse_at(at))
    assert float(found) == pytest.approx(variance, rel=1e-7)
    assert float(variance_part(LINEAR, at, found)) == pytest.approx(v, rel=1e-7)
    no_lean = torch.zeros(1, 1, dtype=torch.float64)
    assert float(log_variance(LINEAR, at, no_lean)) == pytest.approx(middle, rel=1e-7)
    again = log_variance(LINEAR, at, variance_part(LINEAR, at, found)[:, None]).exp()
    assert float(again) == pytest.approx(float(found), rel=1e-9)


def test_the_ends_are_beta_tilde_and_beta_also_in_float32() -> None:
    for dtype, rel in ((torch.float64, 1e-9), (torch.float32, 1e-5)):
        one = torch.ones(T, 1, dtype=dtype)
        for v, variance in ((-one, VARIANCES["posterior"]), (one, LINEAR.betas)):
            found = log_variance(LINEAR, ALL, v)
            assert found.dtype == dtype
            torch.testing.assert_close(found[:, 0].double(), variance.log(), rtol=rel, atol=0)
    assert float(clipped_posterior_variance(NoiseSchedule.linear(1))) == pytest.approx(1e-4)


@pytest.mark.parametrize("t", TABLE)
def test_at_the_best_v_the_bound_has_no_slope(t: int) -> None:
    at = torch.full((4,), t)
    v = variance_part(LINEAR, ALL, BEST)[at][:, None].clone().requires_grad_()
    output = torch.cat([best_model(q_sample(LINEAR, X_0, at, EPS), at), v], 1)
    bits = l_vlb(LINEAR, "eps", X_0, at, EPS, output, decoder="density").mean() / T
    bits.backward()
    assert v.grad is not None
    assert abs(float(v.grad.sum())) < 1e-9
    for beside in (-0.1, 0.1):
        moved = torch.cat([output[:, :1], v + beside], 1).detach()
        worse = l_vlb(LINEAR, "eps", X_0, at, EPS, moved, decoder="density").mean() / T
        assert float(worse) > float(bits.detach())


def test_float32_says_the_same_to_five_digits() -> None:
    for t, row in TABLE.items():
        at = torch.full((4,), t)
        bits = bits_at(
            lambda x_t, t: best_model(x_t.double(), t),
            LINEAR,
            X_0.float(),
            at,
            EPS.float(),
            variance="beta",
            decoder="density",
        )
        assert bits.dtype == torch.float32
        assert float(bits.mean()) == pytest.approx(row[1], rel=1e-5)


@pytest.mark.parametrize("case", DECODER)
def test_the_decoder_has_the_mass_of_a_level(case: tuple[int, float, float]) -> None:
    level, mean, std = case
    for decoder, expected in zip(("exact", "tanh"), DECODER[case], strict=True):
        x_0 = torch.tensor([[2 * level / 255 - 1]], dtype=torch.float64)
        log_var = torch.full_like(x_0, 2 * math.log(std))
        bits = decoder_bits(x_0, torch.full_like(x_0, mean), log_var, decoder)
        assert float(bits) == pytest.approx(expected, rel=1e-7)
        alike = decoder_bits(x_0.float(), torch.full_like(x_0, mean).float(), log_var, decoder)
        assert float(alike) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("decoder", ["exact", "tanh"])
def test_all_levels_together_have_all_the_mass(decoder: str) -> None:
    levels = torch.arange(256, dtype=torch.float64)[:, None] * 2 / 255 - 1
    mean, log_var = torch.full_like(levels, 0.31), torch.full_like(levels, 2 * math.log(0.08))
    mass = torch.exp2(-decoder_bits(levels, mean, log_var, decoder))
    assert float(mass.sum()) == pytest.approx(1, abs=1e-9)


def test_the_decoder_teaches_up_to_the_last_level() -> None:
    """Outer levels reach to infinity, and no gradient is lost there."""
    for decoder in ("exact", "tanh"):
        x_0 = torch.tensor([[-1.0], [1.0]])
        mean = torch.tensor([[-0.97], [0.97]], requires_grad=True)
        log_var = torch.full((2, 1), -8.0, requires_grad=True)
        decoder_bits(x_0, mean, log_var, decoder).sum().backward()
        assert mean.grad is not None
        assert log_var.grad is not None
        assert float(mean.grad[0]) > 0 > float(mean.grad[1])
        assert bool(log_var.grad.isfinite().all())


@pytest.mark.parametrize("name", HYBRID)
def test_the_hybrid_loss_is_what_the_gaussian_says(name: str) -> None:
    v = variance_part(LINEAR, ALL, VARIANCES[name])
    total = 0.0
    for t in range(T):
        at = torch.full((4,), t)
        eps = best_model(q_sample(LINEAR, X_0, at, EPS), at)
        output = torch.cat([eps, v[at][:, None]], 1)
        # in float64, which the loss of training is not
        simple = (eps - EPS).square().mean()
        bound = l_vlb(LINEAR, "eps", X_0, at, EPS, output, is_detached=True, decoder="density")
        total += float(simple + 0.001 * bound.mean()) / T
        if t % 100 == 0:
            found = l_hybrid(LINEAR, "eps", X_0, at, EPS, output, decoder="density").mean()
            assert float(found) == pytest.approx(float(simple + 0.001 * bound.mean()), rel=1e-5)
    assert total == pytest.approx(HYBRID[name], rel=1e-7)


@pytest.mark.parametrize("prediction", ["eps", "v", "x_0"])
def test_the_bound_teaches_v_alone(prediction: str) -> None:
    """And what is predicted learns from L_simple alone, to the last bit."""
    torch.manual_seed(0)
    x_0, eps = torch.rand(6, 3, 4, 4) * 2 - 1, torch.randn(6, 3, 4, 4)
    output = torch.randn(6, 6, 4, 4, requires_grad=True)
    l_hybrid(LINEAR, prediction, x_0, TIMES, eps, output).sum().backward()
    assert output.grad is not None
    taught, of_v = output.grad.chunk(2, 1)
    alone = output.detach()[:, :3].clone().requires_grad_()
    l_simple(alone, prediction_target(LINEAR, prediction, x_0, TIMES, eps)).sum().backward()
    assert alone.grad is not None
    assert torch.equal(taught, alone.grad)
    assert bool((of_v != 0).flatten(1).any(1).all())
    output.grad = None
    l_vlb(LINEAR, prediction, x_0, TIMES, eps, output, is_detached=True).sum().backward()
    assert output.grad is not None
    assert bool((output.grad[:, :3] == 0).all())
    output.grad = None
    l_vlb(LINEAR, prediction, x_0, TIMES, eps, output).sum().backward()
    assert bool((output.grad[:, :3] != 0).any())


@pytest.mark.parametrize("prediction", ["eps", "v", "x_0"])
def test_the_bound_is_the_same_in_every_prediction(prediction: str) -> None:
    torch.manual_seed(0)
    x_0, eps, v = torch.rand(3, 6, 2, 3, 3, dtype=torch.float64) * 2 - 1
    x_t = q_sample(LINEAR, x_0, TIMES, eps)
    pred_x_0 = 0.8 * x_0
    pred_eps = predict_eps(LINEAR, "x_0", x_t, TIMES, pred_x_0)
    said = prediction_target(LINEAR, prediction, pred_x_0, TIMES, pred_eps)
    found = l_vlb(LINEAR, prediction, x_0, TIMES, eps, torch.cat([said, v], 1))
    expected = l_vlb(LINEAR, "x_0", x_0, TIMES, eps, torch.cat([pred_x_0, v], 1))
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-9)


def test_only_twice_the_channels_are_split() -> None:
    x_t = torch.zeros(2, 3, 4, 4)
    assert split_output(x_t, x_t)[1] is None
    eps, v = split_output(torch.arange(2 * 6 * 16.0).reshape(2, 6, 4, 4), x_t)
    assert v is not None
    assert (float(eps[0, 0, 0, 0]), float(v[0, 0, 0, 0])) == (0, 48)
    assert split_output(torch.zeros(2), torch.zeros(1))[1] is None
