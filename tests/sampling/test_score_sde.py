"""Score-based sampling against closed-form answers for Gaussian data (variance c = 0.25)."""

import math

import pytest
import torch

from ddpm_studio.diffusion import VE, VP, GammaProcess, NoiseSchedule, per_image
from ddpm_studio.errors import ConfigError
from ddpm_studio.samplers import SAMPLERS, fitting
from ddpm_studio.sampling import denoise, steps
from ddpm_studio.sampling.steps import State

C = 0.25
PROCESSES = {"VE": VE(), "VP": VP()}
each = pytest.mark.parametrize("name", PROCESSES)
CONTINUOUS = [one for one in SAMPLERS if SAMPLERS[one].is_continuous]
# Var(sample) / c, by the number of steps
NOISE = {"VE": (1.05877797, 1.00279472, 1.00042687), "VP": (1.10112522, 1.01561677, 1.00176984)}
MEAN = {"VE": (1.05797938, 1.00271392, 1.00041994), "VP": (0.878567001, 1.00288148, 1.00121128)}
CORRECTED = {"VE": (1.02622430, 1.02488771), "VP": (1.07127170, 1.01397015)}
STEPS = (20, 100, 1000)
NCSN = {"noise": 1.06163706, "mean": 1.06078826}
GAIN = {"VE": 0.0100015001, "VP": 0.50009055}


def best(process, asked=None):
    """The best possible network for x_0 ~ N(0, c). asked: is told the t of every call."""

    def model(x_t, t):
        if asked is not None:
            asked.append(t.clone())
        a, sigma2 = process.alpha_bar(t), process.sigma2(t)
        return per_image(sigma2.sqrt() / (C * a + sigma2), x_t) * x_t

    return model


def curved(x_t, t):
    """Not linear, and each picture for itself."""
    whole = per_image(t, x_t)
    return torch.sin(x_t * (1 + whole)) + 0.3 * x_t.flatten(1).mean(1).reshape(-1, 1, 1, 1)


def finished(process, x_T, model=None, **options):
    *_, frame = denoise(model or best(process), process, x_T, spacing="trailing", **options)
    return frame.x_t


@pytest.fixture
def unit_noise(monkeypatch):
    """x_T and each draw of noise are unit vectors of a space of their own.

    Samplers are linear here, so the result lists by how much each draw counts, and the sum of the
    squares is the variance. Takes the number of draws, and the standard deviation of x_T.
    """

    def make(draws, prior_std):
        given = []

        def unit_vector(seeds, index, like):
            noise = torch.zeros_like(like)
            given.append(index)
            noise[0, len(given)] = 1
            return noise

        monkeypatch.setattr(steps, "step_noise", unit_vector)
        x_T = torch.zeros(1, draws + 1, dtype=torch.float64)
        x_T[0, 0] = prior_std
        return x_T

    return make


@each
@pytest.mark.parametrize(("place", "count"), [(0, 20), (1, 100), (2, 1000)])
@pytest.mark.parametrize(("last", "table"), [("noise", NOISE), ("mean", MEAN)])
def test_the_reverse_sde_without_a_single_draw(unit_noise, name, place, count, last, table):
    process = PROCESSES[name]
    x_T = unit_noise(count, process.prior_std)
    options = {"sampler": "reverse_sde", "num_inference_steps": count, "last": last}
    variance = float(finished(process, x_T, **options).square().sum())
    assert variance / C == pytest.approx(table[name][place], rel=1e-7)


@each
@pytest.mark.parametrize(("place", "count"), [(0, 20), (1, 100)])
def test_the_reverse_sde_with_draws(name, place, count):
    process = PROCESSES[name]
    x_T = process.prior_std * torch.randn(10, 20_000)
    options = {"sampler": "reverse_sde", "num_inference_steps": count, "last": "noise"}
    variance = float(finished(process, x_T, **options).double().square().mean())
    assert variance / C == pytest.approx(NOISE[name][place], rel=0.01)


@each
@pytest.mark.parametrize(("place", "count"), [(0, 20), (1, 100)])
def test_a_corrector_of_langevin_dynamics(name, place, count):
    process = PROCESSES[name]
    x_T = process.prior_std * torch.randn(10, 20_000)
    options = {"sampler": "predictor_corrector", "num_inference_steps": count}
    variance = float(finished(process, x_T, **options).double().square().mean())
    assert variance / C == pytest.approx(CORRECTED[name][place], rel=0.01)


