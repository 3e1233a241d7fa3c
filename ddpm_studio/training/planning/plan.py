"""What to train in the time there is, and what to expect of it."""

import math
from dataclasses import dataclass

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.presets import PRESETS
from ddpm_studio.errors import TrainingError
from ddpm_studio.training.planning.probe import Outlook, Probe
from ddpm_studio.words import duration_in_words, size_in_words

STEPPING_SHARE = 0.95  # of the time; the rest goes into previews, held-out pictures, checkpoints
MOST_TIMES = 4  # so many times the steps to good pictures are offered, and no more
MOST_GROWTH = 4.0  # of the steps, however many pictures there are


@dataclass(frozen=True)
class StepsNeeded:
    """How many steps a preset needs until its pictures are rough, and until they are good.

    evidence: where that was seen, or "" if it never was. pictures: of how many. farthest: how
    many steps were looked at.
    """

    rough: int
    good: int
    evidence: str = ""
    pictures: int = 2563
    farthest: int = 0


# Sketch was measured (docs/evidence.md): distance 54 to 63 to 2,563 pictures after 2,300
# steps of 16, where two halves of these pictures are 37 apart and noise is 1228; after 1,000 steps
# its pictures were rough, and after 9,485 the distance was 53. The other sizes never were: good is
# where their preset lets the learning rate fall, and rough a quarter of that.
STEPS_NEEDED = {
    "sketch": StepsNeeded(1000, 2300, "2,563 watercolours of fruit", farthest=9485),
    "small": StepsNeeded(2500, 10_000),
    "standard": StepsNeeded(5000, 20_000),
    "large": StepsNeeded(10_000, 40_000),
}


@dataclass(frozen=True)
class Choice:
    """One preset, or one project's own settings, on this machine.

    rough_steps, good_steps: needed; rough_seconds, good_seconds: the same in time, previews and
    checkpoints included. memory: bytes. settings: see `Outlook`. fits_time: for good pictures.
    is_measured: whether the speed was, see `Outlook`; is_proven: whether the steps were, and
    up to how many, farthest. Of steps that are made already, nothing is counted any more.
    """

    name: str
    size: int  # pixels
    rough_steps: int
    good_steps: int
    rough_seconds: float
    good_seconds: float
    step_seconds: float
    memory: int
    fits_memory: bool
    fits_time: bool
    settings: tuple[str, ...]
    is_measured: bool
    is_proven: bool
    farthest: int = 0


@dataclass(frozen=True)
class Plan:
    """What to do with the time.

    settings: see `Outlook`. seconds: that the steps take, at most those
    that were asked for. memory: bytes. quality: "good", "rough" or "unfinished". expectation: one
    or two sentences. alternatives: all that were looked at, from the smallest to the largest.
    """

    name: str
    settings: tuple[str, ...]
    steps: int
    seconds: float
    memory: int
    quality: str
    expectation: str
    alternatives: tuple[Choice, ...]


def choices(
    probe: Probe, seconds: float, pictures: int | None = None, made: int = 0
) -> tuple[Choice, ...]:
    """What everything that was probed would take; pictures: how many there are, if known.

    made: steps that were trained already, of a project's own settings.
    """
    return tuple(_choice(outlook, seconds, pictures, made) for outlook in probe.outlooks)


def make_plan(
    probe: Probe,
    seconds: float,
    pictures: int | None = None,
    name: str | None = None,
    made: int = 0,
) -> Plan:
    """The largest preset whose steps to good pictures fit into so many seconds.

    If none does, the one that gets furthest. name: of the only one that comes into question, such
    as a project's own settings, of which so many steps are made already. Raises TrainingError if
    nothing fits into the free memory.
    """
    offered = choices(probe, seconds, pictures, made)
    asked = [choice for choice in offered if name in (None, choice.name)]
    if not asked:
        raise TrainingError(
            "There was no time to find out what fits; try again when this machine is less busy."
        )
    fitting = [choice for choice in asked if choice.fits_memory]
    if not fitting:
        raise TrainingError(_too_large(asked, probe.memory_free))
    done = [choice for choice in fitting if choice.fits_time]
    best = done[-1] if done else min(fitting, key=lambda choice: choice.good_seconds)
    possible = int(seconds * STEPPING_SHARE / best.step_seconds)
    config = next(one.config for one in probe.outlooks if one.name == best.name)
    all_steps = steps_needed(config, pictures).good
    steps = max(1, min(possible, max(MOST_TIMES * all_steps - made, all_steps)))
    quality = "rough" if steps >= best.rough_steps else "unfinished"
    if steps >= best.good_steps:
        quality = "good"
    taken = min(seconds, steps * best.step_seconds / STEPPING_SHARE)
    expectation = _expectation(best, made + steps, quality, all_steps)
    return Plan(best.name, best.settings, steps, taken, best.memory, quality, expectation, offered)


