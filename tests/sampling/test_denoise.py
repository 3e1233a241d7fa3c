import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ddpm_studio.config import FIXED_VARIANCES, PREDICTIONS, SPACINGS
from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.errors import ConfigError
from ddpm_studio.samplers import fitting
from ddpm_studio.sampling import Frame, denoise
from ddpm_studio.sampling.spacing import timesteps_of

LINEAR = NoiseSchedule.linear()


class Model:
    """Remembers what it was asked; answers with something that depends on x_t and t."""

    def __init__(self):
        self.calls = []

    def __call__(self, x_t, t):
        assert not torch.is_grad_enabled()
        self.calls.append((x_t.clone(), t))
        return torch.tanh(x_t) * (1 + t.reshape(-1, *[1] * (x_t.ndim - 1)) / 1000).to(x_t.dtype)


@settings(max_examples=100)
@given(
    shape=st.lists(st.integers(1, 3), min_size=1, max_size=5).map(tuple),
    dtype=st.sampled_from([torch.float32, torch.float64]),
    total=st.sampled_from([7, 30, 1000]),
    count=st.integers(1, 7),
    with_seeds=st.booleans(),
    options=st.fixed_dictionaries(
        {
            "sampler": st.sampled_from(fitting(False)),
            "eta": st.sampled_from([0, 0.3, 1.0]),
            "prediction": st.sampled_from(PREDICTIONS),
            "spacing": st.sampled_from(SPACINGS),
            "variance": st.sampled_from(FIXED_VARIANCES),
            "clip": st.booleans(),
        }
    ),
)
def test_frames_tell_the_whole_story(shape, dtype, total, count, with_seeds, options):
    model = Model()
    schedule = NoiseSchedule.linear(total)
    x_T = torch.randn(shape, dtype=dtype)
    seeds = list(range(shape[0])) if with_seeds else None
    frames = list(denoise(model, schedule, x_T, num_inference_steps=count, seeds=seeds, **options))
    timesteps = timesteps_of(options["spacing"], schedule, count)
    assert [frame.index for frame in frames] == list(range(count + 1))
    assert [frame.t for frame in frames] == [*timesteps, -1]
    assert torch.equal(frames[0].x_t, x_T)
    assert torch.equal(frames[-1].pred_x_0, frames[-1].x_t)
    for frame in frames:
        assert isinstance(frame, Frame)
        assert frame.x_t.shape == frame.pred_x_0.shape == shape
        assert frame.x_t.dtype == frame.pred_x_0.dtype == dtype
        assert bool(frame.x_t.isfinite().all())
        if options["clip"]:
            assert float(frame.pred_x_0.abs().max()) <= 1 or frame.t == -1
    calls = model.calls
    if options["sampler"] == "heun":  # twice a step, but once in the last
        assert len(calls) == 2 * count - 1
        calls = calls[::2]
    assert len(calls) == count  # once for each step, with its own x_t and t
    for (x_t, t), frame in zip(calls, frames, strict=False):
        assert torch.equal(x_t, frame.x_t)
        assert t.dtype == torch.long
        assert t.tolist() == [frame.t] * shape[0]


def test_the_clipped_result_is_in_range():
    """The last step shows pred_x_0 itself, so clipping holds for the finished pictures."""
    for sampler in fitting(False):
        *_, finished = denoise(
            Model(), LINEAR, 9 * torch.randn(4, 5), sampler=sampler, clip=True, eta=0.5
        )
        assert float(finished.x_t.abs().max()) <= 1 + 1e-6


def test_an_earlier_frame_is_not_changed_by_later_steps():
    frames, copies = [], []
    for frame in denoise(Model(), LINEAR, torch.randn(2, 3), eta=1.0, num_inference_steps=10):
        frames.append(frame)
        copies.append((frame.x_t.clone(), frame.pred_x_0.clone()))
    for frame, (x_t, pred_x_0) in zip(frames, copies, strict=True):
        assert torch.equal(frame.x_t, x_t)
        assert torch.equal(frame.pred_x_0, pred_x_0)


@pytest.mark.parametrize("enabled", [True, False])
def test_the_gradient_mode_of_the_consumer_stays_its_own(enabled):
    weight = torch.ones(3, requires_grad=True)
    with torch.set_grad_enabled(enabled):
        frames = denoise(lambda x_t, t: x_t * weight, LINEAR, torch.randn(2, 3))
        for frame in frames:
            assert torch.is_grad_enabled() == enabled
            assert not frame.x_t.requires_grad
            if frame.index == 5:
                break
        frames.close()  # type: ignore[attr-defined]
        assert torch.is_grad_enabled() == enabled


