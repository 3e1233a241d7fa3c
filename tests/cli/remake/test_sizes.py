"""`sample --scale` and `--width`: how large the files are, what they say, and made again."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.config.enlargement import Enlargement
from ddpm_studio.export.images import enlarged
from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.project import Project
from tests.cli.remake.conftest import TINY


def painted(run, project, out: Path, *words: object) -> list[Path]:
    assert run("sample", project.path, "--out", out, "--count", 2, *words)[0] == 0
    return sorted(out.iterdir())


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


@pytest.mark.parametrize(
    ("words", "how"),
    [(("--scale", 8), Enlargement(8)), (("--width", 50), Enlargement(width=50))],
    ids=["crisp", "smooth"],
)
def test_pictures_have_the_size_and_are_made_again_to_the_byte(
    run, project, tmp_path, words, how
) -> None:
    plain = painted(run, project, tmp_path / "plain")
    large = painted(run, project, tmp_path / "large", *words)
    assert [path.name for path in large] == [path.name for path in plain]
    for small, path in zip(plain, large, strict=True):
        assert "size" not in json.loads(read_recipe(small).to_text())
        assert read_recipe(path).size == how
        assert (pixels(path) == enlarged(pixels(small), how)).all()
        again = tmp_path / "again.png"
        code, _, _ = run("remake", path, "--project", project.path, "--out", again)
        assert code == 0
        assert again.read_bytes() == path.read_bytes()


def test_both_at_once_are_wrong_usage(run, project, tmp_path, capsys) -> None:
    words = "sample", project.path, "--out", tmp_path / "out", "--count", 1
    with pytest.raises(SystemExit) as left:
        run(*words, "--scale", 2, "--width", 64)
    assert left.value.code == 2
    assert "not allowed with" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--scale", 65), "scale is 65, but must be 1 to 64."),
        (("--width", 16384), "width is 16384, but must be 1 to 16383."),
    ],
)
def test_too_large_is_one_sentence_and_nothing_is_written(
    run, project, tmp_path, words, sentence
) -> None:
    out = tmp_path / "out"
    code, _, error = run("sample", project.path, "--out", out, "--count", 1, *words)
    assert (code, error.strip()) == (1, sentence)
    assert not out.exists()


def test_a_side_that_is_too_long_is_said_before_anything_is_painted(run, trained_tall) -> None:
    out = trained_tall.path / "out"
    code, _, error = run("sample", trained_tall.path, "--out", out, "--count", 1, "--width", 9000)
    assert code == 1
    assert "would be 18000 pixels long, but 16383 is the most" in error
    assert not out.exists()


@pytest.fixture
def trained_tall(project, tmp_path):
    """Twice as high as broad; the size is refused before it is asked whether it is trained."""
    pictures = dataclasses.replace(TINY.pictures, height=16)
    config = dataclasses.replace(TINY, pictures=pictures)
    return Project.create(tmp_path / "tall", project.pictures, config)
