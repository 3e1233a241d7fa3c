"""What every sampler is given: where it starts, where it stops over, and what the model says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddpm_studio.diffusion import NoiseSchedule, eps_from_x_0, predict_eps, predict_x_0
from ddpm_studio.sampling.noise import step_noise

Model = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Steps:
    """One denoising to be done; x_T: (N, ...), timesteps descending."""

    model: Model
    schedule: NoiseSchedule
    x_T: Tensor
    timesteps: Sequence[int]
    prediction: str
    clip: bool
    seeds: Sequence[int] | None

    def pairs(self) -> Iterator[tuple[int, int, int]]:
        """(index, t, t_prev) from x_T on; t_prev is -1 at the last step."""
        following = [*self.timesteps[1:], -1]
        for index, (t, t_prev) in enumerate(zip(self.timesteps, following, strict=True)):
            yield index, t, t_prev

    def predict(self, x_t: Tensor, t: int) -> tuple[Tensor, Tensor]:
        """pred_x_0 and pred_eps, with one call of the model; they agree with each other.

        When pred_x_0 is clipped, pred_eps is what would lead from it to x_t.
        """
        t_all = torch.full((len(x_t),), t, dtype=torch.long, device=x_t.device)
        output = self.model(x_t, t_all).to(x_t.dtype)
        t_one = t_all[:1].to(self.schedule.betas.device)
        pred_x_0 = predict_x_0(self.schedule, self.prediction, x_t, t_one, output)
        if self.clip:
            pred_x_0 = pred_x_0.clamp(-1, 1)
            return pred_x_0, eps_from_x_0(self.schedule, x_t, t_one, pred_x_0)
        return pred_x_0, predict_eps(self.schedule, self.prediction, x_t, t_one, output)

    def noise(self, index: int, like: Tensor) -> Tensor:
        """Fresh noise for step `index`."""
        return step_noise(self.seeds, index, like)
