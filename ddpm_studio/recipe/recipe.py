"""A recipe: everything needed to make one picture or film again, as JSON text inside its file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ddpm_studio import __version__
from ddpm_studio.config import WEIGHTS, SampleConfig
from ddpm_studio.config.enlargement import AS_PAINTED, Enlargement
from ddpm_studio.config.fields import check as check_setting
from ddpm_studio.errors import StudioError
from ddpm_studio.recipe.sections import FILM, MOMENT, SAMPLE, SECTION, SEEDS, SIZE, START, Section
from ddpm_studio.recipe.values import LARGEST, check, check_entries, check_number, check_words
from ddpm_studio.storage import check_format

KIND = "recipe"
FORMAT_VERSION = 2  # 1 knew single finished pictures only, which began with noise
MOST_TEXT = 1 << 20  # characters of a whole recipe


@dataclass(frozen=True)
class Recipe:
    """How a picture or a film was made; it cannot exist in a wrong state.

    A field with a row is an entry of that section; the others say who made it, and its noise.
    seed: of this very picture; `sample.seed` follows it, and its spacing is never "auto".
    frame: index of the frame that was taken on the way, None for the finished one; show: what is
    seen of it, one of SHOWS. seeds: of a grid or a film, in order; () means only `seed`.
    film: the options of a film as plain values, and what it is of. start: where it began, if not
    with noise but with one's own picture: {"picture": file name, "sha256": of that file,
    "index": of the frame that was painted on from, "crop": which of its crops; 0 if not said}.
    size: how much larger than painted its picture is, or all of them as one grid.
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
    sample: SampleConfig = field(metadata=SAMPLE.row)
    program_version: str = __version__
    seeds: tuple[int, ...] = field(default=(), metadata=SEEDS.row)
    frame: int | None = field(default=None, metadata=MOMENT.row)
    show: str = field(default="x_t", metadata=MOMENT.row)
    film: dict[str, Any] | None = field(default=None, metadata=FILM.row)
    start: dict[str, Any] | None = field(default=None, metadata=START.row)
    size: Enlargement = field(default=AS_PAINTED, metadata=SIZE.row)

    def __post_init__(self) -> None:
        for name in ("project", "checkpoint", "checkpoint_sha256", "device", "precision"):
            check_words(name, getattr(self, name))
        check_words("program_version", self.program_version)
        check_number("step", self.step)
        check_number("seed", self.seed)
        check(self.which in tuple(WEIGHTS), "which", self.which)
        for section in SECTIONS:
            for name, value in section.checked(vars(self)).items():
                object.__setattr__(self, name, value)  # frozen, so it is filled in this way

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
        values: dict[str, Any] = {"kind": KIND, "format_version": FORMAT_VERSION}
        for entry in dataclasses.fields(self):
            section, value = _section_of(entry), getattr(self, entry.name)
            if section is None:
                values[entry.name] = value
            elif section.format_version or value != entry.default:
                values[entry.name] = section.written(value)
        return json.dumps(values)

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
        check_number("format_version", version)
        values = check_format(found, "The text", KIND, FORMAT_VERSION)
        known: dict[str, Section | None] = {}
        needed: list[str] = []
        for entry in dataclasses.fields(cls):
            section = _section_of(entry)
            if version > 1 or section is None or section.format_version == 1:
                known[entry.name] = section
            if entry.default is dataclasses.MISSING:
                needed.append(entry.name)
        check_entries(values, known, needed, "this program" if version > 1 else "its format")
        for name, value in values.items():
            if (section := known[name]) is not None:
                values[name] = section.read(value)
        return cls(**values)


def _section_of(entry: dataclasses.Field[Any]) -> Section | None:
    section: Section | None = entry.metadata.get(SECTION)
    return section


# the rows, in the order of their fields
SECTIONS = tuple(dict.fromkeys(filter(None, map(_section_of, dataclasses.fields(Recipe)))))


def of_pictures(recipe: Recipe) -> Recipe:
    """What pictures carry that were made again from the recipe of a film of them."""
    rest: dict[str, Any] = {
        entry.name: entry.default
        for entry in dataclasses.fields(recipe)
        if (section := _section_of(entry)) is not None and not section.is_of_pictures
    }
    return dataclasses.replace(recipe, **rest)


def seeds_from(first: int, count: int) -> range:
    """The seeds of so many pictures. Raises ConfigError if a recipe could not name the last."""
    check_setting(first + count <= LARGEST, "sample.seed", first, f"at most 2^63 - {count} here")
    return range(first, first + count)


def fingerprint(checkpoint: Path) -> str:
    """The SHA-256 of a checkpoint file, by which a recipe knows its model."""
    with checkpoint.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number")
