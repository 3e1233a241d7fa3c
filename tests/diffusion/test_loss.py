import pytest
import torch

from ddpm_studio.config import PREDICTIONS
from ddpm_studio.diffusion import (
    NoiseSchedule,
    l_simple,
    min_snr_weights,
    predict_x_0,
    prediction_target,
    q_sample,
)
from ddpm_studio.errors import ConfigError

SCHEDULES = [NoiseSchedule.linear(), NoiseSchedule.cosine()]


def test_l_simple_is_the_mean_square_of_each_picture():
    output, target = torch.randn(3, 2, 4, 4), torch.randn(3, 2, 4, 4)
    expected = [float(((output[k] - target[k]) ** 2).mean()) for k in range(3)]
    assert l_simple(output, target).tolist() == pytest.approx(expected)
    assert l_simple(output.bfloat16(), target).dtype == torch.float32


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("prediction", PREDICTIONS)
@pytest.mark.parametrize("gamma", [1.0, 5.0])
def test_min_snr_weighs_the_error_in_x_0_alike_in_every_prediction(schedule, prediction, gamma):
    """weight * |error of the output|^2 == min(SNR, gamma) * |the error that it is in x_0|^2."""
    t = torch.tensor([0, 1, 50, 300, 700, 950])
    x_0, eps, error = torch.randn(3, len(t), 8, dtype=torch.float64)
    x_t = q_sample(schedule, x_0, t, eps)
    output = prediction_target(schedule, prediction, x_0, t, eps) + error
    in_x_0 = predict_x_0(schedule, prediction, x_t, t, output) - x_0
    snr = schedule.alphas_cumprod[t] / (1 - schedule.alphas_cumprod[t])
    torch.testing.assert_close(
        min_snr_weights(schedule, prediction, t, gamma) * error.square().mean(1),
        snr.clamp(max=gamma) * in_x_0.square().mean(1),
        rtol=1e-6,
        atol=0,
    )


@pytest.mark.parametrize("prediction", PREDICTIONS)
def test_gamma_zero_is_plain_l_simple(prediction):
    t = torch.arange(1000)
    assert bool((min_snr_weights(SCHEDULES[0], prediction, t, 0) == 1).all())


def test_a_huge_gamma_leaves_eps_as_it_is():
    """min(SNR, infinity) / SNR = 1: the weighting of L_simple on eps."""
    t = torch.arange(1000)
    weights = min_snr_weights(SCHEDULES[0], "eps", t, 1e30)
    torch.testing.assert_close(weights, torch.ones(1000, dtype=torch.float64))


def test_an_unknown_prediction_is_refused():
    with pytest.raises(ConfigError, match="prediction"):
        min_snr_weights(SCHEDULES[0], "score", torch.tensor([0]))
