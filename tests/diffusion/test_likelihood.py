"""Bits per dimension of Gaussian data with the best denoiser: exact answers; see test_variance."""

import math

import pytest
import torch
from torch import Tensor

from ddpm_studio.diffusion import (
    LEVEL_BITS,
    Bits,
    NoiseSchedule,
    best_variance,
    bits_at,
    bits_per_dim,
    per_image,
    prior_bits,
    variance_part,
)
from ddpm_studio.errors import ConfigError

C = 0.25
ENTROPY = 0.5 * math.log2(2 * math.pi * math.e * C)
X_0 = torch.tensor([[-1.0], [-1.0], [1.0], [1.0]], dtype=torch.float64) * math.sqrt(C)
EPS = torch.tensor([[-1.0], [1.0], [-1.0], [1.0]], dtype=torch.float64)
SCHEDULES = {
    "linear 100": NoiseSchedule.linear(100, 1e-3, 0.2),
    "linear 1000": NoiseSchedule.linear(1000),
    "cosine 100": NoiseSchedule.cosine(100),
    "cosine 1000": NoiseSchedule.cosine(1000),
}
L_T = {
    "linear 100": 3.67723513e-6,
    "linear 1000": 7.27867696e-6,
    "cosine 100": 4.37961361e-8,
    "cosine 1000": 4.37996259e-10,
}
# sum of L_t, L_0 and all of it, with sigma^2 = beta, beta tilde and the best one
TABLE = {
    "linear 100": {
        "beta": (4.00085896, -2.93795413, 1.06290851),
        "posterior": (5.78860746, -2.90611947, 2.88249167),
        "best": (3.98504927, -2.93795736, 1.04709559),
    },
    "linear 1000": {
        "beta": (5.64564104, -4.59697694, 1.04867138),
        "posterior": (6.30243688, -4.43311925, 1.86932490),
        "best": (5.64406528, -4.59697698, 1.04709559),
    },
    "cosine 100": {
        "beta": (4.32485473, -3.26898229, 1.05587248),
        "posterior": (5.37717009, -3.18538697, 2.19178316),
        "best": (4.31607913, -3.26898358, 1.04709559),
    },
    "cosine 1000": {
        "beta": (6.28299715, -5.23501867, 1.04797848),
        "posterior": (6.86241337, -5.05069890, 1.81171447),
        "best": (6.28211426, -5.23501868, 1.04709559),
    },
}


def best_variances(schedule: NoiseSchedule) -> Tensor:
    a = schedule.alphas_cumprod
    t = torch.arange(schedule.num_timesteps)
    return best_variance(schedule, t, C * (1 - a) / (a * C + 1 - a))


def measured(schedule: NoiseSchedule, variance: str) -> Bits:
    """With v as a second channel where the variance is the best one."""
    parts = variance_part(schedule, torch.arange(schedule.num_timesteps), best_variances(schedule))

    def model(x_t: Tensor, t: Tensor) -> Tensor:
        a = per_image(schedule.alphas_cumprod[t], x_t)
        eps = (1 - a).sqrt() * x_t / (a * C + 1 - a)
        return torch.cat([eps, per_image(parts[t], x_t)], 1) if variance == "best" else eps

    options = {"variance": "learned" if variance == "best" else variance, "decoder": "density"}
    count = schedule.num_timesteps
    if count <= 100:
        return bits_per_dim(model, schedule, X_0, EPS, **options)  # type: ignore[arg-type]
    t = torch.arange(count).repeat_interleave(4)  # all at once, which is quicker
    all_of_them = (X_0.repeat(count, 1), t, EPS.repeat(count, 1))
    steps = bits_at(model, schedule, *all_of_them, **options)  # type: ignore[arg-type]
    return Bits(prior_bits(schedule, X_0), steps.reshape(count, 4).T)


@pytest.mark.parametrize("variance", ["beta", "posterior", "best"])
@pytest.mark.parametrize("name", TABLE)
def test_the_parts_add_up_to_what_the_gaussian_says(name: str, variance: str) -> None:
    bits = measured(SCHEDULES[name], variance)
    between, decoder, total = TABLE[name][variance]
    assert float(bits.prior.mean()) == pytest.approx(L_T[name], rel=1e-7)
    assert float(bits.steps[:, 1:].sum(1).mean()) == pytest.approx(between, rel=1e-7)
    assert float(bits.decoder.mean()) == pytest.approx(decoder, rel=1e-7)
    assert float(bits.total.mean()) == pytest.approx(total, rel=1e-7)
    if variance == "best":
        rest = float(prior_gap(SCHEDULES[name]))
        assert float(bits.total.mean()) == pytest.approx(ENTROPY + rest, rel=1e-9)


