"""The tiny copy of a picture is its average, and looks tell the same picture from another."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.data.copies import area_average, likeness
from ddpm_studio.data.sample_pictures import draw_sample_picture

Change = Callable[[Image.Image], Image.Image]


def thumbnail(pixels: np.ndarray) -> np.ndarray:
    return likeness(pixels)[0]


def look(pixels: np.ndarray) -> int:
    return likeness(pixels)[1]


def distance(a: int, b: int) -> int:
    return (a ^ b).bit_count()


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


CHANGES: dict[str, Change] = {
    "half as large": lambda image: image.resize((64, 64), Image.Resampling.LANCZOS),
    "larger": lambda image: image.resize((200, 200), Image.Resampling.BICUBIC),
    "compressed": lambda image: jpeg(image, 50),
    "brighter": lambda image: image.point(lambda value: min(255, value * 1.06)),
    "darker": lambda image: image.point(lambda value: value * 0.92),
    "lifted": lambda image: image.point(lambda value: min(255, value + 8)),
    "smaller and compressed": lambda image: jpeg(image.resize((80, 80)), 60),
}


@pytest.fixture(scope="module")
def planets() -> list[Image.Image]:
    return [Image.fromarray(draw_sample_picture(seed, 128)) for seed in range(8)]


@pytest.mark.parametrize("size", [(8, 8), (64, 64), (13, 29), (3, 5), (1, 1), (300, 700)])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_thumbnail_is_the_average_by_area(size: tuple[int, int], channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*size, channels), dtype=np.uint8)
    # each pixel as 8 x 8 equal ones, so that every part holds whole ones
    fine = pixels.repeat(8, 0).repeat(8, 1).astype(np.float64)
    exact = fine.reshape(8, size[0], 8, size[1], channels).mean((1, 3))
    small = thumbnail(pixels)
    assert small.shape == (8, 8, 3)
    assert small.dtype == np.uint8
    assert np.abs(small - exact).max() <= 0.51


def test_an_average_does_not_depend_on_how_much_is_summed_at_once() -> None:
    rng = np.random.default_rng(0)
    tall = rng.integers(0, 256, (9000, 40, 3), dtype=np.uint8)
    rows = np.arange(9000) * 30 // 9000
    exact = np.stack([tall[rows == row].mean((0, 1)) for row in range(30)])
    assert np.abs(area_average(tall, 30, 1)[:, 0] - exact).max() < 0.01


@pytest.mark.parametrize("change", CHANGES)
def test_the_same_picture_keeps_its_look(planets: list[Image.Image], change: str) -> None:
    for planet in planets:
        changed = np.asarray(CHANGES[change](planet))
        assert distance(look(np.asarray(planet)), look(changed)) <= 5


def test_other_pictures_look_different(planets: list[Image.Image]) -> None:
    looks = [look(np.asarray(planet)) for planet in planets]
    looks += [look(np.asarray(planet.transpose(Image.Transpose.ROTATE_90))) for planet in planets]
    apart = [distance(a, b) for k, a in enumerate(looks) for b in looks[:k]]
    assert min(apart) > 8


def test_grey_pictures_look_as_they_do_in_three_channels(planets: list[Image.Image]) -> None:
    grey = np.asarray(planets[0].convert("L"))[..., None]
    assert distance(look(grey), look(grey.repeat(3, 2))) <= 1
    assert np.abs(thumbnail(grey).astype(int) - thumbnail(grey.repeat(3, 2))).max() <= 1


@pytest.mark.parametrize("colour", [0, 77, 255])
def test_one_colour_has_no_look(colour: int) -> None:
    assert look(np.full((57, 91, 3), colour, np.uint8)) == 0


def test_a_look_has_64_bits(planets: list[Image.Image]) -> None:
    assert all(0 < look(np.asarray(planet)) < 1 << 64 for planet in planets)