def steps_needed(config: StudioConfig, pictures: int | None = None) -> StepsNeeded:
    """How many steps such settings need: those of the preset nearest in size.

    More pictures than the evidence has may use more: their square root, a guess. For settings that
    are no preset's nothing is proven.
    """
    name = min(PRESETS, key=lambda name: abs(math.log(PRESETS[name].pictures.size / _side(config))))
    needed, same = STEPS_NEEDED[name], PRESETS[name]
    growth = math.sqrt((pictures or needed.pictures) / needed.pictures)
    growth = min(max(growth, 1.0), MOST_GROWTH) * same.train.batch_size / config.train.batch_size
    is_preset = (config.model, config.train.batch_size, config.diffusion) == (
        same.model,
        same.train.batch_size,
        same.diffusion,
    )
    evidence = needed.evidence if is_preset else ""
    farthest = needed.farthest if evidence else 0
    rough, good = math.ceil(needed.rough * growth), math.ceil(needed.good * growth)
    return StepsNeeded(rough, good, evidence, farthest=farthest)


def _side(config: StudioConfig) -> float:
    """Of a square with as many pixels."""
    _, height, width = config.pictures.shape
    return math.sqrt(height * width)


def _choice(outlook: Outlook, seconds: float, pictures: int | None, made: int) -> Choice:
    needed = steps_needed(outlook.config, pictures)
    rough, good = max(0, needed.rough - made), max(0, needed.good - made)
    each = outlook.step_seconds / STEPPING_SHARE
    return Choice(
        outlook.name,
        outlook.config.pictures.size,
        rough,
        good,
        rough * each,
        good * each,
        outlook.step_seconds,
        outlook.memory,
        outlook.fits,
        good * each <= seconds,
        outlook.settings,
        outlook.is_measured,
        bool(needed.evidence),
        needed.farthest,
    )


def _expectation(choice: Choice, steps: int, quality: str, good_steps: int) -> str:
    """What to expect after so many steps in all, and how that is known."""
    good = duration_in_words(choice.good_seconds)
    if quality == "good":
        sentence = "Expect good pictures"
    elif quality == "rough":
        sentence = f"Expect rough pictures: good ones take about {good} of {choice.name}"
    else:
        sentence = (
            "This is too short for pictures: the least is about "
            f"{duration_in_words(choice.rough_seconds)} for rough ones, and {good} for good ones, "
            f"of {choice.name}"
        )
    doubts = []
    if not choice.is_proven:
        doubts.append("how many steps this size needs is a guess")
    elif steps > max(good_steps, choice.farthest):
        most = max(good_steps, choice.farthest)
        doubts.append(f"what more than {most:,} steps bring was never measured")
    if not choice.is_measured:
        doubts.append("the time is an estimate, because a whole step takes too long to try")
    if not doubts:
        return f"{sentence}."
    return f"{sentence}. But {', and '.join(doubts)}."


def _too_large(choices: list[Choice], free: int) -> str:
    least = min(choices, key=lambda choice: choice.memory)
    return (
        f"There is not enough free memory: {least.name} takes {size_in_words(least.memory)}, and "
        f"{size_in_words(free)} are free; close other programs, or take smaller pictures."
    )


def wait_in_words(choice: Choice, seconds: float) -> str:
    """ "12 min", "about 12 min", or "reached" if nothing is left to wait for."""
    if seconds <= 0:
        return "reached"
    return f"{'' if choice.is_measured else 'about '}{duration_in_words(seconds)}"
