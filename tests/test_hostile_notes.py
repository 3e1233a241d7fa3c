"""What a file's notes may do to who reads them: depth, length, numbers, characters."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ddpm_studio.choices import read_choices
from ddpm_studio.config import StudioConfig
from ddpm_studio.config.text import config_to_dict
from ddpm_studio.errors import StudioError
from ddpm_studio.gallery.batch import read_batch
from ddpm_studio.gallery.stars import read_stars
from ddpm_studio.project import Project, is_project
from ddpm_studio.recipe import Recipe
from ddpm_studio.training.metrics import best_checkpoint, read_log
from ddpm_studio.words import as_word, in_short, on_one_line

DEEP = "[" * 200_000 + "]" * 200_000
DEEP_OBJECT = '{"a":' * 100_000 + "1" + "}" * 100_000
BIG = "1" + "0" * 400  # too large for a number with a fraction
ENDLESS = "9" * 10_000  # Python reads no such number
NAME = "\\u001b[31m\\n\\u202e" * 5000
TEXTS = {
    "deep": DEEP,
    "deep object": DEEP_OBJECT,
    "endless": ENDLESS,
    "nothing": "",
    "null": "null",
    "list": "[]",
    "number": "1e999",
    "not text": "\ud800",
}
KINDS = ["project", "choices", "batch", "stars", "recipe"]
NUMBERS = ["1", BIG, "-1", "1e999", "NaN", "-Infinity"]
VALUES = [*NUMBERS, "null", "[]", "{}", f'"{NAME}"', "true", DEEP]
VERSIONS = ["0", BIG, ENDLESS, "-1", "1e999", "NaN", f'"{NAME}"', "[]", "2"]


def written(kind: str, entries: str, version: str = "1") -> str:
    return f'{{"kind": "{kind}", "format_version": {version}{entries}}}'


def read_project(folder: Path) -> object:
    is_project(folder)
    return Project.open(folder)


def stars(folder: Path) -> object:
    names, trouble = read_stars(folder)
    if trouble:
        raise StudioError(trouble)
    return names


def recipe(folder: Path) -> object:
    return Recipe.from_text((folder / "recipe.json").read_text("utf-8", "replace"))


READERS: dict[str, tuple[str, Callable[[Path], object], tuple[str, ...]]] = {
    "project": ("project.json", read_project, ("name", "pictures", "config", NAME)),
    "choices": ("choices.json", read_choices, ("choices", NAME)),
    "batch": ("batch.json", read_batch, ("count", "done", "step", "sample", "project", NAME)),
    "stars": ("stars.json", stars, ("names", NAME)),
    "recipe": ("recipe.json", recipe, ("step", "seed", "sample", "seeds", "film", NAME)),
}


def read(kind: str, folder: Path, text: str) -> None:
    """Whatever it is, it is read, or one sentence of a bearable length is raised."""
    name, reader, _ = READERS[kind]
    (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        reader(folder)
    except StudioError as error:
        sentence = str(error)
        assert "\n" not in sentence
        assert "\x1b" not in sentence
        assert len(sentence) < 3000


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_whole_file(tmp_path: Path, kind: str, text: str) -> None:
    read(kind, tmp_path, text)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_version(tmp_path: Path, kind: str, version: str) -> None:
    read(kind, tmp_path, written(kind, "", version))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_an_entry(tmp_path: Path, kind: str, value: str) -> None:
    for entry in READERS[kind][2]:
        read(kind, tmp_path, written(kind, f', "{entry}": {value}'))
        if kind == "project":
            config = json.dumps(config_to_dict(StudioConfig()))
            rest = "" if entry == "pictures" else ', "pictures": "/nowhere"'
            rest += "" if entry == "config" else f', "config": {config}'
            read(kind, tmp_path, written(kind, f'{rest}, "{entry}": {value}'))


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_every_setting_of_a_project(tmp_path: Path, value: str) -> None:
    for section, settings in config_to_dict(StudioConfig()).items():
        for name in settings:
            config = f'{{"{section}": {{"{name}": {value}}}}}'
            read("project", tmp_path, written("project", f', "pictures": "x", "config": {config}'))


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_every_choice(tmp_path: Path, value: str) -> None:
    crop = f'[{{"mode": "box", "box": [0, 0, {value}, 1]}}]'
    entries = [f'"{name}": {value}' for name in ("state", "weight", "crops", "seconds", NAME)]
    for entry in [*entries, f'"crops": {crop}', f'"crops": [{value}]']:
        read("choices", tmp_path, written("choices", f', "choices": {{"{NAME}": {{{entry}}}}}'))
    read("choices", tmp_path, written("choices", f', "choices": {{"a": {value}}}'))


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_a_line_of_a_log(tmp_path: Path, value: str) -> None:
    path = tmp_path / "metrics.jsonl"
    lines = [
        f'{{"step": {value}, "loss": {value}}}',
        f'{{"step": 1, "loss": {value}, "seconds": {value}, "memory": {value}}}',
        f'{{"resumed_at": {value}}}',
        f'{{"held_out": {{"step": {value}, "loss": {value}, "bands": [{value}]}}}}',
        f'{{"held_out": {{"step": 2, "loss": {value}, "bands": [{value}]}}}}',
        f'{{"happened": {{"step": {value}, "kind": "skipped", "message": {value}}}}}',
        f'{{"happened": {{"step": 2, "kind": {value}, "message": {value}}}}}',
        value,
    ]
    path.write_text("\n".join([*lines, '{"step": 3, "loss": 0.5}']))
    log = read_log(path)
    assert log.steps[-1]["step"] == 3 or value == "true"
    best_checkpoint(log.held_out, [1, 2])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_nobody_waits_at_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "project.json")
    assert not is_project(tmp_path)
    with pytest.raises(StudioError):
        Project.open(tmp_path)


def test_names_in_sentences_are_short_and_plain() -> None:
    assert as_word("warmth") == "warmth"
    assert as_word("a\nb") == "'a\\nb'"
    assert len(in_short("x" * 10**6)) < 100
    assert in_short(10**5000) == "a number without end"
    dirty = "a\x1b[2Jb\r\nc\u202egnp.exe\u2066\u200b\x9b\u2028d"
    assert on_one_line(dirty) == "a?[2Jb??c?gnp.exe????d"
    kept = "grüße 日本 👩\u200d🎨 नमस्\u200cते.png"
    assert on_one_line(kept) == kept
    assert len(on_one_line("y" * 10**6)) < 5000
