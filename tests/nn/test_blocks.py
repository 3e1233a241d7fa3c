import math

import pytest
import torch
from torch.nn import functional as F

from ddpm_studio.nn.blocks import Dropout, Upsample, attend, sinusoidal_embedding


@pytest.mark.parametrize("heads", [1, 3])
def test_attend_is_softmax_attention(heads):
    query, key, value = torch.randn(3, 2, heads, 10, 4)
    expected = F.scaled_dot_product_attention(query, key, value)
    torch.testing.assert_close(attend(query, key, value), expected)


def test_attend_keeps_half_precision():
    query, key, value = torch.randn(3, 2, 1, 10, 4, dtype=torch.bfloat16)
    found = attend(query, key, value)
    assert found.dtype == torch.bfloat16
    expected = F.scaled_dot_product_attention(query.float(), key.float(), value.float())
    torch.testing.assert_close(found.float(), expected, rtol=0.03, atol=0.03)


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
