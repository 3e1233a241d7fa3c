"""The mathematics of diffusion: pure functions of tensors."""

from ddpm_studio.diffusion.continuous import VE, VP, ContinuousProcess
from ddpm_studio.diffusion.distance import largest_distance
from ddpm_studio.diffusion.gamma import GammaProcess
from ddpm_studio.diffusion.loss import l_simple, min_snr_weights
from ddpm_studio.diffusion.prediction import (
    eps_from_x_0,
    predict_eps,
    predict_x_0,
    prediction_target,
)
from ddpm_studio.diffusion.process import Process, per_image, q_sample
from ddpm_studio.diffusion.processes import process_of
from ddpm_studio.diffusion.schedule import NoiseSchedule, q_posterior

__all__ = [
    "VE",
    "VP",
    "ContinuousProcess",
    "GammaProcess",
    "NoiseSchedule",
    "Process",
    "eps_from_x_0",
    "l_simple",
    "largest_distance",
    "min_snr_weights",
    "per_image",
    "predict_eps",
    "predict_x_0",
    "prediction_target",
    "process_of",
    "q_posterior",
    "q_sample",
]
