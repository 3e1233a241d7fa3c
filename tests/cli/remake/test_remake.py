"""What a recipe says is enough to make its pictures again, to the bit; and the two commands."""

import dataclasses
import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ddpm_studio.choices import Choices, Crop, read_choices, write_choices
from ddpm_studio.cli import main
from ddpm_studio.cli.remake import remake_recipe
from ddpm_studio.config import AUTO, FIXED_VARIANCES, SPACINGS, SampleConfig
from ddpm_studio.data import prepare_pictures
from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.errors import CheckpointError, StudioError
from ddpm_studio.events import SampleStep
from ddpm_studio.export.film.frames import Film
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.write import write_film
from ddpm_studio.export.images import write_png
from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.gallery.origin import find_checkpoint_of, own_picture, own_pixels
from ddpm_studio.project import Project, step_of
from ddpm_studio.recipe import SHOWS, Recipe, fingerprint
from ddpm_studio.samplers import fitting
from ddpm_studio.sampling.forward import noised
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.trajectory import trajectory
from ddpm_studio.training import load_model
from tests.cli.remake.conftest import CPU, TINY, finish, recipe_of, remade

KINDS = (".png", ".apng", ".webp", ".gif", ".mp4", ".webm", ".json")
BESIDE = 3  # pictures that were made in the same batch


def paint(checkpoint, recipe, seeds, start=None):
    """All frames of a denoising, as the program makes them."""
    model, config = load_model(checkpoint, recipe.which, CPU)
    return list(trajectory(Network(model, config, CPU), recipe.sample, seeds, start=start))


def write(path, picture, recipe):
    text = recipe.to_text()
    if path.suffix == ".json":
        path.write_text(text)
    elif path.suffix == ".png":
        write_png(path, picture, text)
    else:
        for _ in write_film(path, Film(1, lambda _: picture, ()), FilmOptions(), text):
            pass


samples = st.builds(
    SampleConfig,
    sampler=st.sampled_from(sorted(fitting(False))),
    num_inference_steps=st.integers(1, 12),
    eta=st.floats(0, 1),
    spacing=st.sampled_from(SPACINGS),
    variance=st.sampled_from([AUTO, *FIXED_VARIANCES]),
    clip=st.booleans(),
)


@given(
    sample=samples,
    seed=st.integers(BESIDE, 2**63 - BESIDE),
    which=st.sampled_from(["ema", "model"]),
    show=st.sampled_from(SHOWS),
    kind=st.sampled_from(KINDS),
    place=st.integers(0, BESIDE - 1),
    data=st.data(),
)
def test_written_read_and_made_again_it_is_the_same_picture(
    trained, tmp_path_factory, sample, seed, which, show, kind, place, data
):
    project = Project.open(trained)
    checkpoint = data.draw(st.sampled_from(project.checkpoint_paths()))
    frame = data.draw(st.none() | st.integers(0, sample.num_inference_steps))
    recipe = recipe_of(
        project, checkpoint, which=which, seed=seed, sample=sample, frame=frame, show=show
    )
    beside = range(seed - place, seed - place + BESIDE)
    frames = paint(checkpoint, recipe, beside)
    picture = getattr(frames[-1 if frame is None else frame], show)[place]
    path = tmp_path_factory.mktemp("made") / f"made{kind}"
    write(path, picture, recipe)
    read = read_recipe(path)
    assert read == recipe
    assert (remade(project, read)[0] == picture).all()


def test_all_pictures_of_a_grid_come_back_in_their_order(project):
    checkpoint = project.checkpoint_paths()[-1]
    seeds = (9, 2, 2**40, 2, *range(100, 120))  # more than go through the network at once
    recipe = recipe_of(project, checkpoint, seeds=seeds, frame=2, show="pred_x_0")
    pictures, events = finish(remake_recipe(project, recipe, "cpu"))
    assert (pictures == paint(checkpoint, recipe, seeds)[2].pred_x_0).all()
    steps = [event for event in events if isinstance(event, SampleStep)]
    assert [(event.step, event.finished) for event in steps] == [
        *((step, 0) for step in range(3)),
        *((step, 16) for step in range(3)),
    ]
    assert {event.total for event in steps} == {24}


