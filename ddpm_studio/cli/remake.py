"""The verbs `recipe` and `remake`: what is in a file, and what it shows made again from that."""

import json
from argparse import Namespace
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from ddpm_studio.cli.animate import painted
from ddpm_studio.config.fields import settings_of
from ddpm_studio.device import select_device
from ddpm_studio.errors import CheckpointError, StudioError
from ddpm_studio.events import FileWritten, Note, SampleStep
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.pages import check_strip_path
from ddpm_studio.export.film.sources import denoising_film
from ddpm_studio.export.film.write import check_film_path, write
from ddpm_studio.export.images import enlarged, picture_grid, write_png
from ddpm_studio.export.places import check_file, check_folder, check_free
from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.gallery.origin import (
    find_checkpoint_of,
    missing_checkpoint,
    own_picture,
    recipe_for,
)
from ddpm_studio.project import Project, is_project
from ddpm_studio.recipe import Recipe, of_pictures
from ddpm_studio.recipe.values import check_entries
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.remake import remake_frames, remake_pictures
from ddpm_studio.sampling.trajectory import trajectory_moments
from ddpm_studio.training.checkpoints import choose_checkpoint
from ddpm_studio.training.loaded import Loaded, load

BOTH, TRAINING, FINISHED = "both", "training", "finished"  # what a film can be of, and show
OTHERS = {"of", "show", "stages"}  # entries beside the options
STILL = ".png"  # a page of stages, or the finished pictures of a film


def recipe(options: Namespace) -> Iterator[object]:
    """Print the recipe of a file as JSON."""
    values = json.loads(read_recipe(options.file).to_text())
    if options.json:
        yield Note(json.dumps(values))
        return
    for line in json.dumps(values, indent=2).splitlines():
        yield Note(line)


def remake(options: Namespace) -> Iterator[object]:
    """Make the picture of a recipe again, or its film; several pictures become a grid."""
    _check_out(options.out, options.file)
    made_by = read_recipe(options.file)
    films = is_film(made_by, options.out)
    if films:
        check_film(made_by, options.out)
    elif options.out.suffix.lower() != STILL:
        raise StudioError(f"{options.out} must end in {STILL}: pictures are made again as PNG.")
    project = Project.open(options.project or _project_around(options.file))
    checkpoint = None
    if options.newest:
        checkpoint = yield from choose_checkpoint(project)
        made_by = recipe_for(made_by, project, checkpoint)
    if films:
        text = None if options.no_recipe else made_by.to_text()
        materials = yield from _materials(project, made_by, options.device, checkpoint)
        yield from write_film_again(options.out, made_by, *materials, text=text)
    else:
        pictures = yield from remake_recipe(project, made_by, options.device, checkpoint)
        whole = picture_grid(pictures) if len(pictures) > 1 else pictures[0]
        whole = enlarged(whole, made_by.size)
        text = None if options.no_recipe else of_pictures(made_by).to_text()
        write_png(options.out, whole, text)
    yield FileWritten(options.out)
    yield Note(f"The {'film' if films else 'picture'} is {options.out}")


def remake_recipe(
    project: Project, recipe: Recipe, device: str = "auto", checkpoint: Path | None = None
) -> Generator[SampleStep | Note, None, np.ndarray]:
    """All pictures of a recipe, in its order: uint8 (N, H, W, C), see `remake_pictures`.

    checkpoint: to be used whatever the recipe says. Raises StudioError with one sentence if the
    recipe's own is not there any more, or if it began with a picture that is not.
    """
    loaded, x_0 = yield from _materials(project, recipe, device, checkpoint)
    return (yield from remake_pictures(loaded, recipe, x_0))


def _materials(
    project: Project, recipe: Recipe, device: str, checkpoint: Path | None
) -> Generator[Note, None, tuple[Loaded, Tensor | None]]:
    """What a recipe is made again with: the network, and the own picture."""
    if checkpoint is None:
        checkpoint = find_checkpoint_of(project, recipe)
    if checkpoint is None:
        raise CheckpointError(missing_checkpoint(project, recipe))
    where = select_device(device)
    if where.type != recipe.device:
        yield Note(
            f"This was made on {recipe.device}, and is made again on {where.type}: the pictures "
            "may differ by a shade."
        )
    loaded = load(checkpoint, recipe.which, where)
    x_0 = None if recipe.start is None else own_picture(project, loaded.config, recipe.start)
    return loaded, x_0


def is_film(recipe: Recipe, out: Path) -> bool:
    """Whether a file of that name is to hold the film, and not only its finished pictures."""
    if recipe.film is None:
        return False
    return out.suffix.lower() != STILL or "stages" in recipe.film


def check_film(recipe: Recipe, out: Path) -> None:
    """Raise StudioError with one sentence, before anything is painted, if it cannot be made."""
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
    check_entries(film, {*settings_of(FilmOptions), *OTHERS}, (), inside="film.")
    _options(film)
    if _stages(film):
        check_strip_path(out)
    else:
        check_film_path(out)


def write_film_again(
    out: Path, recipe: Recipe, network: Network, x_0: Tensor | None = None, text: str | None = None
) -> Iterator[object]:
    """Paint the frames of a recipe again and write them as its film; see `remake_pictures`.

    text: the recipe that goes into the file. Raises StudioError with one sentence.
    """
    check_film(recipe, out)
    entries = recipe.film or {}
    shows = ("x_t", "pred_x_0") if entries.get("show") == BOTH else (recipe.show,)
    frames = remake_frames(network, recipe, x_0)
    sides = yield from painted(frames, shows, recipe.last_frame, len(recipe.all_seeds))
    stages = _stages(entries)
    moments = trajectory_moments(network.process, recipe.sample)[recipe.first_frame :]
    film = denoising_film(sides, moments=moments, columns=1 if stages else None)
    yield from write(out, film, _options(entries), text, stages)


def _options(entries: dict[str, Any]) -> FilmOptions:
    """Raises ConfigError, which names what is wrong: the recipe may come from anybody."""
    return FilmOptions(
        **{name: entries[name] for name in settings_of(FilmOptions) if name in entries}
    )


def _stages(entries: dict[str, Any]) -> int:
    """On a page; 0 of what moves. Raises StudioError."""
    stages = entries.get("stages", 0)
    if type(stages) is not int or stages < 0:
        raise StudioError("The recipe's number of stages is no whole number from 1.")
    return stages


def _check_out(out: Path, file: Path) -> None:
    """Raise StudioError, before anything is painted, unless a file can be written there."""
    check_file(out)
    check_folder(out.parent)
    if out.exists() and file.exists() and out.samefile(file):
        raise StudioError(f"{out} is the file that is made again; choose another name for --out.")
    try:
        read_recipe(out)  # what was made here can be made again, and may be replaced
    except StudioError:
        check_free(out)


def _project_around(file: Path) -> Path:
    """The project whose folder a file lies in. Raises StudioError if there is none."""
    for folder in file.resolve().parents:
        if is_project(folder):
            return folder
    raise StudioError(f"{file} is in no project; say which one made it with --project.")
