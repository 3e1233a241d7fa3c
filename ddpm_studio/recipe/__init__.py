"""A recipe: everything needed to make one picture or film again, in sections by what it takes."""

from ddpm_studio.recipe.recipe import (
    FORMAT_VERSION,
    KIND,
    SECTIONS,
    Recipe,
    fingerprint,
    of_pictures,
    seeds_from,
)
from ddpm_studio.recipe.sections import SHOWS

__all__ = [
    "FORMAT_VERSION",
    "KIND",
    "SECTIONS",
    "SHOWS",
    "Recipe",
    "fingerprint",
    "of_pictures",
    "seeds_from",
]
