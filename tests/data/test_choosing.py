"""What is read again after a change, and what the artist's choices make of a folder."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data import Choices, Crop, PictureChoice, PictureSet
from ddpm_studio.data.isolation.pool import DecoderPool
from ddpm_studio.events import PicturesReady
from tests.data.reading import read_picture

CONFIG = PicturesConfig(size=24)


def names(prepared: PictureSet) -> list[str]:
    return [Path(picture.name).as_posix() for picture in prepared.taken]


def ready(events: list[object]) -> PicturesReady:
    (event,) = (event for event in events if isinstance(event, PicturesReady))
    return event


def test_an_unchanged_folder_is_not_read_again(
    run: Any, folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = run(folder, cache)
    monkeypatch.setattr(DecoderPool, "run_with_pulse", None)  # whoever calls it fails
    second, events = run(folder, cache)
    assert events[1:] == [PicturesReady(3, 0, True)]
    assert np.array_equal(first.pixels, second.pixels)
    assert first.taken == second.taken


def test_a_folder_that_moved_is_not_read_again(run: Any, folder: Path, cache: Path) -> None:
    run(folder, cache)
    moved = folder.rename(folder.with_name("elsewhere"))
    assert ready(run(moved, cache)[1]).from_cache


def test_only_what_is_new_is_decoded(
    is_read_again: Any,
    decoded: Any,
    paint: Any,
    folder: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert decoded(folder, cache) == ["a.JPG", "b.png", "more/c.webp"]
    paint(folder / "d.png", 1)
    assert decoded(folder, cache) == ["d.png"]  # added
    paint(folder / "d.png", 2)
    assert decoded(folder, cache) == ["d.png"]  # changed
    (folder / "d.png").rename(folder / "e.png")
    assert decoded(folder, cache) == []  # renamed: the same content
    os.utime(folder / "e.png", ns=(0, 0))
    assert decoded(folder, cache) == []  # touched: the same content
    (folder / "e.png").rename(folder / "more" / "e.png")
    assert decoded(folder, cache) == []
    (folder / "more" / "e.png").unlink()
    assert decoded(folder, cache) == []
    assert not is_read_again(folder, cache)


@pytest.mark.parametrize(
    "config",
    [
        PicturesConfig(size=16),
        PicturesConfig(size=24, height=16),
        PicturesConfig(size=24, channels=1),
        PicturesConfig(size=24, background="#000000"),
        PicturesConfig(size=24, crop="pad"),
        PicturesConfig(size=24, crop="smart"),
        PicturesConfig(size=24, channels=4),
    ],
)
def test_every_setting_that_shapes_pixels_is_noticed(
    run: Any,
    decoded: Any,
    paint: Any,
    folder: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    config: PicturesConfig,
) -> None:
    for number in range(2):  # not as large as any of them, nor square
        paint(folder / f"{number}.png", number, 40)
        Image.open(folder / f"{number}.png").crop((0, 0, 40, 33)).save(folder / f"{number}.png")
    run(folder, cache)
    prepared, _ = run(folder, cache, config)
    for picture, pixels in zip(prepared.taken, prepared.pixels, strict=True):
        assert np.array_equal(pixels, read_picture(folder / picture.name, config).pixels)
    assert decoded(folder, cache) == []  # going back costs nothing
    assert decoded(folder, cache, config) == []


def test_a_setting_that_shapes_no_pixels_does_not_matter(
    run: Any, is_read_again: Any, folder: Path, cache: Path
) -> None:
    run(folder, cache)
    assert not is_read_again(folder, cache, PicturesConfig(size=24, flip_horizontal=True))


def test_a_smaller_size_comes_from_a_larger_one_where_that_loses_nothing(
    run: Any, decoded: Any, paint: Any, folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures that are kept unscaled are as good as their files; others are decoded again."""
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        path.unlink()
    for number in range(3):
        paint(folder / f"{number}.png", number, 64)
    paint(folder / "larger.png", 3, 100)
    assert len(decoded(folder, cache, PicturesConfig(size=64))) == 4
    small = PicturesConfig(size=32)
    assert decoded(folder, cache, small) == ["larger.png"]
    prepared, _ = run(folder, cache, small)
    for picture, pixels in zip(prepared.taken, prepared.pixels, strict=True):
        assert np.array_equal(pixels, read_picture(folder / picture.name, small).pixels)


