"""A kind of model that says that every picture is of one grey, which is all that it learns.

Its file is as one in `ddpm_studio/models` is, with its settings beside it.
"""

import sys
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from ddpm_studio.config import KindConfig, StudioConfig
from ddpm_studio.config import kinds as config_kinds
from ddpm_studio.config.fields import check_fields, setting
from ddpm_studio.config.kinds import KindRow
from ddpm_studio.diffusion import Process
from ddpm_studio.models import Kind, ddpm
from ddpm_studio.nn import Model
from ddpm_studio.nn.per_picture import Predict


@dataclass(frozen=True)
class GreyConfig(KindConfig):
    shade: float = setting(0.25, "First grey", "The grey that it begins with.", least=-1, most=1)

    def __post_init__(self) -> None:
        check_fields(self, "model")

    @property
    def stride(self) -> int:
        return 2


ROW = KindRow("grey", "Grey", "Learns one grey.", GreyConfig)


class Grey(Model):
    def __init__(self, config: GreyConfig) -> None:
        super().__init__(config.stride)
        self.shade = nn.Parameter(torch.full((config.in_channels, 1, 1), config.shade))

    def forward(self, x_t: Tensor, t: Tensor, told: Tensor | None = None) -> Tensor:
        return self.shade.expand_as(x_t)


def build(config: StudioConfig) -> Model:
    assert isinstance(config.model, GreyConfig)
    return Grey(config.model)


def loss(
    config: StudioConfig, process: Process, predict: Predict, x_0: Tensor, t: Tensor, eps: Tensor
) -> Tensor:
    return (predict(x_0, t) - x_0).square().flatten(1).mean(1)


def predictor(model: Model, precision: torch.dtype, device: torch.device) -> Predict:
    return model.to(device)


KIND = Kind(build, ddpm.process, loss, predictor)


def add_grey(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if its row and its file were there."""
    monkeypatch.setitem(config_kinds.KINDS, ROW.name, ROW)
    monkeypatch.setitem(sys.modules, f"ddpm_studio.models.{ROW.name}", sys.modules[__name__])
