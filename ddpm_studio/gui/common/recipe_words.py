"""A recipe in a person's words, line by line."""

from ddpm_studio.config import WEIGHTS
from ddpm_studio.recipe import SECTIONS, Recipe

ALL, WITHOUT_SEED, SEED = "all", "without_seed", "seed"  # which part of a recipe is used


def recipe_lines(recipe: Recipe, project: str = "") -> list[tuple[str, str]]:
    """(label, words) of each line. project: the one that is open, which need not be said."""
    lines = [("Model", f"step {recipe.step:,}, {WEIGHTS[recipe.which]} weights")]
    for section in SECTIONS:
        lines += section.lines(vars(recipe))
    if project and recipe.project != project:
        lines.append(("Project", recipe.project))
    return lines
