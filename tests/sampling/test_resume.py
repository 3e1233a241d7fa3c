"""A denoising goes on from any of its states exactly as if it had never stopped."""

from itertools import product

import numpy as np
import pytest
import torch

from ddpm_studio.config import SampleConfig
from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.errors import ConfigError
from ddpm_studio.samplers import fitting
from ddpm_studio.sampling import denoise
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.steps import State, state_of
from ddpm_studio.sampling.trajectory import noise_to_uint8, trajectory
from tests.sampling.tiny import CPU, model_of, tiny_config

STEPS, SEEDS = 7, range(3, 8)
SHOWN = ("x_t", "pred_x_0", "pred_eps")


def curved(x_t, t):
    return torch.tanh(2 * x_t) * (1 + t.reshape(-1, 1) / 300).to(x_t.dtype)


@pytest.mark.parametrize("sampler", fitting(False))
@pytest.mark.parametrize("eta", [0.0, 0.7])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_from_every_state_the_same_frames_follow_bit_for_bit(sampler, eta, dtype):
    settings = {"sampler": sampler, "eta": eta, "num_inference_steps": STEPS, "seeds": [4, 9, 2]}
    x_T = torch.randn(3, 5, dtype=dtype)
    whole = list(denoise(curved, NoiseSchedule.cosine(), x_T, **settings))
    for index in range(STEPS):
        previous = whole[index - 1] if index else None
        state = state_of(whole[index], previous, sampler)
        again = list(denoise(curved, NoiseSchedule.cosine(), state, **settings))
        assert [frame.index for frame in again] == list(range(index, STEPS + 1))
        for one, other in zip(again, whole[index:], strict=True):
            assert one.t == other.t
            for name in SHOWN:
                assert torch.equal(getattr(one, name), getattr(other, name))


def test_only_the_sampler_that_looks_back_needs_the_step_before():
    frames = list(denoise(curved, NoiseSchedule.cosine(), torch.randn(2, 3), sampler="dpmpp_2m"))
    kept = state_of(frames[10], frames[9], "dpmpp_2m")
    assert torch.equal(kept.before, frames[9].pred_x_0)
    assert kept.nbytes == 2 * frames[10].x_t.nbytes
    assert state_of(frames[10], frames[9], "ddim").before is None
    without = State(10, frames[10].x_t)
    *_, other = denoise(curved, NoiseSchedule.cosine(), without, sampler="dpmpp_2m")
    assert not torch.equal(other.x_t, frames[-1].x_t)


@pytest.mark.parametrize("index", [-1, 7, 50])
def test_there_is_no_going_on_where_no_step_is_left(index):
    with pytest.raises(ConfigError, match=r"start.index.*0 to 6"):
        denoise(
            curved, NoiseSchedule.cosine(), State(index, torch.zeros(1, 2)), num_inference_steps=7
        )


def test_predicted_noise_agrees_with_the_predicted_picture():
    schedule = NoiseSchedule.cosine()
    for prediction in ("eps", "v", "x_0"):
        for clip in (False, True):
            x_T = torch.randn(2, 4, dtype=torch.float64)
            for frame in denoise(curved, schedule, x_T, prediction=prediction, clip=clip):
                a = schedule.alpha_bar(frame.t)
                assert frame.pred_eps is not None
                again = a.sqrt() * frame.pred_x_0 + (1 - a).sqrt() * frame.pred_eps
                torch.testing.assert_close(again, frame.x_t, atol=1e-9, rtol=1e-9)


def test_predicted_noise_is_seen_as_grey_around_nothing():
    grey = noise_to_uint8(torch.tensor([0.0, 3.0, -3.0, 9.0, -9.0, 1.5]).reshape(1, 1, 1, 6))
    assert grey.reshape(-1).tolist() == [128, 255, 0, 255, 0, 191]
    seen = noise_to_uint8(torch.zeros(1, 4, 2, 2))
    assert seen.shape == (1, 2, 2, 4)
    assert (seen == [128, 128, 128, 255]).all()  # alpha's own noise would hide that of the colours


@pytest.mark.parametrize(
    ("sampler", "eta", "hard"),
    [
        *product(("ddpm", "ddim"), (0.0,), (False, True)),
        *product(("ddim",), (0.7,), (False, True)),
        *product(("dpmpp_2m", "heun"), (0.0,), (False,)),
    ],
)
def test_a_trajectory_goes_on_from_its_anchors(sampler, eta, hard):
    config = tiny_config(channels=4, alpha="hard") if hard else tiny_config()
    model = model_of(config)
    sample = SampleConfig(sampler=sampler, eta=eta, num_inference_steps=STEPS)
    whole = list(
        trajectory(Network(model, config, CPU), sample, SEEDS, batch=2, anchors=range(0, STEPS, 3))
    )
    assert [frame.index for frame in whole if frame.state is not None] == [0, 3, 6]
    for anchor in (0, 3, 6):
        state = whole[anchor].state
        assert state.x_t.shape == (5, *config.pictures.shape)
        again = trajectory(
            Network(model, config, CPU), sample, SEEDS, start=state, anchors=[anchor, 6]
        )
        _same(again, whole[anchor:])
        one = trajectory(Network(model, config, CPU), sample, [SEEDS[2]], start=state.part(2, 3))
        for frame, other in zip(one, whole[anchor:], strict=True):
            np.testing.assert_array_equal(frame.x_t[0], other.x_t[2])


def _same(again, expected):
    for frame, other in zip(again, expected, strict=True):
        assert (frame.index, frame.t) == (other.index, other.t)
        for name in SHOWN:
            np.testing.assert_array_equal(getattr(frame, name), getattr(other, name))
        if frame.state is not None:  # a state of a run that was gone on with is a state, too
            assert torch.equal(frame.state.x_t, other.state.x_t)
            assert (frame.state.before is None) == (other.state.before is None)


def test_the_finished_frame_predicts_no_noise():
    config = tiny_config()
    sample = SampleConfig(num_inference_steps=3)
    *_, last = trajectory(Network(model_of(config), config, CPU), sample, [1])
    assert last.pred_eps.shape == last.x_t.shape
    assert (last.pred_eps == 128).all()
