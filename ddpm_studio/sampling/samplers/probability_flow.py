"""The probability-flow ODE, by an adaptive solver."""

from collections.abc import Iterator

import torch
from torch import Tensor

from ddpm_studio.sampling.dormand_prince import Solver
from ddpm_studio.sampling.score import continuous, ends_at, flow_slope
from ddpm_studio.sampling.steps import Frame, Point, State, Steps, last_frame

RTOL, ATOL = 1e-5, 1e-5  # Song et al. 2021, appendix D.4


def probability_flow(steps: Steps, at: Point, *, rtol: float = RTOL, atol: float = ATOL) -> Tensor:
    """From t to t_prev along dx / dt = f x - g^2 score / 2 (Song et al. 2021, eq. 13). No noise.

    It stops at the least t of the process. As one step among others; `walk` goes all the way.
    """
    end = ends_at(continuous(steps.process), at.t_prev)
    return _solver(steps, at.x_t, at.pred_eps, at.t, end, rtol, atol).at(end)


def walk(steps: Steps, start: State, *, rtol: float = RTOL, atol: float = ATOL) -> Iterator[Frame]:
    """The frames of one solving from where it began to the least t, by its dense output.

    Each frame shows what the model sees there, with a call of its own. calls, in the last: how
    often it was asked about each picture, in all.
    """
    begun = start.begun or start
    process, times = continuous(steps.process), steps.timesteps
    begin, end = times[begun.index], ends_at(process, -1)
    pred_x_0, pred_eps = steps.predict(begun.x_t, begin)
    solver = _solver(steps, begun.x_t, pred_eps, begin, end, rtol, atol)
    asked = 1
    for index in range(start.index, len(times)):
        t, x_t = times[index], begun.x_t
        if index > begun.index:
            x_t = solver.at(t) if t > end else solver.at(end)
            pred_x_0, pred_eps = steps.predict(x_t, t)
            asked += 1
        yield Frame(index, t, x_t, pred_x_0, pred_eps, begun=begun)
    finished = solver.at(end)
    yield last_frame(steps, finished, solver.calls + asked)


def _solver(
    steps: Steps, x: Tensor, pred_eps: Tensor, begin: float, end: float, rtol: float, atol: float
) -> Solver:
    process = continuous(steps.process)

    def slope(x: Tensor, t: Tensor) -> Tensor:
        _, pred_eps = steps.predict(x, t)
        return flow_slope(process, x, t, pred_eps)

    there = flow_slope(process, x, torch.full((len(x),), begin, dtype=torch.float64), pred_eps)
    return Solver(slope, x, there, begin, end, rtol, atol)
