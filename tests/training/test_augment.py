"""Changed pictures: what is done to them is labels, and nothing of it is painted."""

import math
from collections.abc import Callable

import pytest
import torch

from ddpm_studio.config import AUGMENT_CHANNELS, StudioConfig
from ddpm_studio.config.text import with_settings
from ddpm_studio.errors import ConfigError
from ddpm_studio.nn import UNet
from ddpm_studio.nn.diffusers_names import to_diffusers
from ddpm_studio.project import check_locked
from ddpm_studio.training import Trainer

# one of the changes, without the chance
from ddpm_studio.training.augment import _moved, augmented

MANY = 4000
MakeTrainer = Callable[..., Trainer]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(count: int = 3, height: int = 8, width: int = 8) -> torch.Tensor:
    return torch.rand(count, 3, height, width, generator=generator(1)) * 2 - 1


def moved(x_0: torch.Tensor, **changes: float) -> torch.Tensor:
    values = {"mirrored": 0.0, "scale": 1.0, "angle": 0.0, "right": 0.0, "down": 0.0} | changes
    return _moved(x_0, **{name: torch.full((len(x_0),), value) for name, value in values.items()})


def test_nothing_is_done_without_a_share() -> None:
    x_0 = pictures()
    changed, labels = augmented(x_0, 0.0, generator())
    assert torch.equal(changed, x_0)
    assert torch.equal(labels, torch.zeros(3, AUGMENT_CHANNELS))


def test_a_picture_that_nothing_was_done_to_is_the_same_to_the_bit() -> None:
    x_0 = pictures(MANY)
    changed, labels = augmented(x_0, 0.1, generator())
    is_same = (labels == 0).all(dim=1)
    assert 0.5 < is_same.float().mean() < 0.7  # 0.9 ** 5 with what moves right and down
    assert torch.equal(changed[is_same], x_0[is_same])
    assert (changed[~is_same] != x_0[~is_same]).flatten(1).any(dim=1).all()


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_each_change_happens_to_its_share(share: float) -> None:
    _, labels = augmented(pictures(MANY), share, generator())
    assert (labels != 0).float().mean(dim=0) == pytest.approx([share] * AUGMENT_CHANNELS, abs=0.03)


def test_mirroring_turning_and_moving_are_what_they_are_called() -> None:
    x_0 = pictures()
    assert torch.allclose(moved(x_0), x_0, atol=1e-5)
    assert torch.allclose(moved(x_0, mirrored=1.0), x_0.flip(3), atol=1e-5)
    assert torch.allclose(moved(x_0, right=0.25)[..., 2:], x_0[..., :-2], atol=1e-5)
    assert torch.allclose(moved(x_0, down=0.25)[..., 2:, :], x_0[..., :-2, :], atol=1e-5)
    turned = moved(x_0, angle=math.pi / 2)
    assert torch.allclose(turned, torch.rot90(x_0, -1, (2, 3)), atol=1e-5)


def test_turning_keeps_shapes_where_pictures_are_not_square() -> None:
    """A disc stays a disc: no side is stretched."""
    down, across = torch.meshgrid(torch.arange(16) - 7.5, torch.arange(32) - 15.5, indexing="ij")
    disc = (down.square() + across.square() < 25).float().expand(1, 3, 16, 32)
    turned = moved(disc, angle=math.pi / 2)
    middle = slice(8, 24)  # beyond, what lies above and below is mirrored into the picture
    assert (turned - disc)[..., middle].abs().mean() < 0.01


def test_scaling_up_makes_things_larger() -> None:
    spot = torch.zeros(1, 3, 16, 16)
    spot[..., 6:10, 6:10] = 1
    assert moved(spot, scale=2.0).sum() > 3 * spot.sum()


def test_the_network_hears_what_was_done_and_paints_as_if_nothing_was() -> None:
    config = with_settings(StudioConfig(), ["pictures.size=8", "model.channel_mult=1",
        "model.attention_resolutions=", "model.model_channels=8", "model.head_channels=8",
        "model.norm_groups=2", "train.augment=0.1"])  # fmt: skip
    model = UNet(config.model).eval()
    x_t, t = pictures(), torch.tensor([3, 500, 900])
    labels = torch.zeros(3, AUGMENT_CHANNELS)
    with torch.no_grad():
        silent, nothing = model(x_t, t), model(x_t, t, labels)
        labels[1, 0] = 1.0
        mirrored = model(x_t, t, labels)
    assert torch.allclose(silent, nothing, atol=1e-6)
    assert not torch.allclose(mirrored[1], nothing[1], atol=1e-4)
    assert torch.allclose(mirrored[[0, 2]], nothing[[0, 2]], atol=1e-6)
    names = to_diffusers(model.state_dict(), config.model)
    assert len(names) == len(model.state_dict()) - 1  # what it was labels has no place there


def test_training_with_changed_pictures_can_be_repeated_and_learns(
    make_trainer: MakeTrainer,
) -> None:
    settings = ["train.augment=0.3", "train.accumulation=2", "train.learning_rate=3e-3"]
    runs = [make_trainer(*settings) for _ in range(2)]
    losses = [[trainer.train_step().loss for _ in range(40)] for trainer in runs]
    assert losses[0] == losses[1]
    assert sum(losses[0][-10:]) < sum(losses[0][:10])
    assert any(p.grad is None and p.abs().sum() > 0 for p in runs[0].parameters)


def test_what_the_network_hears_is_fixed_once_it_is_trained() -> None:
    plain, some, more = (
        with_settings(StudioConfig(), [f"train.augment={share}"]) for share in (0, 0.1, 0.2)
    )
    check_locked(some, more)
    with pytest.raises(ConfigError, match=r"train\.augment"):
        check_locked(plain, some)
    with pytest.raises(ConfigError, match=r"train\.augment"):
        check_locked(some, plain)
