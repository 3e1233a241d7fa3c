"""A picture that the artist has turned: read so, told so, and no pixel of it is lost."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.choices import (
    FILE_NAME,
    TURNS,
    Choices,
    Crop,
    PictureChoice,
    read_choices,
    write_choices,
)
from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.decode.fit import fit, turned
from ddpm_studio.data.decode.look import look_at
from ddpm_studio.errors import ConfigError

SIDE = 24
SQUARE = PicturesConfig(size=SIDE)


def noise(width: int, height: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(width).integers(0, 256, (height, width, channels), np.uint8)


def save(path: Path, pixels: np.ndarray, **how: Any) -> Path:
    Image.fromarray(pixels).save(path, **how)
    return path


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("degrees", TURNS)
def test_it_is_turned_clockwise_and_every_pixel_is_kept(
    tmp_path: Path, degrees: int, channels: int
) -> None:
    path = save(tmp_path / "a.png", noise(SIDE, SIDE))
    config = PicturesConfig(size=SIDE, channels=channels)
    ((upright,), (seen,)) = (
        look_at(path, config, [Crop("centre", turn=turn)]).pictures for turn in (0, degrees)
    )
    np.testing.assert_array_equal(seen, np.rot90(upright, -degrees // 90))


def test_it_comes_on_top_of_how_the_camera_was_held(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned to the right
    pixels = noise(SIDE, SIDE)
    path = save(tmp_path / "held.png", pixels, exif=exif)
    (seen,) = look_at(path, SQUARE, [Crop("centre", turn=90)]).pictures
    np.testing.assert_array_equal(seen, pixels[::-1, ::-1])


@pytest.mark.parametrize("mode", ["centre", "smart", "pad", "box"])
def test_a_crop_is_taken_from_the_picture_as_it_is_seen(tmp_path: Path, mode: str) -> None:
    """What is chosen of it turned is what is chosen of a file that lies so."""
    pixels, box = noise(60, 40), (0.1, 0.25, 0.6, 0.4)
    pixels[:, 20:] = pixels[30:] = 128  # most detail is at a corner
    path = save(tmp_path / "a.png", pixels)
    lying = save(tmp_path / "lying.png", np.ascontiguousarray(np.rot90(pixels, -1)))
    config = PicturesConfig(size=SIDE, height=16)
    (seen,) = look_at(path, config, [Crop(mode, box, 90)]).pictures
    (wanted,) = look_at(lying, config, [Crop(mode, box)]).pictures
    away = np.abs(seen.astype(int) - wanted.astype(int))
    # where most detail is, is found anew in a file, and its sums are others in their last bit
    assert away.max() <= (1 if mode == "smart" else 0)


def test_a_crop_goes_along_when_the_picture_is_turned(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", noise(60, 40))
    choice = PictureChoice(crops=(Crop("box", (6 / 60, 10 / 40, SIDE / 60, SIDE / 40)),))
    (before,) = look_at(path, SQUARE, choice.crops).pictures
    for number in range(1, 5):
        choice = choice.turned(90)
        (crop,) = choice.crops
        (seen,) = look_at(path, SQUARE, [Crop(crop.mode, crop.box, choice.turn)]).pictures
        away = np.abs(seen.astype(int) - np.rot90(before, -number).astype(int))
        assert away.max() <= 1
    assert choice.turn == 0
    assert crop.box == pytest.approx((6 / 60, 10 / 40, SIDE / 60, SIDE / 40))
    assert choice.turned(90).turned(-90).turn == 0


def test_a_reduced_picture_is_turned_whole(tmp_path: Path) -> None:
    """What a decoder has reduced lies at another place in memory than what is wanted."""
    image = Image.fromarray(noise(9, 7)).resize((900, 700), Image.Resampling.BICUBIC)
    image.save(tmp_path / "large.jpg", quality=95)
    wide = PicturesConfig(size=18, height=14)
    (upright,) = look_at(tmp_path / "large.jpg", wide).pictures
    high = PicturesConfig(size=14, height=18)
    (seen,) = look_at(tmp_path / "large.jpg", high, [Crop("centre", turn=270)]).pictures
    assert np.abs(seen.astype(int) - np.rot90(upright, 1).astype(int)).max() <= 2


def test_pixel_art_stays_crisp(tmp_path: Path) -> None:
    drawn = np.kron(noise(12, 12)[..., :1] // 128 * 255, np.ones((4, 4, 3), np.uint8))
    path = save(tmp_path / "drawn.png", drawn)
    found = look_at(path, PicturesConfig(size=12), [Crop("centre", turn=90)])
    assert found.facts.pixel_scale == 4
    np.testing.assert_array_equal(found.pictures[0], np.rot90(drawn[::4, ::4], -1))


def test_the_reading_for_training_turns_it_and_says_so(
    run: Any, folder: Path, cache: Path, paint: Any
) -> None:
    """Its file is as it was; the others are not read again."""
    paint(folder / "turned.png", 9)
    before = (folder / "turned.png").read_bytes()
    upright, _ = run(folder, cache)
    choices = Choices().turned(["turned.png"], 90)
    found, _ = run(folder, cache, choices=choices)
    (place,) = (k for k, one in enumerate(found.taken) if one.name == "turned.png")
    assert found.taken[place].notes[-1] == "turned to the right by you"
    was, now = upright.taken[place].facts, found.taken[place].facts
    assert (now.width, now.height) == (was.height, was.width)
    assert (now.digest, now.phash) == (was.digest, was.phash)
    others = [k for k in range(len(found)) if k != place]
    np.testing.assert_array_equal(found.pixels[others], upright.pixels[others])
    if was.width == was.height:
        np.testing.assert_array_equal(found.pixels[place], np.rot90(upright.pixels[place], -1))
    assert (found.pixels[place] != upright.pixels[place]).any()
    again, _ = run(folder, cache)  # and back
    np.testing.assert_array_equal(again.pixels, upright.pixels)
    assert (folder / "turned.png").read_bytes() == before


def test_what_is_known_of_it_turns_along(tmp_path: Path) -> None:
    pixels = noise(64, 32)
    pixels[:, :40] = 128  # most detail is at the right
    facts = look_at(save(tmp_path / "a.png", pixels), SQUARE).facts
    seen = facts.turned(90)
    assert (seen.width, seen.height) == (32, 64)
    assert seen.focus == pytest.approx((1 - facts.focus[1], facts.focus[0]))
    assert seen.focus[1] > 0.6
    assert facts.turned(0) is facts
    assert facts.turned(90).turned(270).mini == facts.mini != seen.mini


def test_choices_are_kept_and_read_as_before(tmp_path: Path) -> None:
    choices = Choices({"a.png": PictureChoice(crops=(Crop("box", (0, 0, 0.5, 0.25)),))})
    write_choices(tmp_path, choices)
    plain = json.loads((tmp_path / FILE_NAME).read_text())["choices"]["a.png"]
    assert plain == {"crops": [{"mode": "box", "box": [0, 0, 0.5, 0.25]}]}  # as older programs
    turned_once = choices.turned(["a.png", "b.png"], 90)
    write_choices(tmp_path, turned_once)
    assert read_choices(tmp_path) == turned_once
    assert turned_once.of("b.png") == PictureChoice(turn=90)
    assert turned_once.turned(["b.png"], -90).by_name.keys() == {"a.png"}


def test_only_quarters_can_be_chosen() -> None:
    for wrong in (45, 360, -90):
        with pytest.raises(ConfigError, match=r"choice\.turn"):
            PictureChoice(turn=wrong)
    with pytest.raises(ConfigError, match="all of a picture is turned"):
        PictureChoice(crops=(Crop("centre", turn=90),))


def test_nothing_is_done_to_what_is_not_turned(tmp_path: Path) -> None:
    from ddpm_studio.data.decode.fit import Upright

    image = Image.fromarray(noise(SIDE, SIDE))
    upright = Upright(image, (0.0, 0.0, SIDE, SIDE), SIDE, SIDE)
    assert turned(upright, 0) is upright
    assert fit(upright, Crop(), SQUARE).shape == (SIDE, SIDE, 3)
