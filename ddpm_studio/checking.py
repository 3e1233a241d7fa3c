"""The command `check`: what training would make of every file of a folder, and why."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

from ddpm_studio.choices import Choices, read_choices
from ddpm_studio.config import StudioConfig
from ddpm_studio.config_text import with_settings
from ddpm_studio.data import PictureSet, prepare_pictures
from ddpm_studio.data.facts import PictureFacts
from ddpm_studio.events import FileChecked, FolderChecked
from ddpm_studio.presets import DEFAULT_PRESET, preset
from ddpm_studio.project import Project, is_project


def check(options: Namespace) -> Iterator[object]:
    """A verdict on every file of a folder, or of the pictures of a project."""
    size = [f"pictures.size={options.size}"] if options.size else []
    settings = [*size, *options.settings]
    if is_project(options.folder):
        project = Project.open(options.folder)
        config = with_settings(project.config, settings)
        choices = read_choices(project.path)
        yield from _check(project.pictures, config, project.cache, choices)
        return
    config = with_settings(preset(DEFAULT_PRESET), settings)
    with tempfile.TemporaryDirectory(prefix="ddpm-studio-check-") as cache:
        yield from _check(options.folder, config, Path(cache), Choices())


def _check(
    folder: Path, config: StudioConfig, cache: Path, choices: Choices
) -> Generator[object, None, None]:
    found = yield from prepare_pictures(
        folder, config.pictures, cache, choices, may_be_empty=True, tell_left_out=False
    )
    yield from _verdicts(found)
    _, height, width = config.pictures.shape
    yield FolderChecked(len(found), len(found.left_out), found.channels, width, height)


def _verdicts(found: PictureSet) -> Iterator[FileChecked]:
    """All files in the order of their names; several pictures of one file are one verdict."""
    verdicts: dict[str, FileChecked] = {}
    pictures = Counter(taken.name for taken in found.taken)
    for taken in found.taken:
        many = pictures[taken.name]
        notes = (*taken.notes, f"{many} parts of it") if many > 1 else taken.notes
        verdicts[taken.name] = FileChecked(
            taken.name, True, "", "taken", notes, *_size(taken.facts), taken.weight
        )
    for left in found.left_out:
        notes = left.facts.notes if left.facts is not None else ()
        verdicts[left.name] = FileChecked(
            left.name, False, left.reason, left.kind, notes, *_size(left.facts)
        )
    for name in sorted(verdicts):
        yield verdicts[name]


def _size(facts: PictureFacts | None) -> tuple[int, int, str]:
    return (0, 0, "") if facts is None else (facts.width, facts.height, facts.format)
