"""A recipe in a person's words, line by line."""

from ddpm_studio.config import WEIGHTS
from ddpm_studio.recipe import SECTIONS, Recipe
from ddpm_studio.samplers import SAMPLERS

ALL, WITHOUT_SEED, SEED = "all", "without_seed", "seed"  # which part of a recipe is used
USE_WORDS = {ALL: "Paint again", WITHOUT_SEED: "Use its settings", SEED: "Use only its seed"}


def recipe_lines(recipe: Recipe, project: str = "") -> list[tuple[str, str]]:
    """(label, words) of each line. project: the one that is open, which need not be said."""
    lines = [("Model", f"step {recipe.step:,}, {WEIGHTS[recipe.which]} weights")]
    for section in SECTIONS:
        lines += section.lines(vars(recipe))
    if project and recipe.project != project:
        lines.append(("Project", recipe.project))
    return lines


def made_by(recipe: Recipe) -> str:
    """What made a picture, in a few words: "step 57, DDIM 6, eta 0"."""
    sample, sampler = recipe.sample, SAMPLERS[recipe.sample.sampler]
    words = [f"step {recipe.step:,}", f"{sampler.title} {sample.num_inference_steps}"]
    if "eta" in sampler.takes:
        words.append(f"eta {sample.eta:g}")
    if recipe.which != "ema":
        words.append(f"{WEIGHTS[recipe.which]} weights")
    return ", ".join(words)
