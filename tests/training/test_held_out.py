"""Pictures that are kept out: which they are, and that asking about them is no lottery."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from ddpm_studio.config import (
    DiffusionConfig,
    ModelConfig,
    PicturesConfig,
    StudioConfig,
    TrainConfig,
)
from ddpm_studio.events import HeldOutMeasured, TrainStarted
from ddpm_studio.project import Project
from ddpm_studio.training import train
from ddpm_studio.training.held_out import BANDS, HeldOut, split_held_out
from ddpm_studio.training.metrics import MetricsLog, read_held_out
from ddpm_studio.training.preview import averaged_model
from ddpm_studio.training.trainer import Trainer

CONFIG = StudioConfig(
    pictures=PicturesConfig(size=8, channels=3),
    model=ModelConfig(
        model_channels=8, channel_mult=(1, 2), attention_resolutions=(), head_channels=8
    ),
    diffusion=DiffusionConfig(num_timesteps=100),
    train=TrainConfig(batch_size=4, preview_steps=4, precision="fp32", learning_rate=5e-3),
)


def digests(count: int) -> list[str]:
    return [f"{number:032x}" for number in range(count)]


@pytest.mark.parametrize(("count", "wanted"), [(1, 0), (9, 0), (10, 1), (25, 2), (2563, 256)])
def test_a_tenth_is_kept_out_but_none_of_a_few(count: int, wanted: int) -> None:
    learned, kept_out = split_held_out(digests(count), 0.1)
    assert len(kept_out) == wanted
    assert sorted([*learned, *kept_out]) == list(range(count))
    assert len(split_held_out(digests(count), 0.0)[1]) == 0


def test_who_is_kept_out_follows_from_the_content() -> None:
    names = digests(100)
    _, kept_out = split_held_out(names, 0.1)
    chosen = {names[index] for index in kept_out}
    shuffled = list(np.random.default_rng(0).permutation(names))
    assert {shuffled[index] for index in split_held_out(shuffled, 0.1)[1]} == chosen
    grown = [*names, *(f"{number:032x}" for number in range(1000, 1010))]
    still = {grown[index] for index in split_held_out(grown, 0.1)[1]}
    assert len(still & chosen) >= 8  # as far as it can be


def test_parts_of_one_file_stay_together() -> None:
    names = [name for name in digests(40) for _ in range(3)]
    learned, kept_out = split_held_out(names, 0.1)
    assert len(kept_out) == 12
    assert not {names[index] for index in learned} & {names[index] for index in kept_out}


@pytest.fixture
def trainer() -> Trainer:
    pictures = np.random.default_rng(0).integers(0, 256, (16, 8, 8, 3), dtype=np.uint8)
    return Trainer(CONFIG, torch.from_numpy(pictures), torch.device("cpu"))


def test_one_model_is_given_one_answer(trainer: Trainer) -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (10, 8, 8, 3), dtype=np.uint8)
    for _ in range(3):
        trainer.train_step()
    state = trainer.generator.get_state()
    first, second = (HeldOut(trainer, pictures).measure(averaged_model(trainer)) for _ in range(2))
    assert first == second  # asked for are 0.5 %
    assert len(first.bands) == BANDS
    assert first.loss == pytest.approx(sum(first.bands) / BANDS)
    assert torch.equal(trainer.generator.get_state(), state)  # training does not notice
    trainer.train_step()
    assert HeldOut(trainer, pictures).measure(averaged_model(trainer)) != first


def test_a_model_that_learned_answers_better(trainer: Trainer) -> None:
    """Plain grey pictures are soon learned, so those that were kept out are known as well."""
    grey = np.full((16, 8, 8, 3), 128, np.uint8)
    trainer.pictures = torch.from_numpy(grey)
    held_out = HeldOut(trainer, grey[:4])
    before = held_out.measure(averaged_model(trainer))
    for _ in range(200):
        trainer.train_step()
    after = held_out.measure(averaged_model(trainer))
    assert after.loss < 0.6 * before.loss


def test_training_keeps_pictures_out_and_says_how_it_does_on_them(
    make_project: Callable[..., Project],
) -> None:
    project = make_project(
        "held out", "train.held_out_share=0.2", "train.preview_every=4", "train.checkpoint_every=6"
    )
    events = list(train(project, device="cpu", steps=10))
    (started,) = (event for event in events if isinstance(event, TrainStarted))
    assert started.pictures == 8  # two of ten are not learned from
    told = [event for event in events if isinstance(event, HeldOutMeasured)]
    assert [event.step for event in told] == [4, 6, 8, 10]
    logged = read_held_out(project.metrics_path)
    assert logged == [(event.step, event.loss, event.bands) for event in told]
    list(train(project, device="cpu", steps=2))  # and goes on where it was
    assert [line.step for line in read_held_out(project.metrics_path)] == [4, 6, 8, 10, 12]


def test_what_was_measured_after_a_step_that_is_void_is_void(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path / "metrics.jsonl")
    for step in (10, 20, 30):
        log.append({"held_out": {"step": step, "loss": step / 100, "bands": [0.1] * 4}})
    log.append({"resumed_at": 15})
    log.append({"held_out": {"step": 20, "loss": 0.5, "bands": [0.1] * 4}})
    log.append({"held_out": "nonsense"})
    counted = read_held_out(tmp_path / "metrics.jsonl")
    assert [(line.step, line.loss) for line in counted] == [(10, 0.1), (20, 0.5)]
