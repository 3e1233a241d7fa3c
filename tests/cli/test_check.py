"""`ddpm-studio check`: of every file one verdict, with all that was done to it."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ddpm_studio.choices import Choices, Crop, write_choices
from ddpm_studio.cli import main
from ddpm_studio.config import StudioConfig
from ddpm_studio.config.text import with_settings
from ddpm_studio.project import Project

Capsys = pytest.CaptureFixture[str]
SIZES = {  # width and height of a file, and what is said of it at 32 x 32
    "large": ((100, 80), "reduced from 100 x 80 pixels"),
    "equal": ((32, 32), ""),
    "long": ((90, 32), ""),  # only cropped
    "small": ((16, 16), "enlarged from 16 x 16 pixels"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One picture of each of SIZES, all in one colour each, and a text."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, (name, (size, _)) in enumerate(SIZES.items()):
        Image.linear_gradient("L").rotate(90 * number).resize(size).convert("RGB").save(
            folder / f"{name}.png"
        )
    (folder / "words.txt").write_text("paper, ink")
    return folder


def check(capsys: Capsys, *words: object) -> dict[str, dict[str, Any]]:
    """The verdicts by name, as `check --json` gives them."""
    capsys.readouterr()
    assert main(["check", *map(str, words), "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {one["name"]: one for one in told if one["event"] == "FileChecked"}


def test_a_larger_picture_is_said_to_be_reduced(capsys: Capsys, folder: Path) -> None:
    found = check(capsys, folder, "--size", 32)
    for name, (size, words) in SIZES.items():
        verdict = found[f"{name}.png"]
        assert verdict["is_taken"]
        assert (verdict["width"], verdict["height"]) == size
        assert verdict["notes"] == ([words] if words else [])
    assert not found["words.txt"]["is_taken"]
    assert found["words.txt"]["notes"] == []


def test_it_stands_before_the_other_things_that_were_done(capsys: Capsys, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (80, 40)).save(tmp_path / "lying.jpg", exif=exif)
    assert check(capsys, tmp_path)["lying.jpg"]["notes"][0] == "reduced from 40 x 80 pixels"
    assert "turned upright" in str(check(capsys, tmp_path)["lying.jpg"]["notes"][1])
    assert main(["check", str(tmp_path)]) == 0
    assert "lying.jpg (reduced from 40 x 80 pixels; turned upright" in capsys.readouterr().out


def test_what_counts_is_the_part_that_is_used(capsys: Capsys, tmp_path: Path, folder: Path) -> None:
    """A frame of as many pixels as the model sees is taken as it is; all of it does not fit."""
    config = with_settings(StudioConfig(), ["pictures.size=32"])
    project = Project.create(tmp_path / "project", folder, config)
    exact, half = Crop("box", (0.1, 0.1, 0.32, 0.4)), Crop("box", (0.0, 0.0, 0.64, 0.8))
    for crops, notes in (
        ((exact,), []),
        ((exact, half), ["reduced from 100 x 80 pixels", "2 parts of it"]),
        ((Crop("pad"),), ["reduced from 100 x 80 pixels"]),
    ):
        write_choices(project.path, Choices().changed(["large.png"], crops=crops))
        assert check(capsys, project.path)["large.png"]["notes"] == notes
