"""Continuous processes: VP, VE and any gamma, against closed forms."""

import math

import pytest
import torch

from ddpm_studio.config import DiffusionConfig
from ddpm_studio.diffusion import (
    VE,
    VP,
    ContinuousProcess,
    GammaProcess,
    NoiseSchedule,
    eps_from_x_0,
    largest_distance,
    min_snr_weights,
    predict_eps,
    predict_x_0,
    prediction_target,
    process_of,
    q_sample,
)
from ddpm_studio.errors import ConfigError

C = 0.25  # the variance of x_0


def gamma(t):
    return -13.3 + 18.3 * t**2


PROCESSES = {"VP": VP(), "VE": VE(), "gamma": GammaProcess(gamma)}
each = pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES.keys())
TIMES = (1e-5, 1e-3, 0.25, 0.5, 0.77, 1.0)
# Var x_t at the least t, 0.25, 0.5 and 1, for x_0 ~ N(0, c)
VARIANCES = {
    "VE": (0.250100017, 0.257071068, 0.75, 2500.25),
    "VP": (0.250082458, 0.607240209, 0.940702141, 0.999967611),
}


@pytest.mark.parametrize("name", VARIANCES)
def test_the_variance_of_noisy_pictures(name):
    process = PROCESSES[name]
    for t, variance in zip((process.least, 0.25, 0.5, 1.0), VARIANCES[name], strict=True):
        found = C * process.alpha(t) ** 2 + process.sigma(t) ** 2
        assert float(found) == pytest.approx(variance, rel=2e-9)


@each
def test_what_samplers_ask_agrees(process):
    for t in TIMES:
        a, sigma2 = float(process.alpha_bar(t)), float(process.sigma2(t))
        assert float(process.alpha(t)) ** 2 == pytest.approx(a, rel=1e-12)
        assert float(process.sigma(t)) ** 2 == pytest.approx(sigma2, rel=1e-12)
        assert process.log_snr(t) == pytest.approx(math.log(a / sigma2), rel=1e-9)
        assert float(process.scale(t)) ** 2 == pytest.approx(a + sigma2, rel=1e-12)
        share = float(process.noise_share(t))
        assert share**2 == pytest.approx(sigma2 / (a + sigma2), rel=1e-12)
    several = process.moments(list(TIMES))
    assert several.dtype == torch.float64
    for whole in (process.alpha, process.sigma, process.scale, process.log_snr):
        one_by_one = torch.tensor([float(whole(t)) for t in TIMES], dtype=torch.float64)
        torch.testing.assert_close(whole(several), one_by_one, rtol=1e-12, atol=0)


@each
def test_the_picture_itself_is_below_0(process):
    assert (float(process.alpha(-1)), float(process.sigma(-1))) == (1, 0)
    assert process.log_snr(-1) == math.inf
    assert float(process.added(0.5, -1)) == pytest.approx(float(process.sigma2(0.5)))


@each
@pytest.mark.parametrize("t", [0.001, 0.25, 0.8, 1.0])
def test_the_differential_equation_makes_this_process(process, t):
    """d ln alpha = f dt, and d Var = (2 f Var + g^2) dt: by central differences."""
    h = 1e-6
    after, before = (process.moments([t + sign * h]) for sign in (1, -1))
    slope = (process.alpha_bar(after).log() - process.alpha_bar(before).log()) / (4 * h)
    assert float(process.drift(t)) == pytest.approx(float(slope), rel=1e-5, abs=1e-8)
    grows = (process.sigma2(after) - process.sigma2(before)) / (2 * h)
    said = 2 * process.drift(t) * process.sigma2(t) + process.diffusion2(t)
    assert float(said) == pytest.approx(float(grows), rel=1e-5)


@each
def test_noise_that_is_added_in_two_steps_is_that_of_one(process):
    r, s, t = 0.2, 0.5, 0.9
    ratio = float(process.alpha_bar(t) / process.alpha_bar(s))
    both = ratio * float(process.added(s, r)) + float(process.added(t, s))
    assert both == pytest.approx(float(process.added(t, r)), rel=1e-12)


