"""The sections of a recipe: one record each with all that is to be known of it.

A new one is its record, here or in a file of its own, and a row: its field in `Recipe`.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ddpm_studio.choices import MOST_CROPS, TURNS
from ddpm_studio.config import AUTO, SampleConfig
from ddpm_studio.config.enlargement import Enlargement
from ddpm_studio.config.fields import settings_of
from ddpm_studio.recipe.values import (
    MOST_REPEATED,
    MOST_SEEDS,
    check,
    check_entries,
    check_number,
    check_words,
    plain_entries,
)
from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.words import several

SECTION = "section"  # in a field's metadata
Entries = Mapping[str, Any]  # all of a recipe, by name
Lines = list[tuple[str, str]]


def as_it_is(value: Any) -> Any:
    """What most entries are in JSON."""
    return value


def no_lines(recipe: Entries) -> Lines:
    """Of a section that is not told to a person."""
    return []


@dataclass(frozen=True)
class Section:
    """Something that a recipe can take beside a model, and that has to be heeded by who remakes.

    checked: its own entries of a recipe, as they are kept; raises StudioError.
    lines: (label, words) of each line that tells a person of it.
    written, read: an entry to JSON, and back; reading raises StudioError.
    format_version: the first format that had it, and since which it stands in every recipe; 0: it
    stands in those only that use it, so that the others can be read by older programs.
    is_of_pictures: whether pictures are made with it, and not only a film of them.
    """

    name: str
    checked: Callable[[Entries], dict[str, Any]]
    lines: Callable[[Entries], Lines] = no_lines
    written: Callable[[Any], Any] = as_it_is
    read: Callable[[Any], Any] = as_it_is
    format_version: int = 0
    is_of_pictures: bool = True

    @property
    def row(self) -> Mapping[str, Any]:
        """The metadata of its fields in `Recipe`."""
        return {SECTION: self}


# settings that every recipe says; a later one is said only where it is not its default, which has
# to mean what was painted before there was that setting
ALWAYS = ("sampler", "num_inference_steps", "eta", "spacing", "variance", "clip")
SEED = "seed"
SHOW_WORDS = {
    "x_t": "the noisy picture",
    "pred_x_0": "what the model believed",
    "pred_eps": "the predicted noise",
}
SHOWS = tuple(SHOW_WORDS)
NOISE_WORDS = {"beta": "much noise", "learned": "noise as learned"}  # of DDPM, where it is said
START_ENTRIES = ("picture", "sha256", "index")
CROP, TURN = "crop", "turn"  # and, which of its crops, and how it was turned

# how it paints; the seed of its noise stands beside it


def _checked_sample(recipe: Entries) -> dict[str, Any]:
    sample = recipe["sample"]
    check(isinstance(sample, SampleConfig), "sample", sample)
    # "auto" may come to mean another spacing; what was used stays what it was
    used = {"spacing": sample.used_spacing, "seed": recipe["seed"]}
    if "variance" not in SAMPLERS[sample.sampler].takes and sample.variance == AUTO:
        used["variance"] = sample.used_variance(False)
    return {"sample": dataclasses.replace(sample, **used)}


def _lines_of_sample(recipe: Entries) -> Lines:
    sample = recipe["sample"]
    sampler = SAMPLERS[sample.sampler]
    how = [sampler.title, several(sample.num_inference_steps, "step")]
    if "eta" in sampler.takes:
        how.append(f"eta {sample.eta:g}")
    if "variance" in sampler.takes and sample.variance in NOISE_WORDS:
        how.append(NOISE_WORDS[sample.variance])
    is_usual = sample.used_spacing == sampler.usual_spacing
    how += [] if is_usual else [f"{sample.used_spacing} steps"]
    how += [] if sample.clip else ["not clipped"]
    return [("Sampler", ", ".join(how))]


def _written(sample: SampleConfig) -> dict[str, Any]:
    defaults = asdict(type(sample)())
    return {
        name: value
        for name, value in asdict(sample).items()
        if name != SEED and (name in ALWAYS or value != defaults[name])
    }


def _read(values: object) -> SampleConfig:
    sample = plain_entries("sample", values) or {}
    settings = {field.name for field in dataclasses.fields(SampleConfig)} - {SEED}
    check_entries(sample, settings, ALWAYS, inside="sample.")
    for name, value in sample.items():  # their own checks repeat the value in full
        check(len(repr(value)) <= MOST_REPEATED, f"sample.{name}", value)
    return SampleConfig(**sample)


SAMPLE = Section("sample", _checked_sample, _lines_of_sample, _written, _read, format_version=1)


# the pictures of a grid or a film, which each have their own noise


def _checked_seeds(recipe: Entries) -> dict[str, Any]:
    seeds = recipe["seeds"]
    check(isinstance(seeds, list | tuple), "seeds", seeds)
    check(len(seeds) <= MOST_SEEDS, "number of seeds", len(seeds))
    for seed in seeds:
        check_number("seed", seed)
    return {"seeds": tuple(seeds)}


def _lines_of_seeds(recipe: Entries) -> Lines:
    seeds = recipe["seeds"]
    if len(seeds) > 1:
        return [("Seeds", f"{seeds[0]} and {len(seeds) - 1:,} more")]
    return [("Seed", str(recipe["seed"]))]


SEEDS = Section("seeds", _checked_seeds, _lines_of_seeds, format_version=2)


# which frame of a denoising a picture is, and what of it is seen


def _checked_moment(recipe: Entries) -> dict[str, Any]:
    frame, show = recipe["frame"], recipe["show"]
    if frame is not None:
        check_number("frame", frame, recipe["sample"].num_inference_steps)
    check(show in SHOWS, "show", show)
    return {}


def _lines_of_moment(recipe: Entries) -> Lines:
    frame, steps = recipe["frame"], recipe["sample"].num_inference_steps
    if frame is None:
        return []
    return [("Taken", f"after {frame:,} of {several(steps, 'step')}: {SHOW_WORDS[recipe['show']]}")]


MOMENT = Section("moment", _checked_moment, _lines_of_moment, format_version=2)


# how a film plays and looks: its options, and what it is of


def _checked_film(recipe: Entries) -> dict[str, Any]:
    return {"film": plain_entries("film", recipe["film"])}


FILM = Section("film", _checked_film, format_version=2, is_of_pictures=False)


# where it began, if not with noise: with one's own picture, at a level of noise


def _checked_start(recipe: Entries) -> dict[str, Any]:
    start = plain_entries("start", recipe["start"])
    if start is not None:
        check_entries(start, (*START_ENTRIES, CROP, TURN), START_ENTRIES, inside="start.")
        check_words("start.picture", start["picture"])
        check_words("start.sha256", start["sha256"])
        check_number("start.index", start["index"], recipe["sample"].num_inference_steps)
        check_number("start.crop", start.get(CROP, 0), MOST_CROPS - 1)
        check(start.get(TURN, 0) in TURNS, "start.turn", start.get(TURN))
    return {"start": start}


def _lines_of_start(recipe: Entries) -> Lines:
    return [] if recipe["start"] is None else [("Began with", recipe["start"]["picture"])]


START = Section("start", _checked_start, _lines_of_start, format_version=2)


# how much larger than it was painted a picture is in its file; a film says it among its options


def _checked_size(recipe: Entries) -> dict[str, Any]:
    check(isinstance(recipe["size"], Enlargement), "size", recipe["size"])
    return {}


def _lines_of_size(recipe: Entries) -> Lines:
    size: Enlargement = recipe["size"]
    return [("Size", size.in_words)] if size.said else []


def _written_size(size: Enlargement) -> dict[str, Any]:
    return dict(size.said)


def _read_size(values: object) -> Enlargement:
    size = plain_entries("size", values) or {}
    check_entries(size, settings_of(Enlargement), (), inside="size.")
    for name, value in size.items():  # their own checks repeat the value in full
        check(len(repr(value)) <= MOST_REPEATED, f"size.{name}", value)
    return Enlargement(**size)


SIZE = Section("size", _checked_size, _lines_of_size, _written_size, _read_size)