def test_a_picture_that_began_with_an_own_one(project):
    checkpoint = project.checkpoint_paths()[-1]
    name = "flower 2.png"
    digest = hashlib.sha256((project.pictures / name).read_bytes()).hexdigest()
    start = {"picture": name, "sha256": digest, "index": 1}
    recipe = recipe_of(project, checkpoint, start=start, seeds=(5, 6))
    _, config = load_model(checkpoint)
    x_0 = own_picture(project, config, start)
    assert x_0.shape == (1, 3, 8, 8)
    schedule = NoiseSchedule.from_config(config.diffusion)
    state = noised(schedule, recipe.sample, x_0, (5, 6), 1)
    painted = paint(checkpoint, recipe, (5, 6), start=state)[-1].x_t
    assert (remade(project, recipe) == painted).all()
    assert not (remade(project, dataclasses.replace(recipe, start=None)) == painted).all()


def test_of_ones_own_picture_on_its_way_into_the_noise_the_end_is_made_again(project):
    """Nothing was painted there: it is the picture as the model learns it, to the bit."""
    name = "flower 2.png"
    digest = hashlib.sha256((project.pictures / name).read_bytes()).hexdigest()
    recipe = recipe_of(project, project.checkpoint_paths()[-1])
    start = {"picture": name, "sha256": digest, "index": recipe.sample.num_inference_steps}
    (made,) = remade(project, dataclasses.replace(recipe, start=start))
    _, config = load_model(project.checkpoint_paths()[-1])
    assert (made == own_pixels(project, config, start)).all()


def test_an_own_picture_is_the_crop_that_was_taken(project):
    """Of a JPEG, which is reduced in decoding as far as the smallest of its crops allows."""
    name = "meadow.jpg"
    colours = np.random.default_rng(1).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    whole = Image.fromarray(colours).resize((960, 640), Image.Resampling.BICUBIC)
    whole.save(project.pictures / name)
    crops = (Crop("box", (0.0, 0.0, 0.5, 0.75)), Crop("box", (0.6, 0.5, 0.04, 0.06)))
    write_choices(project.path, Choices().changed([name], crops=crops))
    digest = hashlib.sha256((project.pictures / name).read_bytes()).hexdigest()
    pictures, _ = finish(
        prepare_pictures(
            project.pictures, project.config.pictures, project.cache, read_choices(project.path)
        )
    )
    learned = {one.crop: pictures.records[one.row] for one in pictures.taken if one.name == name}
    start = {"picture": name, "sha256": digest, "index": 1}
    _, config = load_model(project.checkpoint_paths()[-1])
    for number, crop in enumerate(crops):
        taken = own_pixels(project, config, start | {"crop": number})
        assert (taken == learned[crop]).all()
    assert (own_pixels(project, config, start) == learned[crops[0]]).all()  # as files say nothing
    with pytest.raises(StudioError, match=r"is not in .* as it was then"):
        own_pixels(project, config, start | {"crop": 2})


@pytest.mark.parametrize("name", ["gone.png", "../flowers/project.json", "flower 1.png"])
def test_an_own_picture_that_is_not_as_it_was_is_a_sentence(project, name):
    start = {"picture": name, "sha256": "0" * 64, "index": 1}
    recipe = recipe_of(project, project.checkpoint_paths()[-1], start=start)
    with pytest.raises(StudioError, match=r"is not in .* as it was then"):
        remade(project, recipe)


def test_a_frame_before_the_beginning_is_a_sentence(project):
    name = "flower 1.png"
    digest = hashlib.sha256((project.pictures / name).read_bytes()).hexdigest()
    start = {"picture": name, "sha256": digest, "index": 3}
    recipe = recipe_of(project, project.checkpoint_paths()[-1], start=start, frame=1)
    with pytest.raises(StudioError, match="painted on from frame 3"):
        remade(project, recipe)


# the checkpoint


def test_a_checkpoint_is_known_by_its_content(project):
    old, *_, new = project.checkpoint_paths()
    recipe = recipe_of(project, old)
    assert find_checkpoint_of(project, recipe) == old
    misleading = dataclasses.replace(recipe, checkpoint=new.name)
    assert find_checkpoint_of(project, misleading) == old
    other = dataclasses.replace(recipe, checkpoint_sha256="0" * 64)
    assert find_checkpoint_of(project, other) is None


def test_a_checkpoint_that_is_gone_is_a_sentence_that_offers_the_newest(project):
    old, *_, new = project.checkpoint_paths()
    recipe = recipe_of(project, old)
    old.unlink()
    with pytest.raises(CheckpointError, match=f"--newest that of step {step_of(new)}"):
        remade(project, recipe)


