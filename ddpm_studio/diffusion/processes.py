"""The process that a project's settings ask for: a row for each of `config/schedules.py`."""

from collections.abc import Callable
from typing import Protocol

from torch import Tensor

from ddpm_studio.config import DiffusionConfig
from ddpm_studio.diffusion.continuous import VE, VP
from ddpm_studio.diffusion.gamma import GammaProcess
from ddpm_studio.diffusion.process import Process
from ddpm_studio.diffusion.schedule import NoiseSchedule

SOME_SIGMA_MAX = 50.0  # where no pictures are known yet, as when a plan is made


class LearnedGamma(Protocol):
    """gamma(t) with parameters, as `nn.gamma.MonotoneGamma`."""

    training: bool  # whether gradients pass to them

    def __call__(self, t: Tensor) -> Tensor: ...
    def slope(self, t: Tensor) -> Tensor: ...
    def weigh(self, terms: Tensor) -> None: ...


def _in_steps(config: DiffusionConfig, gamma: LearnedGamma | None) -> Process:
    return NoiseSchedule.from_config(config)


def _preserving(config: DiffusionConfig, gamma: LearnedGamma | None) -> Process:
    return VP(config.beta_min, config.beta_max)


def _exploding(config: DiffusionConfig, gamma: LearnedGamma | None) -> Process:
    return VE(config.sigma_min, config.sigma_max or SOME_SIGMA_MAX)


def _learned(config: DiffusionConfig, gamma: LearnedGamma | None) -> Process:
    assert gamma is not None  # a model with such a schedule has one
    return GammaProcess(gamma, learns=gamma.training)


_ROWS: dict[str, Callable[[DiffusionConfig, LearnedGamma | None], Process]] = {
    "linear": _in_steps,
    "cosine": _in_steps,
    "vp": _preserving,
    "ve": _exploding,
    "learned": _learned,
}


def process_of(config: DiffusionConfig, gamma: LearnedGamma | None = None) -> Process:
    """gamma: what the model has learned of it, for a schedule that is.

    Raises ConfigError if the numbers do not fit each other.
    """
    return _ROWS[config.schedule](config, gamma)
