"""What a picture is called where people see it: its seed, and how it was painted in a line."""

from collections.abc import Sequence

from ddpm_studio.recipe import Recipe
from ddpm_studio.samplers import SAMPLERS

Told = tuple[str, str]  # such as ("Seed 230395", "step 308, DDIM 50, eta 0")


def told_of(recipe: Recipe | None) -> Told:
    """The title and the line of a recipe; both are "" where there is none."""
    if recipe is None:
        return "", ""
    sample = recipe.sample
    title = seeds_in_words(recipe.all_seeds)
    if recipe.film is not None and recipe.film.get("of") == "training":
        title = f"Training, {title[0].lower()}{title[1:]}"
    sampler = SAMPLERS[sample.sampler]
    eta = f", eta {sample.eta:g}" if "eta" in sampler.takes else ""
    return title, f"step {recipe.step}, {sampler.title} {sample.num_inference_steps}{eta}"


def seeds_in_words(seeds: Sequence[int]) -> str:
    """Such as "Seed 7", "Seeds 7 to 22", "Seeds 7, 9 and 3 more"."""
    if len(seeds) == 1:
        return f"Seed {seeds[0]}"
    if list(seeds) == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"Seeds {seeds[0]} to {seeds[-1]}"
    if len(seeds) == 2:
        return f"Seeds {seeds[0]} and {seeds[1]}"
    return f"Seeds {seeds[0]}, {seeds[1]} and {len(seeds) - 2} more"
