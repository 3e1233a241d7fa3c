"""A small project that has learned a little, and what its pictures are made again with."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ddpm_studio.cli import main
from ddpm_studio.cli.remake import remake_recipe
from ddpm_studio.config import (
    DiffusionConfig,
    ModelConfig,
    PicturesConfig,
    SampleConfig,
    StudioConfig,
    TrainConfig,
)
from ddpm_studio.project import Project, step_of
from ddpm_studio.recipe import Recipe, fingerprint
from ddpm_studio.training import train

TINY = StudioConfig(
    pictures=PicturesConfig(size=8),
    model=ModelConfig(
        model_channels=8,
        channel_mult=(1,),
        attention_resolutions=(),
        head_channels=8,
        mid_attention=False,
    ),
    diffusion=DiffusionConfig(num_timesteps=20),
    train=TrainConfig(
        batch_size=4,
        learning_rate=0.02,
        warmup_steps=0,
        checkpoint_every=20,
        preview_every=1000,
        preview_count=1,
        preview_steps=1,
    ),
    sample=SampleConfig(num_inference_steps=4),
)
CPU = torch.device("cpu")


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Path:
    """A project that has learned a little, with several checkpoints. Tests only read it."""
    folder = tmp_path_factory.mktemp("flowers")
    colours = np.random.default_rng(0).integers(0, 256, (6, 12, 10, 3), dtype=np.uint8)
    for number, pixels in enumerate(colours):
        Image.fromarray(pixels).save(folder / f"flower {number}.png")
    path = tmp_path_factory.mktemp("projects") / "flowers"
    for _ in train(Project.create(path, folder, TINY), device="cpu", steps=40):
        pass
    return path


@pytest.fixture
def project(trained, tmp_path) -> Project:
    return Project.open(shutil.copytree(trained, tmp_path / "flowers"))


def recipe_of(project, checkpoint, **values) -> Recipe:
    made = {"which": "ema", "seed": 3, "sample": TINY.sample} | values
    return Recipe(
        project=project.name,
        checkpoint=checkpoint.name,
        checkpoint_sha256=fingerprint(checkpoint),
        step=step_of(checkpoint),
        device="cpu",
        precision="float32",
        **made,
    )


def finish(steps):
    """What a generator returns, and what it yielded on the way."""
    events = []
    while True:
        try:
            events.append(next(steps))
        except StopIteration as end:
            return end.value, events


def remade(project, recipe):
    return finish(remake_recipe(project, recipe, "cpu"))[0]


@pytest.fixture
def run(capsys):
    def run_command(*words):
        code = main([str(word) for word in words])
        return code, *capsys.readouterr()

    return run_command
