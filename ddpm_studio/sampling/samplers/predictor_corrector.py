"""Predictor-corrector: each step of the reverse SDE is put right by one of Langevin dynamics."""

import torch
from torch import Tensor

from ddpm_studio.diffusion import per_image
from ddpm_studio.sampling.score import continuous, ends_at, norms, reverse_step, score_of
from ddpm_studio.sampling.steps import Point, Steps


def predictor_corrector(steps: Steps, at: Point, *, snr: float = 0.16) -> Tensor:
    """A step of the reverse SDE, then x + e s + sqrt(2 e) z at its end.

    e = 2 alpha (snr |z| / |s|)^2 is each picture's own, by its own norms, which a batch shares in
    the paper (Song et al. 2021, algorithms 4 and 5). alpha = 1 - beta h, which is 1 where the
    picture does not shrink. The model is called twice a step.
    """
    process = continuous(steps.process)
    t_next = ends_at(process, at.t_prev)
    step = reverse_step(process, at.x_t, at.pred_eps, at.t, t_next)
    x = step.mean + step.std * steps.noise(at.index, at.x_t)
    _, pred_eps = steps.predict(x, t_next)
    score, noise = score_of(process, t_next, pred_eps), steps.noise(at.index, x, 1)
    alpha = 1 + 2 * float(process.drift(t_next)) * (at.t - t_next)
    of_score = norms(score)
    ratio = torch.where(of_score > 0, snr * norms(noise) / of_score, 0.0)
    e = (2 * max(alpha, 0.0) * ratio.square()).to(process.device)
    return x + per_image(e, x) * score + per_image((2 * e).sqrt(), x) * noise
