"""A trajectory is what `denoise` makes of each seed, as pictures."""

import dataclasses

import numpy as np
import pytest
import torch

from ddpm_studio.config import (
    SPACINGS,
    DiffusionConfig,
    ModelConfig,
    PicturesConfig,
    SampleConfig,
    StudioConfig,
    TrainConfig,
)
from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.errors import ConfigError
from ddpm_studio.events import SampleFinished
from ddpm_studio.nn import UNet
from ddpm_studio.nn.per_picture import PART
from ddpm_studio.sampling.generate import denoise_seeds, generate
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.sampling.trajectory import trajectory, trajectory_moments

CPU = torch.device("cpu")
SAMPLE = SampleConfig(num_inference_steps=6, eta=0.5)


def tiny_config(channels=3, height=0):
    return StudioConfig(
        pictures=PicturesConfig(size=8, height=height, channels=channels),
        model=ModelConfig(
            model_channels=8,
            channel_mult=(1, 2),
            attention_resolutions=(),
            head_channels=8,
            mid_attention=False,
        ),
        diffusion=DiffusionConfig(num_timesteps=40),
        train=TrainConfig(preview_steps=5),
        sample=SAMPLE,
    )


def model_of(config):
    """A network that says something: fresh ones predict zero."""
    model = UNet(config.model).eval().requires_grad_(False)
    for parameter in model.parameters():
        parameter.add_(0.1 * torch.randn_like(parameter))
    return model


@pytest.mark.parametrize(("channels", "height"), [(3, 0), (1, 0), (3, 4)])
def test_every_frame_shows_what_denoise_yields(channels, height):
    config = tiny_config(channels, height)
    model, seeds = model_of(config), range(5, 9)
    frames = list(trajectory(Network(model, config, CPU), SAMPLE, seeds))
    expected = list(denoise_seeds(Network(model, config, CPU), SAMPLE, seeds))
    assert len(frames) == SAMPLE.num_inference_steps + 1
    for frame, other in zip(frames, expected, strict=True):
        assert (frame.index, frame.t) == (other.index, other.t)
        assert frame.x_t.shape == (4, height or 8, 8, channels)
        np.testing.assert_array_equal(frame.x_t, to_uint8(other.x_t))
        np.testing.assert_array_equal(frame.pred_x_0, to_uint8(other.pred_x_0))


def test_the_last_frame_is_what_generate_makes_of_more_seeds_than_one_batch():
    config = tiny_config()
    model, seeds = model_of(config), range(20)
    *_, last = trajectory(Network(model, config, CPU), SAMPLE, seeds)
    made = generate(Network(model, config, CPU), SAMPLE, seeds)
    pictures = [event.picture for event in made if isinstance(event, SampleFinished)]
    np.testing.assert_array_equal(last.x_t, pictures)


def test_batches_go_at_the_same_pace_and_change_nothing():
    config = tiny_config()
    model, sizes = model_of(config), []
    model.register_forward_hook(lambda _, inputs, __: sizes.append(len(inputs[0])))
    frames = trajectory(Network(model, config, CPU), SAMPLE, range(5), batch=2)
    first = next(frames)
    assert sizes == [PART] * 3  # one step of all pictures, and no more; all parts are filled up
    *_, last = frames
    alone = list(trajectory(Network(model, config, CPU), SAMPLE, [3]))
    np.testing.assert_array_equal(first.x_t[3], alone[0].x_t[0])
    np.testing.assert_array_equal(last.x_t[3], alone[-1].x_t[0])


def test_frames_are_not_written_to_again():
    config = tiny_config()
    frames, kept = [], []
    for frame in trajectory(Network(model_of(config), config, CPU), SAMPLE, [1, 2]):
        frames.append(frame)
        kept.append(frame.x_t.copy())
    for frame, copy in zip(frames, kept, strict=True):
        np.testing.assert_array_equal(frame.x_t, copy)
        assert frame.x_t[1].flags.c_contiguous  # a QImage reads its bytes in a row
    with pytest.raises(dataclasses.FrozenInstanceError):
        frames[0].t = 3  # type: ignore[misc]


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_moments_are_those_of_the_frames_and_noise_falls_to_nothing(spacing, schedule):
    config = dataclasses.replace(
        tiny_config(), diffusion=DiffusionConfig(num_timesteps=40, schedule=schedule)
    )
    sample = dataclasses.replace(SAMPLE, spacing=spacing)
    schedule = NoiseSchedule.from_config(config.diffusion)
    moments = trajectory_moments(schedule, sample)
    frames = list(trajectory(Network(model_of(config), config, CPU), sample, [0]))
    assert [(m.index, m.t) for m in moments] == [(f.index, f.t) for f in frames]
    abar = schedule.alphas_cumprod
    for moment in moments[:-1]:
        assert moment.noise == pytest.approx(float((1 - abar[moment.t]).sqrt()))
    levels = [moment.noise for moment in moments]
    assert levels == sorted(levels, reverse=True)
    assert levels[-1] == 0


def test_more_steps_than_timesteps_are_refused_before_anything_is_computed():
    config, sample = tiny_config(), SampleConfig(num_inference_steps=41)
    with pytest.raises(ConfigError, match="1 to 40"):
        trajectory_moments(NoiseSchedule.from_config(config.diffusion), sample)
    with pytest.raises(ConfigError, match="1 to 40"):
        next(trajectory(Network(model_of(config), config, CPU), sample, [0]))


@pytest.mark.parametrize("sampler", ["ddpm", "ddim", "dpmpp_2m", "heun"])
def test_it_can_be_left_within_one_step_of_all_pictures(sampler):
    config = tiny_config()
    model, calls = model_of(config), []
    model.register_forward_hook(lambda *_: calls.append(1))
    sample = dataclasses.replace(SAMPLE, sampler=sampler)
    frames = trajectory(Network(model, config, CPU), sample, range(4), batch=2)
    made = []
    for _ in range(3):
        next(frames)
        made.append(len(calls))
    frames.close()  # type: ignore[attr-defined]
    assert len(calls) == made[-1]  # nothing more after it was left
    a_step = 2 * (2 if sampler == "heun" else 1)  # calls: two parts of two pictures
    assert max(np.diff(made)) <= a_step
