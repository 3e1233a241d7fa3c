import math
from typing import Any

import pytest
import torch
from torch.nn import functional as F

from ddpm_studio.nn.blocks import Attention, Dropout, Shortcut, Upsample, sinusoidal_embedding


@pytest.mark.parametrize("heads", [1, 3])
def test_attention_is_the_same_whichever_way_it_goes(heads):
    attention = Attention(12, 3, 12 // heads)
    h = torch.randn(2, 12, 10)
    # one of two ways of the same attention, of which each machine takes one
    expected = attention._pixels_first(h)
    # the other way
    torch.testing.assert_close(attention._channels_first(h), expected)


@pytest.mark.parametrize(
    "block", [Attention(12, 3, 4), Shortcut(12, 8)], ids=["attention", "shortcut"]
)
def test_half_precision_goes_its_own_way_to_the_same_numbers_and_gradients(block):
    x = torch.randn(3, 12, 4, 4)
    found: list[Any] = []
    expected: list[Any] = []
    for results, dtype in ((expected, torch.float32), (found, torch.bfloat16)):
        block.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=dtype == torch.bfloat16):
            made = block(x.to(dtype))
        assert made.dtype == dtype
        made.float().square().sum().backward()
        results += [made.detach().float(), *(parameter.grad for parameter in block.parameters())]
    largest = max(float(tensor.abs().max()) for tensor in expected)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=0.05, atol=0.01 * largest)


def test_the_step_embedding_is_cosines_and_sines_from_1_to_a_ten_thousandth():
    embedding = sinusoidal_embedding(torch.tensor([0, 7, 999]), 6)
    assert embedding.shape == (3, 6)
    for row, t in zip(embedding.tolist(), (0, 7, 999), strict=True):
        for k in range(3):
            angle = t * 10_000 ** (-k / 3)
            assert row[k] == pytest.approx(math.cos(angle), abs=1e-4)
            assert row[3 + k] == pytest.approx(math.sin(angle), abs=1e-4)


def test_dropout_keeps_the_mean_and_drops_the_asked_share():
    dropout = Dropout(0.25).train()
    dropout.generator = torch.Generator().manual_seed(0)
    x = torch.ones(200_000)
    dropped = dropout(x)
    assert float((dropped == 0).float().mean()) == pytest.approx(0.25, abs=0.005)
    assert float(dropped.mean()) == pytest.approx(1, abs=0.005)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 5), (8, 8)])
def test_doubling_in_one_go_is_repeating_pixels_and_a_convolution(height: int, width: int) -> None:
    """Outputs and gradients alike, in float64, where rounding hides nothing."""
    generator = torch.Generator().manual_seed(0)
    layer = Upsample(4).double()
    x = torch.randn(2, 4, height, width, generator=generator, dtype=torch.float64)
    x.requires_grad_()
    weights = (x, layer.weight, layer.bias)
    in_two = F.conv2d(F.interpolate(x, scale_factor=2.0), layer.weight, layer.bias, padding=1)
    in_one = layer(x)
    assert torch.allclose(in_one, in_two, atol=1e-12)
    toward = torch.randn(in_one.shape, generator=generator, dtype=torch.float64)
    gradients = [torch.autograd.grad(y, weights, toward) for y in (in_one, in_two)]
    assert all(torch.allclose(a, b, atol=1e-12) for a, b in zip(*gradients, strict=True))
