"""Pixel art is recognised, nothing else is taken for it, and no size gives it a new colour."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ddpm_studio.data.decode.pixel_art import fit_pixel_art, pixel_scale
from ddpm_studio.data.sample_pictures import draw_sample_picture

SHIP = (
    ".......oo.......",
    "......owwo......",
    "......obbo......",
    ".....ogbbgo.....",
    ".....ogbbgo.....",
    "..o..oggggo..o..",
    "..o.oggwwggo.o..",
    ".oroggwggwggoro.",
    ".oroggwggwggoro.",
    "ogggggggggggggo.",
    "ogdggddggddggdgo",
    "oddoddooooddoddo",
    "oddo.oo..oo.oddo",
    ".oo..yy..yy..oo.",
    ".....ry..yr.....",
    "......r..r......",
)
INKS = {
    ".": (0, 0, 0, 0),
    "o": (24, 20, 37, 255),
    "w": (255, 255, 255, 255),
    "b": (44, 232, 245, 255),
    "g": (139, 155, 180, 255),
    "d": (58, 68, 102, 255),
    "r": (228, 59, 68, 255),
    "y": (254, 231, 97, 255),
}


@pytest.fixture(scope="module")
def ship() -> np.ndarray:
    """uint8 (16, 16, 4): a sprite on nothing."""
    return np.array([[INKS[ink] for ink in row] for row in SHIP], np.uint8)


def ball(size: int, shades: int) -> np.ndarray:
    """uint8 (size, size, 3): a round thing in a few clear shades, with an outline."""
    y, x = np.mgrid[:size, :size] + 0.5
    light = 1 - np.hypot(x - size * 0.35, y - size * 0.35) / size * 1.3
    level = np.clip((light * shades).astype(int), 0, shades - 1)
    ramp = np.linspace((60, 20, 90), (255, 220, 140), shades)
    drawn = ramp[level]
    radius = np.hypot(x - size / 2, y - size / 2)
    drawn[radius >= size * 0.4] = (20, 12, 28)
    drawn[radius >= size * 0.46] = (90, 160, 200)
    return drawn.astype(np.uint8)


def enlarged(pixels: np.ndarray, factor: int) -> np.ndarray:
    return pixels.repeat(factor, 0).repeat(factor, 1)


def colours(pixels: np.ndarray) -> set[tuple[int, ...]]:
    return set(map(tuple, pixels.reshape(-1, pixels.shape[2]).tolist()))


@pytest.mark.parametrize("factor", [1, 2, 3, 8, 40])
def test_a_sprite_is_recognised_with_the_factor_by_which_it_was_enlarged(
    ship: np.ndarray, factor: int
) -> None:
    assert pixel_scale(enlarged(ship, factor)) == factor
    on_green = np.where(ship[..., 3:] == 0, np.array([60, 120, 60], np.uint8), ship[..., :3])
    assert pixel_scale(enlarged(on_green, factor)) == factor


@pytest.mark.parametrize(("size", "shades"), [(24, 4), (32, 5), (64, 6), (128, 8)])
def test_shaded_art_is_recognised(size: int, shades: int) -> None:
    assert pixel_scale(ball(size, shades)) == 1
    assert pixel_scale(enlarged(ball(size, shades), 4)) == 4


def test_colours_that_cannot_be_seen_do_not_count(ship: np.ndarray) -> None:
    for factor in (1, 8):
        hidden = enlarged(ship, factor)
        noise = np.random.default_rng(0).integers(0, 256, hidden.shape, dtype=np.uint8)
        hidden[..., :3] = np.where(hidden[..., 3:] == 0, noise[..., :3], hidden[..., :3])
        assert pixel_scale(hidden) == factor


def test_a_block_that_is_cut_off_makes_no_whole_factor(ship: np.ndarray) -> None:
    assert pixel_scale(enlarged(ship, 8)[:, :-3]) in (0, 1)


def test_smoothly_enlarged_art_is_none(ship: np.ndarray) -> None:
    image = Image.fromarray(ship[..., :3])
    for how in (Image.Resampling.BILINEAR, Image.Resampling.LANCZOS):
        assert pixel_scale(np.asarray(image.resize((96, 96), how))) == 0


def test_plain_pictures_and_stripes_are_none() -> None:
    assert pixel_scale(np.full((64, 64, 3), 200, np.uint8)) == 0
    assert pixel_scale(np.zeros((64, 64, 4), np.uint8)) == 0
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[::2] = 255
    assert pixel_scale(stripes) == 0


def test_a_shape_or_two_are_no_drawing() -> None:
    page = np.full((400, 400, 3), 255, np.uint8)
    page[100:200, 100:300] = 0
    assert pixel_scale(page) == 0


@pytest.mark.parametrize("size", [(1, 1), (1, 64), (64, 1), (2, 2), (5000, 3)])
def test_the_smallest_and_thinnest_pictures_are_none(size: tuple[int, int]) -> None:
    assert pixel_scale(np.zeros((*size, 3), np.uint8)) == 0


@pytest.mark.parametrize("step", [1, 2, 4])
def test_gradients_are_none(step: int) -> None:
    y, x = np.mgrid[:64, :64]
    for bands in ((x, x, x), (x, y, x), (x, y, (x + y) // 2)):
        smooth = np.clip(np.stack(bands, -1) * step, 0, 255).astype(np.uint8)
        assert pixel_scale(smooth) == 0
        assert pixel_scale(enlarged(smooth, 4)) == 0


@pytest.mark.parametrize("size", [9, 12, 16, 24])
@pytest.mark.parametrize("side", [32, 64, 200])
def test_smoothed_writing_is_none(size: int, side: int) -> None:
    page = Image.new("RGB", (side, side), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size)
    for line in range(0, side, size + 3):
        draw.text((2, line), "the quick brown fox jumps over", fill="black", font=font)
    assert pixel_scale(np.asarray(page)) == 0


@pytest.mark.parametrize("side", [32, 64, 256])
def test_smoothed_drawings_are_none(side: int) -> None:
    image = Image.new("RGB", (side * 4, side * 4), (240, 230, 200))
    draw = ImageDraw.Draw(image)
    draw.ellipse((side // 2, side // 3, side * 3, side * 2), fill=(200, 40, 50))
    draw.line((0, side * 4, side * 3, side // 5), fill=(20, 30, 60), width=side // 5)
    draw.polygon([(side, side * 3), (side * 3, side * 2.5), (side * 2, side * 3.7)], fill="green")
    assert pixel_scale(np.asarray(image.resize((side, side), Image.Resampling.BOX))) == 0


@pytest.mark.parametrize("size", [32, 64])
def test_painted_planets_are_none(size: int) -> None:
    assert [pixel_scale(draw_sample_picture(seed, size)) for seed in range(12)] == [0] * 12


def test_no_real_photo_or_garment_is_taken_for_pixel_art(shared: Path) -> None:
    fruit = sorted((shared / "pictures" / "fruit" / "images").glob("*.jpg"))[::8]
    for path in fruit:
        with Image.open(path) as image:
            rgb = image.convert("RGB")
        assert pixel_scale(np.asarray(rgb)) == 0, path.name
        assert pixel_scale(np.asarray(rgb.resize((32, 32)))) == 0, path.name
    garments = shared / "pictures" / "fashion-mnist" / "t10k-images-idx3-ubyte.gz"
    with gzip.open(garments) as file:
        grey = np.frombuffer(file.read(16 + 1000 * 784), np.uint8, offset=16).reshape(-1, 28, 28, 1)
    assert sum(pixel_scale(garment) > 0 for garment in grey.repeat(3, 3)) == 0


# ---------------------------------------------------------------------------- to another size


@pytest.mark.parametrize("mode", ["pad", "centre"])
@pytest.mark.parametrize("target", [(64, 64), (96, 48), (40, 56), (16, 16), (8, 8), (5, 12)])
@pytest.mark.parametrize("scale", [1, 3])
def test_no_new_colour_appears(
    ship: np.ndarray, mode: str, target: tuple[int, int], scale: int
) -> None:
    ground = (1, 2, 3, 4)
    fitted = fit_pixel_art(enlarged(ship, scale), scale, *target, mode, ground)
    assert fitted.shape == (target[1], target[0], 4)
    assert fitted.dtype == np.uint8
    assert colours(fitted) <= colours(ship) | {ground}


@pytest.mark.parametrize("mode", ["pad", "centre"])
def test_small_art_is_enlarged_by_the_largest_whole_factor_that_fits(
    ship: np.ndarray, mode: str
) -> None:
    fitted = fit_pixel_art(enlarged(ship, 5), 5, 72, 56, mode, (9, 9, 9, 9))
    assert np.array_equal(fitted[4:52, 12:60], enlarged(ship, 3))  # 3 x 16 = 48, in the middle
    fitted[4:52, 12:60] = 9
    assert (fitted == 9).all()


def test_the_scale_is_undone_exactly(ship: np.ndarray) -> None:
    for scale in (1, 2, 7):
        fitted = fit_pixel_art(enlarged(ship, scale), scale, 16, 16, "pad", (0, 0, 0, 0))
        assert np.array_equal(fitted, ship)


def test_large_art_is_kept_whole_when_padded() -> None:
    art = np.arange(40 * 20 * 3, dtype=np.uint32).astype(np.uint8).reshape(20, 40, 3)
    fitted = fit_pixel_art(art, 1, 16, 16, "pad", (255, 0, 0))  # every third: 14 x 7
    assert np.array_equal(fitted[4:11, 1:15], art[::3, ::3])
    assert (fitted[:4] == (255, 0, 0)).all()


def test_large_art_fills_the_size_when_centred() -> None:
    art = np.arange(40 * 20 * 3, dtype=np.uint32).astype(np.uint8).reshape(20, 40, 3)
    fitted = fit_pixel_art(art, 1, 8, 8, "centre", (255, 0, 0))  # every second: 16 of 20 and 40
    assert np.array_equal(fitted, art[2:18:2, 12:28:2])


def test_art_that_is_only_too_wide_is_cut_at_the_sides_and_padded_above() -> None:
    art = np.full((4, 40, 1), 7, np.uint8)
    fitted = fit_pixel_art(art, 1, 16, 16, "centre", (200,))
    assert (fitted[6:10] == 7).all()
    assert (fitted[:6] == 200).all()
    assert (fitted[10:] == 200).all()
