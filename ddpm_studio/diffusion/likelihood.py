"""What a model needs to store a picture, in bits for each number, on a discrete schedule."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddpm_studio.config import PREDICTIONS, VARIANCES
from ddpm_studio.config.fields import check, check_choice
from ddpm_studio.diffusion.bound import bound_bits, prior_bits
from ddpm_studio.diffusion.prediction import predict_x_0
from ddpm_studio.diffusion.process import per_image, q_sample
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.variance import clipped_posterior_variance, log_variance, split_output

Model = Callable[[Tensor, Tensor], Tensor]  # (x_t, t) -> like x_t, or with v beside it


@dataclass(frozen=True)
class Bits:
    """Bits for each number of some pictures. prior: L_T, (N,); steps: (N, T), at 0 the decoder."""

    prior: Tensor
    steps: Tensor

    @property
    def decoder(self) -> Tensor:
        """L_0, (N,)."""
        return self.steps[:, 0]

    @property
    def total(self) -> Tensor:
        """The bound, (N,)."""
        return self.prior + self.steps.sum(1)


def bits_at(
    model: Model,
    schedule: NoiseSchedule,
    x_0: Tensor,
    t: Tensor,
    eps: Tensor,
    *,
    prediction: str = "eps",
    variance: str | Tensor = "learned",
    clip: bool = False,
    decoder: str = "exact",
) -> Tensor:
    """The terms of the bound at t, with one call of the model: (N,), L_0 where t is 0.

    model: any callable, (x_t, t LongTensor (N,)) -> what `prediction` says, (N, C, ...), and for a
    "learned" variance v after it, (N, 2 C, ...). x_0, eps: (N, C, ...); t: (N,).
    variance: "learned", "posterior" (beta tilde), "beta", or sigma^2 at each timestep, (T,).
    clip: clamp pred_x_0 to [-1, 1]. decoder: as in `decoder_bits`.
    Raises ConfigError for a name that is not allowed, or a model that has learned no variance.
    """
    check_choice("prediction", prediction, PREDICTIONS)
    x_t = q_sample(schedule, x_0, t, eps)
    output, v = split_output(model(x_t, t).to(x_0.dtype), x_0)
    pred_x_0 = predict_x_0(schedule, prediction, x_t, t, output)
    if clip:
        pred_x_0 = pred_x_0.clamp(-1, 1)
    log_var = log_variance_of(schedule, variance, t, x_0, v)
    return bound_bits(schedule, x_0, t, pred_x_0, log_var, decoder)


def log_variance_of(
    schedule: NoiseSchedule, variance: str | Tensor, t: Tensor, like: Tensor, v: Tensor | None
) -> Tensor:
    """log sigma^2 at t by its name, or from all of them, (T,): like `like`, or (N, 1, ..).

    v: what the model says of it, None if nothing. Raises ConfigError as `bits_at` does.
    """
    if isinstance(variance, Tensor):
        return per_image(variance.double().to(t.device)[t].log(), like)
    check_choice("variance", variance, VARIANCES)
    if variance == "learned":
        check(v is not None, "variance", variance, "posterior or beta: the model has learned none")
        assert v is not None
        return log_variance(schedule, t, v)
    fixed = schedule.betas if variance == "beta" else clipped_posterior_variance(schedule)
    return per_image(fixed[t].log(), like)


@torch.no_grad()
def bits_per_dim(
    model: Model,
    schedule: NoiseSchedule,
    x_0: Tensor,
    eps: Tensor | None = None,
    *,
    prediction: str = "eps",
    variance: str | Tensor = "learned",
    clip: bool = False,
    decoder: str = "exact",
) -> Bits:
    """All terms of the bound for some pictures, with T calls of the model (DDPM, section 4.3).

    eps: (N, ...), the same at every step, or None for noise of torch's own generator, new at each.
    The rest is as in `bits_at`.
    """
    rows = []
    for step in range(schedule.num_timesteps):
        t = torch.full((len(x_0),), step, device=x_0.device)
        noise = torch.randn_like(x_0) if eps is None else eps
        options = {"prediction": prediction, "clip": clip, "decoder": decoder}
        rows.append(bits_at(model, schedule, x_0, t, noise, variance=variance, **options))  # type: ignore[arg-type]
    return Bits(prior_bits(schedule, x_0), torch.stack(rows, 1))
