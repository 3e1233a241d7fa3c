"""A recipe: everything needed to make one picture or film again, as JSON text inside its file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import reprlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ddpm_studio import __version__
from ddpm_studio.choices import MOST_CROPS
from ddpm_studio.config import WEIGHTS, SampleConfig
from ddpm_studio.errors import StudioError
from ddpm_studio.fields import check
from ddpm_studio.storage import check_format

KIND = "recipe"
FORMAT_VERSION = 2  # 1 knew single finished pictures only, which began with noise
NEW_IN_2 = ("seeds", "frame", "show", "film", "start")
SHOWS = ("x_t", "pred_x_0", "pred_eps")
START_ENTRIES = ("picture", "sha256", "index")  # and, which of its crops:
CROP = "crop"
MOST_TEXT = 1 << 20  # characters of a whole recipe
MOST_WORDS = 1000  # characters of one of its texts
MOST_SEEDS = 10_000
MOST_REPEATED = 40  # characters of a value
MOST_ENTRIES, DEEPEST = 64, 4  # of the free part: film
LARGEST = 2**63  # of a whole number, not included
MOST_NAMED = 5  # entries that a sentence names


@dataclass(frozen=True)
class Recipe:
    """How a picture or a film was made; it cannot exist in a wrong state.

    seed: of this very picture; `sample.seed` follows it, and its spacing is never "auto".
    frame: index of the frame that was taken on the way, None for the finished one; show: what is
    seen of it, one of SHOWS. seeds: of a grid or a film, in order; () means only `seed`.
    film: the options of a film as plain values, and what it is of. start: where it began, if not
    with noise but with one's own picture: {"picture": file name, "sha256": of that file,
    "index": of the frame that was painted on from, "crop": which of its crops; 0 if not said}.
    Raises StudioError with one sentence.
    """

    project: str
    checkpoint: str  # file name
    checkpoint_sha256: str
    step: int
    which: str  # "ema" or "model"
    device: str
    precision: str
    seed: int
    sample: SampleConfig
    program_version: str = __version__
    seeds: tuple[int, ...] = ()
    frame: int | None = None
    show: str = "x_t"
    film: dict[str, Any] | None = None
    start: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        for name in ("project", "checkpoint", "checkpoint_sha256", "device", "precision"):
            _check_words(name, getattr(self, name))
        _check_words("program_version", self.program_version)
        _check_number("step", self.step)
        _check_number("seed", self.seed)
        _check(self.which in tuple(WEIGHTS), "which", self.which)
        _check(isinstance(self.sample, SampleConfig), "sample", self.sample)
        _check(isinstance(self.seeds, list | tuple), "seeds", self.seeds)
        _check(len(self.seeds) <= MOST_SEEDS, "number of seeds", len(self.seeds))
        for seed in self.seeds:
            _check_number("seed", seed)
        if self.frame is not None:
            _check_number("frame", self.frame, self.sample.num_inference_steps)
        _check(self.show in SHOWS, "show", self.show)
        # frozen, so that what follows from the rest is filled in this way
        object.__setattr__(self, "seeds", tuple(self.seeds))
        # "auto" may come to mean another spacing; what was used stays what it was
        spacing = self.sample.used_spacing
        sample = dataclasses.replace(self.sample, seed=self.seed, spacing=spacing)
        object.__setattr__(self, "sample", sample)
        object.__setattr__(self, "film", _plain_entries("film", self.film))
        object.__setattr__(self, "start", self._checked_start())

    def _checked_start(self) -> dict[str, Any] | None:
        start = _plain_entries("start", self.start)
        if start is not None:
            _check_entries(start, (*START_ENTRIES, CROP), START_ENTRIES)
            _check_words("start.picture", start["picture"])
            _check_words("start.sha256", start["sha256"])
            _check_number("start.index", start["index"], self.sample.num_inference_steps)
            _check_number("start.crop", start.get(CROP, 0), MOST_CROPS - 1)
        return start

    @property
    def all_seeds(self) -> tuple[int, ...]:
        """Of every picture that it makes, one at the least."""
        return self.seeds or (self.seed,)

    @property
    def is_forward(self) -> bool:
        """Whether it is the way of an own picture into the noise, on which nothing is painted."""
        return self.start is not None and self.start["index"] == self.sample.num_inference_steps

    @property
    def first_frame(self) -> int:
        """The index of the frame that it begins with."""
        return 0 if self.start is None or self.is_forward else int(self.start["index"])

    @property
    def last_frame(self) -> int:
        """The index of the frame that it ends with, which is its picture."""
        return self.sample.num_inference_steps if self.frame is None else self.frame

    @property
    def is_finished(self) -> bool:
        """Whether its pictures were painted to the end."""
        return self.last_frame == self.sample.num_inference_steps

    def to_text(self) -> str:
        """JSON with the format version, in plain ASCII."""
        values = asdict(self)
        del values["sample"]["seed"]
        return json.dumps({"kind": KIND, "format_version": FORMAT_VERSION, **values})

    @classmethod
    def from_text(cls, text: str) -> Recipe:
        """Raises StudioError with one sentence if the text is no recipe that can be used.

        The text may come from anybody: whatever it holds, nothing else is raised.
        """
        if len(text) > MOST_TEXT:
            raise StudioError("The text is not a recipe: it is longer than a million characters.")
        try:
            found = json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise StudioError(f"The text is not a recipe: {error}.") from error
        version = found.get("format_version", 0) if isinstance(found, dict) else 0
        _check_number("format_version", version)
        values = check_format(found, "The text", KIND, FORMAT_VERSION)
        fields = dataclasses.fields(cls)
        known = [field.name for field in fields if version > 1 or field.name not in NEW_IN_2]
        needed = [field.name for field in fields if field.default is dataclasses.MISSING]
        _check_entries(values, known, needed)
        sample = _plain_entries("sample", values["sample"]) or {}
        settings = [field.name for field in dataclasses.fields(SampleConfig)]
        settings.remove("seed")
        _check_entries(sample, settings, settings)
        for name, value in sample.items():  # their own checks repeat the value in full
            _check(len(repr(value)) <= MOST_REPEATED, f"sample.{name}", value)
        _check_number("seed", values["seed"])
        return cls(**values | {"sample": SampleConfig(**sample, seed=values["seed"])})


def seeds_from(first: int, count: int) -> range:
    """The seeds of so many pictures. Raises ConfigError if a recipe could not name the last."""
    check(first + count <= LARGEST, "sample.seed", first, f"at most 2^63 - {count} here")
    return range(first, first + count)


def fingerprint(checkpoint: Path) -> str:
    """The SHA-256 of a checkpoint file, by which a recipe knows its model."""
    with checkpoint.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(is_right: bool, name: str, value: object) -> None:
    if not is_right:  # a sentence stays short, whatever somebody wrote there
        raise StudioError(f"The recipe's {name} is {reprlib.repr(value)}, which cannot be used.")


def _check_words(name: str, value: object) -> None:
    _check(type(value) is str and len(value) <= MOST_WORDS, name, value)


def _check_number(name: str, value: object, most: int = LARGEST - 1) -> None:
    _check(type(value) is int and 0 <= value <= most, name, value)


def _check_entries(values: dict[str, Any], known: Iterable[str], needed: Iterable[str]) -> None:
    wrong = sorted((values.keys() - set(known)) | (set(needed) - values.keys()))
    if wrong:
        names = ", ".join(reprlib.repr(name).strip("'\"") for name in wrong[:MOST_NAMED])
        rest = f" and {len(wrong) - MOST_NAMED} more" if len(wrong) > MOST_NAMED else ""
        raise StudioError(f"The recipe has missing or unknown entries: {names}{rest}.")


def _plain_entries(name: str, values: object) -> dict[str, Any] | None:
    """A copy of named plain values, as JSON would give them back; None stays None."""
    if values is None:
        return None
    _check(isinstance(values, dict), name, values)
    plain = _plain(name, values, DEEPEST)
    assert isinstance(plain, dict)
    return plain


def _plain(name: str, value: object, deepest: int) -> object:
    if isinstance(value, dict):
        _check(deepest > 0 and len(value) <= MOST_ENTRIES, name, value)
        for key in value:
            _check_words(f"name of an entry in {name}", key)
        return {key: _plain(name, entry, deepest - 1) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        _check(deepest > 0 and len(value) <= MOST_SEEDS, name, value)
        return [_plain(name, entry, deepest - 1) for entry in value]
    is_short = isinstance(value, str) and len(value) <= MOST_WORDS
    is_number = isinstance(value, int) and abs(value) < LARGEST
    is_number = is_number or (isinstance(value, float) and math.isfinite(value))
    _check(value is None or is_short or is_number, name, value)
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number")
