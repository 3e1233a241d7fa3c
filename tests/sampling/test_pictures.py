import numpy as np
import torch

from ddpm_studio.sampling.pictures import to_tensor, to_uint8


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
