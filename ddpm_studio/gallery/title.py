"""What a picture is called where people see it: its seed, and how it was painted in a line."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ddpm_studio.recipe import Recipe
from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.sheets import AXES, AXIS_NAMES, KIND

SHEET, STRIP = "Sheet", "Strip"  # marks of pages, which are neither one picture nor a film


class Told(NamedTuple):
    """Such as ("Seed 230395", "step 308, DDIM 50, eta 0", ""). mark: what kind of page it is."""

    title: str
    line: str
    mark: str


NOTHING_TOLD = Told("", "", "")


def told_of(recipe: Recipe | None) -> Told:
    """What a recipe tells; all of it is "" where there is none."""
    if recipe is None:
        return NOTHING_TOLD
    sample = recipe.sample
    title = seeds_in_words(recipe.all_seeds)
    if recipe.film is not None and recipe.film.get("of") == "training":
        title = f"Training, {title[0].lower()}{title[1:]}"
    sampler = SAMPLERS[sample.sampler]
    eta = f", eta {sample.eta:g}" if "eta" in sampler.takes else ""
    line = f"step {recipe.step}, {sampler.title} {sample.num_inference_steps}{eta}"
    return Told(title, line, STRIP if (recipe.film or {}).get("stages") else "")


def told_of_sheet(notes: Mapping[str, Any]) -> Told:
    """What the notes in a file tell, as `notes_in` reads them: nothing, unless it is a sheet."""
    if notes.get("kind") != KIND:
        return NOTHING_TOLD
    axes = [notes.get(axis) for axis in ("x", "y")]
    names = [axis.get("name") for axis in axes if isinstance(axis, dict)]
    words = [AXIS_NAMES[name] for name in names if name in AXES]
    return Told(SHEET, " by ".join(words).lower(), SHEET)


def seeds_in_words(seeds: Sequence[int]) -> str:
    """Such as "Seed 7", "Seeds 7 to 22", "Seeds 7, 9 and 3 more"."""
    if len(seeds) == 1:
        return f"Seed {seeds[0]}"
    if list(seeds) == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"Seeds {seeds[0]} to {seeds[-1]}"
    if len(seeds) == 2:
        return f"Seeds {seeds[0]} and {seeds[1]}"
    return f"Seeds {seeds[0]}, {seeds[1]} and {len(seeds) - 2} more"
