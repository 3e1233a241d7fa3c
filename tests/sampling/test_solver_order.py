"""The order of the deterministic solvers, against the exact path of Gaussian data."""

import math

import numpy as np
import pytest
import torch
from diffusers import DPMSolverMultistepScheduler

from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.sampling import denoise
from ddpm_studio.sampling.spacing import spaced_timesteps

C = 0.25
COUNTS = (10, 18, 35, 70, 140)
# |x_N / exact - 1| with sigma 80 .. 0.002 then 0, rho 7
TABLE = {
    "ddim": (0.270, 0.154, 0.0802, 0.0404, 0.0202),
    "heun": (0.220, 0.0553, 0.0130, 3.04e-3, 7.32e-4),
    "dpmpp_2m": (0.159, 0.0623, 0.0139, 3.15e-3, 7.44e-4),
}
ORDERS = {"ddim": 1, "heun": 2, "dpmpp_2m": 2}


def karras_schedule(count: int) -> NoiseSchedule:
    """As many timesteps as there are sigmas; alphas_cumprod is 1 / (1 + sigma^2)."""
    ramp = np.linspace(0, 1, count)
    sigmas = (80 ** (1 / 7) + ramp * (0.002 ** (1 / 7) - 80 ** (1 / 7))) ** 7
    a = 1 / (1 + torch.tensor(sigmas[::-1].copy(), dtype=torch.float64) ** 2)
    before = torch.cat([torch.ones(1, dtype=torch.float64), a[:-1]])
    return NoiseSchedule(1 - a / before)


def error(sampler: str, count: int, gaussian_denoiser) -> float:  # type: ignore[no-untyped-def]
    schedule = karras_schedule(count)
    x_T = torch.ones(1, 1, dtype=torch.float64)
    *_, last = denoise(
        gaussian_denoiser(schedule), schedule, x_T, sampler=sampler, num_inference_steps=count
    )
    start = math.sqrt(1 + 80**2)  # from x_t to the x of the equation
    exact = start * math.sqrt(C / (C + 80**2))
    return abs(float(last.x_t) / exact - 1)


@pytest.mark.parametrize("sampler", TABLE)
@pytest.mark.parametrize("number", range(len(COUNTS)))
def test_the_error_is_that_of_the_table(sampler: str, number: int, gaussian_denoiser) -> None:
    found = error(sampler, COUNTS[number], gaussian_denoiser)
    assert found == pytest.approx(TABLE[sampler][number], rel=5e-3)


@pytest.mark.parametrize("sampler", TABLE)
def test_twice_the_steps_divide_the_error_by_two_to_the_order(
    sampler: str, gaussian_denoiser
) -> None:
    coarse, fine = error(sampler, 70, gaussian_denoiser), error(sampler, 140, gaussian_denoiser)
    assert math.log2(coarse / fine) == pytest.approx(ORDERS[sampler], abs=0.15)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # diffusers'
@pytest.mark.parametrize("count", [5, 20])
def test_dpm_solver_agrees_with_diffusers(count: int) -> None:
    def model(x_t, t):
        return torch.sin(3 * x_t) * (1 + t[:, None] / 1000)

    schedule = NoiseSchedule.linear()
    theirs = DPMSolverMultistepScheduler(
        num_train_timesteps=1000,
        beta_start=1e-4,
        beta_end=0.02,
        final_sigmas_type="zero",
        timestep_spacing="trailing",
        lower_order_final=True,
    )
    theirs.set_timesteps(count)
    timesteps = [int(t) for t in theirs.timesteps]
    x_T = torch.randn(3, 4, dtype=torch.float64)
    x = x_T
    for t in theirs.timesteps:
        x = theirs.step(model(x, t.repeat(len(x))), t, x).prev_sample
    assert timesteps == spaced_timesteps("trailing", 1000, count)
    options = {"sampler": "dpmpp_2m", "num_inference_steps": count, "spacing": "trailing"}
    *_, last = denoise(model, schedule, x_T, **options)
    assert torch.allclose(last.x_t, x, rtol=1e-5, atol=1e-2)  # theirs keep sigmas in float32


@pytest.mark.parametrize("sampler", TABLE)
@pytest.mark.parametrize("spacing", ["trailing", "log_snr"])
def test_what_the_model_errs_at_pure_noise_stays_small(
    sampler: str, spacing: str, gaussian_denoiser
) -> None:
    """At the end of the cosine schedule sigma is in the thousands, and must multiply nothing."""
    schedule = NoiseSchedule.cosine()
    exact = gaussian_denoiser(schedule)  # what it gives is eps

    def nearly_v(x_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        a, eps = schedule.alpha_bar(int(t[0])), exact(x_t, t)
        x_0 = (x_t - (1 - a).sqrt() * eps) / a.sqrt()
        return a.sqrt() * eps - (1 - a).sqrt() * x_0 + 0.01

    x_T = torch.ones(1, 1, dtype=torch.float64)
    *_, last = denoise(
        nearly_v,
        schedule,
        x_T,
        sampler=sampler,
        prediction="v",
        spacing=spacing,
        num_inference_steps=30,
    )
    assert float(last.x_t) == pytest.approx(math.sqrt(C), abs=0.1)
