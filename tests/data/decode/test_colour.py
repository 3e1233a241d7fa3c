"""Colours come out as a colour-managed viewer shows them, within 2 of 255."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from ddpm_studio.data.decode.colour import to_srgb

Profile = Callable[..., bytes]
Formula = Callable[[np.ndarray], np.ndarray]
CLOSE = 2


def srgb(image: Image.Image) -> tuple[np.ndarray, list[str]]:
    notes: list[str] = []
    converted = to_srgb(image, notes)
    assert converted.mode in ("L", "RGB", "RGBA")
    return np.asarray(converted).astype(float), notes


def with_profile(image: Image.Image, profile: bytes) -> Image.Image:
    image.info["icc_profile"] = profile
    return image


@pytest.mark.parametrize("name", ["sRGB", "Adobe RGB", "swapped"])
@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.2])
def test_an_embedded_profile_is_applied(
    name: str,
    gamma: float,
    primaries: dict[str, np.ndarray],
    rgb_profile: Profile,
    xyz_to_srgb: Formula,
    colours: np.ndarray,
) -> None:
    profile = rgb_profile(primaries[name], gamma)
    expected = xyz_to_srgb((colours / 255.0) ** gamma @ primaries[name].T)
    shown, notes = srgb(with_profile(Image.fromarray(colours), profile))
    assert np.abs(shown - expected).max() <= CLOSE
    assert np.abs(shown - colours).max() > CLOSE  # the profile did something
    assert notes == []


def test_without_a_profile_colours_stay_as_they_are(colours: np.ndarray) -> None:
    assert np.array_equal(srgb(Image.fromarray(colours))[0], colours)


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_a_grey_profile_is_applied_to_every_kind_of_grey(mode: str, grey_profile: Profile) -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    image = Image.fromarray(ramp.astype(np.uint16) * 257 if mode == "I;16" else ramp)
    if mode == "LA":
        image.putalpha(Image.fromarray(ramp[::-1].copy()))
    shown, notes = srgb(with_profile(image, grey_profile(1.0)))
    light = ramp / 255
    expected = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055) * 255
    assert np.abs(shown[..., :3] - expected[..., None]).max() <= CLOSE
    assert not any("profile" in note for note in notes)
    if mode == "LA":
        assert np.array_equal(shown[..., 3], ramp[::-1])


@pytest.mark.parametrize("profile", [b"", b"no profile at all", bytes(200)])
def test_a_profile_that_cannot_be_read_is_left_aside(profile: bytes, colours: np.ndarray) -> None:
    shown, notes = srgb(with_profile(Image.fromarray(colours), profile))
    assert np.array_equal(shown, colours)
    assert notes == (["its colour profile does not fit and was left aside"] if profile else [])


def test_a_profile_of_another_colour_space_is_left_aside(
    colours: np.ndarray, grey_profile: Profile
) -> None:
    shown, notes = srgb(with_profile(Image.fromarray(colours), grey_profile(2.2)))
    assert np.array_equal(shown, colours)
    assert notes == ["its colour profile does not fit and was left aside"]


def test_cmyk_with_a_profile(
    colours: np.ndarray, cmyk_profile: Profile, lab_to_srgb: Formula
) -> None:
    paper = np.array([255.0, 128.0, 128.0])  # L 0..255, a and b around 128
    inks = np.array([[-45, -18, -18], [-45, 20, -4], [-15, -2, 22], [-150, 0, 0]], float)
    ink = np.concatenate([colours, colours[:, ::-1, :1]], -1)
    eight_bit = paper + (ink / 255.0) @ inks
    lab = np.stack([eight_bit[..., 0] / 2.55, eight_bit[..., 1] - 128, eight_bit[..., 2] - 128], -1)
    image = Image.frombytes("CMYK", (16, 16), ink.tobytes())
    shown, notes = srgb(with_profile(image, cmyk_profile(paper, inks)))
    assert np.abs(shown - lab_to_srgb(lab)).max() <= CLOSE
    assert notes == ["converted from CMYK"]


def test_cmyk_without_a_profile_is_ink_that_takes_light_away(colours: np.ndarray) -> None:
    ink = np.concatenate([colours, colours[:, ::-1, :1]], -1)
    image = Image.frombytes("CMYK", (16, 16), ink.tobytes())
    expected = 255 * (1 - ink[..., :3] / 255.0) * (1 - ink[..., 3:] / 255.0)
    shown, notes = srgb(image)
    assert np.abs(shown - expected).max() <= CLOSE
    assert notes == ["converted from CMYK"]


def test_a_cmyk_jpeg_is_not_a_negative(tmp_path: Path) -> None:
    file = tmp_path / "cyan.jpg"
    Image.new("CMYK", (16, 16), (255, 0, 0, 0)).save(file, quality=95)
    with Image.open(file) as image:
        shown, _ = srgb(image)
    assert np.abs(shown - (0, 255, 255)).max() <= 4


def test_lab(tmp_path: Path, lab_to_srgb: Formula) -> None:
    y, x = np.mgrid[:16, :16]
    lab = np.stack([np.full_like(x, 60), x * 2 - 15, y * 3 - 20], -1).astype(float)
    stored = np.stack([lab[..., 0] * 2.55, lab[..., 1] + 128, lab[..., 2] + 128], -1)
    bands = [Image.fromarray(band.round().astype(np.uint8)) for band in np.moveaxis(stored, -1, 0)]
    Image.merge("LAB", bands).save(tmp_path / "lab.tif")
    with Image.open(tmp_path / "lab.tif") as image:
        assert image.mode == "LAB"
        shown, notes = srgb(image)
    assert np.abs(shown - lab_to_srgb(lab)).max() <= CLOSE
    assert notes == ["converted from Lab"]


def png(file: Path, image: Image.Image, chunk: bytes, data: bytes) -> Image.Image:
    about = PngImagePlugin.PngInfo()
    about.add(chunk, data)
    image.save(file, pnginfo=about)
    return Image.open(file)


@pytest.mark.parametrize("gamma", [1.0, 1 / 1.8, 2.5])
def test_the_gamma_of_a_png_is_applied(gamma: float, tmp_path: Path, colours: np.ndarray) -> None:
    chunk = round(gamma * 100_000).to_bytes(4, "big")
    with png(tmp_path / "g.png", Image.fromarray(colours), b"gAMA", chunk) as image:
        shown, _ = srgb(image)
    light = (colours / 255.0) ** (1 / gamma)
    expected = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(shown - expected * 255).max() <= 1
    assert np.abs(shown - colours).max() > 5


@pytest.mark.parametrize("gamma", [45_455, 45_000, 0, 1, 2**31 - 1])
def test_a_gamma_that_means_srgb_or_nothing_is_left_aside(
    gamma: int, tmp_path: Path, colours: np.ndarray
) -> None:
    chunk = gamma.to_bytes(4, "big")
    with png(tmp_path / "g.png", Image.fromarray(colours), b"gAMA", chunk) as image:
        assert np.array_equal(srgb(image)[0], colours)


def test_16_bit_grey_keeps_its_range() -> None:
    values = np.array([[0, 257, 32_768, 65_535]], np.uint16)
    shown, notes = srgb(Image.fromarray(values))
    assert shown.tolist() == [[0, 1, 128, 255]]
    assert notes == ["brought from 16 bits or more to 8 bits"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 0.5, 1], [0, 128, 255]),
        ([0, 0.25, 0.5], [0, 64, 128]),  # dark, and stays so
        ([0, 127.5, 255], [0, 128, 255]),
        ([0, 1, 2], [0, 128, 255]),  # highlights above 1
        ([-1, 0, 1], [0, 128, 255]),
        ([0, 1000, 4000], [0, 64, 255]),
        ([np.nan, 0.5, np.inf], [128, 128, 255]),
        ([-np.inf, 0.2, 1], [0, 51, 255]),
        ([np.nan, np.nan, np.nan], [0, 0, 0]),
        ([7000, 7000, 7000], [0, 0, 0]),
    ],
)
def test_floating_point_is_scaled_by_what_its_values_suggest(
    values: list[float], expected: list[int]
) -> None:
    shown, notes = srgb(Image.fromarray(np.array([values], np.float32)))
    if np.isnan(values[0]) and not np.isnan(values[1]):
        expected = [0, *expected[1:]]  # what is no number is black
    assert shown.tolist() == [expected]
    assert notes == ["brought from floating point to 8 bits"]


@pytest.mark.parametrize(
    "values", [[0, 128, 255], [0, 32_768, 65_535], [-5, 0, 5], [0, 2**30, 2**31 - 1]]
)
def test_whole_numbers_are_scaled_by_what_their_values_suggest(values: list[int]) -> None:
    assert srgb(Image.fromarray(np.array([values], np.int32)))[0].tolist() == [[0, 128, 255]]


def test_alpha_survives_whatever_mode_it_comes_in(colours: np.ndarray) -> None:
    alpha = Image.fromarray(colours[..., 0])
    colour = Image.fromarray(colours)
    colour.putalpha(alpha)
    grey = Image.fromarray(colours[..., 1]).convert("LA")
    grey.putalpha(alpha)
    for image in (colour, grey):
        shown, _ = srgb(image)
        assert np.array_equal(shown[..., 3], colours[..., 0])
        assert np.array_equal(shown[..., :3], np.asarray(image.convert("RGBA"))[..., :3])


def test_a_colour_that_means_transparent(tmp_path: Path) -> None:
    values = np.array([[0, 77 * 257, 65_535]], np.uint16)
    pictures = {
        "1": Image.fromarray(np.array([[False, True, True]])),
        "L": Image.fromarray(np.array([[0, 77, 255]], np.uint8)),
        "RGB": Image.fromarray(np.array([[[0, 0, 0], [77, 77, 77], [9, 9, 9]]], np.uint8)),
        "I;16": Image.fromarray(values),
    }
    for mode, image in pictures.items():
        image.save(tmp_path / "a.png", transparency=(0, 0, 0) if mode == "RGB" else 0)
        with Image.open(tmp_path / "a.png") as saved:
            assert saved.mode == mode
            shown, _ = srgb(saved)
        assert shown[0, :, 3].tolist() == [0, 255, 255], mode
