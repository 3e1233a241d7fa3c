"""Which of the T trained timesteps are used when there are fewer steps."""

from numbers import Integral

import numpy as np
import torch

from ddpm_studio.config import SPACINGS
from ddpm_studio.config.fields import check, check_choice
from ddpm_studio.diffusion import Process

LOG_SNR = "log_snr"
FIRST_LAMBDA = -5.0  # log(alpha / sigma); before it there is nothing to be seen


def timesteps_of(spacing: str, process: Process, num_inference_steps: int) -> list[int]:
    """Descending timesteps, `num_inference_steps` of them.

    log_snr: T - 1, and then equal steps of lambda = log(alpha / sigma), in which the solvers'
    errors are even (Lu et al. 2022, section 4.2); the others: see `spaced_timesteps`.
    Raises ConfigError unless the number of steps is from 1 to the trained timesteps.
    """
    if spacing != LOG_SNR:
        return spaced_timesteps(spacing, process.num_timesteps, num_inference_steps)
    _check_steps(num_inference_steps, process.num_timesteps)
    t = torch.arange(process.num_timesteps, device=process.device)
    a = process.alpha_bar(t).cpu().numpy()
    lambdas = (np.log(a) - np.log1p(-a)) / 2  # falling
    wanted = np.linspace(lambdas[0], max(FIRST_LAMBDA, lambdas[-1]), num_inference_steps)
    nearest = np.abs(lambdas - wanted[:, np.newaxis]).argmin(1)
    nearest[-1] = len(lambdas) - 1  # from pure noise on, or the brightness would be off
    return [int(t) for t in _within(_without_repeats(nearest), len(lambdas))[::-1]]


def spaced_timesteps(spacing: str, num_timesteps: int, num_inference_steps: int) -> list[int]:
    """Descending timesteps, `num_inference_steps` of them, whatever the process.

    leading: 0, T // S, 2 (T // S) ... (DDIM, diffusers' default); trailing: back from T - 1
    (Lin et al. 2024); linspace: both ends; quadratic: closer near 0 (DDIM, appendix D.2).
    Raises ConfigError unless the number of steps is from 1 to the trained timesteps.
    """
    check_choice("spacing", spacing, [one for one in SPACINGS if one != LOG_SNR])
    total, steps = num_timesteps, num_inference_steps
    _check_steps(steps, total)
    if spacing == "leading":
        ascending = np.arange(steps) * (total // steps)
    elif spacing == "trailing":
        ascending = np.sort(np.round(total - np.arange(steps) * total / steps) - 1)
    elif spacing == "linspace":
        ascending = np.round(np.linspace(0, total - 1, steps))
    else:
        ascending = _without_repeats(np.floor(np.linspace(0, (0.8 * total) ** 0.5, steps) ** 2))
    return [int(t) for t in ascending[::-1]]


def _without_repeats(ascending: np.ndarray) -> np.ndarray:
    """Push repeated timesteps upwards, each to the next free one.

    The last one stays below T: squares are closest near 0, so what is pushed up to the end has
    one timestep for every place.
    """
    free = ascending.copy()
    for index in range(1, len(free)):
        free[index] = max(free[index], free[index - 1] + 1)
    return free


def _within(ascending: np.ndarray, total: int) -> np.ndarray:
    """Push what lies at T or above downwards, so that all stay different."""
    most = total - 1 - np.arange(len(ascending))[::-1]
    return np.minimum(ascending, most)


def _check_steps(steps: int, total: int) -> None:
    check(
        isinstance(steps, Integral) and 1 <= steps <= total,
        "num_inference_steps",
        steps,
        f"a whole number from 1 to {total}, the trained timesteps",
    )
