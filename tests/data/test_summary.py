"""The summary of a folder says what is in it, in words, colours and settings that are valid."""

import math
import time

import numpy as np
import pytest

from ddpm_studio.config.presets import PRESETS
from ddpm_studio.config.text import with_settings
from ddpm_studio.data.picture_facts import PictureFacts, encode_thumbnail
from ddpm_studio.data.summary import summarise

RED, BLUE, PAPER = (200, 30, 40), (20, 60, 180), (245, 238, 220)


def fact(
    width: int = 640, height: int = 480, mini: np.ndarray | None = None, **values: object
) -> PictureFacts:
    mini = np.full((8, 8, 3), 128, np.uint8) if mini is None else mini
    known = {"digest": "", "format": "PNG", "mini": encode_thumbnail(mini)}
    return PictureFacts(width=width, height=height, **(known | values))  # type: ignore[arg-type]


def painted(*colours: tuple[int, int, int]) -> np.ndarray:
    """uint8 (8, 8, 3) with as much of each colour as it is named."""
    return np.repeat(np.array(colours, np.uint8), 64 // len(colours), 0).reshape(8, 8, 3)


def is_near(colour: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return max(abs(a - b) for a, b in zip(colour, other, strict=True)) <= 6


def test_an_empty_folder_is_told_calmly() -> None:
    said = summarise([], 4)
    assert (said.count, said.left_out, said.palette, said.shares) == (0, 4, (), ())
    assert said.expectation == "There are no pictures yet."
    assert said.shape_for(64, 8) == (64, 64)


def test_counts() -> None:
    facts = [
        fact(is_grey=True),
        fact(has_alpha=True, pixel_scale=8),
        fact(has_alpha=True),
        fact(is_grey=True, pixel_scale=1),
        fact(pixel_scale=2),
    ]
    said = summarise(facts, 3)
    assert (said.count, said.left_out) == (5, 3)
    assert (said.grey, said.transparent, said.pixel_art) == (2, 2, 3)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([(640, 480)], "640 x 480"),
        ([(640, 480)] * 3, "all 640 x 480"),
        (
            [(640, 480), (4000, 3000), *[(1200, 900)] * 5],
            "640 x 480 to 4000 x 3000, mostly 1200 x 900",
        ),
        (
            [(100, 100), (200, 200), (300, 300), (400, 400), (500, 500)],
            "100 x 100 to 500 x 500, typically 300 x 300",
        ),
    ],
)
def test_sizes_in_words(sizes: list[tuple[int, int]], words: str) -> None:
    said = summarise([fact(*size) for size in sizes], 0)
    assert said.sizes == words


@pytest.mark.parametrize(
    ("sizes", "words", "shape"),
    [
        ([(500, 500)] * 4, "square", (128, 128)),
        ([(505, 500)] * 4, "square", (128, 128)),
        ([(400, 300)] * 4, "landscape 4:3", (128, 96)),
        ([(2000, 3000)] * 4, "portrait 2:3", (88, 128)),
        ([(400, 300)] * 4 + [(300, 500)], "mostly landscape 4:3", (128, 96)),
        ([(300, 300)] * 4 + [(300, 500)], "mostly square", (128, 128)),
        ([(1170, 1000)] * 4, "landscape 1.17:1", (128, 112)),
        ([(100, 240)] * 4, "portrait 1:2.40", (56, 128)),
        ([(400, 300), (300, 400), (500, 500), (900, 300)], "mixed", (128, 128)),
        ([(9000, 10)], "landscape 900.00:1", (128, 8)),
    ],
)
def test_aspect_in_words_and_as_the_shape_of_a_model(
    sizes: list[tuple[int, int]], words: str, shape: tuple[int, int]
) -> None:
    said = summarise([fact(*size) for size in sizes], 0)
    assert said.aspect == words
    assert said.shape_for(128, 8) == shape


@pytest.mark.parametrize("stride", [4, 8, 32])
@pytest.mark.parametrize("longer", [33, 64, 250])
def test_a_proposed_shape_fits_the_network(longer: int, stride: int) -> None:
    for size in ((1600, 900), (31, 47), (5, 4000)):
        shape = summarise([fact(*size)], 0).shape_for(longer, stride)
        assert all(side % stride == 0 and side >= stride for side in shape)
        assert stride <= max(shape) <= max(longer, stride)


