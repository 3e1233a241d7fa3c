"""dpmpp_2m and heun against diffusers' schedulers, step by step, where the two mean the same.

They mean the same for given timesteps down to sigma = 0: DPMSolverMultistepScheduler as
"dpmsolver++", of order 2, "midpoint", with lower orders at the end; HeunDiscreteScheduler without
Karras sigmas. Where they differ it is not compared: diffusers' "leading" spacing of the multistep
solver leaves out its first timestep (so timesteps are given), and that solver clips only by dynamic
thresholding; Heun there knows no prediction of x_0, its "linspace" takes timesteps between two
trained ones, and from nearly pure noise (sigma above `heun.LARGEST_SIGMA`) ours takes Euler's step.
Theirs count in float32, too. So the linear schedule is taken, whose sigmas end at 157.
"""

import pytest
import torch
from diffusers import DPMSolverMultistepScheduler, HeunDiscreteScheduler

from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.sampling import denoise
from ddpm_studio.sampling.spacing import spaced_timesteps

# numpy has deprecated the way in which diffusers makes arrays of tensors
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
SCHEDULE = NoiseSchedule.linear()
THEIR_PREDICTION = {"eps": "epsilon", "v": "v_prediction", "x_0": "sample"}
BETAS = {"num_train_timesteps": 1000, "beta_start": 1e-4, "beta_end": 0.02}


def network(x_t, t):
    """Bends what it sees, differently at each timestep, and stays of a picture's size."""
    return torch.tanh(2 * x_t * (1 + t[:, None] / 1000)) + 0.3 * torch.sin(5 * x_t)


def ours(sampler, prediction, count, spacing, clip=False):
    options = {"num_inference_steps": count, "spacing": spacing, "clip": clip}
    x_T = torch.linspace(-2, 2, 12, dtype=torch.float64).reshape(3, 4)
    return list(denoise(network, SCHEDULE, x_T, sampler=sampler, prediction=prediction, **options))


@pytest.mark.parametrize("prediction", THEIR_PREDICTION)
@pytest.mark.parametrize("spacing", ["trailing", "leading", "linspace"])
@pytest.mark.parametrize("count", [1, 2, 5, 14, 15, 20])
def test_dpmpp_2m_is_diffusers_multistep_solver(prediction, spacing, count):
    """Up to 14 steps and from 15 on, where theirs handle the last one otherwise."""
    theirs = DPMSolverMultistepScheduler(
        **BETAS,
        algorithm_type="dpmsolver++",
        solver_order=2,
        solver_type="midpoint",
        lower_order_final=True,
        final_sigmas_type="zero",
        prediction_type=THEIR_PREDICTION[prediction],
    )
    theirs.set_timesteps(timesteps=spaced_timesteps(spacing, 1000, count))
    frames = ours("dpmpp_2m", prediction, count, spacing)
    assert [frame.t for frame in frames[:-1]] == theirs.timesteps.tolist()
    x = frames[0].x_t
    for t, following in zip(theirs.timesteps, frames[1:], strict=True):
        x = theirs.step(network(x, t.expand(3)), t, x).prev_sample
        torch.testing.assert_close(following.x_t, x, rtol=1e-3, atol=1e-3, check_dtype=False)


@pytest.mark.parametrize("prediction", ["eps", "v"])
@pytest.mark.parametrize("clip", [False, True], ids=["free", "clipped"])
@pytest.mark.parametrize("spacing", ["trailing", "leading"])
@pytest.mark.parametrize("count", [1, 2, 5, 20])
def test_heun_is_diffusers_heun(prediction, clip, spacing, count):
    """Theirs walk in x_t / sqrt(a), and name every timestep but the first one twice."""
    theirs = HeunDiscreteScheduler(
        **BETAS,
        beta_schedule="linear",
        timestep_spacing=spacing,
        prediction_type=THEIR_PREDICTION[prediction],
        clip_sample=clip,
    )
    theirs.set_timesteps(count)
    frames = ours("heun", prediction, count, spacing, clip)
    assert len(theirs.timesteps) == 2 * count - 1
    assert sorted({int(t) for t in theirs.timesteps}) == sorted(f.t for f in frames[:-1])
    grown = torch.sqrt(1 / SCHEDULE.alphas_cumprod)
    x = frames[0].x_t * grown[frames[0].t]
    for index, t in enumerate(theirs.timesteps):
        scaled = theirs.scale_model_input(x, t)
        x = theirs.step(network(scaled, t.long().expand(3)), t, x).prev_sample
        if index % 2 == 0 and index < len(theirs.timesteps) - 1:
            continue  # half of a step: theirs is at Euler's guess
        frame = frames[index // 2 + 1]
        scale = 1.0 if frame.t < 0 else float(grown[frame.t])
        torch.testing.assert_close(frame.x_t, x / scale, rtol=1e-3, atol=1e-3, check_dtype=False)
