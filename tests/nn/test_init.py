import torch

from ddpm_studio.nn import UNet
from ddpm_studio.nn.blocks import Attention, ResBlock
from ddpm_studio.nn.model import initialise


def weights(config, seed, before=lambda model: None):
    model = UNet(config)
    before(model)
    initialise(model, torch.Generator().manual_seed(seed))
    return model.state_dict()


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def test_weights_follow_from_the_generator_alone(small):
    config = small(attention_resolutions=(4,))
    torch.manual_seed(1)
    first = weights(config, seed=5)
    torch.manual_seed(2)
    assert same(weights(config, seed=5), first)
    assert not same(weights(config, seed=6), first)


def test_whatever_was_there_before_is_gone(small):
    def spoil(model):
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.fill_(float("nan"))

    config = small(attention_resolutions=(4,))
    assert same(weights(config, seed=5, before=spoil), weights(config, seed=5))


def test_the_global_generator_is_left_alone(small):
    model = UNet(small())
    before = torch.get_rng_state()
    initialise(model, torch.Generator().manual_seed(0))
    assert torch.equal(torch.get_rng_state(), before)


def test_every_branch_begins_as_nothing_and_the_network_at_zero(small):
    config = small(attention_resolutions=(4,))
    model = UNet(config)
    initialise(model, torch.Generator().manual_seed(0))
    last: list[torch.nn.Conv2d | torch.nn.Linear] = [model.conv_out]
    last += [module.conv_2 for module in model.modules() if isinstance(module, ResBlock)]
    last += [module.out for module in model.modules() if isinstance(module, Attention)]
    assert len(last) == 1 + 8 + 4
    assert all(not layer.weight.any() and not layer.bias.any() for layer in last)
    others = [
        parameter
        for module in model.modules()
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear) and module not in last
        for parameter in module.parameters()
    ]
    assert all(parameter.any() for parameter in others)
    assert not model(torch.randn(1, 3, 8, 8), torch.tensor([3])).any()