def test_more_steps_than_were_trained_are_a_sentence(project):
    sample = dataclasses.replace(TINY.sample, num_inference_steps=10**15)
    recipe = recipe_of(project, project.checkpoint_paths()[-1], sample=sample)
    with pytest.raises(StudioError, match="num_inference_steps"):
        remade(project, recipe)


# the commands


def test_a_sampled_picture_is_made_again(run, project, tmp_path):
    made, again = project.gallery / "tests", tmp_path / "again.png"
    assert (
        main(["sample", str(project.path), "--out", str(made), "--count", "2", "--seed", "4"]) == 0
    )
    for path in made.iterdir():
        code, out, _ = run("remake", path, "--out", again)  # the project is the one around it
        assert code == 0
        assert "The picture is" in out
        assert again.read_bytes() == path.read_bytes()
        again.unlink()


def test_several_pictures_become_a_grid(run, project, tmp_path):
    checkpoint = project.checkpoint_paths()[-1]
    recipe = recipe_of(project, checkpoint, seeds=(1, 2, 3), film={"fps": 12.0})
    sidecar, out = tmp_path / "film.json", tmp_path / "page.png"
    sidecar.write_text(recipe.to_text())
    assert run("remake", sidecar, "--project", project.path, "--out", out)[0] == 0
    page = np.asarray(Image.open(out))
    assert page.shape == (16, 16, 3)
    assert (page[:8, 8:] == remade(project, recipe)[1]).all()
    assert read_recipe(out) == dataclasses.replace(recipe, film=None)
    assert run("remake", sidecar, "--project", project.path, "--out", out, "--no-recipe")[0] == 0
    with pytest.raises(StudioError):
        read_recipe(out)


def test_the_newest_takes_the_place_of_one_that_is_gone(run, project, tmp_path):
    old, *_, new = project.checkpoint_paths()
    sidecar, out = tmp_path / "old.json", tmp_path / "new.png"
    sidecar.write_text(recipe_of(project, old).to_text())
    old.unlink()
    words = ("remake", sidecar, "--project", project.path, "--out", out)
    code, _, error = run(*words)
    assert code == 1
    assert "--newest" in error
    assert run(*words, "--newest")[0] == 0
    assert read_recipe(out).checkpoint_sha256 == fingerprint(new)


def test_what_cannot_be_made_again_is_one_sentence(run, project, tmp_path):
    sidecar = tmp_path / "recipe.json"
    sidecar.write_text(recipe_of(project, project.checkpoint_paths()[-1]).to_text())
    code, _, error = run("remake", sidecar, "--out", tmp_path / "x.png")
    assert (code, "--project" in error) == (1, True)
    code, _, error = run("remake", sidecar, "--project", project.path, "--out", tmp_path / "x.jpg")
    assert (code, ".png" in error) == (1, True)
    code, _, error = run("remake", project.pictures / "flower 1.png", "--out", tmp_path / "x.png")
    assert (code, "carries no recipe" in error) == (1, True)
    assert [path.name for path in tmp_path.glob("x*")] == []


def test_where_nothing_can_be_written_nothing_is_painted(run, project, tmp_path, monkeypatch):
    made = tmp_path / "made.png"
    write(made, np.zeros((8, 8, 3), np.uint8), recipe_of(project, project.checkpoint_paths()[-1]))
    before = made.read_bytes()
    monkeypatch.setattr("ddpm_studio.cli.remake.load", None)
    words = ("remake", made, "--project", project.path, "--out")
    code, _, error = run(*words, tmp_path / "nowhere" / "x.png")
    assert (code, error) == (1, f"The folder {tmp_path / 'nowhere'} does not exist.\n")
    code, _, error = run(*words, made)
    assert (code, "choose another name" in error) == (1, True)
    assert made.read_bytes() == before


def test_a_recipe_is_printed_as_json(run, project, tmp_path):
    recipe = recipe_of(project, project.checkpoint_paths()[-1], seeds=(1, 2))
    path = tmp_path / "film.webp"
    write(path, np.zeros((8, 8, 3), np.uint8), recipe)
    code, out, _ = run("recipe", path)
    assert code == 0
    assert Recipe.from_text(out) == recipe
    event = json.loads(run("recipe", path, "--json")[1])
    assert Recipe.from_text(event["message"]) == recipe
