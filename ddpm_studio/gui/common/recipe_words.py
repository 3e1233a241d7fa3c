"""A recipe in a person's words, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddpm_studio.config import WEIGHTS
from ddpm_studio.samplers import SAMPLERS

if TYPE_CHECKING:
    from ddpm_studio.recipe import Recipe

ALL, WITHOUT_SEED, SEED = "all", "without_seed", "seed"  # which part of a recipe is used
SHOWN = {
    "x_t": "the noisy picture",
    "pred_x_0": "what the model believed",
    "pred_eps": "the predicted noise",
}


def recipe_lines(recipe: Recipe, project: str = "") -> list[tuple[str, str]]:
    """(label, words) of each line. project: the one that is open, which need not be said."""
    sample = recipe.sample
    steps = f"{sample.num_inference_steps:,} steps"
    sampler = SAMPLERS[sample.sampler]
    how = [sampler.title, steps]
    if "eta" in sampler.takes:
        how.append(f"eta {sample.eta:g}")
    if "variance" in sampler.takes and sample.variance == "beta":
        how.append("much noise")
    is_usual = sample.used_spacing == sampler.usual_spacing
    rest = [] if is_usual else [f"{sample.used_spacing} steps"]
    rest += [] if sample.clip else ["not clipped"]
    lines = [
        ("Model", f"step {recipe.step:,}, {WEIGHTS[recipe.which]} weights"),
        ("Sampler", ", ".join([*how, *rest])),
    ]
    if len(recipe.seeds) > 1:
        lines.append(("Seeds", f"{recipe.seeds[0]} and {len(recipe.seeds) - 1:,} more"))
    else:
        lines.append(("Seed", str(recipe.seed)))
    if recipe.frame is not None:
        taken = f"after {recipe.frame:,} of {steps}: {SHOWN.get(recipe.show, recipe.show)}"
        lines.append(("Taken", taken))
    if recipe.start is not None:
        lines.append(("Began with", str(recipe.start.get("picture", "a picture"))))
    if project and recipe.project != project:
        lines.append(("Project", recipe.project))
    return lines
