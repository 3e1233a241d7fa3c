"""Parity with diffusers.UNet2DModel: the same weights under its names compute the same."""

import pytest
import torch
from diffusers import UNet2DModel
from safetensors.torch import load_file

from ddpm_studio.config import ModelConfig
from ddpm_studio.config.presets import PRESETS
from ddpm_studio.errors import CheckpointError, ConfigError
from ddpm_studio.nn import UNet
from ddpm_studio.nn.diffusers_names import diffusers_settings, from_diffusers, to_diffusers

NO_ATTENTION = {"attention_resolutions": (), "mid_attention": False}
CASES = {  # what is different from the smallest model, and height and width
    "grey, attention nowhere": ({"in_channels": 1, **NO_ATTENTION}, (8, 8)),
    "attention in the middle only": ({}, (8, 8)),
    "attention at one size, 4 channels": (
        {"attention_resolutions": (4,), "in_channels": 4},
        (8, 8),
    ),
    "attention at two sizes, 2 blocks": (
        {"attention_resolutions": (8, 4), "num_res_blocks": 2},
        (8, 8),
    ),
    "3 blocks, 3 levels": (
        {"num_res_blocks": 3, "channel_mult": (1, 1, 2), "attention_resolutions": (4,)},
        (8, 8),
    ),
    "wide": ({"attention_resolutions": (4,)}, (8, 20)),
    "high": ({"attention_resolutions": (8,), "channel_mult": (1, 2, 2)}, (24, 8)),
    "several heads": ({"attention_resolutions": (8, 4), "head_channels": 4}, (8, 8)),
    "one head of any width": ({"attention_resolutions": (8, 4), "head_channels": 64}, (8, 8)),
    "2 norm groups": ({"norm_groups": 2, "attention_resolutions": (4,)}, (8, 8)),
    "one level": ({"channel_mult": (1,), "attention_resolutions": (8,)}, (8, 8)),
    "first level wider than the model": ({"channel_mult": (2, 3)}, (8, 8)),
    "narrower below": ({"channel_mult": (3, 1), "attention_resolutions": (4,)}, (8, 8)),
    "dropout, asleep": ({"dropout": 0.5}, (8, 8)),
    "scale and shift": ({"scale_shift": True, "attention_resolutions": (4,)}, (8, 8)),
    "sizes change in blocks": ({"resblock_updown": True, "channel_mult": (1, 2, 2)}, (8, 8)),
    "ADM": (
        {
            "scale_shift": True,
            "resblock_updown": True,
            "learns_variance": True,
            "num_res_blocks": 2,
            "channel_mult": (1, 2, 3),
            "attention_resolutions": (8, 4),
            "head_channels": 4,
        },
        (8, 12),
    ),
    "ADM, plain levels": (
        {"scale_shift": True, "resblock_updown": True, "mid_attention": False},
        (12, 8),
    ),
}


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def twins(request, small, random_unet):
    """Our network, diffusers' with the same weights, and something to put into both."""
    changes, (height, width) = request.param
    config = small(**changes)
    ours = random_unet(config)
    theirs = UNet2DModel(**diffusers_settings(config)).eval()
    theirs.load_state_dict(to_diffusers(ours.state_dict(), config))
    x_t = torch.randn(3, config.in_channels, height, width)
    return ours, theirs, x_t, torch.tensor([0, 400, 999])


def test_outputs_are_equal(twins):
    ours, theirs, x_t, t = twins
    with torch.no_grad():
        expected = theirs(x_t, t).sample
        torch.testing.assert_close(ours(x_t, t), expected, rtol=0, atol=1e-5)
    assert float(expected.std()) > 0.05  # something was computed


def test_gradients_are_equal(twins):
    ours, theirs, x_t, t = twins
    target = torch.randn(3, ours.config.out_channels, *x_t.shape[2:])
    (ours(x_t, t) - target).square().mean().backward()
    (theirs(x_t, t).sample - target).square().mean().backward()
    gradients = {name: parameter.grad for name, parameter in ours.named_parameters()}
    expected = {name: parameter.grad for name, parameter in theirs.named_parameters()}
    renamed = to_diffusers(gradients, ours.config)
    assert renamed.keys() == expected.keys()
    for name, gradient in renamed.items():
        torch.testing.assert_close(gradient, expected[name], rtol=1e-3, atol=1e-5)


def test_names_map_one_to_one_and_back(twins):
    ours, theirs, _, _ = twins
    weights = ours.state_dict()
    renamed = to_diffusers(weights, ours.config)
    assert renamed.keys() == theirs.state_dict().keys()
    assert len(renamed) == len(weights)
    back = from_diffusers(renamed, ours.config)
    assert back.keys() == weights.keys()
    assert all(back[name] is tensor for name, tensor in weights.items())


def test_every_preset_has_a_twin():
    """Built without memory: names and shapes are what counts."""
    for preset in PRESETS.values():
        config = preset.model
        with torch.device("meta"):
            ours, theirs = UNet(config), UNet2DModel(**diffusers_settings(config))
        renamed = to_diffusers(ours.state_dict(), config)
        expected = theirs.state_dict()
        assert {name: tensor.shape for name, tensor in renamed.items()} == {
            name: tensor.shape for name, tensor in expected.items()
        }


def test_a_model_saved_by_diffusers_can_be_continued_here(tmp_path, small):
    config = small(attention_resolutions=(4,), head_channels=4)
    theirs = UNet2DModel(**diffusers_settings(config)).eval()
    theirs.save_pretrained(tmp_path)
    weights = load_file(tmp_path / "diffusion_pytorch_model.safetensors")
    ours = UNet(config).eval()
    ours.load_state_dict(from_diffusers(weights, config))
    x_t, t = torch.randn(2, 3, 8, 8), torch.tensor([1, 900])
    with torch.no_grad():
        torch.testing.assert_close(ours(x_t, t), theirs(x_t, t).sample, rtol=0, atol=1e-5)


def test_a_weight_of_another_kind_of_network_is_refused_by_name(small):
    with pytest.raises(CheckpointError, match=r"class_embedding\.weight"):
        from_diffusers({"class_embedding.weight": torch.zeros(1)}, small())


def test_heads_that_diffusers_cannot_have_are_refused():
    """diffusers has one width of head for all layers: 8 channels cannot be half a head of 16."""
    config = ModelConfig(
        model_channels=8,
        channel_mult=(1, 4),
        attention_resolutions=(8, 4),
        head_channels=16,
        image_size=8,
    )
    with pytest.raises(ConfigError, match="head_channels"):
        diffusers_settings(config)
