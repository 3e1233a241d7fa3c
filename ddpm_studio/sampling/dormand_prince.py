"""An adaptive solver of differential equations, whose steps are each picture's own.

Dormand & Prince 1980, of order 5 with an error of order 4, and its dense output (Shampine 1986), as
in `scipy.integrate.RK45`. A picture is solved as if it were alone: its error is its own norm.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from ddpm_studio.diffusion import per_image
from ddpm_studio.sampling.score import norms

Slope = Callable[[Tensor, Tensor], Tensor]  # x (N, ...), t float64 (N,) -> dx / dt

C = (0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0)
A: tuple[tuple[float, ...], ...] = (
    (),
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
)
B = (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84)
E = (-71 / 57600, 0.0, 71 / 16695, -71 / 1920, 17253 / 339200, -22 / 525, 1 / 40)
# of theta, theta^2, theta^3 and theta^4, for each slope
P = (
    (1.0, -8048581381 / 2820520608, 8663915743 / 2820520608, -12715105075 / 11282082432),
    (0.0, 0.0, 0.0, 0.0),
    (0.0, 131558114200 / 32700410799, -68118460800 / 10900136933, 87487479700 / 32700410799),
    (0.0, -1754552775 / 470086768, 14199869525 / 1410260304, -10690763975 / 1880347072),
    (0.0, 127303824393 / 49829197408, -318862633887 / 49829197408, 701980252875 / 199316789632),
    (0.0, -282668133 / 205662961, 2019193451 / 616988883, -1453857185 / 822651844),
    (0.0, 40617522 / 29380423, -110615467 / 29380423, 69997945 / 29380423),
)
ORDER = 4  # of the error
SAFETY, LEAST_FACTOR, LARGEST_FACTOR = 0.9, 0.2, 10.0
SMALLEST = 1e-12  # a step: what is not smooth even there is gone over
DIGITS = 10  # times the last digit of a number is the least tolerance


class Solver:
    """Pictures on their way from one t to a smaller one. Attribute: calls, long (N,), of the slope.

    The slope is asked only about those that need it, each at its own t.
    """

    def __init__(
        self,
        slope: Slope,
        x: Tensor,
        slope_there: Tensor,
        begin: float,
        end: float,
        tolerance: float,
        absolute: float,
    ) -> None:
        """slope_there: of x at `begin`. tolerance, absolute: of the error, rtol and atol."""
        self._slope, self._end = slope, end
        self._rtol = max(tolerance, DIGITS * torch.finfo(x.dtype).eps)
        self._atol = absolute
        count = len(x)
        self.calls = torch.zeros(count, dtype=torch.long)
        self._t = np.full(count, begin)
        self._x, self._there = x.clone(), slope_there.clone()
        # the last step of each: where it began, how long it was, and its seven slopes
        self._t_before, self._h_before = np.full(count, begin), np.zeros(count)
        self._x_before, self._slopes = x.clone(), [slope_there.clone() for _ in range(7)]
        first = self._first_steps()
        self._h = np.where(np.isfinite(first), first, begin - end)
        self._was_refused = np.zeros(count, bool)

    def at(self, t: float) -> Tensor:
        """The pictures at a t that is not larger than that of the last call: (N, ...)."""
        while (late := np.flatnonzero(self._t > t)).size:
            self._attempt(late)
        done = np.where(self._h_before == 0, 1.0, self._h_before)
        return self._between((t - self._t_before) / done)

    def _between(self, theta: np.ndarray) -> Tensor:
        """At a part of the last step of each; the end of a step is what the step came to."""
        x = self._x_before
        for slope, factors in zip(self._slopes, P, strict=True):
            weight = sum(factor * theta ** (power + 1) for power, factor in enumerate(factors))
            x = x + self._each(weight * self._h_before, x) * slope
        is_end = torch.from_numpy(theta >= 1).to(x.device)
        return torch.where(is_end.reshape(-1, *[1] * (x.ndim - 1)), self._x, x)

    def _attempt(self, who: np.ndarray) -> None:
        """One step of some, which is made again, shorter, where its error was too large."""
        index = torch.from_numpy(who).to(self._x.device)
        t, x = self._t[who], self._x[index]
        h = -np.minimum(self._h[who], t - self._end)
        slopes = [self._there[index]]
        for c, row in zip(C[1:], A[1:], strict=True):
            slopes.append(self._ask(who, self._moved(x, h, row, slopes), t + c * h))
        x_next = self._moved(x, h, B, slopes)
        is_last = t + h <= self._end
        t_next = np.where(is_last, self._end, t + h)
        slopes.append(self._ask(who, x_next, t_next))
        scale = self._atol + self._rtol * torch.maximum(x.abs(), x_next.abs())
        zero = torch.zeros_like(x)
        error = norms(self._moved(zero, h, E, slopes) / scale).numpy() / x[0].numel() ** 0.5
        is_short = -h <= SMALLEST
        # where the model says nothing that is a number, there is nothing to be solved
        t_next = np.where(is_short & ~np.isfinite(error), self._end, t_next)
        accepted = (error < 1) | is_short
        self._h[who] = -h * self._factors(error, who)
        self._was_refused[who] = ~accepted
        self._take(who[accepted], index, accepted, h, t_next, x_next, slopes)

    def _take(
        self,
        who: np.ndarray,
        index: Tensor,
        accepted: np.ndarray,
        h: np.ndarray,
        t_next: np.ndarray,
        x_next: Tensor,
        slopes: list[Tensor],
    ) -> None:
        """Those whose step was right are at its end."""
        inner = torch.from_numpy(np.flatnonzero(accepted)).to(index.device)
        outer = index[inner]
        self._x_before[outer] = self._x[outer]
        self._t_before[who], self._h_before[who] = self._t[who], h[accepted]
        self._t[who], self._x[outer] = t_next[accepted], x_next[inner]
        for kept, slope in zip(self._slopes, slopes, strict=True):
            kept[outer] = slope[inner]
        self._there[outer] = slopes[-1][inner]

    def _factors(self, error: np.ndarray, who: np.ndarray) -> np.ndarray:
        """By how much the next step of each is longer, or shorter."""
        with np.errstate(divide="ignore"):
            factor = SAFETY * error ** (-1 / (ORDER + 1))
        most = np.where(self._was_refused[who] & (error < 1), 1.0, LARGEST_FACTOR)
        bad = ~np.isfinite(error)
        return np.where(bad, LEAST_FACTOR, np.clip(factor, LEAST_FACTOR, most))

    def _first_steps(self) -> np.ndarray:
        """How long the first step of each is tried (Hairer et al. 1993, section II.4)."""
        root = self._x[0].numel() ** 0.5
        everybody, whole = np.arange(len(self._x)), self._t - self._end
        scale = self._atol + self._rtol * self._x.abs()
        of_x = norms(self._x / scale).numpy() / root
        of_slope = norms(self._there / scale).numpy() / root
        is_small = (of_x < 1e-5) | (of_slope < 1e-5)
        tried = np.where(is_small, 1e-6, 0.01 * of_x / np.where(is_small, 1.0, of_slope))
        tried = np.minimum(tried, whole)
        ahead = self._x - self._each(tried, self._x) * self._there
        bent = norms((self._ask(everybody, ahead, self._t - tried) - self._there) / scale).numpy()
        largest = np.maximum(of_slope, bent / root / tried)
        is_flat = largest <= 1e-15
        by_bend = (0.01 / np.where(is_flat, 1.0, largest)) ** (1 / (ORDER + 1))
        wanted = np.where(is_flat, np.maximum(1e-6, tried * 1e-3), by_bend)
        return np.minimum(np.minimum(100 * tried, wanted), whole)

    def _ask(self, who: np.ndarray, x: Tensor, t: np.ndarray) -> Tensor:
        self.calls[torch.from_numpy(who)] += 1
        return self._slope(x, torch.from_numpy(t))

    def _moved(
        self, x: Tensor, h: np.ndarray, weights: tuple[float, ...], slopes: list[Tensor]
    ) -> Tensor:
        """x + h times the weighted sum of slopes."""
        pairs = [pair for pair in zip(weights, slopes, strict=True) if pair[0]]
        total = pairs[0][0] * pairs[0][1]
        for weight, slope in pairs[1:]:
            total = total + weight * slope
        return x + self._each(h, x) * total

    def _each(self, values: np.ndarray, like: Tensor) -> Tensor:
        return per_image(torch.from_numpy(np.ascontiguousarray(values)), like)