@pytest.mark.parametrize("last", NCSN)
def test_annealed_langevin_dynamics(unit_noise, last):
    process = VE(0.01, 1.0)
    options = {"sampler": "annealed_langevin", "num_inference_steps": 10, "last": last}
    x_T = unit_noise(1000, process.prior_std)
    *_, frame = denoise(best(process), process, x_T, spacing="linspace", **options)
    # the last level is at the least t, not at 0: 0.005 % more than sigma_min
    assert float(frame.x_t.square().sum()) / C == pytest.approx(NCSN[last], rel=1e-4)
    assert int(frame.calls) == 1000 + (last == "mean")


@each
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_the_probability_flow_has_its_gain(name, dtype):
    process = PROCESSES[name]
    x_T = process.prior_std * torch.randn(5, 2, 3, dtype=dtype)
    gain = finished(process, x_T, sampler="probability_flow", num_inference_steps=7) / x_T
    torch.testing.assert_close(gain, torch.full_like(gain, GAIN[name]), rtol=1e-4, atol=0)


@each
def test_every_frame_of_the_flow_is_the_solution_at_its_time(name):
    """x_t = x_1 sqrt(V(t) / V(1)): what lies between two steps is as good as they are."""
    process = PROCESSES[name]
    x_T = process.prior_std * torch.randn(3, 4, dtype=torch.float64)
    variance = C * process.alpha_bar(1.0) + process.sigma2(1.0)
    options = {"sampler": "probability_flow", "num_inference_steps": 50, "spacing": "trailing"}
    frames = list(denoise(best(process), process, x_T, **options))
    assert [frame.index for frame in frames] == list(range(51))
    for frame in frames[:-1]:
        there = C * process.alpha_bar(frame.t) + process.sigma2(frame.t)
        torch.testing.assert_close(frame.x_t, x_T * (there / variance).sqrt(), rtol=2e-4, atol=1e-6)
        wanted = frame.x_t * float(process.alpha(frame.t)) * C / there
        torch.testing.assert_close(frame.pred_x_0, wanted)


@each
def test_a_smaller_tolerance_is_a_smaller_error(name):
    process = PROCESSES[name]
    x_T = process.prior_std * torch.randn(3, 4, dtype=torch.float64)
    there = C * process.alpha_bar(process.least) + process.sigma2(process.least)
    exact = x_T * (there / (C * process.alpha_bar(1.0) + process.sigma2(1.0))).sqrt()
    calls = []
    for tolerance, error in ((1e-3, 5e-2), (1e-6, 5e-5), (1e-9, 5e-8)):
        finer = {"rtol": tolerance, "atol": tolerance * 1e-3}
        options = {"sampler": "probability_flow", "num_inference_steps": 1, "spacing": "trailing"}
        *_, frame = denoise(best(process), process, x_T, **options, **finer)
        torch.testing.assert_close(frame.x_t, exact, rtol=error, atol=0)
        calls.append(int(frame.calls.max()))
    assert calls == sorted(calls)
    assert calls[0] < 100


@pytest.mark.parametrize("sampler", fitting(True))
@pytest.mark.parametrize("process", [VE(), GammaProcess(lambda t: -13.3 + 18.3 * t)])
def test_a_picture_does_not_depend_on_its_batch(process, sampler):
    """Norms, corrections and the steps of a solver are its own, to the last bit."""
    seeds = list(range(64))
    x_T = process.prior_std * torch.randn(64, 3, 4, 4)
    options = {"sampler": sampler, "num_inference_steps": 5, "spacing": "trailing"}
    finer = {"langevin_steps": 3} if sampler == "annealed_langevin" else {}

    def made(which):
        chosen = [seeds[index] for index in which]
        every = denoise(curved, process, x_T[which], **options, **finer, seeds=chosen)
        return list(every)

    whole = made(list(range(64)))
    for which in ([5], [63], list(range(20, 27)), list(range(63, -1, -1))):
        part = made(which)
        for one, all_of_them in zip(part, whole, strict=True):
            assert torch.equal(one.x_t, all_of_them.x_t[which])
            assert torch.equal(one.pred_x_0, all_of_them.pred_x_0[which])
        assert torch.equal(part[-1].calls, whole[-1].calls[which])


