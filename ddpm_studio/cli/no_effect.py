"""A note on each setting that was asked for and that has no effect beside the others."""

from argparse import Namespace
from collections.abc import Iterable, Iterator

from ddpm_studio.config import DiffusionConfig, SampleConfig
from ddpm_studio.config.fields import settings_of
from ddpm_studio.config.schedules import takers
from ddpm_studio.events import Note
from ddpm_studio.samplers import OPTIONS, SAMPLERS, with_option

OF_MOVING = ("fps", "hold", "easing", "ping_pong", "loops")  # options of a film
BEFORE = {"variance": "posterior"}  # what was usual once, and is in older projects


def of_samplers(samples: Iterable[SampleConfig]) -> Iterator[Note]:
    """What none of the samplers looks at, though a setting says something else than usual."""
    usual, all_samples = SampleConfig(), list(samples)
    names = list(dict.fromkeys(sample.sampler for sample in all_samples))
    for option in OPTIONS:
        silent = (getattr(usual, option), BEFORE.get(option))
        is_said = any(getattr(sample, option) not in silent for sample in all_samples)
        if is_said and not any(option in SAMPLERS[name].takes for name in names):
            yield Note(
                f"{option} has no effect with {', '.join(names)}; it has one with "
                f"{with_option(option)}."
            )


def of_films(options: Namespace) -> Iterator[Note]:
    """What only matters where something moves. options: of `animate`."""
    for name in OF_MOVING:
        said = getattr(options, name, None) not in (None, False)
        if said and (options.strip or (name == "loops" and not options.out.suffix)):
            still = "a page of stages" if options.strip else "a folder of frames"
            yield Note(f"--{name.replace('_', '-')} has no effect on {still}.")


def of_diffusion(config: DiffusionConfig) -> Iterator[Note]:
    """What only another schedule looks at."""
    usual = DiffusionConfig()
    for name in settings_of(DiffusionConfig):
        names = takers(name)
        is_said = getattr(config, name) != getattr(usual, name)
        if is_said and names and config.schedule not in names:
            yield Note(
                f"diffusion.{name} has no effect with diffusion.schedule={config.schedule}; "
                f"it has one with {', '.join(names)}."
            )
