"""A kind of model is a file and a row: training, previews and sampling ask it, and only it."""

import dataclasses

import pytest
import torch
from torch import nn

from ddpm_studio import models
from ddpm_studio.config import ModelConfig, StudioConfig
from ddpm_studio.events import SampleFinished
from ddpm_studio.models import KINDS, Kind, ddpm, kind_of
from ddpm_studio.sampling.generate import generate
from ddpm_studio.training import Trainer
from ddpm_studio.training.held_out import BANDS, HeldOut
from ddpm_studio.training.preview import averaged_model
from tests.sampling.tiny import CPU, tiny_config


@dataclasses.dataclass(frozen=True)
class NothingConfig(ModelConfig):
    """No settings of its own."""


class Nothing(nn.Module):
    """Says that every picture is of one grey, which is all that it learns."""

    def __init__(self):
        super().__init__()
        self.grey = nn.Parameter(torch.tensor(0.25))

    def forward(self, x_t, t, augment_labels=None):
        return self.grey.expand_as(x_t)

    def use_generator(self, generator):
        """Nothing is drawn."""


def loss(config, process, predict, x_0, t, eps):
    return (predict(x_0, t) - 1).square().flatten(1).mean(1)


def predictor(model, precision, device):
    return lambda x_t, t: torch.zeros_like(x_t)


NOTHING = Kind("nothing", NothingConfig, lambda config: Nothing(), ddpm.process, loss, predictor)


@pytest.fixture
def config(monkeypatch):
    monkeypatch.setattr(models, "KINDS", (*KINDS, NOTHING))
    usual = tiny_config()
    own = NothingConfig(**dataclasses.asdict(usual.model))
    diffusion = dataclasses.replace(usual.diffusion, prediction="x_0")
    return dataclasses.replace(usual, model=own, diffusion=diffusion)


def test_settings_without_a_kind_are_ddpm():
    assert [kind.name for kind in KINDS] == ["ddpm"]
    assert kind_of(StudioConfig()) is ddpm.DDPM


def test_another_kind_is_trained_and_asked(config):
    assert kind_of(config) is NOTHING
    trainer = Trainer(config, torch.zeros(6, 8, 8, 3, dtype=torch.uint8), CPU)
    assert isinstance(trainer.model, Nothing)
    step = trainer.train_step()
    assert step.loss == pytest.approx(0.75**2)
    assert trainer.model.grey.item() > 0.25  # it learns its own loss
    network = averaged_model(trainer)
    assert isinstance(network.model, Nothing)
    measured = HeldOut(trainer, torch.zeros(BANDS, 8, 8, 3, dtype=torch.uint8).numpy())
    assert measured.measure(network).loss == 1  # the predictor says 0
    sample = dataclasses.replace(config.sample, num_inference_steps=3)
    events = generate(network, sample, range(2))
    pictures = [event.picture for event in events if isinstance(event, SampleFinished)]
    assert len(pictures) == 2
    for picture in pictures:
        assert set(picture.flatten().tolist()) <= {127, 128}
