"""The verb `sheet`, and how many steps a sampler takes if nobody says it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ddpm_studio import cli
from ddpm_studio.cli import main
from ddpm_studio.config import SAMPLERS, USUAL_STEPS
from ddpm_studio.export.sheet_page import read_about
from ddpm_studio.project import Project
from ddpm_studio.recipe import Recipe

TINY = [
    *("pictures.size=8", "model.model_channels=8", "model.channel_mult=1,2"),
    *("model.attention_resolutions=", "model.head_channels=8", "train.batch_size=4"),
    *("train.preview_count=1", "train.preview_steps=1", "train.precision=fp32"),
    *("sample.num_inference_steps=3", "diffusion.num_timesteps=100"),
]
CPU = ["--device", "cpu"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained for six steps, with checkpoints at three and at six; nobody changes it."""
    folder = tmp_path_factory.mktemp("sheets")
    pictures = folder / "pictures"
    pictures.mkdir()
    colours = np.random.default_rng(0).integers(0, 256, (5, 9, 9, 3), dtype=np.uint8)
    for number, pixels in enumerate(colours):
        Image.fromarray(pixels).save(pictures / f"{number}.png")
    path = folder / "flowers"
    settings = [word for setting in TINY for word in ("--set", setting)]
    assert main(["new", str(path), "--images", str(pictures), *settings]) == 0
    for _ in range(2):
        assert main(["train", str(path), "--steps", "3", *CPU]) == 0
    return path


def run(*words: object) -> int:
    return main([str(word) for word in words])


def test_it_writes_one_labelled_page_and_nothing_else(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    words = ["--x", "steps=1,2,3", "--y", "eta=0,1", "--seed", 4, "--count", 4]
    assert run("sheet", project, "--out", out, *words, "--paper", "dark", *CPU) == 0
    assert list(tmp_path.iterdir()) == [out]
    about = read_about(out)
    assert about is not None
    assert about["x"] == {"name": "steps", "values": [1, 2, 3]}
    assert (about["sample"]["seed"], about["count"], about["checkpoint"]) == (4, 4, 6)
    assert list(about["checkpoints_sha256"]) == ["6"]


@pytest.mark.parametrize(
    ("axis", "values"),
    [("checkpoint=all", [3, 6]), ("checkpoint=newest", [6]), ("checkpoint=6,3", [6, 3])],
)
def test_checkpoints_have_names(
    project: Path, tmp_path: Path, axis: str, values: list[int]
) -> None:
    out = tmp_path / "sheet.webp"
    assert run("sheet", project, "--out", out, "--x", axis, "--steps", 1, *CPU) == 0
    about = read_about(out)
    assert about is not None
    assert about["x"]["values"] == values
    assert len(about["y"]["values"]) == 1  # without --y there is one row


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--x steps", "'steps' is no axis; write one of steps, eta, sampler, seed, checkpoint"),
        ("--x steps=0", "steps is 0, but must be a whole number from 1."),
        ("--x steps=1,1", "1 to 12 different ones"),
        ("--x steps=1 --y steps=2", "Both axes are steps; choose two different ones."),
        ("--x steps=101", "is 101, but must be from 1 to 100, the trained timesteps."),
        ("--x checkpoint=4", "There is no checkpoint of step 4; there are 3, 6."),
        ("--x eta=2", "eta is 2.0, but must be a number from 0"),
        ("--x eta=0 --set train.seed=2", "Only sample.* settings can be set here"),
    ],
)
def test_a_wrong_axis_is_one_sentence_and_leaves_nothing(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, sentence: str
) -> None:
    capsys.readouterr()
    assert run("sheet", project, "--out", tmp_path / "sheet.png", *words.split(), *CPU) == 1
    error = capsys.readouterr().err
    assert sentence in error
    assert len(error.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_ending_is_said_before_anything_is_painted(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run("sheet", project, "--out", tmp_path / "sheet.gif", "--x", "steps=1", *CPU) == 1
    assert "sheet.gif must end in .png or .webp." in capsys.readouterr().err


def test_a_damaged_checkpoint_leaves_a_gap(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(project, tmp_path / "flowers"))
    Project.open(copy).checkpoint_path(3).write_bytes(b"rubble")
    capsys.readouterr()
    words = ["--x", "checkpoint=3,6", "--y", "steps=1,2"]
    assert run("sheet", copy, "--out", tmp_path / "sheet.png", *words, *CPU) == 0
    assert "cells stay empty" in capsys.readouterr().out or (tmp_path / "sheet.png").exists()


def steps_of(folder: Path) -> int:
    (file,) = folder.glob("*.png")
    with Image.open(file) as image:
        return Recipe.from_text(image.text["ddpm_studio"]).sample.num_inference_steps  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "steps"),
    [
        ([], 3),  # the project's own
        (["--sampler", "dpmpp_2m"], USUAL_STEPS["dpmpp_2m"]),
        (["--sampler", "ddpm"], 100),  # 250 are more than there are
        (["--sampler", "dpmpp_2m", "--steps", "2"], 2),
        (["--sampler", "dpmpp_2m", "--set", "sample.num_inference_steps=4"], 4),
    ],
    ids=str,
)
def test_a_sampler_brings_its_usual_steps_unless_they_are_said(
    project: Path, tmp_path: Path, words: list[str], steps: int
) -> None:
    assert run("sample", project, "--out", tmp_path, "--count", 1, *words, *CPU) == 0
    assert steps_of(tmp_path) == steps


def test_every_sampler_has_a_usual_number_of_steps() -> None:
    assert set(USUAL_STEPS) == set(SAMPLERS)


def test_help_says_what_axes_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["sheet", "--help"])
    assert "checkpoint=all" in capsys.readouterr().out
