"""Background work with recipes: what is in a file, what it looks like, which model made it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ddpm_studio.errors import StudioError
from ddpm_studio.gui.frames.request import OwnPicture
from ddpm_studio.project import Project, is_project, step_of

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.recipe import Recipe

LARGEST = 480  # pixels of a side, of the picture in the dialog
PULSE = 0.1  # seconds


@dataclass(frozen=True)
class Home:
    """A project that a recipe can be used in.

    checkpoint: the one that the recipe was made with, None if it is not there; newest: the step
    of its newest checkpoint, -1 if it is not trained.
    """

    path: Path
    checkpoint: Path | None
    newest: int

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True)
class FoundRecipe:
    """A file's recipe. here: the open project. other: the one that made it, if it is not open.

    modified: when the file was written, in seconds. device: what would compute it here.
    """

    path: Path
    recipe: Recipe
    modified: float
    here: Home | None
    other: Home | None
    device: str


def look_up(
    path: Path, project: Project | None, recent: Sequence[Path]
) -> Generator[None, None, FoundRecipe]:
    """Read a file's recipe, and find the project that made it.

    recent: folders of projects that may be gone. Raises StudioError with one sentence.
    """
    from ddpm_studio.device import select_device
    from ddpm_studio.export.recipe.files import read_recipe

    yield
    recipe = read_recipe(path)
    yield
    here = None if project is None else home(project, recipe)
    other = None
    if here is None or (here.checkpoint is None and here.name != recipe.project):
        around = [folder for folder in path.resolve().parents if is_project(folder)]
        candidates = [
            folder for folder in (*around, *recent) if here is None or folder != here.path
        ]
        other = yield from _maker(candidates, recipe)
    yield
    modified = path.stat().st_mtime
    return FoundRecipe(path, recipe, modified, here, other, select_device().type)


def _maker(folders: Sequence[Path], recipe: Recipe) -> Generator[None, None, Home | None]:
    """The project among some that has the recipe's model, else one of its name."""
    named: Home | None = None
    for folder in folders:
        yield
        if not is_project(folder):
            continue
        try:
            found = home(Project.open(folder), recipe)
        except StudioError:  # damaged, or of a newer version
            continue
        if found.checkpoint is not None:
            return found
        if named is None and found.name == recipe.project and found.newest >= 0:
            named = found
    return named


def home(project: Project, recipe: Recipe) -> Home:
    """Whether a project has the model of a recipe; one of another name is not searched through."""
    from ddpm_studio.gallery.origin import find_checkpoint_of
    from ddpm_studio.training.pinned import find_pinned

    paths = project.checkpoint_paths()
    is_likely = project.name == recipe.project or recipe.checkpoint in [path.name for path in paths]
    if is_likely:
        checkpoint = find_checkpoint_of(project, recipe)
    else:
        checkpoint = find_pinned(project, recipe.checkpoint_sha256, recipe.which)
    return Home(project.path, checkpoint, step_of(paths[-1]) if paths else -1)


@dataclass(frozen=True)
class Ready:
    """What it takes to paint with a recipe. own: the picture that it began with, if it did."""

    home: Home
    own: OwnPicture | None


def make_ready(project: Project, recipe: Recipe) -> Generator[None, None, Ready]:
    """Find the model, and the own picture, of a recipe. Raises StudioError if that one is gone."""
    from ddpm_studio.gallery.origin import own_pixels

    yield
    found = home(project, recipe)
    start = recipe.start
    if start is None:
        return Ready(found, None)
    yield
    pixels = own_pixels(project, project.config, start)
    how = start.get("crop", 0), start.get("turn", 0)
    return Ready(found, OwnPicture(start["picture"], start["sha256"], pixels, *how))


def small_picture(path: Path) -> Generator[None, None, np.ndarray | None]:
    """What a file looks like: uint8 (H, W, 4), premultiplied; None if it cannot be shown.

    It is opened in a process of its own: no decoder takes the window down.
    """
    import numpy as np

    from ddpm_studio.gallery.thumbnails import WHOLE, new_pool, request_for

    request = request_for(path, LARGEST, LARGEST, 4, WHOLE)
    with new_pool() as pool:
        answer = yield from pool.ask(request, PULSE)
    if answer.failure or "shape" not in answer.values:
        return None
    return np.frombuffer(answer.data, np.uint8).reshape(answer.values["shape"])