def test_a_proposed_shape_is_accepted_by_every_preset() -> None:
    said = summarise([fact(1600, 900)] * 3, 0)
    for config in PRESETS.values():
        width, height = said.shape_for(config.pictures.size, config.model.stride)
        changed = with_settings(config, [f"pictures.size={width}", f"pictures.height={height}"])
        assert changed.pictures.shape[1:] == (height, width)


# ---------------------------------------------------------------------------- colours


def test_the_palette_has_the_colours_with_their_shares() -> None:
    minis = [painted(PAPER, PAPER, RED, BLUE), painted(PAPER, PAPER, PAPER, RED)]
    said = summarise([fact(mini=mini) for mini in minis], 0)
    assert said.shares == pytest.approx((5 / 8, 2 / 8, 1 / 8))
    for found, colour in zip(said.palette, (PAPER, RED, BLUE), strict=True):
        assert is_near(found, colour)


def test_the_palette_of_one_colour_is_that_colour() -> None:
    said = summarise([fact(mini=painted(RED))], 0)
    assert said.shares == (1.0,)
    assert is_near(said.palette[0], RED)


def test_the_palette_has_eight_colours_at_most_and_no_grey_gets_a_tint() -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (40, 8, 8, 3), dtype=np.uint8)
    said = summarise([fact(mini=mini) for mini in noise], 0)
    assert len(said.palette) == len(said.shares) == 8
    assert sum(said.shares) == pytest.approx(1)
    assert list(said.shares) == sorted(said.shares, reverse=True)
    grey = summarise([fact(mini=mini[..., :1].repeat(3, 2)) for mini in noise], 0)
    assert all(max(colour) - min(colour) <= 1 for colour in grey.palette)


def test_the_same_folder_says_the_same_again() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (30, 8, 8, 3), dtype=np.uint8)
    facts = [fact(mini=mini) for mini in noise]
    assert summarise(facts, 0) == summarise(facts, 0)


def test_pictures_of_which_nothing_is_known_do_no_harm() -> None:
    said = summarise([fact(mini=painted(RED)), PictureFacts("", 8, 8, "PNG")], 0)
    assert len(said.palette) == 1


def test_how_alike_pictures_are() -> None:
    rng = np.random.default_rng(0)
    scene = rng.integers(60, 190, (8, 8, 3))
    found = []
    for words, spread in (("very alike", 20), ("somewhat alike", 80), ("very different", 250)):
        minis = scene + rng.integers(-spread, spread + 1, (50, 8, 8, 3))
        said = summarise([fact(mini=mini.clip(0, 255).astype(np.uint8)) for mini in minis], 0)
        assert said.alike_words == words
        found.append(said.alike)
    assert 1 > found[0] > found[1] > found[2] >= 0


def test_the_same_picture_again_and_again_is_wholly_alike() -> None:
    assert summarise([fact()] * 3, 0).alike == 1
    assert summarise([fact()], 0).alike_words == ""  # alike to what?


# ---------------------------------------------------------------------------- what to expect


@pytest.mark.parametrize("count", [0, 1, 2, 49, 50, 499, 500, 4999, 5000, 20_000])
def test_every_number_of_pictures_has_an_honest_sentence_and_valid_settings(count: int) -> None:
    said = summarise([fact()] * count, 0)
    for sentence in (said.expectation, said.advice):
        assert sentence.endswith(".")
        assert sentence.count(". ") == 0
    for config in PRESETS.values():
        changed = with_settings(config, [f"{name}={value}" for name, value in said.settings])
        for name, value in said.settings:
            section, field = name.split(".")
            assert getattr(getattr(changed, section), field) == value


def test_fewer_pictures_are_held_back_more_and_warned_of_copies() -> None:
    said = [summarise([fact()] * count, 0) for count in (1, 20, 200, 2000, 6000)]
    assert len({summary.expectation for summary in said}) == 5
    dropouts = [dict(summary.settings)["model.dropout"] for summary in said]
    assert dropouts == sorted(dropouts, key=lambda value: -float(str(value)))
    assert all("cop" in s.expectation or "by heart" in s.expectation for s in said[:4])
    assert all(("pictures.flip_horizontal", True) in summary.settings for summary in said[:3])


def test_five_thousand_pictures_are_summed_up_quickly() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (5000, 8, 8, 3), dtype=np.uint8)
    facts = [fact(mini=mini) for mini in noise]
    started = time.process_time()
    said = summarise(facts, 0)
    assert time.process_time() - started < 0.5  # 0.05 on a machine that does nothing else
    assert math.isclose(sum(said.shares), 1)
