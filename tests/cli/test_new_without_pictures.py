"""A project of a folder in which nothing can be taken is refused when it is made, not later."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.cli import main
from ddpm_studio.config import SampleConfig
from ddpm_studio.export.images import write_png
from ddpm_studio.project import is_project
from ddpm_studio.recipe import Recipe

RECIPE = Recipe("p", "a.safetensors", "0" * 64, 7, "ema", "cpu", "float32", 3, SampleConfig())
PIXELS = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)


def texts(folder: Path) -> None:
    for number in range(3):
        (folder / f"{number}.txt").write_text("no picture")


def one_text(folder: Path) -> None:
    (folder / "a.jpg").write_text("no picture")


def empty_folders(folder: Path) -> None:
    (folder / "a" / "b").mkdir(parents=True)


def hidden(folder: Path) -> None:
    (folder / ".DS_Store").write_bytes(b"x")


def tiny(folder: Path) -> None:
    Image.new("RGB", (2, 2)).save(folder / "a.png")


def made(folder: Path) -> None:
    write_png(folder / "a.png", PIXELS, RECIPE.to_text())


FOLDERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda folder: None, "There is no file in {}; put some pictures there."),
    "empty folders": (empty_folders, "There is no file in {}; put some pictures there."),
    "hidden files": (hidden, "There is no file in {}; put some pictures there."),
    "texts": (texts, "None of the 3 files in {} can be taken as a picture (0.txt: a text"),
    "one text": (one_text, "The one file in {} cannot be taken as a picture (a.jpg: a text"),
    "too small": (tiny, "(a.png: too small: 2 x 2 pixels"),
    "made here": (made, "(a.png: made by this program)"),
}


@pytest.mark.parametrize(("fill", "sentence"), FOLDERS.values(), ids=FOLDERS)
def test_it_is_one_sentence_now(tmp_path: Path, capsys, fill, sentence: str) -> None:
    folder, project = tmp_path / "pictures", tmp_path / "p"
    folder.mkdir()
    fill(folder)
    assert main(["new", str(project), "--images", str(folder)]) == 1
    error = capsys.readouterr().err
    assert sentence.format(folder) in error
    assert error.count("\n") == 1
    assert not project.exists()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may open everything"
)
def test_a_folder_that_may_not_be_opened(tmp_path: Path, capsys) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir(mode=0)
    assert main(["new", str(tmp_path / "p"), "--images", str(folder)]) == 1
    assert "cannot be opened: Permission denied." in capsys.readouterr().err


def test_one_picture_among_others_is_enough(tmp_path: Path, capsys) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    texts(folder)
    Image.fromarray(PIXELS).save(folder / "z.png")
    assert main(["new", str(tmp_path / "p"), "--images", str(folder)]) == 0
    (folder / "z.png").unlink()
    shutil.copy(folder / "0.txt", folder / "a.mp4")  # frames of it can be chosen later
    assert main(["new", str(tmp_path / "q"), "--images", str(folder)]) == 0


def test_a_folder_inside_the_project_may_be_filled_later(tmp_path: Path, capsys) -> None:
    project = tmp_path / "p"
    (project / "mine").mkdir(parents=True)
    assert main(["new", str(project), "--images", str(project / "mine")]) == 0
    assert "There is no file in" in capsys.readouterr().out
    assert is_project(project)