@pytest.mark.parametrize("sampler", fitting(True))
@each
def test_the_calls_of_the_model_are_counted(name, sampler):
    asked: list[torch.Tensor] = []
    process = PROCESSES[name]
    row = SAMPLERS[sampler]
    options = {"sampler": sampler, "num_inference_steps": 5, "spacing": row.usual_spacing}
    x_T = process.prior_std * torch.randn(2, 3)
    frames = list(denoise(best(process, asked), process, x_T, **options))
    assert frames[-1].calls.tolist()[0] <= len(asked)
    assert int(frames[-1].calls.sum()) == sum(map(len, asked))
    if not row.is_adaptive:
        assert len(asked) == row.calls(5)
    assert all(t.dtype == torch.float64 for t in asked)
    assert bool(((torch.cat(asked) > 0) & (torch.cat(asked) <= 1)).all())


@pytest.mark.parametrize("sampler", fitting(True))
@each
def test_it_goes_on_from_any_frame_bit_for_bit(name, sampler):
    process = PROCESSES[name]
    options = {"sampler": sampler, "num_inference_steps": 6, "spacing": "trailing"}
    if sampler == "annealed_langevin":
        options["langevin_steps"] = 3
    x_T, seeds = process.prior_std * torch.randn(2, 3, 4, 4), [3, 4]
    frames = list(denoise(curved, process, x_T, **options, seeds=seeds))
    for index in (0, 2, 5):
        previous = frames[index - 1] if index else None
        state = steps.joined([steps.state_of(frames[index], previous, sampler)])
        again = list(denoise(curved, process, state, **options, seeds=seeds))
        for one, other in zip(frames[index:], again, strict=True):
            assert torch.equal(one.x_t, other.x_t)
            assert torch.equal(one.pred_x_0, other.pred_x_0)


def test_one_that_was_painted_on_begins_there():
    """A state without a beginning, such as a picture of one's own, is solved from there."""
    process = PROCESSES["VE"]
    options = {"sampler": "probability_flow", "num_inference_steps": 6, "spacing": "trailing"}
    x = torch.randn(1, 4, dtype=torch.float64)
    *_, frame = denoise(best(process), process, State(3, x), **options)
    there = C + process.sigma2(0.5)
    gain = float(((C + process.sigma2(process.least)) / there).sqrt())
    torch.testing.assert_close(frame.x_t, gain * x, rtol=2e-4, atol=1e-5)


@each
@pytest.mark.parametrize("sampler", ["ddim", "dpmpp_2m", "heun"])
def test_the_other_samplers_come_to_the_flow_of_every_process(name, sampler):
    """With many steps all end where the probability flow does, at the picture itself: gain."""
    process = PROCESSES[name]
    x_T = process.prior_std * torch.randn(4, 5, dtype=torch.float64)
    spacing = SAMPLERS[sampler].usual_spacing
    options = {"sampler": sampler, "num_inference_steps": 400, "spacing": spacing}
    *_, frame = denoise(best(process), process, x_T, **options)
    variance = C * process.alpha_bar(1.0) + process.sigma2(1.0)
    gain = float((C / variance).sqrt())
    torch.testing.assert_close(frame.x_t, gain * x_T, rtol=0.03, atol=0)


@each
def test_ddpm_has_the_right_variance_at_every_process(unit_noise, name):
    process = PROCESSES[name]
    x_T = unit_noise(400, process.prior_std)
    *_, frame = denoise(
        best(process), process, x_T, sampler="ddpm", num_inference_steps=400, spacing="log_snr"
    )
    assert float(frame.x_t.square().sum()) / C == pytest.approx(1, rel=0.03)


@pytest.mark.parametrize("sampler", CONTINUOUS)
def test_what_follows_an_equation_says_so_of_whole_steps(sampler):
    with pytest.raises(ConfigError, match=r"sampler is .* one of ddpm, .* in whole steps\.$"):
        denoise(curved, NoiseSchedule.linear(), torch.ones(1, 1, 2, 2), sampler=sampler)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"snr": 0.0}, r"snr is 0\.0, but must be above 0\."),
        ({"snr": -1}, r"snr is -1, but must be above 0\."),
        ({"rtol": 0}, r"rtol is 0, but must be above 0\."),
        ({"last": "both"}, r"last is 'both', but must be one of mean, noise\."),
        ({"steps": 3}, r"an option of a sampler is 'steps', but must be one of eta, "),
    ],
)
def test_an_option_that_cannot_be_is_refused(options, sentence):
    with pytest.raises(ConfigError, match=sentence):
        denoise(curved, VE(), torch.ones(1, 2), sampler="predictor_corrector", **options)


def test_a_model_that_says_no_numbers_ends():
    def lost(x_t, t):
        return x_t * math.nan

    *_, frame = denoise(lost, VP(), torch.ones(1, 2), sampler="probability_flow")
    assert bool(frame.x_t.isnan().all())
