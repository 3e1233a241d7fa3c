"""Pictures that go through the network beside others are the same as with any others, or none."""

import copy
import threading

import pytest
import torch

from ddpm_studio.config import ModelConfig
from ddpm_studio.nn import UNet
from ddpm_studio.nn.per_picture import MOST_PIXELS, PART, PerPicture, can_share, per_picture

COUNTS = (2, PART, 2 * PART + 1)


@pytest.fixture(params=[1, 2], ids=lambda number: f"{number} threads")
def threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def network(channels: int = 3, width: int = 16) -> UNet:
    """Attention at its smallest size, and nothing in it is zero."""
    config = ModelConfig(
        model_channels=width,
        channel_mult=(1, 2),
        num_res_blocks=1,
        attention_resolutions=(8,),
        head_channels=16,
        image_size=16,
        in_channels=channels,
        norm_groups=4,
    )
    model = UNet(config).eval()
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.1, generator=generator)
    return model


def pictures(count: int, channels: int = 3, size: int = 16) -> torch.Tensor:
    return torch.randn(count, channels, size, size, generator=torch.Generator().manual_seed(count))


@torch.no_grad()
@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_is_the_same_in_every_place_and_beside_any_others(threads, precision, channels):
    model = per_picture(network(channels))
    one = pictures(1, channels)
    t = torch.tensor([321])
    with torch.autocast("cpu", precision, enabled=precision is not torch.float32):
        alone = model(one, t)
        for count in COUNTS:
            for place in range(count):
                batch, steps = pictures(count, channels), torch.arange(count) * 7
                batch[place], steps[place] = one[0], 321
                assert torch.equal(model(batch, steps)[place], alone[0])


@torch.no_grad()
def test_the_number_of_threads_changes_nothing_for_whoever_asks():
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        model = per_picture(network())
        model(pictures(9), torch.full((9,), 5))
        assert torch.get_num_threads() == 2
        later: list[int] = []
        thread = threading.Thread(target=lambda: later.append(torch.get_num_threads()))
        thread.start()
        thread.join()
        assert later == [2]
    finally:
        torch.set_num_threads(before)


@torch.no_grad()
def test_it_is_the_same_function_as_all_at_once():
    model = network()
    x_t, t = pictures(6), torch.arange(6) * 100
    in_parts = per_picture(model)(x_t, t)
    torch.testing.assert_close(in_parts, model(x_t, t), rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_what_goes_wrong_in_a_thread_is_raised_where_it_was_asked(threads):
    def broken(*_args: object) -> torch.Tensor:
        raise MemoryError("no memory left")

    with pytest.raises(MemoryError, match="no memory left"):
        PerPicture(broken, 2)(pictures(9), torch.full((9,), 5))


@torch.no_grad()
def test_a_copy_of_a_network_works_beside_it(threads):
    model = network()
    x_t, t = pictures(5), torch.full((5,), 40)
    expected = per_picture(model)(x_t, t)
    assert torch.equal(per_picture(copy.deepcopy(model))(x_t, t), expected)


def test_no_gradient_is_kept_and_what_is_no_u_net_stays_as_it_is():
    model = network()
    assert model.conv_in.weight.requires_grad
    assert not per_picture(model)(pictures(2), torch.tensor([3, 4])).requires_grad
    assert per_picture(abs) is abs  # type: ignore[comparison-overlap]


@pytest.mark.parametrize(
    ("size", "stride", "shares"),
    [
        ((32, 32), 4, True),
        ((64, 64), 8, True),
        ((32, 64), 8, True),
        ((96, 64), 8, False),  # more pixels than MOST_PIXELS
        ((128, 128), 16, False),
        ((6, 6), 2, False),  # 9 pixels at the smallest level: no whole vector
        ((24, 24), 4, False),
    ],
)
def test_pictures_share_where_they_fill_vectors_and_are_small(size, stride, shares):
    assert can_share(*size, stride) is shares  # type: ignore[call-arg]
    assert MOST_PIXELS == 4096
