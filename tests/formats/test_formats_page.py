"""What docs/formats.md says of our files holds, read as it says: without our program."""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ddpm_studio.choices import PictureChoice
from ddpm_studio.export.film.kinds import KINDS
from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.recipe import FORMAT_VERSION, SECTIONS, Recipe
from ddpm_studio.recipe.sections import SECTION
from ddpm_studio.training.checkpoints import load_model
from ddpm_studio.training.metrics import HAPPENINGS

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "formats.md").read_text("utf-8")
WRITTEN = Path(__file__).parent / "as_written"
CARRIERS = [*(WRITTEN / "films").iterdir(), *(WRITTEN / "meadow" / "gallery").glob("*.png")]


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    """The functions of the page, word for word."""
    names: dict[str, Any] = {}
    for example in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        assert "ddpm_studio." not in example
        exec(compile(example, "formats.md", "exec"), names)
    return names


@pytest.mark.parametrize("path", CARRIERS, ids=lambda path: path.name)
def test_a_recipe_is_read_with_nothing_of_ours(path: Path, shown) -> None:
    assert shown["recipe_of"](path) == json.loads(read_recipe(path).to_text())


def test_weights_are_read_with_nothing_of_ours(shown) -> None:
    path = WRITTEN / "meadow" / "checkpoints" / "step_00000040.safetensors"
    weights, about = shown["averaged_weights"](path)
    assert (about["kind"], about["format_version"], about["step"]) == ("checkpoint", 1, 40)
    model, _ = load_model(path)
    for name, parameter in model.named_parameters():
        assert (parameter.numpy() == weights.pop(name)).all()
    assert not weights


def rows(heading: str) -> dict[str, str]:
    """Of the table with that heading: the rest of each row by its first cell."""
    table = PAGE[PAGE.index(heading) :].split("\n\n")[0].splitlines()[2:]
    cells = (row.strip("| ").split(" | ", 1) for row in table)
    return {first.strip("`"): rest for first, rest in cells}


def test_every_section_and_entry_of_a_recipe_is_told() -> None:
    told = rows("| section | entries |")
    assert list(told) == [section.name for section in SECTIONS]
    for field in dataclasses.fields(Recipe):
        section = field.metadata.get(SECTION)
        assert f"`{field.name}`" in (told[section.name] if section else PAGE)
    assert f"Format {FORMAT_VERSION} is written" in PAGE


def test_every_kind_of_film_choice_and_mark_is_told() -> None:
    carriers = "".join(rows("| file | where |"))
    assert [kind.name for kind in KINDS if kind.name not in carriers] == []
    assert list(rows("| entry | value |")) == [
        one.name for one in dataclasses.fields(PictureChoice)
    ]
    assert [kind for kind in HAPPENINGS if f"`{kind}`" not in PAGE] == []


def test_every_path_that_it_names_is_there() -> None:
    paths = re.findall(r"`((?:ddpm_studio|tests)/[\w/.]+)`", PAGE)
    assert len(paths) > 4
    assert [path for path in paths if not (ROOT / path).exists()] == []
