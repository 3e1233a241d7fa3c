"""The smallest projects that train, and what is asked of their checkpoints again and again."""

import functools
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from torch import Tensor

from ddpm_studio.config import PicturesConfig, StudioConfig
from ddpm_studio.config.text import with_settings
from ddpm_studio.data import prepare_pictures
from ddpm_studio.project import Project
from ddpm_studio.training import Trainer, TrainEvent, train
from tests.training.saving import save_checkpoint

TINY = [
    "pictures.size=8",
    "model.model_channels=8",
    "model.channel_mult=1",
    "model.attention_resolutions=",
    "model.head_channels=8",
    "model.mid_attention=false",
    "diffusion.num_timesteps=20",
    "sample.num_inference_steps=4",
    "train.batch_size=4",
    "train.warmup_steps=5",
    "train.precision=fp32",
    "train.preview_every=1000",
    "train.preview_count=2",
    "train.preview_steps=2",
    "train.checkpoint_seconds=1000",
    "train.held_out_share=0",
]
PICTURES = 10

State = dict[str, Tensor]


def tiny_config(*settings: str) -> StudioConfig:
    return with_settings(StudioConfig(), [*TINY, *settings])


def read_state(path: Path) -> tuple[State, dict[str, object]]:
    """All tensors of a checkpoint and what it says of itself, without what depends on time."""
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        about = json.loads(file.metadata()["ddpm_studio"])
    return tensors, {key: value for key, value in about.items() if key != "seconds"}


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of ten small pictures."""
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    for index in range(PICTURES):
        pixels = random.integers(0, 256, (8, 8, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return folder


@pytest.fixture(scope="session")
def tiny() -> Callable[..., StudioConfig]:
    """tiny(*settings): a configuration that trains in milliseconds."""
    return tiny_config


@pytest.fixture(scope="session")
def prepared_cache(
    tmp_path_factory: pytest.TempPathFactory, pictures: Path
) -> Callable[[PicturesConfig], Path]:
    """The cache of a project with those pictures: to read them takes a process each time."""

    @functools.cache
    def prepare(config: PicturesConfig) -> Path:
        cache = tmp_path_factory.mktemp("prepared") / "cache"
        for _ in prepare_pictures(pictures, config, cache):
            pass
        return cache

    return prepare


@pytest.fixture
def make_project(
    tmp_path: Path, pictures: Path, prepared_cache: Callable[[PicturesConfig], Path]
) -> Callable[..., Project]:
    """make_project(name, *settings): a new tiny project, whose pictures are prepared already."""

    def make(name: str = "project", *settings: str, images: Path = pictures) -> Project:
        project = Project.create(tmp_path / name, images, tiny_config(*settings))
        if images == pictures:
            shutil.copytree(prepared_cache(project.config.pictures), project.cache)
        return project

    return make


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project()


@pytest.fixture(scope="session")
def make_trainer() -> Callable[..., Trainer]:
    """make_trainer(*settings, pictures=...): a tiny trainer without files."""

    def make(*settings: str, pictures: Tensor | None = None) -> Trainer:
        config = tiny_config(*settings)
        channels, height, width = config.pictures.shape
        if pictures is None:
            generator = torch.Generator().manual_seed(0)
            shape = (PICTURES, height, width, channels)
            pictures = torch.randint(256, shape, generator=generator, dtype=torch.uint8)
        return Trainer(config, pictures, torch.device("cpu"))

    return make


@pytest.fixture(scope="session")
def train_for() -> Callable[..., list[TrainEvent]]:
    """train_for(project, steps): all events of a training on the CPU."""

    def run(project: Project, steps: int) -> list[TrainEvent]:
        return list(train(project, device="cpu", steps=steps))

    return run


@pytest.fixture(scope="session")
def close_at() -> Callable[..., list[TrainEvent]]:
    """close_at(events, is_last): the events up to the one at which the generator is closed."""

    def run(
        events: Iterator[TrainEvent], is_last: Callable[[TrainEvent], bool]
    ) -> list[TrainEvent]:
        seen = []
        for event in events:
            seen.append(event)
            if is_last(event):
                events.close()  # type: ignore[attr-defined]
                return seen
        raise AssertionError(f"the last event did not come, but {seen[-1]}")

    return run


@pytest.fixture(scope="session")
def assert_same_state() -> Callable[[Path, Path], None]:
    """Whether two checkpoints hold the same bits: weights, averages, optimizer, randomness."""

    def check(one: Path, other: Path) -> None:
        (tensors, about), (others, about_other) = read_state(one), read_state(other)
        assert tensors.keys() == others.keys()
        different = [name for name in tensors if not torch.equal(tensors[name], others[name])]
        assert different == []
        different_about = {
            key for key in about if about[key] != about_other[key] and key != "config"
        }
        assert different_about == set()

    return check


@pytest.fixture(scope="session")
def assert_finite() -> Callable[[Iterable[Path]], None]:
    """Whether checkpoints hold finite numbers only."""

    def check(paths: Iterable[Path]) -> None:
        for path in paths:
            tensors, _ = read_state(path)
            assert all(bool(tensor.isfinite().all()) for tensor in tensors.values()), path

    return check


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, make_trainer: Callable[..., Trainer]) -> Path:
    """A whole checkpoint of step 6."""
    trainer = make_trainer()
    for _ in range(6):
        trainer.train_step()
    path = tmp_path_factory.mktemp("trained") / "step_00000006.safetensors"
    save_checkpoint(path, trainer, 1.0)
    return path
