import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ddpm_studio.config import ModelConfig
from ddpm_studio.errors import ConfigError
from ddpm_studio.nn import UNet
from ddpm_studio.nn.per_picture import per_picture


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("size", [(8, 8), (4, 12)])
def test_a_picture_goes_in_and_its_like_comes_out(small, dtype, size):
    model = UNet(small(in_channels=4)).to(dtype)
    x_t = torch.randn(2, 4, *size, dtype=dtype)
    output = model(x_t, torch.tensor([0, 999]))
    assert output.shape == x_t.shape
    assert output.dtype == dtype


@settings(max_examples=15)
@given(
    channel_mult=st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple),
    num_res_blocks=st.integers(1, 2),
    attends=st.booleans(),
    in_channels=st.sampled_from([1, 3, 4]),
    height=st.integers(1, 3),
    width=st.integers(1, 3),
)
def test_every_shape_of_network_runs(
    channel_mult, num_res_blocks, attends, in_channels, height, width
):
    config = ModelConfig(
        model_channels=4,
        channel_mult=channel_mult,
        num_res_blocks=num_res_blocks,
        attention_resolutions=(8,) if attends else (),
        head_channels=4,
        in_channels=in_channels,
        image_size=8,
    )
    x_t = torch.randn(1, in_channels, height * config.stride, width * config.stride)
    output = UNet(config)(x_t, torch.tensor([3]))  # down to 1 x 1 pixels
    assert output.shape == x_t.shape
    assert bool(output.isfinite().all())


def test_sides_must_be_multiples_of_the_stride(small):
    model = UNet(small(channel_mult=(1, 1, 2)))
    with pytest.raises(ConfigError, match=r"10, 8.*multiples of 4"):
        model(torch.zeros(1, 3, 10, 8), torch.tensor([0]))


def test_attention_at_a_size_that_does_not_occur_is_refused(small):
    with pytest.raises(ConfigError, match="attention_resolutions"):
        UNet(small(attention_resolutions=(5,)))


@pytest.mark.parametrize("what", ["each picture alone", "all together"])
def test_every_picture_has_its_own_timestep(small, random_unet, what):
    model = random_unet(small(attention_resolutions=(4,)))
    model = model if what == "all together" else per_picture(model)
    x_t = torch.randn(1, 3, 8, 8).expand(3, -1, -1, -1)
    output = model(x_t, torch.tensor([5, 900, 5]))
    torch.testing.assert_close(output[0], output[2])
    assert not torch.allclose(output[0], output[1], atol=1e-2)


def test_each_picture_alone_is_the_same_function(small, random_unet):
    model = random_unet(small(attention_resolutions=(4,)))
    x_t, t = torch.randn(5, 3, 8, 8), torch.tensor([0, 1, 10, 100, 999])
    together = model(x_t, t)
    torch.testing.assert_close(per_picture(model)(x_t, t), together, rtol=0, atol=1e-5)


@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
def test_for_sampling_a_picture_does_not_depend_on_its_batch(small, random_unet, layout):
    """To the last bit, in any place of any batch, whatever the strides of the input."""
    config = small(
        model_channels=12, channel_mult=(1, 3), head_channels=12, image_size=6, in_channels=1
    )
    model = per_picture(random_unet(config).to(memory_format=layout))
    x_t, t = torch.randn(9, 1, 6, 6), torch.tensor([400])
    alone = torch.cat([model(x_t[k : k + 1], t) for k in range(9)])
    for count in (2, 3, 4, 8, 9):
        strided = x_t[:count].contiguous(memory_format=layout)
        assert torch.equal(model(strided, t.expand(count)), alone[:count])
    backwards = model(x_t.flip(0), t.expand(9)).flip(0)
    assert torch.equal(backwards, alone)


def test_dropout_repeats_with_its_generator(small):
    model = UNet(small(dropout=0.5)).train()
    x_t, t = torch.randn(2, 3, 8, 8), torch.tensor([3, 4])

    def run(seed):
        model.use_generator(torch.Generator().manual_seed(seed))
        return model(x_t, t)

    first = run(1)
    torch.rand(7)  # the global generator has no say
    assert torch.equal(run(1), first)
    assert not torch.equal(run(2), first)


def test_dropout_sleeps_in_eval_mode(small):
    model = UNet(small(dropout=0.5)).eval()
    x_t, t = torch.randn(2, 3, 8, 8), torch.tensor([3, 4])
    assert torch.equal(model(x_t, t), model(x_t, t))


def test_a_copy_computes_the_same(small, random_unet):
    model = random_unet(small())
    x_t, t = torch.randn(1, 3, 8, 8), torch.tensor([3])
    assert torch.equal(copy.deepcopy(model)(x_t, t), model(x_t, t))
