import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ddpm_studio.config import DiffusionConfig
from ddpm_studio.diffusion import NoiseSchedule, per_image
from ddpm_studio.errors import ConfigError

SCHEDULES = {
    "linear": NoiseSchedule.linear(),
    "cosine": NoiseSchedule.cosine(),
    "short": NoiseSchedule.linear(3, 0.1, 0.3),
    "one step": NoiseSchedule.cosine(1),
}
each_schedule = pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES.keys())


@each_schedule
def test_everything_is_float64_with_one_number_for_each_timestep(schedule):
    for name in ("betas", "alphas", "alphas_cumprod", "alphas_cumprod_prev", "posterior_variance"):
        values = getattr(schedule, name)
        assert values.dtype == torch.float64
        assert values.shape == (schedule.num_timesteps,)


@each_schedule
def test_alphas_cumprod_is_the_product_of_the_alphas_up_to_t(schedule):
    product = 1.0
    for t in range(schedule.num_timesteps):
        assert float(schedule.alphas_cumprod_prev[t]) == pytest.approx(product, rel=1e-12)
        product *= 1 - float(schedule.betas[t])
        assert float(schedule.alphas_cumprod[t]) == pytest.approx(product, rel=1e-12)


def test_linear_betas_are_those_of_ddpm():
    betas = NoiseSchedule.linear().betas
    assert len(betas) == 1000
    assert float(betas[0]) == pytest.approx(1e-4, rel=1e-12)
    assert float(betas[-1]) == pytest.approx(0.02, rel=1e-12)
    torch.testing.assert_close(betas.diff(), torch.full_like(betas[1:], 0.0199 / 999))


@pytest.mark.parametrize("total", [10, 1000, 4000])
def test_cosine_is_the_formula_of_improved_ddpm(total):
    """alphas_cumprod(t) = f(t) / f(0), f(t) = cos(((t/T + 0.008) / 1.008) pi/2)^2, eq. 17."""

    def f(t):
        return math.cos((t / total + 0.008) / 1.008 * math.pi / 2) ** 2

    schedule = NoiseSchedule.cosine(total)
    for t in range(total):
        beta = 1 - f(t + 1) / f(t)
        assert float(schedule.betas[t]) == pytest.approx(min(beta, 0.999), rel=1e-9)
        if beta < 0.999:  # f(0) is cos(0.008 / 1.008 pi/2)^2, where index -1 stands
            assert float(schedule.alphas_cumprod[t]) == pytest.approx(f(t + 1) / f(0), rel=1e-9)
    assert float(schedule.betas[-1]) == 0.999


@given(st.integers(1, 2000), st.sampled_from(["linear", "cosine"]))
def test_noise_only_grows(total, name):
    schedule = NoiseSchedule.from_config(DiffusionConfig(num_timesteps=total, schedule=name))
    assert schedule.num_timesteps == total
    a = schedule.alphas_cumprod
    assert bool((a.diff() < 0).all())
    assert 0 < float(a[-1]) <= float(a[0]) < 1
    assert float(schedule.posterior_variance[0]) == 0
    assert bool((schedule.posterior_variance <= schedule.betas).all())


def test_the_settings_of_a_project_choose_the_schedule():
    linear = DiffusionConfig(num_timesteps=50, schedule="linear", beta_start=0.01, beta_end=0.2)
    torch.testing.assert_close(
        NoiseSchedule.from_config(linear).betas, NoiseSchedule.linear(50, 0.01, 0.2).betas
    )
    cosine = DiffusionConfig(num_timesteps=50, schedule="cosine")
    torch.testing.assert_close(
        NoiseSchedule.from_config(cosine).betas, NoiseSchedule.cosine(50).betas
    )


def test_alpha_bar_is_one_when_finished():
    schedule = NoiseSchedule.linear()
    assert float(schedule.alpha_bar(-1)) == 1.0
    assert float(schedule.alpha_bar(7)) == float(schedule.alphas_cumprod[7])
    assert schedule.alpha_bar(-1).dtype == torch.float64


@pytest.mark.parametrize(
    "betas",
    [
        torch.tensor([]),
        torch.tensor(0.5),
        torch.tensor([[0.1, 0.2]]),
        torch.tensor([0.1, 0.0]),
        torch.tensor([0.1, 1.0]),
        torch.tensor([0.1, -0.1]),
        torch.tensor([0.1, float("nan")]),
    ],
)
def test_betas_outside_0_to_1_are_refused(betas):
    with pytest.raises(ConfigError):
        NoiseSchedule(betas)


@pytest.mark.parametrize("make", [NoiseSchedule.linear, NoiseSchedule.cosine])
@pytest.mark.parametrize("total", [0, -5])
def test_a_schedule_has_at_least_one_timestep(make, total):
    with pytest.raises(ConfigError, match="num_timesteps"):
        make(total)


def test_per_image_gives_every_picture_its_own_number():
    values = torch.tensor([1.0, 2.0], dtype=torch.float64)
    for shape in [(2,), (2, 5), (2, 3, 4, 4)]:
        like = torch.ones(shape)
        product = per_image(values, like) * like
        assert product.dtype == torch.float32
        assert product.shape == shape
        assert bool((product[1] == 2).all())


def test_a_schedule_moves_to_a_device_as_a_whole():
    schedule = NoiseSchedule.linear()
    moved = schedule.to("meta")
    assert {values.device.type for values in vars(moved).values()} == {"meta"}
    assert {values.device.type for values in vars(schedule).values()} == {"cpu"}
    assert torch.equal(schedule.to("cpu").alphas_cumprod, schedule.alphas_cumprod)
