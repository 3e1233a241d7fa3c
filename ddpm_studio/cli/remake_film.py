"""A film made again from the recipe inside it: the same frames, written the same way."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ddpm_studio.errors import StudioError
from ddpm_studio.events import SampleStep
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.recipe import Recipe
from ddpm_studio.recipe.values import check_entries

if TYPE_CHECKING:  # torch comes with these
    import numpy as np
    import torch

    from ddpm_studio.config import StudioConfig
    from ddpm_studio.export.film.frames import Film
    from ddpm_studio.sampling.network import Network

BOTH, TRAINING, FINISHED = "both", "training", "finished"  # what a film can be of, and show
OTHERS = {"of", "show", "stages"}  # entries beside the options
STILL = ".png"  # a page of stages, or the finished pictures of a film


def is_film(recipe: Recipe, out: Path) -> bool:
    """Whether a file of that name is to hold the film, and not only its finished pictures."""
    if recipe.film is None:
        return False
    return out.suffix.lower() != STILL or "stages" in recipe.film


def check_film(recipe: Recipe, out: Path) -> None:
    """Raise StudioError with one sentence, before anything is painted, if it cannot be made."""
    from ddpm_studio.export.film.pages import check_strip_path
    from ddpm_studio.export.film.write import check_film_path

    film = recipe.film or {}
    if film.get("of") == TRAINING:
        raise StudioError(
            "The film of a training is not made again from its recipe, since older checkpoints are "
            "thinned out; `animate --of training` makes one of those that are there."
        )
    if film.get("show") == FINISHED:
        raise StudioError(
            "A film of what comes of a picture from every level of noise is not made again from "
            "its recipe; the window makes a new one."
        )
    known = {field.name for field in dataclasses.fields(FilmOptions)}
    check_entries(film, known | OTHERS, (), inside="film.")
    _options(film)
    if _stages(film):
        check_strip_path(out)
    else:
        check_film_path(out)


def write_film_again(
    out: Path,
    recipe: Recipe,
    network: Network,
    x_0: torch.Tensor | None = None,
    text: str | None = None,
) -> Iterator[object]:
    """Paint the frames of a recipe again and write them as its film; see `remake_pictures`.

    text: the recipe that goes into the file. Raises StudioError with one sentence.
    """
    from ddpm_studio.export.film.pages import write_strip
    from ddpm_studio.export.film.write import write_film

    check_film(recipe, out)
    entries = recipe.film or {}
    shows = ("x_t", "pred_x_0") if entries.get("show") == BOTH else (recipe.show,)
    sides = yield from _paint(recipe, network, x_0, shows)
    stages = _stages(entries)
    film = _film(recipe, network.config, sides, 1 if stages else None)
    if stages:
        yield from write_strip(out, film, stages, _options(entries), text)
    else:
        yield from write_film(out, film, _options(entries), text)


def _paint(
    recipe: Recipe, network: Network, x_0: torch.Tensor | None, shows: Sequence[str]
) -> Generator[SampleStep, None, list[list[np.ndarray]]]:
    """Of each of `shows` all frames, uint8 (N, H, W, C)."""
    from ddpm_studio.sampling.remake import remake_frames

    sides: list[list[np.ndarray]] = [[] for _ in shows]
    count, last = len(recipe.all_seeds), recipe.last_frame
    for frame in remake_frames(network, recipe, x_0):
        for side, show in zip(sides, shows, strict=True):
            side.append(getattr(frame, show))
        yield SampleStep(frame.index, last, count, 0, count)
    return sides


def _film(
    recipe: Recipe, config: StudioConfig, sides: Sequence[Sequence[np.ndarray]], columns: int | None
) -> Film:
    from ddpm_studio.export.film.sources import both_film, grid_film
    from ddpm_studio.sampling.trajectory import trajectory_moments

    moments = trajectory_moments(config.diffusion, recipe.sample)[recipe.first_frame :]
    if len(sides) == 2:
        return both_film(sides[0], sides[1], moments=moments, columns=columns)
    return grid_film(sides[0], moments=moments, columns=columns)


def _options(entries: dict[str, Any]) -> FilmOptions:
    """Raises ConfigError, which names what is wrong: the recipe may come from anybody."""
    known = {field.name for field in dataclasses.fields(FilmOptions)}
    return FilmOptions(**{name: value for name, value in entries.items() if name in known})


def _stages(entries: dict[str, Any]) -> int:
    """On a page; 0 of what moves. Raises StudioError."""
    stages = entries.get("stages", 0)
    if type(stages) is not int or stages < 0:
        raise StudioError("The recipe's number of stages is no whole number from 1.")
    return stages
