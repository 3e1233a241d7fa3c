"""The samplers against closed-form answers for Gaussian data (variance c = 0.25)."""

import pytest
import torch

from ddpm_studio.config import SPACINGS
from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.sampling import denoise, steps

C = 0.25
LINEAR = NoiseSchedule.linear()
STEPS = (10, 20, 50, 100, 1000)
# Var(sample) / c with linear betas, T = 1000, leading spacing; a row for each eta, and sigma-hat
TABLE = {
    0.0: (0.559889, 0.752502, 0.892795, 0.944708, 0.993990),
    0.2: (0.556722, 0.748258, 0.889449, 0.942493, 0.993669),
    0.5: (0.539001, 0.724813, 0.871054, 0.930305, 0.991923),
    1.0: (0.444257, 0.612978, 0.788980, 0.877054, 0.984501),
}
SIGMA_HAT = (1.387804, 1.184019, 1.070104, 1.034248, 1.003008)
OPTIONS = {f"eta {eta}": {"sampler": "ddim", "eta": eta} for eta in TABLE} | {
    "sigma-hat": {"sampler": "ddpm", "variance": "beta"},
    "ancestral": {"sampler": "ddpm", "variance": "posterior"},
}
ROWS = {f"eta {eta}": row for eta, row in TABLE.items()} | {
    "sigma-hat": SIGMA_HAT,
    "ancestral": TABLE[1.0],  # DDPM with the posterior variance is DDIM at eta 1
}


def last(frames):
    *_, frame = frames
    return frame.x_t


@pytest.mark.parametrize("prediction", ["eps", "v", "x_0"])
@pytest.mark.parametrize("count", STEPS)
def test_ddim_at_eta_0_shrinks_the_variance_exactly_as_it_must(
    gaussian_denoiser, count, prediction
):
    model = gaussian_denoiser(LINEAR, prediction)
    x_T = torch.randn(5, 2, 3, dtype=torch.float64)
    options = {"num_inference_steps": count, "prediction": prediction}
    factors = last(denoise(model, LINEAR, x_T, **options)) / x_T
    for factor in factors.flatten().tolist():
        assert factor**2 / C == pytest.approx(TABLE[0.0][STEPS.index(count)], rel=1e-6)


@pytest.mark.parametrize("count", STEPS)
@pytest.mark.parametrize("row", ROWS)
def test_every_number_of_the_table_without_a_single_draw(
    gaussian_denoiser, monkeypatch, row, count
):
    """x_T and the noise of each step are unit vectors of a space of their own.

    Samplers are linear here, so the result lists by how much each draw counts, and the sum of
    the squares is the variance.
    """
    x_T = torch.zeros(1, count + 1, dtype=torch.float64)
    x_T[0, 0] = 1

    def unit_vector(seeds, index, like):
        noise = torch.zeros_like(like)
        noise[0, index + 1] = 1
        return noise

    monkeypatch.setattr(steps, "step_noise", unit_vector)
    frames = denoise(
        gaussian_denoiser(LINEAR), LINEAR, x_T, num_inference_steps=count, **OPTIONS[row]
    )
    variance = float(last(frames).square().sum())
    assert variance / C == pytest.approx(ROWS[row][STEPS.index(count)], rel=1e-6, abs=6e-7)


@pytest.mark.parametrize("count", [10, 20, 50])
@pytest.mark.parametrize("row", [row for row in ROWS if row != "eta 0.0"])
def test_the_table_with_real_draws(gaussian_denoiser, row, count):
    """In float32 and with real noise, to four times the error that so many draws have.

    A variance that is measured with n draws is off by sqrt(2 / n) of itself.
    """
    draws = 200_000
    frames = denoise(
        gaussian_denoiser(LINEAR),
        LINEAR,
        torch.randn(10, draws // 10),
        num_inference_steps=count,
        **OPTIONS[row],
    )
    variance = float(last(frames).double().square().mean())
    assert variance / C == pytest.approx(ROWS[row][STEPS.index(count)], rel=4 * (2 / draws) ** 0.5)


@pytest.mark.parametrize("schedule", [LINEAR, NoiseSchedule.cosine()], ids=["linear", "cosine"])
@pytest.mark.parametrize("clip", [False, True])
def test_ddpm_is_ddim_at_eta_1_on_all_timesteps(schedule, clip):
    """With the posterior variance and the same noise, which the seeds make sure of."""

    def model(x_t, t):
        return torch.tanh(x_t.roll(1, -1) + x_t * t[:, None] / 1000)

    x_T = torch.randn(3, 8, dtype=torch.float64)
    shared = {"num_inference_steps": 1000, "prediction": "v", "clip": clip, "seeds": [1, 2, 3]}
    ancestral = denoise(model, schedule, x_T, sampler="ddpm", **shared)
    implicit = denoise(model, schedule, x_T, sampler="ddim", eta=1.0, **shared)
    count = 0
    for one, other in zip(ancestral, implicit, strict=True):
        torch.testing.assert_close(one.x_t, other.x_t, rtol=1e-8, atol=1e-8)
        count += 1
    assert count == 1001


@pytest.mark.parametrize("spacing", SPACINGS)
def test_ddpm_is_ddim_at_eta_1_on_any_subset(spacing):
    def model(x_t, t):
        return torch.tanh(x_t.roll(1, -1))

    x_T = torch.randn(3, 8, dtype=torch.float64)
    shared = {"num_inference_steps": 17, "spacing": spacing, "seeds": [1, 2, 3]}
    ancestral = last(denoise(model, LINEAR, x_T, sampler="ddpm", **shared))
    implicit = last(denoise(model, LINEAR, x_T, sampler="ddim", eta=1.0, **shared))
    torch.testing.assert_close(ancestral, implicit, rtol=1e-8, atol=1e-8)


def test_a_perfect_model_at_eta_0_gives_the_picture_back():
    """A model that knows x_0 leads there from any noise, in one step or in many."""
    x_0 = torch.rand(2, 3, 4, 4) * 2 - 1
    for count in (1, 7, 50):
        frames = denoise(
            lambda x_t, t: x_0,
            LINEAR,
            torch.randn(2, 3, 4, 4),
            prediction="x_0",
            num_inference_steps=count,
        )
        assert torch.equal(last(frames), x_0)
