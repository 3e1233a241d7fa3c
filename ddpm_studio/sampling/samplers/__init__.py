"""The steps of the samplers, each in the file of its name."""

from functools import partial
from importlib import import_module

from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.sampling.steps import Step


def step_of(sampler: str, **options: float | str) -> Step:
    """One step of a sampler that `samplers.SAMPLERS` knows; of the options it gets its own."""
    row = SAMPLERS[sampler]
    step: Step = getattr(import_module(f"{__name__}.{row.name}"), row.name)
    taken = {name: options[name] for name in row.takes}
    return partial(step, **taken) if taken else step
