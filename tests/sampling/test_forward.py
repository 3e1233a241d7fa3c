"""The forward process of a real picture, and what a model makes of it at every level."""

import numpy as np
import pytest
import torch

from ddpm_studio.config import SampleConfig
from ddpm_studio.diffusion import NoiseSchedule, q_sample
from ddpm_studio.samplers import fitting
from ddpm_studio.sampling.forward import Noising, finish_levels, levels, noised
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.noise import initial_noise
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.sampling.trajectory import trajectory
from tests.sampling.tiny import CPU, model_of, tiny_config, to_tensor

STEPS, SEED = 6, 11


def noising_of(sampler="ddim", eta=0.0, **pictures):
    config = tiny_config(**pictures)
    sample = SampleConfig(sampler=sampler, eta=eta, num_inference_steps=STEPS)
    channels, height, width = config.pictures.shape
    pixels = np.random.default_rng(5).integers(0, 256, (1, height, width, channels), np.uint8)
    return Noising(Network(model_of(config), config, CPU), sample, to_tensor(pixels), SEED)


def test_every_level_is_q_sample_with_the_same_noise_and_the_last_is_the_picture_itself():
    noising = noising_of()
    schedule = NoiseSchedule.from_config(noising.network.config.diffusion)
    eps = initial_noise([SEED], noising.network.config.pictures.shape)
    frames = list(levels(noising, range(STEPS + 1), batch=4))
    assert [frame.index for frame in frames] == list(range(STEPS + 1))
    for frame in frames[:-1]:
        expected = q_sample(schedule, noising.x_0, torch.tensor([frame.t]), eps)
        np.testing.assert_array_equal(frame.x_t, to_uint8(expected))
    last = frames[-1]
    assert last.t == -1
    real = to_uint8(noising.x_0)
    for shown in (last.x_t, last.pred_x_0, last.finished):
        np.testing.assert_array_equal(shown, real)
    assert (last.pred_eps == 128).all()


@pytest.mark.parametrize("sampler", fitting(False))
@pytest.mark.parametrize(("eta", "batch"), [(0.0, 1), (0.7, 4), (0.7, 16)])
def test_what_all_levels_become_together_each_would_become_alone(sampler, eta, batch):
    """The growing batch is the sum of ordinary denoisings that begin at their levels."""
    noising = noising_of(sampler, eta)
    *_, end = finish_levels(noising, range(STEPS), batch)
    assert end.done == end.total == STEPS * (STEPS + 1) // 2
    assert end.indices == tuple(range(STEPS))
    frames = list(levels(noising, range(STEPS)))
    for index, picture in enumerate(end.pictures):
        start = noised(noising.network.process, noising.sample, noising.x_0, [SEED], index)
        made = list(trajectory(noising.network, noising.sample, [SEED], start=start))
        assert made[0].index == index
        for name in ("x_t", "pred_x_0", "pred_eps"):
            np.testing.assert_array_equal(getattr(made[0], name), getattr(frames[index], name))
        np.testing.assert_array_equal(picture, made[-1].x_t[0])


def test_some_levels_alone_become_what_they_become_among_all():
    noising = noising_of("dpmpp_2m")
    *_, every = finish_levels(noising, range(STEPS))
    *_, some = finish_levels(noising, [1, 4])
    assert some.indices == (1, 4)
    assert some.total == 5 + 2
    np.testing.assert_array_equal(some.pictures, every.pictures[[1, 4]])


def test_it_tells_how_far_it_is_and_can_be_left_at_any_step():
    noising, calls = noising_of(), []
    noising.network.model.register_forward_hook(lambda *_: calls.append(1))
    events = finish_levels(noising, range(STEPS), batch=2)
    done = [next(events).done for _ in range(4)]
    made = len(calls)
    events.close()  # type: ignore[attr-defined]
    assert len(calls) == made
    assert done == sorted(done)
    fractions = [one.done / one.total for one in finish_levels(noising, range(STEPS), batch=2)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert not any(fraction == 1 for fraction in fractions[:-1])


def test_painting_on_gives_each_seed_a_picture_of_its_own():
    """Even without fresh noise: each seed noises the picture in its own way."""
    noising = noising_of("ddim", 0.0)
    start = noised(noising.network.process, noising.sample, noising.x_0, [SEED, SEED + 1], 2)
    *_, last = trajectory(noising.network, noising.sample, [SEED, SEED + 1], start=start)
    *_, end = finish_levels(noising, [2])
    np.testing.assert_array_equal(last.x_t[0], end.pictures[0])
    assert not np.array_equal(last.x_t[0], last.x_t[1])


@pytest.mark.parametrize("pictures", [{"channels": 1}, {"channels": 4, "alpha": "hard"}])
def test_grey_and_sprites_too(pictures):
    noising = noising_of(**pictures)
    frames = list(levels(noising, range(STEPS + 1)))
    *_, end = finish_levels(noising, range(STEPS))
    assert frames[0].x_t.shape == (1, 8, 8, pictures["channels"])
    assert end.pictures.shape == (STEPS, 8, 8, pictures["channels"])
    if "alpha" in pictures:
        assert set(np.unique(end.pictures[..., 3])) <= {0, 255}
