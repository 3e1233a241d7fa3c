import numpy as np
import pytest
import torch

from ddpm_studio.sampling.pictures import to_uint8
from tests.sampling.tiny import to_tensor


def test_every_value_survives_the_way_there_and_back():
    pictures = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    x = to_tensor(pictures)
    assert x.shape == (1, 1, 16, 16)
    assert x.dtype == torch.float32
    assert float(x.min()) == -1
    assert float(x.max()) == 1
    assert (to_uint8(x) == pictures).all()


def test_what_is_out_of_range_is_clamped_and_rounded_to_the_nearest():
    x = torch.tensor([-7.0, -1.0, 0.499 / 127.5 - 1, 0.501 / 127.5 - 1, 1.0, 9.0])
    found = to_uint8(x.reshape(1, 1, 1, 6)).flatten().tolist()
    assert found == [0, 0, 0, 1, 255, 255]


def test_pictures_leave_as_rows_of_pixels_and_the_tensor_is_untouched():
    x = torch.rand(2, 3, 4, 5, requires_grad=True)
    before = x.detach().clone()
    pictures = to_uint8(x)
    assert pictures.shape == (2, 4, 5, 3)
    assert pictures.dtype == np.uint8
    assert pictures.flags.c_contiguous
    assert torch.equal(x.detach(), before)


def every_colour_at_every_alpha() -> np.ndarray:
    """uint8 (1, 256, 256, 4): alpha goes down the rows, red along them, green against it."""
    alpha, red = np.mgrid[0:256, 0:256].astype(np.uint8)
    return np.stack([red, 255 - red, np.full_like(red, 200), alpha], -1)[np.newaxis]


def test_a_colour_that_nobody_sees_does_not_reach_the_engine():
    wild = np.random.default_rng(0).integers(0, 256, (2, 4, 5, 4), np.uint8)
    wild[..., 3] = np.where(wild[..., 3] < 128, 0, wild[..., 3])
    clean = wild.copy()
    clean[wild[..., 3] == 0] = 0
    assert (wild != clean).any()
    assert torch.equal(to_tensor(wild), to_tensor(clean))


def test_colours_are_multiplied_by_alpha_inside_the_engine():
    x = to_tensor(np.array([[[[200, 100, 0, 51]]]], np.uint8))  # a fifth of it is there
    assert x.shape == (1, 4, 1, 1)
    assert x.flatten().tolist() == pytest.approx([v / 127.5 - 1 for v in (40, 20, 0, 51)])


def test_straight_pictures_come_back_as_they_were():
    pictures = every_colour_at_every_alpha()
    found = to_uint8(to_tensor(pictures))
    assert found.dtype == np.uint8
    assert (found[:, 1:] == pictures[:, 1:]).all()
    assert (found[:, 0] == 0).all()  # alpha 0: what was hidden there is gone


def test_premultiplied_bytes_come_back_as_exactly_as_bytes_can_say():
    """Prepared pictures are premultiplied in bytes, so that faint colours lose precision."""
    pictures = every_colour_at_every_alpha()
    colour, alpha = pictures[..., :3].astype(float), pictures[..., 3:].astype(float)
    prepared = np.concatenate([np.round(colour * alpha / 255), alpha], -1).astype(np.uint8)
    x = torch.from_numpy(prepared).permute(0, 3, 1, 2) / 127.5 - 1
    found = to_uint8(x)
    assert (found[..., 3] == pictures[..., 3]).all()
    gaps = np.abs(found.astype(int) - pictures.astype(int)).max((0, 2, 3))  # by alpha
    assert gaps[255] == 0
    assert gaps[128:].max() <= 1


def test_what_no_premultiplied_picture_holds_is_clamped():
    """A network is free to predict more colour than alpha, or any colour where there is none."""
    x = torch.tensor(
        [
            [1.0, 0.2, -1.0, 0.0],  # half there; more red and green than that
            [1.0, 1.0, 1.0, -1.0],  # not there
            [1.0, 1.0, 1.0, 0.49 / 127.5 - 1],  # alpha rounds to 0
            [9.0, -9.0, 0.0, 9.0],
        ]
    )
    found = to_uint8(x.T.reshape(1, 4, 1, 4)).reshape(4, 4).tolist()
    assert found == [[255, 255, 0, 128], [0, 0, 0, 0], [0, 0, 0, 0], [255, 0, 128, 255]]


@pytest.mark.parametrize("channels", [1, 3])
def test_without_alpha_every_channel_goes_its_own_way(channels):
    pictures = np.random.default_rng(0).integers(0, 256, (2, 5, 4, channels), np.uint8)
    x = to_tensor(pictures)
    assert torch.equal(x, torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1)
    assert (to_uint8(x) == pictures).all()


def test_hard_alpha_is_the_nearer_end_and_colours_stay() -> None:
    """Premultiplied 100, 200, 255 of 255; half there; a veil; nothing."""
    pixels = torch.tensor([[100, 200, 254, 254], [60, 120, 130, 130], [9, 9, 9, 9], [0, 0, 0, 0]])
    x = (pixels.to(torch.float32) / 127.5 - 1).T.reshape(1, 4, 1, 4)
    soft, hard = to_uint8(x).reshape(4, 4), to_uint8(x, hard_alpha=True).reshape(4, 4)
    assert hard[:2, 3].tolist() == [255, 255]
    assert (hard[:2, :3] == soft[:2, :3]).all()
    assert (hard[2:] == 0).all()
    assert soft[2, 3] == 9
