"""Gradient checkpointing: less memory, more time, and the same numbers to the last bit."""

import contextlib

import pytest
import torch

from ddpm_studio.config import ModelConfig
from ddpm_studio.nn import UNet
from ddpm_studio.nn.blocks import same_noise_again


def one_pass(model, recomputes, generator, autocast=None, compute=None):
    """Output and gradients of one training pass, and the generator's state after it."""
    model.recomputes = recomputes
    model.use_generator(generator.manual_seed(7) if generator else None)
    torch.manual_seed(3)
    x_t, t = torch.randn(2, 3, 8, 8), torch.tensor([5, 900])
    with torch.autocast("cpu", autocast) if autocast else contextlib.nullcontext():
        output = model(x_t, t)
    model.zero_grad()
    output.float().square().mean().backward()
    state = generator.get_state() if generator else torch.get_rng_state()
    return [output.detach(), state, *(parameter.grad for parameter in model.parameters())]


def assert_same_bits(one, other):
    assert len(one) == len(other)
    assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("autocast", [None, torch.bfloat16])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("memory_format", [torch.channels_last, torch.contiguous_format])
def test_it_changes_no_bit(small, random_unet, dropout, autocast, memory_format):
    """Output, gradients and the randomness that comes after are the same, dropout or not."""
    config = small(dropout=dropout, attention_resolutions=(4,), num_res_blocks=2)
    model = random_unet(config).train().to(memory_format=memory_format)
    generator = torch.Generator()
    plain = one_pass(model, False, generator, autocast)
    assert_same_bits(one_pass(model, True, generator, autocast), plain)


def test_dropout_from_the_global_generator_is_the_same_too(small, random_unet):
    model = random_unet(small(dropout=0.3)).train()
    assert_same_bits(one_pass(model, True, None), one_pass(model, False, None))


def test_dropout_does_matter_in_these_tests(small, random_unet):
    """Other noise, other gradients: so equal ones above mean the same noise was drawn again."""
    model = random_unet(small(dropout=0.3)).train()
    one, other = (one_pass(model, True, torch.Generator())[2:] for _ in range(2))
    assert_same_bits(one, other)
    model.use_generator(torch.Generator().manual_seed(8))
    torch.manual_seed(3)
    x_t = torch.randn(2, 3, 8, 8)
    model.zero_grad()
    model(x_t, torch.tensor([5, 900])).square().mean().backward()
    grads = [parameter.grad for parameter in model.parameters()]
    assert not all(torch.equal(a, b) for a, b in zip(one, grads, strict=True))


def test_fewer_bytes_are_kept_for_the_way_back():
    def kept(recomputes):
        model = UNet(ModelConfig()).train()
        model.recomputes = recomputes
        seen = {}

        def note(tensor):
            seen[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            output = model(torch.randn(4, 3, 32, 32), torch.zeros(4, dtype=torch.long))
        weights = {p.untyped_storage().data_ptr() for p in model.parameters()}
        assert output.requires_grad
        return sum(size for place, size in seen.items() if place not in weights)

    assert kept(True) < kept(False) / 3


def test_without_gradients_nothing_is_computed_twice(small, random_unet):
    model = random_unet(small(dropout=0.3))
    x_t, t = torch.randn(2, 3, 8, 8), torch.tensor([5, 900])
    with torch.no_grad():
        plain = model(x_t, t)
        model.recomputes = True
        assert torch.equal(model(x_t, t), plain)


def test_noise_is_drawn_again_and_the_generator_goes_on_where_it_was():
    generator = torch.Generator().manual_seed(1)
    state = generator.get_state()
    first = torch.rand(3, generator=generator)
    after = generator.get_state()
    with same_noise_again(generator, state):
        assert torch.equal(torch.rand(3, generator=generator), first)
    assert torch.equal(generator.get_state(), after)
