"""Recipes under the name of the part that uses them most; `ddpm_studio.recipe` says what one is."""

from __future__ import annotations

from ddpm_studio.recipe import FORMAT_VERSION, KIND, MOST_SEEDS, SHOWS, Recipe, fingerprint

__all__ = ["FORMAT_VERSION", "KIND", "MOST_SEEDS", "SHOWS", "Recipe", "fingerprint"]
