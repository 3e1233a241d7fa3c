"""The mathematics of diffusion: pure functions of tensors."""

from ddpm_studio.diffusion.bound import (
    LEVEL_BITS,
    bound_bits,
    decoder_bits,
    expected_bits,
    prior_bits,
    step_bits,
)
from ddpm_studio.diffusion.likelihood import Bits, bits_at, bits_per_dim
from ddpm_studio.diffusion.loss import l_hybrid, l_simple, l_vlb, min_snr_weights
from ddpm_studio.diffusion.prediction import (
    eps_from_x_0,
    predict_eps,
    predict_x_0,
    prediction_target,
)
from ddpm_studio.diffusion.process import Process, per_image, q_sample
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

__all__ = [
    "LEVEL_BITS",
    "Bits",
    "LossHistory",
    "NoiseSchedule",
    "Process",
    "best_variance",
    "bits_at",
    "bits_per_dim",
    "bound_bits",
    "clipped_posterior_variance",
    "decoder_bits",
    "eps_from_x_0",
    "expected_bits",
    "l_hybrid",
    "l_simple",
    "l_vlb",
    "log_variance",
    "min_snr_weights",
    "per_image",
    "predict_eps",
    "predict_x_0",
    "prediction_target",
    "prior_bits",
    "q_posterior",
    "q_sample",
    "resampling_multipliers",
    "resampling_probabilities",
    "split_output",
    "step_bits",
    "variance_part",
]