def test_changing_the_crop_of_one_picture_decodes_one(
    run: Any, decoded: Any, folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(folder, cache)
    corner = Crop("box", (0.0, 0.0, 0.5, 0.5))
    choices = Choices({"b.png": PictureChoice(crops=(corner, Crop("pad")))})
    assert decoded(folder, cache, CONFIG, choices) == ["b.png"]
    prepared, _ = run(folder, cache, CONFIG, choices)
    assert names(prepared) == ["a.JPG", "b.png", "b.png", "more/c.webp"]
    for number, crop in ((1, corner), (2, Crop("pad"))):
        wanted = read_picture(folder / "b.png", CONFIG, crop).pixels
        assert np.array_equal(prepared.pixels[number], wanted)
    assert decoded(folder, cache) == []  # and back


def test_what_the_artist_leaves_out_stays_on_disk_and_comes_back(
    run: Any, folder: Path, cache: Path
) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    out = Choices({"b.png": PictureChoice(state="out")})
    prepared, _ = run(folder, cache, CONFIG, out)
    assert names(prepared) == ["a.JPG", "more/c.webp"]
    assert [(file.name, file.kind) for file in prepared.left_out] == [("b.png", "chosen")]
    assert len(run(folder, cache)[0]) == 3
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_of_copies_one_is_kept_unless_all_are_wanted(run: Any, folder: Path, cache: Path) -> None:
    (folder / "x.png").write_bytes((folder / "b.png").read_bytes())
    prepared, _ = run(folder, cache)
    assert names(prepared) == ["a.JPG", "b.png", "more/c.webp"]
    assert [(file.name, file.reason) for file in prepared.left_out] == [
        ("x.png", "a copy of b.png")
    ]
    assert len(run(folder, cache, PicturesConfig(size=24, copies="all"))[0]) == 4
    chosen = Choices({"x.png": PictureChoice(state="in")})
    both = ["a.JPG", "b.png", "more/c.webp", "x.png"]
    assert names(run(folder, cache, CONFIG, chosen)[0]) == both
    other = chosen.changed(["b.png"], state="out")
    assert names(run(folder, cache, CONFIG, other)[0]) == ["a.JPG", "more/c.webp", "x.png"]


def test_weights_come_with_the_set(run: Any, folder: Path, cache: Path) -> None:
    choices = Choices({"b.png": PictureChoice(weight=4.0)})
    assert run(folder, cache, CONFIG, choices)[0].weights.tolist() == [1, 4, 1]


def test_a_grey_folder_makes_one_channel_by_itself(
    run: Any, paint: Any, tmp_path: Path, cache: Path
) -> None:
    for number in range(3):
        paint(tmp_path / f"{number}.png", number)
        with Image.open(tmp_path / f"{number}.png") as image:
            grey = image.convert("L")
        (grey if number else grey.convert("RGB")).save(tmp_path / f"{number}.png")
    prepared, _ = run(tmp_path, cache)
    assert prepared.channels == 1
    assert prepared.pixels.shape == (3, 24, 24, 1)
    again, _ = run(tmp_path, cache, PicturesConfig(size=24, channels=1))
    assert np.array_equal(again.pixels, prepared.pixels)
    paint(tmp_path / "coloured.png", 9)
    assert run(tmp_path, cache)[0].pixels.shape == (4, 24, 24, 3)


def test_damaged_but_readable_files_are_offered(
    run: Any, paint: Any, folder: Path, cache: Path
) -> None:
    paint(folder / "half.png", 5, 90)
    data = (folder / "half.png").read_bytes()
    (folder / "half.png").write_bytes(data[: len(data) // 2])
    prepared, _ = run(folder, cache)
    (left_out,) = prepared.left_out
    assert left_out.kind == "damaged"
    assert left_out.reason.startswith("damaged after 4")
    assert left_out.row >= 0  # it can be shown
    taken = Choices({"half.png": PictureChoice(state="in")})
    assert len(run(folder, cache, CONFIG, taken)[0]) == 4
