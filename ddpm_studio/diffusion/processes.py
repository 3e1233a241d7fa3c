"""The process that a project's settings ask for: a row for each of `config/schedules.py`."""

from collections.abc import Callable

from ddpm_studio.config import DiffusionConfig
from ddpm_studio.diffusion.continuous import VE, VP
from ddpm_studio.diffusion.process import Process
from ddpm_studio.diffusion.schedule import NoiseSchedule

SOME_SIGMA_MAX = 50.0  # where no pictures are known yet, as when a plan is made


def _preserving(config: DiffusionConfig) -> Process:
    return VP(config.beta_min, config.beta_max)


def _exploding(config: DiffusionConfig) -> Process:
    return VE(config.sigma_min, config.sigma_max or SOME_SIGMA_MAX)


_ROWS: dict[str, Callable[[DiffusionConfig], Process]] = {
    "linear": NoiseSchedule.from_config,
    "cosine": NoiseSchedule.from_config,
    "vp": _preserving,
    "ve": _exploding,
}


def process_of(config: DiffusionConfig) -> Process:
    """Raises ConfigError if the numbers do not fit each other."""
    return _ROWS[config.schedule](config)
