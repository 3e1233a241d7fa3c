"""Two hundred works whose checkpoints were thinned out are remade to the byte."""

import dataclasses

import pytest

from ddpm_studio.config.text import with_settings
from ddpm_studio.errors import StudioError
from ddpm_studio.export.images import write_png
from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.gallery.batch import begin_batch, find_model, paint_batch, read_batch
from ddpm_studio.gallery.origin import find_checkpoint_of
from ddpm_studio.project import step_of
from ddpm_studio.training import train
from ddpm_studio.training.loaded import load
from tests.cli.remake.conftest import recipe_of, remade

STATES, EACH = 8, 25
WEIGHTS = ("ema", "model")


@pytest.fixture
def learning(project):
    """learning(steps): trains on, with a checkpoint after each step."""
    config = with_settings(project.config, ["train.checkpoint_every=1"])
    project = project.with_config(config)

    def go_on(steps):
        for _ in train(project, device="cpu", steps=steps):
            pass

    return go_on


def test_two_hundred_works_are_remade_to_the_byte(run, project, learning, tmp_path):
    steps = []
    for number in range(STATES):
        learning(1)
        steps.append(step_of(project.checkpoint_paths()[-1]))
        which, folder = WEIGHTS[number % 2], project.gallery / str(steps[-1])
        words = ("--count", EACH, "--weights", which, "--device", "cpu")
        code, _, error = run("sample", project.path, "--out", folder, *words)
        assert (code, error) == (0, "")
    film = project.gallery / "film.gif"
    assert run("animate", project.path, "--out", film, "--steps", 4, "--device", "cpu")[0] == 0
    learning(6)
    left = {step_of(path) for path in project.checkpoint_paths()}
    assert len(set(steps) - left) == STATES
    works = sorted(project.gallery.glob("*/*.png"))
    assert len(works) == STATES * EACH
    for work in works:
        recipe, again = read_recipe(work), tmp_path / "again.png"
        assert project.models in find_checkpoint_of(project, recipe).parents
        write_png(again, remade(project, recipe)[0], recipe.to_text())
        assert again.read_bytes() == work.read_bytes()
    for work in (works[0], works[-1], film):  # and by the command, as a person does it
        again = tmp_path / f"by_command{work.suffix}"
        assert run("remake", work, "--out", again, "--device", "cpu")[0] == 0
        assert again.read_bytes() == work.read_bytes()
        again.unlink()
    pinned = sum(file.nbytes for file in project.model_files())
    checkpoint = project.checkpoint_paths()[-1].stat().st_size
    assert pinned < 0.5 * STATES * checkpoint


def test_a_batch_is_finished_with_its_pinned_model(project, learning):
    learning(3)
    checkpoint = project.checkpoint_paths()[-2]
    loaded, sample = load(checkpoint), dataclasses.replace(project.config.sample, seed=5)
    straight = begin_batch(project, loaded, sample, 6)
    list(paint_batch(straight, loaded))
    batch = begin_batch(project, loaded, sample, 6)
    for event in (painting := paint_batch(batch, loaded)):
        if batch.path(1).exists():
            painting.close()
            break
        assert event is not None
    learning(6)
    assert not checkpoint.exists()
    batch = read_batch(batch.folder)
    model = find_model(project, batch)
    assert project.models in model.parents
    list(paint_batch(batch, load(model, batch.which)))
    made = [
        {path.name: path.read_bytes() for path in one.folder.iterdir()} for one in (straight, batch)
    ]
    assert made[0] == made[1]
    assert len(made[0]) == 6


def test_the_other_weights_of_a_pinned_model_are_gone(project, learning):
    learning(3)
    recipe = recipe_of(project, project.checkpoint_paths()[-2])
    project.gallery.mkdir(exist_ok=True)
    (project.gallery / "made.json").write_text(recipe.to_text())
    learning(6)
    assert find_checkpoint_of(project, recipe) is not None
    plain = dataclasses.replace(recipe, which="model")
    assert find_checkpoint_of(project, plain) is None
    with pytest.raises(StudioError, match="that this was made with is not in"):
        remade(project, plain)


def test_a_damaged_pinned_model_is_one_sentence(run, project, learning, tmp_path):
    learning(3)
    recipe = recipe_of(project, project.checkpoint_paths()[-2])
    project.gallery.mkdir(exist_ok=True)
    sidecar = project.gallery / "made.json"
    sidecar.write_text(recipe.to_text())
    learning(6)
    path = find_checkpoint_of(project, recipe)
    path.write_bytes(path.read_bytes()[:-8] + b"12345678")
    code, _, error = run("remake", sidecar, "--out", tmp_path / "again.png")
    assert (code, error.count("\n")) == (1, 1)
    assert "is damaged: its ema is not what was written" in error
