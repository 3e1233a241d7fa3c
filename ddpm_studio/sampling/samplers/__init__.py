"""The steps of the samplers, each in the file of its name."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import Any

from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.sampling.steps import Frame, State, Step, Steps, walk

Walk = Callable[[Steps, State], Iterator[Frame]]


def step_of(sampler: str, **options: Any) -> Step:
    """One step of a sampler that `samplers.SAMPLERS` knows; of the options it gets its own."""
    row = SAMPLERS[sampler]
    step: Step = getattr(import_module(f"{__name__}.{row.name}"), row.name)
    taken = {name: options[name] for name in row.takes if name in options}
    return partial(step, **taken) if taken else step


def walk_of(sampler: str, options: Mapping[str, Any]) -> Walk:
    """The frames from a state to the finished pictures, with all steps of a sampler."""
    row = SAMPLERS[sampler]
    if not row.is_adaptive:
        return partial(walk, step=step_of(sampler, **options))
    taken = {name: options[name] for name in row.takes if name in options}
    adaptive = import_module(f"{__name__}.{row.name}").walk
    return partial(adaptive, **taken)
