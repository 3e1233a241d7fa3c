"""The sample pictures are planets on a dark sky, the same ones for everybody."""

import colorsys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.data.sample_pictures import draw_sample_picture, write_sample_pictures

SEEDS = range(30)


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    return [draw_sample_picture(seed) for seed in SEEDS]


@pytest.mark.parametrize("size", [32, 64])
def test_a_picture_is_square_rgb_bytes(size: int) -> None:
    picture = draw_sample_picture(3, size)
    assert picture.shape == (size, size, 3)
    assert picture.dtype == np.uint8


def test_a_seed_always_gives_the_same_picture(pictures: list[np.ndarray]) -> None:
    np.random.seed(99)  # the global state must not matter
    assert all(np.array_equal(draw_sample_picture(seed), pictures[seed]) for seed in (0, 7, 29))


def test_different_seeds_give_different_pictures(pictures: list[np.ndarray]) -> None:
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)


def test_a_seed_gives_the_same_planet_at_every_size() -> None:
    large = draw_sample_picture(5, 64).astype(float)
    halved = large.reshape(32, 2, 32, 2, 3).mean(axis=(1, 3))
    assert np.abs(halved - draw_sample_picture(5, 32)).mean() < 2.0


def test_every_picture_is_a_planet_on_a_dark_sky(pictures: list[np.ndarray]) -> None:
    for picture in pictures:
        corners = [picture[rows, columns] for rows in (0, -1) for columns in (0, -1)]
        # The median: a star may stand in one corner.
        assert np.median(corners) < 50
        assert picture[16:48, 16:48].mean() > np.median(corners) + 25
        assert picture[16:48, 16:48].max() > 150


def test_the_colours_go_all_around_the_wheel(pictures: list[np.ndarray]) -> None:
    middles = [picture[20:44, 20:44].mean(axis=(0, 1)) / 255.0 for picture in pictures]
    hues = [colorsys.rgb_to_hsv(*middle)[0] for middle in middles]
    sixths = {int(hue * 6) for hue in hues}
    assert len(sixths) >= 4


def test_pictures_are_numbered_files_and_progress_counts_them(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "planets"
    assert list(write_sample_pictures(folder, count=3, size=16)) == [1, 2, 3]
    names = ["planet_0001.png", "planet_0002.png", "planet_0003.png"]
    assert sorted(path.name for path in folder.iterdir()) == names
    images = [Image.open(folder / name) for name in names]
    assert all((image.mode, image.size) == ("RGB", (16, 16)) for image in images)
    assert len({image.tobytes() for image in images}) == 3


def test_other_seeds_write_other_pictures(tmp_path: Path) -> None:
    for seed in (0, 1):
        list(write_sample_pictures(tmp_path / str(seed), count=3, seed=seed, size=16))
    contents = {path.read_bytes() for path in tmp_path.rglob("*.png")}
    assert len(contents) == 6


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    whole, resumed = tmp_path / "whole", tmp_path / "resumed"
    list(write_sample_pictures(whole, count=4, size=16))
    progress = write_sample_pictures(resumed, count=4, size=16)
    assert [next(progress), next(progress)] == [1, 2]
    assert len(list(resumed.iterdir())) == 2

    first = resumed / "planet_0001.png"
    first.write_bytes(b"painted over by its owner")
    assert list(write_sample_pictures(resumed, count=4, size=16)) == [1, 2, 3, 4]
    assert first.read_bytes() == b"painted over by its owner"
    for number in (2, 3, 4):
        name = f"planet_{number:04d}.png"
        assert (resumed / name).read_bytes() == (whole / name).read_bytes()


def test_a_failed_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half_a_save(image: Image.Image, path: Path, format: str) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(Image.Image, "save", half_a_save)
    with pytest.raises(OSError, match="disk full"):
        next(write_sample_pictures(tmp_path, count=1, size=16))
    assert list(tmp_path.iterdir()) == []
