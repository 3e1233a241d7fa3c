"""The mathematics of diffusion: pure functions of tensors."""

from ddpm_studio.diffusion.bound import (
    LEVEL_BITS,
    bound_bits,
    decoder_bits,
    expected_bits,
    prior_bits,
    step_bits,
)
from ddpm_studio.diffusion.continuous import VE, VP, ContinuousProcess
from ddpm_studio.diffusion.distance import largest_distance
from ddpm_studio.diffusion.gamma import GammaProcess
from ddpm_studio.diffusion.likelihood import Bits, bits_at, bits_per_dim
from ddpm_studio.diffusion.loss import l_hybrid, l_simple, l_vlb, min_snr_weights
from ddpm_studio.diffusion.prediction import (
    eps_from_x_0,
    predict_eps,
    predict_x_0,
    prediction_target,
)
from ddpm_studio.diffusion.process import Process, per_image, q_sample
from ddpm_studio.diffusion.processes import process_of
from ddpm_studio.diffusion.resampling import (
    LossHistory,
    resampling_multipliers,
    resampling_probabilities,
)
from ddpm_studio.diffusion.schedule import NoiseSchedule, q_posterior
from ddpm_studio.diffusion.variance import (
    best_variance,
    clipped_posterior_variance,
    log_variance,
    split_output,
    variance_part,
)
from ddpm_studio.diffusion.variational import (
    LeastVariance,
    continuous_bits,
    diffusion_variance,
    finite_bits,
    gaussian_prior_bits,
    reconstruction_bits,
)

__all__ = [
    "LEVEL_BITS",
    "VE",
    "VP",
    "Bits",
    "ContinuousProcess",
    "GammaProcess",
    "LeastVariance",
    "LossHistory",
    "NoiseSchedule",
    "Process",
    "best_variance",
    "bits_at",
    "bits_per_dim",
    "bound_bits",
    "clipped_posterior_variance",
    "continuous_bits",
    "decoder_bits",
    "diffusion_variance",
    "eps_from_x_0",
    "expected_bits",
    "finite_bits",
    "gaussian_prior_bits",
    "l_hybrid",
    "l_simple",
    "l_vlb",
    "largest_distance",
    "log_variance",
    "min_snr_weights",
    "per_image",
    "predict_eps",
    "predict_x_0",
    "prediction_target",
    "prior_bits",
    "process_of",
    "q_posterior",
    "q_sample",
    "reconstruction_bits",
    "resampling_multipliers",
    "resampling_probabilities",
    "split_output",
    "step_bits",
    "variance_part",
]
