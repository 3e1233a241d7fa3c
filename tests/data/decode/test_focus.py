"""The focus of a picture lies on its detail, and boxes lie in the picture and on the focus."""

import numpy as np
import pytest

from ddpm_studio.data.decode.focus import box_around, focus


def with_detail(width: int, height: int, x: float, y: float, channels: int = 3) -> np.ndarray:
    """A plain picture with a patch of fine checks around a place (parts of width and height)."""
    pixels = np.full((height, width, channels), 180, np.uint8)
    side = max(2, min(width, height) // 5)
    left, top = round(x * width - side / 2), round(y * height - side / 2)
    rows, columns = np.mgrid[:side, :side] // max(1, side // 6)
    pixels[top : top + side, left : left + side, :3] = ((rows + columns) % 2 * 255)[..., None]
    if channels == 4:
        pixels[..., 3] = 255
    return pixels


@pytest.mark.parametrize("size", [(48, 48), (64, 40), (300, 200), (127, 500)])
@pytest.mark.parametrize("place", [(0.5, 0.5), (0.25, 0.5), (0.8, 0.3), (0.2, 0.85)])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_focus_is_where_the_detail_is(
    size: tuple[int, int], place: tuple[float, float], channels: int
) -> None:
    found = focus(with_detail(*size, *place, channels))
    assert found == pytest.approx(place, abs=0.06)


@pytest.mark.parametrize("shape", [(64, 64, 3), (10, 300, 1), (1, 50, 3), (50, 1, 3), (1, 1, 4)])
def test_a_plain_picture_has_its_focus_in_the_middle(shape: tuple[int, int, int]) -> None:
    assert focus(np.full(shape, 90, np.uint8)) == (0.5, 0.5)


def test_even_grain_has_its_focus_near_the_middle() -> None:
    grain = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    assert focus(grain) == pytest.approx((0.5, 0.5), abs=0.05)


def test_of_two_details_one_is_chosen_and_not_the_gap_between_them() -> None:
    pixels = with_detail(128, 64, 0.15, 0.5) | with_detail(128, 64, 0.85, 0.5)
    x, _ = focus(pixels)
    assert min(abs(x - 0.15), abs(x - 0.85)) < 0.06


def test_detail_outweighs_grain() -> None:
    pixels = with_detail(64, 64, 0.25, 0.7).astype(np.int16)
    pixels += np.random.default_rng(0).integers(-12, 13, (64, 64, 1), dtype=np.int16)
    assert focus(pixels.clip(0, 255).astype(np.uint8)) == pytest.approx((0.25, 0.7), abs=0.08)


def test_hidden_colours_have_no_detail() -> None:
    pixels = with_detail(64, 64, 0.2, 0.2, channels=4)
    pixels[:32, :32, 3] = 0
    pixels[..., :3][pixels[..., 3] > 0] = 128  # as middle grey as nothing is
    assert focus(pixels) == (0.5, 0.5)


# ---------------------------------------------------------------------------- boxes


@pytest.mark.parametrize("size", [(100, 100), (400, 100), (90, 300)])
@pytest.mark.parametrize("aspect", [1.0, 1.5, 0.25, 8.0])
@pytest.mark.parametrize("place", [(0.5, 0.5), (0.0, 1.0), (0.3, 0.7), (1.0, 0.0)])
def test_a_box_has_the_aspect_lies_inside_and_is_as_large_as_can_be(
    size: tuple[int, int], aspect: float, place: tuple[float, float]
) -> None:
    left, top, width, height = box_around(place, size, aspect)
    assert width * size[0] / (height * size[1]) == pytest.approx(aspect)
    assert max(width, height) == 1
    assert min(left, top) >= 0
    assert max(left + width, top + height) <= 1 + 1e-12


def test_a_box_is_as_near_to_the_focus_as_the_border_allows() -> None:
    assert box_around((0.5, 0.9), (400, 100), 1.0) == (0.375, 0.0, 0.25, 1.0)
    assert box_around((0.6, 0.9), (400, 100), 1.0) == pytest.approx((0.475, 0.0, 0.25, 1.0))
    assert box_around((0.02, 0.9), (400, 100), 1.0) == (0.0, 0.0, 0.25, 1.0)
    assert box_around((0.98, 0.9), (400, 100), 1.0) == (0.75, 0.0, 0.25, 1.0)


def test_a_centred_box_is_in_the_middle() -> None:
    assert box_around((0.5, 0.5), (300, 100), 1.0) == pytest.approx((1 / 3, 0.0, 1 / 3, 1.0))
    assert box_around((0.5, 0.5), (100, 200), 1.0) == (0.0, 0.25, 1.0, 0.5)
