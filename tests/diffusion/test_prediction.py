import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ddpm_studio.config import PREDICTIONS
from ddpm_studio.diffusion import (
    NoiseSchedule,
    eps_from_x_0,
    predict_eps,
    predict_x_0,
    prediction_target,
    q_sample,
)
from ddpm_studio.errors import ConfigError

LINEAR = NoiseSchedule.linear()
timesteps = st.lists(st.integers(0, 999), min_size=1, max_size=4)


def draw(t, dtype=torch.float64):
    generator = torch.Generator().manual_seed(sum(t))
    shape = (len(t), 2, 3, 3)
    x_0 = torch.randn(shape, generator=generator, dtype=dtype)
    eps = torch.randn(shape, generator=generator, dtype=dtype)
    t = torch.tensor(t)
    return x_0, eps, t, q_sample(LINEAR, x_0, t, eps)


@given(timesteps, st.sampled_from(PREDICTIONS))
def test_predict_x_0_undoes_q_sample(t, prediction):
    x_0, eps, t, x_t = draw(t)
    output = prediction_target(LINEAR, prediction, x_0, t, eps)
    torch.testing.assert_close(predict_x_0(LINEAR, prediction, x_t, t, output), x_0)


@given(timesteps, st.sampled_from(PREDICTIONS))
def test_predict_eps_finds_the_noise(t, prediction):
    x_0, eps, t, x_t = draw(t)
    output = prediction_target(LINEAR, prediction, x_0, t, eps)
    torch.testing.assert_close(
        predict_eps(LINEAR, prediction, x_t, t, output), eps, rtol=1e-7, atol=1e-9
    )


@given(timesteps, st.sampled_from(PREDICTIONS), st.sampled_from(PREDICTIONS))
def test_any_output_says_the_same_in_every_prediction(t, one, other):
    """Round trips eps <-> v <-> x_0 of any output, also of one that fits no picture."""
    _, _, t, x_t = draw(t)
    output = torch.randn_like(x_t)
    x_0 = predict_x_0(LINEAR, one, x_t, t, output)
    eps = predict_eps(LINEAR, one, x_t, t, output)
    torch.testing.assert_close(q_sample(LINEAR, x_0, t, eps), x_t)
    same = prediction_target(LINEAR, other, x_0, t, eps)
    close = {"rtol": 1e-7, "atol": 1e-9}
    torch.testing.assert_close(predict_x_0(LINEAR, other, x_t, t, same), x_0, **close)
    torch.testing.assert_close(predict_eps(LINEAR, other, x_t, t, same), eps, **close)


def test_v_is_the_velocity_on_the_circle():
    """v = d x_t / d phi, where x_t = cos(phi) x_0 + sin(phi) eps (Salimans & Ho 2022)."""
    x_0, eps, t, _ = draw([10, 500, 990])
    phi = torch.arccos(LINEAR.alphas_cumprod[t].sqrt()).reshape(-1, 1, 1, 1)
    ahead, behind = (torch.cos(p) * x_0 + torch.sin(p) * eps for p in (phi + 1e-5, phi - 1e-5))
    torch.testing.assert_close(
        prediction_target(LINEAR, "v", x_0, t, eps), (ahead - behind) / 2e-5, rtol=1e-8, atol=1e-8
    )


def test_eps_from_x_0_is_the_noise_between_them():
    x_0, eps, t, x_t = draw([3, 600])
    torch.testing.assert_close(eps_from_x_0(LINEAR, x_t, t, x_0), eps)


@pytest.mark.parametrize("prediction", PREDICTIONS)
def test_float32_stays_float32(prediction):
    x_0, eps, t, x_t = draw([3, 600], torch.float32)
    output = prediction_target(LINEAR, prediction, x_0, t, eps)
    pred_x_0 = predict_x_0(LINEAR, prediction, x_t, t, output)
    assert output.dtype == pred_x_0.dtype == torch.float32
    torch.testing.assert_close(pred_x_0, x_0, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("function", [prediction_target, predict_x_0, predict_eps])
def test_an_unknown_prediction_is_refused_by_name(function):
    x = torch.zeros(1, 1, 2, 2)
    t = torch.tensor([0])
    third_and_fourth = (x, t, x)
    with pytest.raises(ConfigError, match=r"'epsilon'.*eps, v, x_0"):
        function(LINEAR, "epsilon", *third_and_fourth)
