"""The steps of a denoising: its frames, where it stands between two, what a sampler is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddpm_studio.diffusion import Process, eps_from_x_0, predict_eps, predict_x_0, split_output
from ddpm_studio.nn.per_picture import Predict
from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.sampling.noise import step_noise

FURTHER = 2**32  # between the numbers of two draws of one step: more than there are steps


@dataclass(frozen=True)
class Frame:
    """The pictures at one timestep, and what the model makes of them. Tensors: (N, ...).

    pred_eps agrees with pred_x_0 and x_t; it is 0 when finished, None in a frame made by hand.
    calls: of the model, for each picture, long (N,); in the last frame. begun: where an adaptive
    sampler began.
    """

    index: int  # 0 is x_T, the last is the finished picture
    t: float  # timestep, whole or in (0, 1] as the process has it; -1 when finished
    x_t: Tensor
    pred_x_0: Tensor
    pred_eps: Tensor | None = None
    calls: Tensor | None = None
    begun: State | None = None


@dataclass(frozen=True)
class State:
    """The pictures before step `index`, which has not been made. Tensors: (N, ...).

    before: pred_x_0 of the step before, for the samplers that look back; None where there is
    none, so that the next step is made as a first one. Fresh noise needs nothing kept: it belongs
    to the seed and the index. begun: where an adaptive sampler began, from where it comes here
    again; None: it begins here.
    """

    index: int
    x_t: Tensor
    before: Tensor | None = None
    begun: State | None = None

    @property
    def nbytes(self) -> int:
        return sum(part.nbytes for part in (self.x_t, self.before, self.begun) if part is not None)

    def part(self, first: int, last: int) -> State:
        """Pictures first .. last - 1 alone."""
        return self._each(lambda tensor: tensor[first:last])

    def to(self, device: torch.device | str) -> State:
        """On a device; what came from there comes back unchanged."""
        return self._each(lambda tensor: tensor.to(device))

    def _each(self, change: Callable[[Tensor], Tensor]) -> State:
        before = None if self.before is None else change(self.before)
        begun = None if self.begun is None else self.begun._each(change)
        return State(self.index, change(self.x_t), before, begun)


def state_of(frame: Frame, previous: Frame | None, sampler: str) -> State:
    """The state from which `denoise` yields this frame, and all that follow it, again.

    previous: the frame before it, None if it is the first.
    """
    looks_back = SAMPLERS[sampler].looks_back and previous is not None
    before = previous.pred_x_0 if looks_back and previous is not None else None
    return State(frame.index, frame.x_t, before, frame.begun)


def joined(states: list[State]) -> State:
    """The states of several batches as one, on the CPU."""
    befores = [state.before for state in states if state.before is not None]
    beginnings = [state.begun for state in states if state.begun is not None]
    return State(
        states[0].index,
        torch.cat([state.x_t.cpu() for state in states]),
        torch.cat([before.cpu() for before in befores]) if befores else None,
        joined(beginnings) if beginnings else None,
    )


class Counted:
    """A model that counts how often it was asked. Attribute: calls."""

    def __init__(self, model: Predict) -> None:
        self._model = model
        self.calls = 0

    def __call__(self, x_t: Tensor, t: Tensor) -> Tensor:
        self.calls += 1
        return self._model(x_t, t)


@dataclass(frozen=True)
class Steps:
    """One denoising to be done, on descending timesteps."""

    model: Predict
    process: Process
    timesteps: Sequence[float]
    prediction: str
    clip: bool
    seeds: Sequence[int] | None

    def pairs(self, first: int = 0) -> Iterator[tuple[int, float, float]]:
        """(index, t, t_prev) from a step on; t_prev is -1 at the last step."""
        following = [*self.timesteps[1:], -1]
        both = list(zip(self.timesteps, following, strict=True))
        for index, (t, t_prev) in enumerate(both[first:], first):
            yield index, t, t_prev

    def predict(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """pred_x_0 and pred_eps, with one call of the model; they agree with each other.

        t: of all pictures, or (N,), one for each. When pred_x_0 is clipped, pred_eps is what
        would lead from it to x_t.
        """
        return self.predict_all(x_t, t)[:2]

    def predict_all(self, x_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """The same, and v of the variance, like x_t, from a model that has learned one."""
        dtype = self.process.t_dtype(x_t.device)
        if isinstance(t, Tensor):
            t_all, t_used = t.to(x_t.device, dtype), t.to(self.process.device)
        else:
            t_all = torch.full((len(x_t),), t, dtype=dtype, device=x_t.device)
            t_used = self.process.moments([t])
        output, v = split_output(self.model(x_t, t_all).to(x_t.dtype), x_t)
        pred_x_0 = predict_x_0(self.process, self.prediction, x_t, t_used, output)
        if self.clip:
            pred_x_0 = pred_x_0.clamp(-1, 1)
            return pred_x_0, eps_from_x_0(self.process, x_t, t_used, pred_x_0), v
        return pred_x_0, predict_eps(self.process, self.prediction, x_t, t_used, output), v

    def noise(self, index: int, like: Tensor, further: int = 0) -> Tensor:
        """Fresh noise for step `index`. further: which one, if a step needs several."""
        return step_noise(self.seeds, index + FURTHER * further, like)


@dataclass(frozen=True)
class Point:
    """Where one step begins, and what the model says there. Tensors: (N, ...).

    before: pred_x_0 of the step before, None if this is the first that is made.
    v: where between beta tilde and beta the variance lies, None if the model has learned none.
    """

    index: int
    t: float
    t_prev: float
    x_t: Tensor
    pred_x_0: Tensor
    pred_eps: Tensor
    before: Tensor | None
    v: Tensor | None = None


Step = Callable[[Steps, Point], Tensor]  # a sampler: the pictures at t_prev


def walk(steps: Steps, start: State, step: Step) -> Iterator[Frame]:
    """The frames from a state to the finished pictures, each step made by the sampler."""
    x_t, before = start.x_t, start.before
    for index, t, t_prev in steps.pairs(start.index):
        pred_x_0, pred_eps, v = steps.predict_all(x_t, t)
        yield Frame(index, t, x_t, pred_x_0, pred_eps)
        x_t = step(steps, Point(index, t, t_prev, x_t, pred_x_0, pred_eps, before, v))
        before = pred_x_0
    calls = steps.model.calls if isinstance(steps.model, Counted) else 0
    yield last_frame(steps, x_t, torch.full((len(x_t),), calls))


def last_frame(steps: Steps, x_0: Tensor, calls: Tensor) -> Frame:
    """The finished pictures. calls: long (N,)."""
    return Frame(len(steps.timesteps), -1, x_0, x_0, torch.zeros_like(x_0), calls)