def test_a_model_that_fails_leaves_the_gradient_mode_alone():
    def broken(x_t, t):
        raise RuntimeError("out of paint")

    with pytest.raises(RuntimeError, match="out of paint"):
        next(denoise(broken, LINEAR, torch.randn(2, 3)))
    assert torch.is_grad_enabled()


def test_stopping_early_or_never_starting_is_fine():
    model = Model()
    denoise(model, LINEAR, torch.randn(2, 3)).close()  # type: ignore[attr-defined]
    assert not model.calls
    frames = denoise(model, LINEAR, torch.randn(2, 3))
    next(frames)
    frames.close()  # type: ignore[attr-defined]
    assert len(model.calls) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del frames


def test_two_denoisings_can_take_turns():
    x_T = torch.randn(2, 3)
    alone = [frame.x_t for frame in denoise(Model(), LINEAR, x_T, eta=1.0, seeds=[1, 2])]
    one = denoise(Model(), LINEAR, x_T, eta=1.0, seeds=[1, 2])
    other = denoise(Model(), LINEAR, x_T, eta=1.0, seeds=[1, 2])
    for expected, a, b in zip(alone, one, other, strict=True):
        assert torch.equal(a.x_t, expected)
        assert torch.equal(b.x_t, expected)
    assert torch.is_grad_enabled()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"sampler": "dice"}, r"sampler is 'dice'.*ddpm, ddim"),
        ({"prediction": "epsilon"}, r"prediction is 'epsilon'.*eps, v, x_0"),
        ({"spacing": "even"}, r"spacing is 'even'.*leading, trailing, linspace, quadratic"),
        ({"variance": "fixed_small"}, r"variance is 'fixed_small'.*posterior, beta"),
        ({"eta": -0.1}, "eta is -0.1"),
        ({"eta": 1.5}, "eta is 1.5"),
        ({"eta": float("nan")}, "eta is nan"),
        ({"eta": "0.5"}, "eta is '0.5'"),
        ({"num_inference_steps": 0}, "num_inference_steps is 0"),
        ({"num_inference_steps": -3}, "num_inference_steps is -3"),
        ({"num_inference_steps": 1001}, "num_inference_steps is 1001.*1000"),
        ({"num_inference_steps": 12.5}, "num_inference_steps is 12.5"),
        ({"num_inference_steps": "50"}, "num_inference_steps is '50'"),
        ({"seeds": [1]}, "seeds is .1.*2 images"),
        ({"seeds": [1, 2, 3]}, "seeds is"),
        ({"seeds": 7}, "seeds is 7"),
        ({"seeds": [1.5, 2]}, "seeds is"),
        ({"seeds": ["a", "b"]}, "seeds is"),
        ({"x_T": torch.zeros(2, 3, dtype=torch.long)}, "x_T is .*int64"),
        ({"x_T": torch.tensor(1.0)}, "x_T is"),
    ],
)
def test_what_is_not_allowed_is_refused_at_the_call(options, sentence):
    model = Model()
    options = {"x_T": torch.randn(2, 3), **options}
    with pytest.raises(ConfigError, match=sentence):
        denoise(model, LINEAR, **options)
    assert not model.calls


@pytest.mark.parametrize("options", [{"eta": 0.0}, {"eta": 1.0, "seeds": [1, 2]}])
def test_without_fresh_noise_or_with_seeds_no_global_generator_is_asked(options):
    x_T, before = torch.randn(2, 3), torch.get_rng_state()
    list(denoise(Model(), LINEAR, x_T, num_inference_steps=5, **options))
    assert torch.equal(torch.get_rng_state(), before)


def test_without_seeds_the_noise_is_torchs_own():
    x_T = torch.randn(2, 3)

    def finished(seed):
        torch.manual_seed(seed)
        *_, frame = denoise(Model(), LINEAR, x_T, sampler="ddpm", num_inference_steps=5)
        return frame.x_t

    assert torch.equal(finished(1), finished(1))
    assert not torch.equal(finished(1), finished(2))


def test_the_model_may_answer_in_another_precision():
    frames = list(
        denoise(lambda x_t, t: x_t.bfloat16(), LINEAR, torch.randn(2, 3), num_inference_steps=5)
    )
    assert all(frame.x_t.dtype == frame.pred_x_0.dtype == torch.float32 for frame in frames)
