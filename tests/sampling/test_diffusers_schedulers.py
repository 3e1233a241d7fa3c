"""ddim and ddpm against diffusers' schedulers, step by step, where the two mean the same."""

import diffusers.schedulers.scheduling_ddpm as scheduling_ddpm
import pytest
import torch
from diffusers import DDIMScheduler, DDPMScheduler

from ddpm_studio.config import ModelConfig
from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.errors import ConfigError
from ddpm_studio.nn import UNet
from ddpm_studio.samplers import fitting
from ddpm_studio.sampling import denoise
from ddpm_studio.sampling.noise import initial_noise, step_noise
from ddpm_studio.sampling.spacing import spaced_timesteps

STEPS = 10
SEEDS = [0, 1]
THEIR_PREDICTION = {"eps": "epsilon", "v": "v_prediction", "x_0": "sample"}
THEIR_VARIANCE = {"posterior": "fixed_small", "beta": "fixed_large", "learned": "learned_range"}
SCHEDULES = {"linear": NoiseSchedule.linear(), "squaredcos_cap_v2": NoiseSchedule.cosine()}

each_prediction = pytest.mark.parametrize("prediction", THEIR_PREDICTION)
each_clip = pytest.mark.parametrize("clip", [False, True], ids=["free", "clipped"])
each_schedule = pytest.mark.parametrize("schedule", SCHEDULES)


@pytest.fixture(scope="module")
def network():
    """A random U-Net that remembers its outputs."""
    return remembering()


@pytest.fixture(scope="module")
def sure_network():
    """The same, which says v of the variance, too."""
    return remembering(learns_variance=True)


def remembering(**changes):
    torch.manual_seed(0)
    config = ModelConfig(
        model_channels=8,
        channel_mult=(1, 2),
        attention_resolutions=(4,),
        head_channels=8,
        image_size=8,
        **changes,
    )
    model = UNet(config).eval()
    outputs = []

    def predict(x_t, t):
        outputs.append(model(x_t, t))
        return outputs[-1]

    predict.outputs = outputs  # type: ignore[attr-defined]
    return predict


def run(network, schedule, **options):
    """Our frames, and the network's output at each step."""
    network.outputs.clear()
    x_T = initial_noise(SEEDS, (3, 8, 8))
    frames = list(
        denoise(
            network, SCHEDULES[schedule], x_T, num_inference_steps=STEPS, seeds=SEEDS, **options
        )
    )
    return frames, list(network.outputs)


def in_double(theirs, schedule):
    """Give their cosine schedule its digits back: in float32 the first and last are off by 1 %."""
    if schedule != "linear":
        theirs.betas = SCHEDULES[schedule].betas
        theirs.alphas_cumprod = SCHEDULES[schedule].alphas_cumprod
        theirs.one = theirs.final_alpha_cumprod = torch.tensor(1.0, dtype=torch.float64)
    return theirs


def assert_agrees(found, expected, prediction):
    """diffusers keeps its alphas in float32; where pictures are large, relative to them."""
    tolerance = 5e-4 if prediction == "x_0" else 2e-5
    tolerance *= max(1.0, float(expected.abs().max()))
    torch.testing.assert_close(found, expected, rtol=0, atol=tolerance)


