"""Which moments a denoising stops at: of T trained timesteps, or on the way from 1 to 0."""

from numbers import Integral

import numpy as np
import torch

from ddpm_studio.config import SPACINGS
from ddpm_studio.config.fields import check, check_choice
from ddpm_studio.diffusion import ContinuousProcess, Process

Timesteps = list[int] | list[float]
LOG_SNR = "log_snr"
FIRST_LAMBDA = -5.0  # log(alpha / sigma); before it there is nothing to be seen


def timesteps_of(spacing: str, process: Process, num_inference_steps: int) -> Timesteps:
    """Descending timesteps, `num_inference_steps` of them: whole, or real in (0, 1].

    log_snr: T - 1, and then equal steps of lambda = log(alpha / sigma), in which the solvers'
    errors are even (Lu et al. 2022, section 4.2); the others: see `spaced_timesteps`, and
    `spaced_times` for a continuous process.
    Raises ConfigError unless the number of steps is from 1 to the trained timesteps.
    """
    if isinstance(process, ContinuousProcess):
        return spaced_times(spacing, process, num_inference_steps)
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


def spaced_times(spacing: str, process: ContinuousProcess, num_inference_steps: int) -> list[float]:
    """Descending t in (0, 1], `num_inference_steps` of them, of a continuous process.

    They mean the same as whole ones. leading: even, from a step below 1 to `least`; trailing: even,
    from 1 to a step above `least`, where the last step ends (Song et al. 2021, algorithm 2);
    linspace: both ends; quadratic: from 0.8 on, closer near `least`; log_snr: 1, then even in
    lambda, to `least`.
    Raises ConfigError unless the number of steps is at least 1.
    """
    check_choice("spacing", spacing, SPACINGS)
    steps, least = num_inference_steps, process.least
    is_right = isinstance(steps, Integral) and 1 <= steps <= process.num_timesteps
    most = process.num_timesteps
    check(is_right, "num_inference_steps", steps, f"a whole number from 1 to {most}")
    if spacing == "leading":
        times = least + (1 - least) * np.arange(steps) / steps
    elif spacing == "trailing":
        times = 1 + np.arange(steps)[::-1] * (least - 1) / steps
    elif spacing == "linspace":
        times = np.linspace(least, 1, steps) if steps > 1 else np.ones(1)
    elif spacing == "quadratic":
        times = np.linspace(least**0.5, 0.8**0.5, steps) ** 2
    else:
        ends = process.log_snr(process.moments([least, 1.0])) / 2
        first = max(FIRST_LAMBDA, float(ends[1]))
        wanted = torch.linspace(float(ends[0]), first, steps, dtype=ends.dtype)
        times = process.time_of(2 * wanted.to(process.device)).detach().cpu().numpy()
        times[-1] = 1.0  # from pure noise on, or the brightness would be off
    return [float(t) for t in times[::-1]]


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
