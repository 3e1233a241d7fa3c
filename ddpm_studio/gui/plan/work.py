"""Background work of the plan dialog, and what it found in words."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ddpm_studio.choices import read_choices
from ddpm_studio.config import PicturesConfig, StudioConfig
from ddpm_studio.config.presets import PRESETS
from ddpm_studio.config.text import with_settings
from ddpm_studio.errors import ConfigError, StudioError, TrainingError
from ddpm_studio.gui.common.efforts import TRAIN_FIELDS
from ddpm_studio.project import Project, step_of
from ddpm_studio.words import duration_in_words, several, size_in_words

if TYPE_CHECKING:  # these bring torch along
    from ddpm_studio.training.planning.plan import Choice, Plan
    from ddpm_studio.training.planning.probe import Probe

# of a preset's training; all else under it is the artist's own
OF_PRESET = (*TRAIN_FIELDS, "gradient_checkpointing", "preview_every")
UNKNOWN = "–"
FITS, LONGER, TOO_LARGE, UNSEEN = (
    "fits your time",
    "takes longer",
    "not enough memory",
    "too slow to try in time",
)
ABOUT = "about: worked out from what was tried, not timed as a whole"
GUESS = "?: how many steps this size needs was never measured"

Configs = Mapping[str, StudioConfig]


@dataclass(frozen=True)
class MachineLook:
    """What a look at this machine found for one project.

    configs: what can be chosen, the smallest first. pictures: how many there are; None if that is
    not known. steps_done: by the training so far; None if the project is not trained yet.
    """

    probe: Probe
    configs: Configs
    pictures: int | None
    steps_done: int | None


@dataclass(frozen=True)
class Offer:
    """One choice in words. is_guess: the times; can_be_chosen: whether it fits into memory."""

    name: str
    title: str
    size: str
    rough: str = UNKNOWN
    good: str = UNKNOWN
    memory: str = UNKNOWN
    verdict: str = ""
    is_guess: bool = False
    can_be_chosen: bool = False


@dataclass(frozen=True)
class Advice:
    """What the dialog says for so much time.

    recommended: the name of an offer, "" if there is nothing to recommend. plan: of the chosen
    one, None if `problem` says why there is none. notes: sentences that belong to the plan.
    """

    machine: str
    offers: tuple[Offer, ...]
    recommended: str
    plan: Plan | None
    problem: str
    headline: str
    notes: tuple[str, ...]
    legend: str


def look_at_machine(
    project: Project, known: Probe | None = None
) -> Generator[Any, None, MachineLook]:
    """The events of `probe`. known: what it found before; then only the pictures are counted."""
    from ddpm_studio.training.planning.probe import probe

    yield None  # importing took a moment; whoever wants to stop can
    pictures, paths = _count_pictures(project), project.checkpoint_paths()
    configs = offered(project, is_trained=bool(paths))
    if known is None:
        known = yield from probe(configs)
    return MachineLook(known, configs, pictures, step_of(paths[-1]) if paths else None)


def offered(project: Project, is_trained: bool) -> Configs:
    """A trained project's own settings, else every preset for the artist's pictures.

    The same for two projects if a look at the machine finds the same for them.
    """
    if is_trained:
        return {project.name: project.config}
    found = {}
    for name, preset in PRESETS.items():
        with suppress(ConfigError):  # a shape so long that this preset cannot take it
            found[name] = as_preset(project.config, preset)
    return found


def as_preset(config: StudioConfig, preset: StudioConfig) -> StudioConfig:
    """The settings with size, model and pace of a preset; all else stays as it is.

    Pictures that are not square keep their shape: the shorter side gets the preset's size.
    Raises ConfigError if the preset cannot take such a shape.
    """
    stride = math.lcm(preset.model.stride, config.model.like(preset.model).stride)
    width, height = _scaled(config.pictures, preset.pictures.size, stride)
    words = [f"pictures.size={width}", f"pictures.height={0 if width == height else height}"]
    model = config.model.like(with_settings(preset, words).model)
    pictures = dataclasses.replace(
        config.pictures, size=width, height=0 if width == height else height
    )
    values = {name: getattr(preset.train, name) for name in OF_PRESET}
    train = dataclasses.replace(config.train, **values)
    return dataclasses.replace(config, pictures=pictures, model=model, train=train)


def waiting_offers(configs: Configs) -> tuple[Offer, ...]:
    """What will be looked at, while nothing is known yet."""
    return tuple(_unseen(name, config, UNKNOWN) for name, config in configs.items())


def advise(look: MachineLook, seconds: float, chosen: str = "") -> Advice:
    """What to say for so much time. chosen: by the person; "": what is recommended."""
    from ddpm_studio.training.planning.plan import choices, make_plan

    made = look.steps_done or 0
    found = {one.name: one for one in choices(look.probe, seconds, look.pictures, made)}
    recommended, plan, problem = "", None, ""
    try:
        plan = make_plan(look.probe, seconds, look.pictures, made=made)
        recommended = plan.name if look.steps_done is None else ""
        if chosen and chosen != plan.name:
            plan = make_plan(look.probe, seconds, look.pictures, chosen, made)
    except TrainingError as error:
        problem = str(error)
    offers = tuple(
        _offer(found[name], config) if name in found else _unseen(name, config)
        for name, config in look.configs.items()
    )
    probe = look.probe
    return Advice(
        f"{probe.device_name}  ·  {size_in_words(probe.memory_free)} of memory free",
        offers,
        recommended,
        plan,
        problem,
        "" if plan is None else _headline(plan, look.configs[plan.name]),
        () if plan is None else tuple(_notes(plan, look)),
        "   ·   ".join(_legend(list(found.values()))),
    )


def summary(plan: Plan, config: StudioConfig, is_trained: bool) -> str:
    """What a plan has set, as a sentence for the banner."""
    length = f"{several(plan.steps, 'step')}, about {duration_in_words(plan.seconds)}"
    parts = config.train.accumulation
    way = f", each batch in {parts} parts" if parts > 1 else ""
    way += ", layers computed twice to save memory" if config.train.gradient_checkpointing else ""
    if is_trained:
        return f"Set as planned: {length}{way}."
    return f"Set as planned: pictures of {size_of(config)}, model “{plan.name}”, {length}{way}."


def size_of(config: StudioConfig) -> str:
    """ "64 px", or "96 × 64 px" if the pictures are not square."""
    _, height, width = config.pictures.shape
    return f"{width} px" if width == height else f"{width} × {height} px"


def _scaled(pictures: PicturesConfig, short: int, stride: int) -> tuple[int, int]:
    """Width and height of that shape, of which the shorter one is so long."""
    _, height, width = pictures.shape
    long = max(1, round(max(width, height) * short / min(width, height) / stride)) * stride
    if width == height:
        return short, short
    return (long, short) if width > height else (short, long)


def _count_pictures(project: Project) -> int | None:
    """Of the folder, without those that the artist has left out."""
    from ddpm_studio.data.scan import scan_folder

    try:
        choices = read_choices(project.path)
        files = scan_folder(project.pictures)[0]
    except (StudioError, OSError):  # a plan needs no pictures; training will say what is wrong
        return None
    return sum(choices.of(file.name).state != "out" for file in files) or None


def _offer(choice: Choice, config: StudioConfig) -> Offer:
    from ddpm_studio.training.planning.plan import wait_in_words

    verdict = FITS if choice.fits_time else LONGER
    return Offer(
        choice.name,
        _title(choice.name),
        size_of(config),
        wait_in_words(choice, choice.rough_seconds),
        wait_in_words(choice, choice.good_seconds),
        size_in_words(choice.memory),
        verdict if choice.fits_memory else TOO_LARGE,
        not choice.is_proven,
        choice.fits_memory,
    )


def _unseen(name: str, config: StudioConfig, cell: str = "") -> Offer:
    verdict = "" if cell else UNSEEN
    return Offer(name, _title(name), size_of(config), cell, cell, cell, verdict)


def _title(name: str) -> str:
    """A preset begins with a capital; a project is called what it is called."""
    return name.capitalize() if name in PRESETS else name


def _headline(plan: Plan, config: StudioConfig) -> str:
    length = f"{several(plan.steps, 'step')} in {duration_in_words(plan.seconds)}"
    return f"{_title(plan.name)}, {size_of(config)}:  {length}"


def _notes(plan: Plan, look: MachineLook) -> Iterator[str]:
    """What the plan does besides, and what it does not know."""
    if look.steps_done:
        yield (
            "The times count from the beginning; these steps come on top of the "
            f"{look.steps_done:,} that it has learned."
        )
    train = with_settings(look.configs[plan.name], plan.settings).train
    if train.accumulation > 1:
        yield f"So that it fits into memory, each batch goes through in {train.accumulation} parts."
    if train.gradient_checkpointing:
        yield "To save memory, layers are computed twice instead of kept; it learns the same."


def _legend(choices: list[Choice]) -> Iterator[str]:
    if not all(choice.is_measured for choice in choices):
        yield ABOUT
    if not all(choice.is_proven for choice in choices):
        yield GUESS
