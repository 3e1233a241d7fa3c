"""Which of the T trained timesteps are used when there are fewer steps."""

from __future__ import annotations

from numbers import Integral

import numpy as np

from ddpm_studio.config import SPACINGS, check, check_choice


def spaced_timesteps(spacing: str, num_timesteps: int, num_inference_steps: int) -> list[int]:
    """Descending timesteps, `num_inference_steps` of them.

    leading: 0, T // S, 2 (T // S) ... (DDIM, diffusers' default); trailing: back from T - 1
    (Lin et al. 2024); linspace: both ends; quadratic: closer near 0 (DDIM, appendix D.2).
    Raises ConfigError unless the number of steps is from 1 to the trained timesteps.
    """
    check_choice("spacing", spacing, SPACINGS)
    total, steps = num_timesteps, num_inference_steps
    check(
        isinstance(steps, Integral) and 1 <= steps <= total,
        "num_inference_steps",
        steps,
        f"a whole number from 1 to {total}, the trained timesteps",
    )
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
