"""Every process is set, learned, killed, resumed, painted, filmed and made again."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ddpm_studio.cli import main
from ddpm_studio.config.schedules import ROWS, SCHEDULES
from ddpm_studio.errors import StudioError
from ddpm_studio.project import Project
from ddpm_studio.samplers import fitting
from ddpm_studio.sampling.trajectory import trajectory, trajectory_moments
from ddpm_studio.training import load_model, train
from ddpm_studio.training.loaded import load_network

CPU = ["--device", "cpu"]
TINY = [
    *("pictures.size=8", "model.model_channels=8", "model.channel_mult=1,2"),
    *("model.attention_resolutions=4", "model.head_channels=8", "train.batch_size=4"),
    *("train.precision=fp32", "train.preview_steps=2", "train.preview_count=2"),
]
each = pytest.mark.parametrize("schedule", SCHEDULES)
New = Callable[[str, str], Project]


@pytest.fixture
def new(tmp_path: Path) -> New:
    """A project of four pictures, by the name of its process and its own."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for shade in (0, 60, 200, 255):
        Image.fromarray(np.full((8, 8, 3), shade, np.uint8)).save(folder / f"{shade}.png")

    def make(schedule: str, name: str, *more: str) -> Project:
        loss = "vlb" if ROWS[schedule].learns else "simple"
        settings = [*TINY, f"diffusion.schedule={schedule}", f"diffusion.loss={loss}", *more]
        words = [word for setting in settings for word in ("--set", setting)]
        assert main(["new", str(tmp_path / name), "--images", str(folder), *words]) == 0
        return Project.open(tmp_path / name)

    return make


def run(*words: object) -> None:
    assert main([str(word) for word in words]) == 0


@each
def test_a_training_that_went_on_ends_as_one_that_was_not_interrupted(
    new: New, schedule: str
) -> None:
    whole, parts = new(schedule, "whole"), new(schedule, "parts")
    run("train", whole.path, "--steps", 6, *CPU)
    run("train", parts.path, "--steps", 2, *CPU)
    run("train", parts.path, "--steps", 4, *CPU)
    for which in ("model", "ema"):
        one, other = (load_model(p.checkpoint_path(6), which)[0] for p in (whole, parts))
        for name, weights in one.state_dict().items():
            assert torch.equal(weights, other.state_dict()[name]), name


@each
def test_it_paints_films_and_is_made_again(new: New, schedule: str, tmp_path: Path) -> None:
    project = new(schedule, "project")
    run("train", project.path, "--steps", 3, *CPU)
    for sampler in fitting(ROWS[schedule].is_continuous):
        out, again = tmp_path / sampler, tmp_path / f"{sampler}.png"
        words = ["--count", 2, "--steps", 3, "--sampler", sampler, *CPU]
        run("sample", project.path, "--out", out, *words)
        first, second = sorted(out.iterdir())
        assert first.read_bytes() != second.read_bytes()
        run("remake", second, "--project", project.path, "--out", again, *CPU)
        assert again.read_bytes() == second.read_bytes()
    film = tmp_path / "film.gif"
    run("animate", project.path, "--out", film, "--steps", 3, *CPU)
    assert film.stat().st_size > 0


@each
def test_every_frame_can_be_looked_at(new: New, schedule: str) -> None:
    """Noise is noise, neither grey nor black and white, with however large a sigma it was made."""
    project = new(schedule, "project")
    run("train", project.path, "--steps", 2, *CPU)
    network = load_network(project.checkpoint_path(2))
    sample = project.config.sample
    moments = trajectory_moments(network.process, sample)
    frames = list(trajectory(network, sample, [1, 2, 3]))
    assert [frame.t for frame in frames] == [moment.t for moment in moments]
    assert frames[-1].t == -1
    kind = float if ROWS[schedule].is_continuous else int
    assert {type(frame.t) for frame in frames[:-1]} == {kind}
    if kind is float:
        assert all(0 < frame.t <= 1 for frame in frames[:-1])
        assert frames[0].t == 1
    noise = [moment.noise for moment in moments]
    assert noise == sorted(noise, reverse=True)
    assert noise[0] > 0.99
    assert noise[-1] == 0
    first = frames[0].x_t / 127.5 - 1
    assert 0.5 < first.std() < 0.9  # of standard noise that is cut at -1 and 1: 0.72
    assert 0.2 < (abs(first) == 1).mean() < 0.45


def test_the_most_noise_of_ve_is_found_once_and_stays(new: New, tmp_path: Path) -> None:
    """It is the largest distance between two pictures of the folder, and kept with the project."""
    project = new("ve", "project")
    run("train", project.path, "--steps", 1, *CPU)
    found = Project.open(project.path).config.diffusion.sigma_max
    assert found == pytest.approx(2 * 64**0.5)  # black and white, of one channel, for all are grey
    Image.fromarray(np.full((8, 8, 3), 90, np.uint8)).save(tmp_path / "pictures" / "more.png")
    (tmp_path / "pictures" / "255.png").unlink()
    run("train", project.path, "--steps", 1, *CPU)
    assert load_model(project.checkpoint_path(2))[1].diffusion.sigma_max == found
    written = json.loads((project.path / "project.json").read_bytes())
    assert written["config"]["diffusion"]["sigma_max"] == found


def test_pictures_that_are_all_alike_say_nothing_of_it(new: New, tmp_path: Path) -> None:
    project = new("ve", "project")
    for name in ("60", "200", "255"):
        (tmp_path / "pictures" / f"{name}.png").unlink()
    with pytest.raises(StudioError, match=r"all alike.*set diffusion\.sigma_max\."):
        list(train(project, device="cpu", steps=1))