@each
def test_a_moment_is_found_by_its_log_snr(process):
    times = torch.tensor([process.least, 0.1, 0.5, 0.999, 1], dtype=torch.float64)
    torch.testing.assert_close(process.time_of(process.log_snr(times)), times, rtol=1e-9, atol=0)


@each
@pytest.mark.parametrize("prediction", ["eps", "v", "x_0"])
def test_every_prediction_leads_back_to_picture_and_noise(process, prediction):
    x_0, eps = torch.randn(2, 4, 3, dtype=torch.float64)
    t = process.moments([0.01, 0.3, 0.7, 0.9])
    x_t = q_sample(process, x_0, t, eps)
    output = prediction_target(process, prediction, x_0, t, eps)
    close = {"rtol": 1e-8, "atol": 1e-8}
    torch.testing.assert_close(predict_x_0(process, prediction, x_t, t, output), x_0, **close)
    torch.testing.assert_close(predict_eps(process, prediction, x_t, t, output), eps, **close)
    torch.testing.assert_close(eps_from_x_0(process, x_t, t, x_0), eps, **close)


@each
def test_what_a_network_is_shown_and_told_is_never_large(process):
    """For pictures of variance 1, x_t as it is shown and v have it, too, at every t."""
    x_0, eps = torch.randn(2, 3, 20_000)
    t = process.moments([0.01, 0.5, 1.0])
    seen = process.normalised(q_sample(process, x_0, t, eps), t)
    for one in (seen, prediction_target(process, "v", x_0, t, eps)):
        torch.testing.assert_close(one.var(1), torch.ones(3), rtol=0.05, atol=0)


def test_weights_need_no_kept_variance():
    process = VE(0.1, 10.0)
    t = process.moments([0.1, 0.5, 0.9])
    snr = 1 / process.sigma2(t)
    torch.testing.assert_close(min_snr_weights(process, "x_0", t), snr.clamp(max=5))
    torch.testing.assert_close(min_snr_weights(process, "eps", t), snr.clamp(max=5) / snr)


@pytest.mark.parametrize(
    ("settings", "kind", "words"),
    [
        ({"schedule": "linear"}, NoiseSchedule, ""),
        ({"schedule": "vp", "beta_max": 10.0}, VP, ""),
        ({"schedule": "ve", "sigma_max": 30.0}, VE, ""),
        ({"schedule": "ve", "sigma_min": 3.0, "sigma_max": 2.0}, None, "0 < sigma_min < sigma_max"),
        ({"schedule": "ve", "sigma_min": 2.0, "sigma_max": 2.0}, None, "0 < sigma_min < sigma_max"),
        ({"schedule": "vp", "beta_min": 30.0}, None, "beta_min <= beta_max"),
    ],
)
def test_a_setting_picks_the_process(settings, kind, words):
    if words:
        with pytest.raises(ConfigError, match=words):
            DiffusionConfig(**settings)
        return
    process = process_of(DiffusionConfig(**settings))
    assert type(process) is kind
    assert isinstance(process, ContinuousProcess) == (kind is not NoiseSchedule)


@pytest.mark.parametrize(("least", "most"), [(1.0, 1.0), (2.0, 1.0), (0.0, 1.0)])
def test_noise_that_does_not_grow_is_refused(least, most):
    with pytest.raises(ConfigError, match="0 < sigma_min < sigma_max"):
        VE(least, most)


def test_the_largest_distance_between_pictures():
    points = torch.tensor([[0.0, 0.0], [3.0, 4.0], [1.0, 1.0]])
    assert largest_distance(points) == pytest.approx(5)
    assert largest_distance(points[:1]) == 0
    many = torch.randn(1100, 3, 2, 2, dtype=torch.float64)  # in several parts
    assert largest_distance(many) == pytest.approx(float(torch.pdist(many.flatten(1)).max()))
    black, white = torch.zeros(1, 2, 2, 3, dtype=torch.uint8), torch.tensor(255, dtype=torch.uint8)
    assert largest_distance(torch.cat([black, black + white])) == pytest.approx(2 * 12**0.5)
