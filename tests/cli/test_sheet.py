"""The verb `sheet`, and how many steps a sampler takes if nobody says it."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.cli import entry as cli
from ddpm_studio.cli import main
from ddpm_studio.project import Project
from ddpm_studio.recipe import Recipe
from ddpm_studio.samplers import SAMPLERS
from tests.export.sheet_pages import read_about

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


@pytest.mark.parametrize(
    ("name", "words", "sentence"),
    [
        ("sheet.gif", "", "sheet.gif must end in .png or .webp."),
        ("nowhere/sheet.png", "", "nowhere does not exist."),
        ("sheet.png", "--scale 65", "scale is 65, but must be 0 (as suits) to 64."),
        ("sheet.png", "--scale 64 --y seed=1,2,3,4,5,6 --count 9", "which is too large"),
        ("sheet.png", f"--y eta=0,1 --count 9 --seed {2**63 - 1}", "at most 2^63 - 9 here"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is_painted(
    project: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    words: str,
    sentence: str,
) -> None:
    monkeypatch.setattr("ddpm_studio.training.loaded.load_model", None)
    axis = ["--x", "steps=" + ",".join(map(str, range(1, 13)))]
    capsys.readouterr()
    assert run("sheet", project, "--out", tmp_path / name, *axis, *words.split(), *CPU) == 1
    assert sentence in capsys.readouterr().err


def test_a_sheet_has_no_recipe_and_says_why(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("sheet.png", "sheet.webp"):
        words = ["--out", tmp_path / name, "--x", "steps=1", *CPU]
        assert run("sheet", project, *words) == 0
        capsys.readouterr()
        assert run("recipe", tmp_path / name) == 1
        assert f"{name} is a sheet that compares settings" in capsys.readouterr().err


def test_seeds_that_no_recipe_could_name_are_said_first(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--count", 2, "--seed", 2**63 - 1, *CPU]
    for verb, out in (("sample", "pictures"), ("animate", "film.gif")):
        capsys.readouterr()
        assert run(verb, project, "--out", tmp_path / out, *words) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err == f"sample.seed is {2**63 - 1}, but must be at most 2^63 - 2 here.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_checkpoint_leaves_a_gap(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(project, tmp_path / "flowers"))
    Project.open(copy).checkpoint_path(3).write_bytes(b"rubble")
    capsys.readouterr()
    words = ["--x", "checkpoint=3,6", "--y", "steps=1,2"]
    assert run("sheet", copy, "--out", tmp_path / "sheet.png", *words, *CPU) == 0
    assert capsys.readouterr().out.count("One cell stays empty") == 2
    assert (tmp_path / "sheet.png").exists()


def steps_of(folder: Path) -> int:
    (file,) = folder.glob("*.png")
    with Image.open(file) as image:
        return Recipe.from_text(image.text["ddpm_studio"]).sample.num_inference_steps  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "steps"),
    [
        ([], 3),  # the project's own
        (["--sampler", "dpmpp_2m"], SAMPLERS["dpmpp_2m"].usual_steps),
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


def test_help_says_what_axes_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["sheet", "--help"])
    assert "checkpoint=all" in capsys.readouterr().out
