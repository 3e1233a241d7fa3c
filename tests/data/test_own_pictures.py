"""Pictures that this program made are recognised, and no material unless somebody says so."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from ddpm_studio.choices import Choices, PictureChoice
from ddpm_studio.config import PicturesConfig, SampleConfig
from ddpm_studio.data import PictureSet, prepare_pictures
from ddpm_studio.data.decode.made import is_made_here
from ddpm_studio.export.film.frames import Film
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.pages import write_sequence, write_strip
from ddpm_studio.export.film.write import write_film
from ddpm_studio.export.images import write_png
from ddpm_studio.gui.pictures.entries import OFFERED, WallEntry, foreseen
from ddpm_studio.recipe import Recipe
from ddpm_studio.sheets import Axis, Sheet

CONFIG = PicturesConfig(size=16)
RECIPE = Recipe("p", "a.safetensors", "0" * 64, 7, "ema", "cpu", "float32", 3, SampleConfig())
SHEET = Sheet(Axis("steps", (1, 2)), Axis("seed", (0,)), SampleConfig(), 7)


def pixels(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (32, 32, 3), dtype=np.uint8)


def film() -> Film:
    return Film(2, lambda index: pixels(100 + index))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three own pictures, one of them with a text of another program."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        Image.fromarray(pixels(number)).save(folder / f"{number}.png")
    text = PngImagePlugin.PngInfo()
    text.add_text("comment", '{"kind": "recipe", "format_version": 1, "for": "a soup"}')
    Image.fromarray(pixels(9)).save(folder / "soup.png", pnginfo=text)
    return folder


def prepare(folder: Path, config: PicturesConfig = CONFIG, **states: str) -> PictureSet:
    choices = Choices({name: PictureChoice(state=state) for name, state in states.items()})
    steps = prepare_pictures(folder, config, folder.parent / "cache", choices, may_be_empty=True)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def add(kind: str, path: Path) -> None:
    text = RECIPE.to_text()
    if kind == "picture":
        write_png(path.with_suffix(".png"), pixels(50), text)
    elif kind == "frames":
        list(write_sequence(path, film(), FilmOptions(), text))
    elif kind.startswith("strip"):
        list(write_strip(path.with_suffix(kind[5:]), film(), 2, FilmOptions(), text))
    elif kind == "sheet":
        notes = PngImagePlugin.PngInfo()
        notes.add_itxt("ddpm_studio_sheet", json.dumps(SHEET.to_dict()))
        Image.fromarray(pixels(51)).save(path.with_suffix(".png"), pnginfo=notes)
    elif kind == "behind the pixels":
        notes = PngImagePlugin.PngInfo()
        notes.add(b"tEXt", b"ddpm_studio\0" + RECIPE.to_text().encode(), after_idat=True)
        Image.fromarray(pixels(52)).save(path.with_suffix(".png"), pnginfo=notes)
    else:
        list(write_film(path.with_suffix(kind), film(), FilmOptions(), text))


@pytest.mark.parametrize(
    "kind",
    [
        *("picture", "frames", "strip.png", "strip.webp", "sheet", "behind the pixels"),
        *(".gif", ".webp", ".png"),
    ],
)
def test_whatever_carries_a_recipe_is_said_and_left_out(folder: Path, kind: str) -> None:
    add(kind, folder / "made")
    found = prepare(folder)
    assert [one.name for one in found.taken] == ["0.png", "1.png", "2.png", "soup.png"]
    assert found.left_out
    for left in found.left_out:
        assert left.kind == "made"
        assert left.reason.startswith("made by this program")
        assert left.facts.is_made
    taken = prepare(folder, **{left.name: "in" for left in found.left_out})
    noted = {one.name for one in taken.taken if "made by this program" in one.notes}
    assert noted == {left.name for left in found.left_out}
    assert len(prepare(folder, dataclasses.replace(CONFIG, made="in")).taken) > 4


def test_an_own_picture_is_not_a_copy_of_one_that_was_made_of_it(folder: Path) -> None:
    """The larger of two is the one that is kept, so the made one must not count."""
    made = pixels(1).repeat(4, axis=0).repeat(4, axis=1)
    write_png(folder / "large.png", made, RECIPE.to_text())
    found = prepare(folder)
    assert "1.png" in [one.name for one in found.taken]
    assert [left.kind for left in found.left_out] == ["made"]


def test_without_its_recipe_it_is_a_picture_like_others(folder: Path) -> None:
    write_png(folder / "made.png", pixels(50))
    assert not prepare(folder).left_out


def test_a_folder_of_nothing_else_says_why(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    add("picture", folder / "made")
    with pytest.raises(Exception, match="made by this program"):
        list(prepare_pictures(folder, CONFIG, folder.parent / "cache"))


@pytest.mark.parametrize("info", [{}, {1: None}, {"a": b"\xff" * 99}, {"a": "\ud800"}, {"a": 1.5}])
def test_other_notes_say_nothing(info: dict) -> None:
    assert not is_made_here(info)


def test_on_the_wall_it_is_offered_and_foreseen(folder: Path) -> None:
    add("picture", folder / "made")
    (left,) = prepare(folder).left_out
    entry = WallEntry(left.name, left.row, False, left.kind, left.reason, facts=left.facts)
    assert entry.kind in OFFERED
    wanted = Choices({left.name: PictureChoice(state="in")})
    (taken,) = foreseen([entry], Choices(), wanted, CONFIG)
    assert taken.is_taken
    assert "made by this program" in taken.notes
    out = Choices({left.name: PictureChoice(state="out")})
    entry = entry._replace(kind="chosen")
    (still,) = foreseen([entry], out, Choices(), CONFIG)
    assert not still.is_taken  # what it will be is for the reading to say
