"""Every section of a recipe is remade by the command; one that comes needs an example here."""

import dataclasses
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.config import SampleConfig
from ddpm_studio.config.enlargement import Enlargement
from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.sources import denoising_film
from ddpm_studio.export.film.write import write_film
from ddpm_studio.export.images import enlarge, picture_grid, write_png
from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.gallery.origin import own_picture
from ddpm_studio.project import Project
from ddpm_studio.recipe import SECTIONS, Recipe
from ddpm_studio.recipe.sections import SECTION, Section
from ddpm_studio.sampling.forward import noised
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.trajectory import TrajectoryFrame, trajectory, trajectory_moments
from ddpm_studio.training import load_model
from tests.cli.remake.conftest import CPU, TINY, recipe_of

Paint = Callable[[Project, Recipe], np.ndarray]


def frames(project: Project, recipe: Recipe) -> list[TrajectoryFrame]:
    """All of a denoising, as it was first painted: without what remakes a recipe."""
    model, config = load_model(project.checkpoint_paths()[-1], recipe.which, CPU)
    network, start, first = Network(model, config, CPU), recipe.start, None
    if start is not None:
        x_0 = own_picture(project, config, start)
        first = noised(network.process, recipe.sample, x_0, recipe.all_seeds, start["index"])
    return list(trajectory(network, recipe.sample, recipe.all_seeds, start=first))


def finished(project: Project, recipe: Recipe) -> np.ndarray:
    """uint8 (N, H, W, C)."""
    return frames(project, recipe)[-1].x_t


def taken(project: Project, recipe: Recipe) -> np.ndarray:
    assert recipe.frame is not None
    pictures: np.ndarray = getattr(frames(project, recipe)[recipe.frame], recipe.show)
    return pictures


def large(project: Project, recipe: Recipe) -> np.ndarray:
    return enlarge(finished(project, recipe), recipe.size.scale)


def begun_with(project: Project) -> dict[str, Any]:
    name = "flower 2.png"
    digest = hashlib.sha256((project.pictures / name).read_bytes()).hexdigest()
    return {"start": {"picture": name, "sha256": digest, "index": 2}}


@dataclass(frozen=True)
class Example:
    """Entries that are not what they are by default, and how their pictures are painted."""

    entries: Callable[[Project], dict[str, Any]]
    paint: Paint = finished


EXAMPLES = {
    "sample": Example(lambda _: {"sample": SampleConfig("heun", 5, clip=False)}),
    "seeds": Example(lambda _: {"seeds": (8, 3, 5)}),
    "moment": Example(lambda _: {"frame": 2, "show": "pred_x_0"}, taken),
    "film": Example(
        lambda _: {"film": {"of": "grid", "show": "x_t", "scale": 3, "fps": 7.0, "ping_pong": True}}
    ),
    "start": Example(begun_with),
    "size": Example(lambda _: {"size": Enlargement(3)}, large),
}


def test_every_section_has_an_example() -> None:
    assert {section.name for section in SECTIONS} == EXAMPLES.keys()


@dataclass(frozen=True)
class Made:
    """A recipe with a section, what paints it, and the same recipe without."""

    section: Section
    recipe: Recipe
    plain: Recipe
    paint: Paint


@pytest.fixture(params=SECTIONS, ids=lambda section: section.name)
def made(request: pytest.FixtureRequest, project: Project) -> Made:
    section = request.param
    assert section.name in EXAMPLES, "a section needs an example that shows it remade"
    example, newest = EXAMPLES[section.name], project.checkpoint_paths()[-1]
    recipe = recipe_of(project, newest, **example.entries(project))
    return Made(section, recipe, recipe_of(project, newest), example.paint)


def test_an_example_uses_all_of_its_section(made: Made) -> None:
    recipe, section = made.recipe, made.section
    for field in dataclasses.fields(Recipe):
        if field.metadata.get(SECTION) == section:
            assert getattr(recipe, field.name) != getattr(made.plain, field.name), field.name


def page(pictures: np.ndarray) -> np.ndarray:
    whole: np.ndarray = picture_grid(pictures) if len(pictures) > 1 else pictures[0]
    return whole


def test_a_picture_with_a_section_is_made_again(made: Made, run, project, tmp_path: Path) -> None:
    recipe = made.recipe
    old, again = tmp_path / "old.png", tmp_path / "again.png"
    write_png(old, page(made.paint(project, recipe)), recipe.to_text())
    assert read_recipe(old) == recipe
    assert run("remake", old, "--project", project.path, "--out", again)[0] == 0
    assert (np.asarray(Image.open(again)) == np.asarray(Image.open(old))).all()
    if made.section.is_of_pictures:
        assert read_recipe(again) == recipe
        plain = page(finished(project, made.plain))
        assert not np.array_equal(np.asarray(Image.open(again)), plain)  # it matters


def test_a_film_with_a_section_is_made_again(made: Made, run, project, tmp_path: Path) -> None:
    recipe = made.recipe
    film = {"of": "grid", "show": recipe.show} if recipe.film is None else recipe.film
    recipe = dataclasses.replace(recipe, film=film)
    stop = None if recipe.frame is None else recipe.frame + 1
    side = [getattr(frame, recipe.show) for frame in frames(project, recipe)[:stop]]
    moments = trajectory_moments(NoiseSchedule.from_config(TINY.diffusion), recipe.sample)[
        recipe.first_frame :
    ]
    entries = {name: value for name, value in film.items() if name not in ("of", "show")}
    old, again = tmp_path / "old.gif", tmp_path / "again.gif"
    whole = denoising_film([side], moments=moments)
    for _ in write_film(old, whole, FilmOptions(**entries), recipe.to_text()):
        pass
    assert read_recipe(old) == recipe
    assert run("remake", old, "--project", project.path, "--out", again)[0] == 0
    assert again.read_bytes() == old.read_bytes()
