"""Whatever the notes of a checkpoint say, it is one sentence, and short."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from ddpm_studio.errors import CheckpointError
from ddpm_studio.training import load_model
from ddpm_studio.training.checkpoints import read_info
from tests.training.test_damage import change_metadata

INFINITE, NO_NUMBER = float("inf"), float("nan")
LONG = "6" * 9999
NO_STEPS = [-1, 6.0, 6.5, True, "6", None, [], {}, INFINITE, NO_NUMBER, 10**13, 10**4000, LONG]
NO_SPANS = [-1, -0.5, True, "60", None, [], INFINITE, -INFINITE, NO_NUMBER, 10**400, 1e300]
NO_SUMS: list[object] = [None, [], {}, 7, {"model": INFINITE}, {"model": LONG}]
NO_SETTINGS: list[object] = [
    *(None, 7, [], "x", {"model": 1}, {"train": {"seed": 10**400}}),
    *({"train": {"learning_rate": 10**400}}, {"pictures": {"size": LONG}}),
    *({"\x1b[31m" * 9999: 1}, {"train": {"\x1b[31m\n" * 9999: 1}}),
]
ENTRIES = [
    *(("step", value) for value in NO_STEPS),
    *(("seconds", value) for value in NO_SPANS),
    *(("rate_scale", value) for value in [*NO_SPANS, 1.5]),
    *(("checksums", value) for value in NO_SUMS),
    *(("scaler", value) for value in [None, 7, [1], "x"]),
    *(("config", value) for value in NO_SETTINGS),
]
NAMES = [f"{name}-{number}" for number, (name, _) in enumerate(ENTRIES)]


@pytest.fixture
def copy(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(trained, tmp_path))


@pytest.mark.parametrize(("name", "value"), ENTRIES, ids=NAMES)
def test_an_entry_that_cannot_be_is_named(copy: Path, name: str, value: Any) -> None:
    change_metadata(copy, **{name: value})
    with pytest.raises(CheckpointError) as caught:
        read_info(copy)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) < 1000 + len(str(copy))


def test_a_step_that_is_not_that_of_the_name(copy: Path) -> None:
    assert read_info(copy).step == 6
    other = copy.rename(copy.with_name("step_00000007.safetensors"))
    for read in (read_info, load_model):
        with pytest.raises(CheckpointError, match="its name says step 7, but it is of step 6"):
            read(other)


def test_a_name_without_a_step_says_nothing_about_it(copy: Path) -> None:
    other = copy.rename(copy.with_name("the best one.safetensors"))
    assert read_info(other).step == 6


def test_notes_that_are_nested_deep(copy: Path) -> None:
    save_file(load_file(copy), copy, {"ddpm_studio": "[" * 100_000 + "]" * 100_000})
    with pytest.raises(CheckpointError, match="nested too deep"):
        read_info(copy)
