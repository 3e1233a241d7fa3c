"""What an XY sheet compares: two axes of settings, and what each of its cells is made with."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ddpm_studio import __version__
from ddpm_studio.config import WEIGHTS, SampleConfig
from ddpm_studio.config.fields import check, check_choice, settings_of
from ddpm_studio.errors import ConfigError
from ddpm_studio.recipe import seeds_from
from ddpm_studio.samplers import OPTIONS, SAMPLERS
from ddpm_studio.words import several

MOST_VALUES = 12
COUNTS = (1, 4, 9)  # pictures in a cell
KIND, FORMAT_VERSION = "sheet", 1
# those that are settings, and which
SETTINGS = {"steps": "num_inference_steps", "eta": "eta", "sampler": "sampler", "seed": "seed"}
AXIS_NAMES = {
    **{axis: settings_of(SampleConfig)[name].title for axis, name in SETTINGS.items()},
    "checkpoint": "Model",
    "weights": "Weights",
}
AXES = tuple(AXIS_NAMES)
ALLOWED = {  # what a value must be, in words
    "steps": "a whole number from 1",
    "eta": "a number from 0 (no fresh noise) to 1",
    "sampler": "one of " + ", ".join(SAMPLERS),
    "seed": "a whole number from 0 to 2^63 - 10",
    "checkpoint": "the step of a checkpoint, a whole number",
    "weights": "one of " + ", ".join(WEIGHTS),
}

Value = int | float | str
Place = tuple[int, int]  # column, row


@dataclass(frozen=True)
class Axis:
    """One setting, and the values of it that stand side by side."""

    name: str  # one of AXES
    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        check_choice("The name of an axis", self.name, AXES)
        values = tuple(_checked(self.name, value) for value in self.values)
        allowed = f"1 to {MOST_VALUES} different ones"
        is_right = 1 <= len(values) <= MOST_VALUES and len(set(values)) == len(values)
        check(is_right, f"The list of {self.name} values", values, allowed)
        object.__setattr__(self, "values", values)

    @property
    def labels(self) -> tuple[str, ...]:
        """In words: "10 steps", "eta 0.5", "Heun", "seed 7", "step 2,353", "averaged"."""
        return tuple(value_words(self.name, value) for value in self.values)


@dataclass(frozen=True)
class Cell:
    """What one cell is made with. sample.seed: of its first picture. checkpoint: its step."""

    sample: SampleConfig
    checkpoint: int
    which: str
    count: int

    @property
    def seeds(self) -> range:
        return range(self.sample.seed, self.sample.seed + self.count)

    @property
    def made_as(self) -> Cell:
        """The same without what its sampler does not look at: equal ones have equal pictures."""
        usual, takes = SampleConfig(), SAMPLERS[self.sample.sampler].takes
        passed: dict[str, Any] = {
            name: getattr(usual, name) for name in OPTIONS if name not in takes
        }
        return dataclasses.replace(self, sample=dataclasses.replace(self.sample, **passed))

    @property
    def calls(self) -> int:
        """How often the network looks at a picture until the cell is finished."""
        sample = self.sample
        return self.count * SAMPLERS[sample.sampler].calls(sample.num_inference_steps)

    @property
    def words(self) -> str:
        """All that matters, such as "DDIM · 50 steps · eta 0 · seed 7 · step 2,353, averaged"."""
        return _in_words(self, ())


@dataclass(frozen=True)
class Sheet:
    """Columns along x, rows along y; `base`, checkpoint and which hold where they are no axis.

    Cells have the same seeds, from base.seed on, unless seed is an axis.
    """

    x: Axis
    y: Axis
    base: SampleConfig
    checkpoint: int
    which: str = "ema"
    count: int = 1

    def __post_init__(self) -> None:
        if self.x.name == self.y.name:
            raise ConfigError(f"Both axes are {self.x.name}; choose two different ones.")
        check_choice("The weights", self.which, tuple(WEIGHTS))
        check_choice("The number of pictures in a cell", self.count, COUNTS)
        seeds_from(self.base.seed, self.count)

    @property
    def places(self) -> Iterator[Place]:
        """Row by row."""
        for row in range(len(self.y.values)):
            for column in range(len(self.x.values)):
                yield column, row

    def cell(self, place: Place) -> Cell:
        """What stands there, and how it is made."""
        column, row = place
        values = {self.x.name: self.x.values[column], self.y.name: self.y.values[row]}
        changes: dict[str, Any] = {
            name: values[axis] for axis, name in SETTINGS.items() if axis in values
        }
        sample = dataclasses.replace(self.base, **changes)
        checkpoint = int(values.get("checkpoint", self.checkpoint))
        which = str(values.get("weights", self.which))
        return Cell(sample, checkpoint, which, self.count)

    def copies(self) -> dict[Place, Place]:
        """Each place with the first one of the same pictures, which may be itself."""
        first: dict[Cell, Place] = {}
        return {place: first.setdefault(self.cell(place).made_as, place) for place in self.places}

    def check_fits(self, num_timesteps: int) -> None:
        """Raise a ConfigError if there are more steps than trained timesteps."""
        most = max(self.cell(place).sample.num_inference_steps for place in self.places)
        allowed = f"from 1 to {num_timesteps}, the trained timesteps"
        check(most <= num_timesteps, "The largest number of steps", most, allowed)

    @property
    def fixed_words(self) -> str:
        """The settings that are the same in all cells."""
        return _in_words(self.cell((0, 0)), (self.x.name, self.y.name))

    def to_dict(self) -> dict[str, Any]:
        """Plain values of JSON, with kind and format version."""
        axes = {
            name: {"name": axis.name, "values": list(axis.values)}
            for name, axis in (("x", self.x), ("y", self.y))
        }
        return {
            "kind": KIND,
            "format_version": FORMAT_VERSION,
            "program_version": __version__,
            **axes,
            "sample": _said(self.base),
            "checkpoint": self.checkpoint,
            "which": self.which,
            "count": self.count,
        }


# settings that came later are said only where they are not what was painted with before them
LATER = ("snr", "last")


def _said(sample: SampleConfig) -> dict[str, Any]:
    usual = SampleConfig()
    left_out = [name for name in LATER if getattr(sample, name) == getattr(usual, name)]
    return {name: one for name, one in dataclasses.asdict(sample).items() if name not in left_out}


NO_ETA = "{} has no eta: the same picture for each of them."


def why_same(cell: Cell) -> str:
    """Why a cell looks as another one of its sheet."""
    return NO_ETA.format(SAMPLERS[cell.sample.sampler].title)


def value_words(name: str, value: Value) -> str:
    """A value of an axis as its label says it."""
    match name:
        case "steps":
            return several(int(value), "step")
        case "eta":
            return f"eta {value:g}"
        case "sampler":
            return SAMPLERS[str(value)].title
        case "checkpoint":
            return f"step {value:,}"
        case "weights":
            return WEIGHTS[str(value)]
    return f"{name} {value}"


def parse_axis(text: str, checkpoints: Mapping[str, tuple[int, ...]] | None = None) -> Axis:
    """The axis that words such as "steps=5,10,25" name. Raises ConfigError with one sentence.

    checkpoints: words that stand for checkpoints, such as {"all": (10, 20)}.
    """
    name, equals, values = (part.strip() for part in text.partition("="))
    if not equals or name not in AXES:
        raise ConfigError(
            f"{text!r} is no axis; write one of {', '.join(AXES)} and its values, "
            "for example steps=5,10,25."
        )
    if name == "checkpoint" and values in (known := checkpoints or {}):
        return Axis(name, known[values])
    return Axis(name, tuple(_value_of(name, word.strip()) for word in values.split(",")))


def _value_of(name: str, word: str) -> Value:
    if name in ("sampler", "weights"):
        return word
    try:
        return float(word) if name == "eta" else int(word)
    except ValueError:
        raise ConfigError(f"{name} is {word!r}, but must be {ALLOWED[name]}.") from None


def _checked(name: str, value: Value) -> Value:
    if name in ("sampler", "weights"):
        is_right = value in tuple(SAMPLERS if name == "sampler" else WEIGHTS)
    elif name == "eta":
        is_right = type(value) in (int, float) and 0 <= float(value) <= 1
        value = float(value) if is_right else value
    else:
        is_right = type(value) is int and (name == "steps") <= value < 2**63 - max(COUNTS)
    check(is_right, name, value, ALLOWED[name])
    return value


def _in_words(cell: Cell, left_out: tuple[str, ...]) -> str:
    sample, parts = cell.sample, list[str]()
    values: dict[str, Value] = {
        "sampler": sample.sampler,
        "steps": sample.num_inference_steps,
        "eta": sample.eta,
        "seed": sample.seed,
    }
    for name, value in values.items():
        is_taken = name not in OPTIONS or name in SAMPLERS[sample.sampler].takes
        matters = is_taken or "sampler" in left_out
        if name not in left_out and matters:
            parts.append(value_words(name, value))
            if name == "seed" and cell.count > 1:
                parts[-1] = f"seeds {value} to {cell.seeds[-1]}"
    model: dict[str, Value] = {"checkpoint": cell.checkpoint, "weights": cell.which}
    words = [value_words(name, value) for name, value in model.items() if name not in left_out]
    return " · ".join([*parts, *([", ".join(words)] if words else [])])