@each_schedule
@each_prediction
@each_clip
@pytest.mark.parametrize("eta", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("spacing", ["leading", "trailing"])
def test_ddim_is_diffusers_ddim(network, schedule, prediction, clip, eta, spacing):
    """linspace is left out: diffusers steps from each of its timesteps to t - T // S."""
    theirs = DDIMScheduler(
        beta_schedule=schedule,
        prediction_type=THEIR_PREDICTION[prediction],
        clip_sample=clip,
        set_alpha_to_one=True,
        steps_offset=0,
        timestep_spacing=spacing,
    )
    in_double(theirs, schedule).set_timesteps(STEPS)
    options = {"prediction": prediction, "clip": clip, "eta": eta, "spacing": spacing}
    frames, outputs = run(network, schedule, **options)
    assert [frame.t for frame in frames[:-1]] == theirs.timesteps.tolist()
    for index, output in enumerate(outputs):
        frame, following = frames[index : index + 2]
        step = theirs.step(
            output,
            frame.t,
            frame.x_t,
            eta=eta,
            use_clipped_model_output=True,
            variance_noise=step_noise(SEEDS, index, frame.x_t) if eta else None,
        )
        assert_agrees(frame.pred_x_0, step.pred_original_sample, prediction)
        assert_agrees(following.x_t, step.prev_sample, prediction)


@each_schedule
@each_prediction
@each_clip
@pytest.mark.parametrize("variance", THEIR_VARIANCE)
@pytest.mark.parametrize("spacing", ["leading", "trailing", "linspace", "quadratic"])
def test_ddpm_is_diffusers_ddpm(
    network, sure_network, monkeypatch, schedule, prediction, clip, variance, spacing
):
    network = sure_network if variance == "learned" else network
    theirs = DDPMScheduler(
        beta_schedule=schedule,
        prediction_type=THEIR_PREDICTION[prediction],
        clip_sample=clip,
        variance_type=THEIR_VARIANCE[variance],
    )
    in_double(theirs, schedule).set_timesteps(timesteps=spaced_timesteps(spacing, 1000, STEPS))
    options = {"prediction": prediction, "clip": clip, "variance": variance, "spacing": spacing}
    frames, outputs = run(network, schedule, sampler="ddpm", **options)
    for index, output in enumerate(outputs):
        frame, following = frames[index : index + 2]
        # where the last timestep is not 0, diffusers still adds noise there and we show the mean
        last = index == STEPS - 1
        noise = torch.zeros_like(frame.x_t) if last else step_noise(SEEDS, index, frame.x_t)
        monkeypatch.setattr(scheduling_ddpm, "randn_tensor", lambda *_, n=noise, **__: n)
        step = theirs.step(output, frame.t, frame.x_t)
        assert_agrees(frame.pred_x_0, step.pred_original_sample, prediction)
        assert_agrees(following.x_t, step.prev_sample, prediction)


def test_a_fixed_variance_and_other_samplers_leave_what_was_learned_aside(network, sure_network):
    """The first half of the output is all that they see."""

    def first_half(x_t, t):
        return sure_network(x_t, t).chunk(2, 1)[0]

    x_T = initial_noise(SEEDS, (3, 8, 8))
    for sampler in fitting(False):
        options = {"sampler": sampler, "num_inference_steps": 4, "seeds": SEEDS}
        both = [
            list(denoise(one, SCHEDULES["linear"], x_T, **options))
            for one in (sure_network, first_half)
        ]
        for one, other in zip(*both, strict=True):
            assert torch.equal(one.x_t, other.x_t)
            assert torch.equal(one.pred_x_0, other.pred_x_0)
    with pytest.raises(ConfigError, match="the model has learned none"):
        list(denoise(network, SCHEDULES["linear"], x_T, sampler="ddpm", variance="learned"))


@each_prediction
def test_whole_denoisings_agree_too(network, prediction):
    """Each in its own loop, with the network in both."""
    theirs = DDIMScheduler(
        beta_schedule="linear",
        prediction_type=THEIR_PREDICTION[prediction],
        set_alpha_to_one=True,
        steps_offset=0,
    )
    theirs.set_timesteps(STEPS)
    frames, _ = run(network, "linear", prediction=prediction, clip=True)
    x_t = frames[0].x_t
    with torch.no_grad():
        for t in theirs.timesteps:
            output = network(x_t, t.expand(2))
            x_t = theirs.step(output, t, x_t, use_clipped_model_output=True).prev_sample
    assert_agrees(frames[-1].x_t, x_t, prediction)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_schedules_are_diffusers_schedules(schedule):
    theirs = DDPMScheduler(beta_schedule=schedule)
    ours = SCHEDULES[schedule]
    torch.testing.assert_close(ours.betas.float(), theirs.betas, rtol=1e-5, atol=1e-7)
    torch.testing.assert_close(
        ours.alphas_cumprod.float(), theirs.alphas_cumprod, rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize("spacing", ["leading", "trailing", "linspace"])
@pytest.mark.parametrize("steps", [1, 7, 10, 25, 50, 333, 1000])
def test_the_timesteps_are_diffusers_timesteps(spacing, steps):
    theirs = DDPMScheduler(timestep_spacing=spacing)
    theirs.set_timesteps(steps)
    assert spaced_timesteps(spacing, 1000, steps) == theirs.timesteps.tolist()
