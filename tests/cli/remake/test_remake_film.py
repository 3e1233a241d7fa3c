"""A film is made again from the recipe inside it, to the byte; what cannot be is one sentence."""

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.sources import denoising_film
from ddpm_studio.export.film.write import write_film
from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.gallery.origin import own_picture
from ddpm_studio.project import Project
from ddpm_studio.recipe import Recipe
from ddpm_studio.sampling.forward import noised
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.trajectory import trajectory, trajectory_moments
from ddpm_studio.training import load_model
from tests.cli.remake.conftest import CPU, TINY, recipe_of

SCHEDULE = NoiseSchedule.from_config(TINY.diffusion)
FILMS = {
    "grid.gif": ["--count", "3", "--palette", "shared", "--dither", "ordered", "--ping-pong"],
    "one.apng": ["--of", "one", "--seed", "5", "--caption", "--show", "pred_x_0"],
    "both.webp": ["--of", "both", "--count", "2", "--width", "100", "--easing", "change"],
    "both.mp4": ["--of", "both", "--count", "2", "--fps", "24", "--loops", "2"],
    "grid.webm": ["--weights", "model", "--sampler", "heun", "--steps", "5", "--hold", "0.5"],
    "square.gif": ["--canvas", "1080x1080", "--count", "2", "--caption"],
    "broad.webp": ["--canvas", "1920x1080", "--fit", "smooth", "--of", "one"],
    "page.png": ["--strip", "3", "--count", "2"],
    "page.webp": ["--strip", "4", "--of", "both", "--caption", "--checkpoint", "20"],
}


@pytest.mark.parametrize("name", FILMS)
def test_a_film_is_made_again_to_the_byte(run, project, tmp_path, name):
    path, again = tmp_path / name, tmp_path / f"again{name}"
    assert run("animate", project.path, "--out", path, *FILMS[name])[0] == 0
    code, out, _ = run("remake", path, "--project", project.path, "--out", again)
    assert code == 0
    assert f"The film is {again}" in out
    assert read_recipe(again) == read_recipe(path)
    if path.suffix == ".webm":  # which carries an identity of its own
        assert (decoded(again) == decoded(path)).all()
    else:
        assert again.read_bytes() == path.read_bytes()


def decoded(path: Path) -> np.ndarray:
    with av.open(path) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def test_a_film_can_become_another_kind_of_file_or_lose_its_recipe(run, project, tmp_path):
    made, other, bare = (tmp_path / name for name in ("made.gif", "other.apng", "bare.gif"))
    assert run("animate", project.path, "--out", made, "--count", "1", "--scale", "2")[0] == 0
    words = ("remake", made, "--project", project.path, "--out")
    assert run(*words, other)[0] == 0
    assert read_recipe(other) == read_recipe(made)
    with Image.open(other) as film:
        assert film.n_frames == TINY.sample.num_inference_steps + 1  # type: ignore[attr-defined]
    assert run(*words, bare, "--no-recipe")[0] == 0
    assert b"ddpm" not in bare.read_bytes().lower()


def written(tmp_path, recipe: Recipe, sides: Sequence[Sequence[np.ndarray]], begin: int) -> Any:
    """A film as the window writes it, and the bytes it has."""
    moments = trajectory_moments(SCHEDULE, recipe.sample)[begin:]
    film = denoising_film(sides, moments=moments)
    options = FilmOptions(scale=3, caption=True)
    path = tmp_path / "made.gif"
    entries = {"of": "grid", "show": recipe.show, **dataclasses.asdict(options)}
    if len(sides) == 2:
        entries["show"] = "both"
    whole = dataclasses.replace(recipe, film=entries)
    for _ in write_film(path, film, options, whole.to_text()):
        pass
    return path


def own(project: Project, index: int) -> dict[str, Any]:
    name = "flower 2.png"
    digest = hashlib.sha256((project.pictures / name).read_bytes()).hexdigest()
    return {"picture": name, "sha256": digest, "index": index}


@pytest.mark.parametrize("frame", [None, 3])
@pytest.mark.parametrize("begin", [0, 2])
def test_a_film_that_began_with_an_own_picture_or_was_stopped(run, project, tmp_path, begin, frame):
    checkpoint = project.checkpoint_paths()[-1]
    start, seeds = own(project, begin), (4, 8, 6)
    recipe = recipe_of(
        project, checkpoint, seed=4, seeds=seeds, start=start, frame=frame, show="pred_eps"
    )
    model, config = load_model(checkpoint, "ema", CPU)
    state = noised(SCHEDULE, recipe.sample, own_picture(project, config, start), seeds, begin)
    frames = list(trajectory(Network(model, config, CPU), recipe.sample, seeds, start=state))
    side = [one.pred_eps for one in frames if frame is None or one.index <= frame]
    path, again = written(tmp_path, recipe, [side], begin), tmp_path / "again.gif"
    assert run("remake", path, "--project", project.path, "--out", again)[0] == 0
    assert again.read_bytes() == path.read_bytes()


def test_the_way_of_an_own_picture_into_the_noise(run, project, tmp_path):
    checkpoint, last = project.checkpoint_paths()[-1], TINY.sample.num_inference_steps
    recipe = recipe_of(project, checkpoint, seed=4, start=own(project, last))
    model, config = load_model(checkpoint, "ema", CPU)
    x_0 = own_picture(project, config, own(project, last))
    pictures = []
    for index in range(last):
        state = noised(SCHEDULE, recipe.sample, x_0, [4], index)
        pictures.append(
            next(iter(trajectory(Network(model, config, CPU), recipe.sample, [4], start=state)))
        )
    sides = [[one.x_t for one in pictures], [one.pred_x_0 for one in pictures]]
    real = np.round((x_0[0].permute(1, 2, 0).numpy() + 1) * 127.5).astype(np.uint8)[None]
    path = written(tmp_path, recipe, [[*side, real] for side in sides], 0)
    again = tmp_path / "again.gif"
    assert run("remake", path, "--project", project.path, "--out", again)[0] == 0
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("film", "out", "word"),
    [
        ({"of": "training"}, "x.gif", "older checkpoints"),
        ({"of": "grid", "show": "finished"}, "x.gif", "every level"),
        ({"of": "grid", "fps": "fast"}, "x.gif", "fps is 'fast'"),
        ({"of": "grid", "border": 3}, "x.gif", "made with film.border, which this"),
        ({"of": "grid", "stages": -1}, "x.png", "number of stages"),
        ({"of": "grid", "stages": 99}, "x.png", "1 to 5 stages"),
        ({"of": "grid", "stages": 2}, "x.gif", "choose .png or .webp"),
        ({"of": "grid"}, "x.jpg", "no ending"),
    ],
)
def test_what_cannot_be_made_again_is_one_sentence(run, project, tmp_path, film, out, word):
    sidecar = tmp_path / "recipe.json"
    sidecar.write_text(recipe_of(project, project.checkpoint_paths()[-1], film=film).to_text())
    code, _, error = run("remake", sidecar, "--project", project.path, "--out", tmp_path / out)
    assert (code, word in error, error.count("\n")) == (1, True, 1)
    assert not (tmp_path / out).exists()
