import pytest
import torch

from ddpm_studio.diffusion import per_image


@pytest.fixture(autouse=True)
def _same_random_numbers_in_every_run():
    torch.manual_seed(0)


@pytest.fixture
def gaussian_denoiser():
    """The best possible network for x_0 ~ N(0, c); it is linear, so samplers can be solved."""

    def make(schedule, prediction="eps", c=0.25):
        def model(x_t, t):
            a = per_image(schedule.alphas_cumprod[t], x_t)
            pred_x_0 = a.sqrt() * c / (a * c + 1 - a) * x_t
            pred_eps = (x_t - a.sqrt() * pred_x_0) / (1 - a).sqrt()
            v = a.sqrt() * pred_eps - (1 - a).sqrt() * pred_x_0
            return {"x_0": pred_x_0, "eps": pred_eps, "v": v}[prediction]

        return model

    return make