def prior_gap(schedule: NoiseSchedule) -> float:
    """KL(N(0, A c + 1 - A) || N(0, 1)), all that the best variance leaves above the entropy."""
    spread = float(schedule.alphas_cumprod[-1]) * (C - 1)  # of 1
    return (spread - math.log1p(spread)) / (2 * math.log(2))


@pytest.mark.parametrize("timesteps", [1, 2, 7])
def test_the_best_variance_reaches_the_entropy_on_any_schedule(timesteps: int) -> None:
    schedule = NoiseSchedule.linear(timesteps, 0.1, 0.8)
    bits = bits_per_dim(
        lambda x_t, t: (
            per_image((1 - schedule.alphas_cumprod[t]).sqrt(), x_t)
            * x_t
            / per_image(1 - (1 - C) * schedule.alphas_cumprod[t], x_t)
        ),
        schedule,
        X_0,
        EPS,
        variance=best_variances(schedule),
        decoder="density",
    )
    assert float(bits.total.mean()) == pytest.approx(ENTROPY + prior_gap(schedule), rel=1e-9)


def test_levels_cost_as_a_density_and_their_width() -> None:
    """Where a level is narrow beside the decoder, whose first sigma is 0.1 here."""
    schedule = NoiseSchedule.linear(100, 1e-2, 0.2)
    torch.manual_seed(0)
    levels = torch.randint(100, 156, (64, 8), dtype=torch.float64) * 2 / 255 - 1
    ways = {
        decoder: bits_per_dim(
            lambda x_t, t: torch.zeros_like(x_t),
            schedule,
            levels,
            torch.randn(64, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(1)),
            prediction="x_0",
            variance="beta",
            decoder=decoder,
        ).total.mean()
        for decoder in ("density", "exact", "tanh")
    }
    assert float(ways["exact"] - ways["density"]) == pytest.approx(LEVEL_BITS, abs=1e-3)
    assert float(ways["tanh"] - ways["exact"]) == pytest.approx(0, abs=5e-3)
    assert pytest.approx(6.994353, abs=1e-6) == LEVEL_BITS


def test_the_prior_costs_nothing_for_what_is_as_its_noise() -> None:
    x_0 = torch.tensor([[1.0, -1.0], [0.0, 0.0]], dtype=torch.float64)
    a = float(SCHEDULES["linear 1000"].alphas_cumprod[-1])
    shared = (-a - math.log1p(-a)) / (2 * math.log(2))
    found = prior_bits(SCHEDULES["linear 1000"], x_0).tolist()
    assert found == pytest.approx([shared + a / (2 * math.log(2)), shared], rel=1e-9)


def test_clipping_is_of_what_is_believed() -> None:
    schedule = NoiseSchedule.linear(4, 0.1, 0.4)
    wild = {"prediction": "x_0", "variance": "beta"}
    free = bits_per_dim(lambda x_t, t: 9 + 0 * x_t, schedule, X_0, EPS, **wild)
    held = bits_per_dim(lambda x_t, t: 9 + 0 * x_t, schedule, X_0, EPS, clip=True, **wild)
    one = bits_per_dim(lambda x_t, t: 1 + 0 * x_t, schedule, X_0, EPS, **wild)
    assert torch.equal(held.total, one.total)
    assert bool((free.total > held.total).all())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"variance": "learned"}, "variance is 'learned'.*has learned none"),
        ({"variance": "small"}, "variance is 'small', but must be one of posterior, beta, learned"),
        ({"prediction": "noise"}, "prediction is 'noise'"),
        ({"decoder": "none", "variance": "beta"}, "decoder is 'none'"),
    ],
)
def test_what_is_not_allowed_is_refused(words: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        bits_per_dim(lambda x_t, t: x_t, SCHEDULES["linear 100"], X_0, EPS, **words)  # type: ignore[arg-type]
