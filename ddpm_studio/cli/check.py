"""The command `check`: what training would make of every file of a folder, and why."""

import tempfile
from argparse import Namespace
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

from PIL import Image

from ddpm_studio.choices import Choices, read_choices
from ddpm_studio.config import PicturesConfig, StudioConfig
from ddpm_studio.config.presets import DEFAULT_PRESET, preset
from ddpm_studio.config.text import with_settings
from ddpm_studio.data import PictureSet, prepare_pictures
from ddpm_studio.data.decode.fit import Upright, part_of
from ddpm_studio.data.picture_facts import PictureFacts
from ddpm_studio.data.verdict import TakenPicture
from ddpm_studio.events import FileChecked, FolderChecked, Note
from ddpm_studio.project import Project, is_project

NO_PIXELS = Image.new("L", (1, 1))  # where only the geometry of a picture is asked for


def check(options: Namespace) -> Iterator[object]:
    """A verdict on every file of a folder, or of the pictures of a project."""
    size = [f"pictures.size={options.size}"] if options.size else []
    settings = [*size, *options.settings]
    if is_project(options.folder):
        project = Project.open(options.folder)
        config = with_settings(project.config, settings)
        choices = read_choices(project.path)
        project.check_pictures()
        if project.moved_words:
            yield Note(project.moved_words)
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
    yield from _verdicts(found, config.pictures)
    _, height, width = config.pictures.shape
    yield FolderChecked(len(found), len(found.left_out), found.channels, width, height)


def _verdicts(found: PictureSet, config: PicturesConfig) -> Iterator[FileChecked]:
    """All files in the order of their names; several pictures of one file are one verdict."""
    verdicts: dict[str, FileChecked] = {}
    pictures = Counter(taken.name for taken in found.taken)
    reduced = {taken.name for taken in found.taken if _is_reduced(taken, config)}
    for taken in found.taken:
        many, notes = pictures[taken.name], taken.notes
        if taken.name in reduced:
            notes = (f"reduced from {taken.facts.width} x {taken.facts.height} pixels", *notes)
        if many > 1:
            notes = (*notes, f"{many} parts of it")
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


def _is_reduced(taken: TakenPicture, config: PicturesConfig) -> bool:
    """Whether the part that is used has more pixels than the model sees."""
    facts, (_, height, width) = taken.facts, config.shape
    whole = Upright(NO_PIXELS, (0, 0, 1, 1), facts.width, facts.height, facts.focus)
    _, _, part_width, part_height = part_of(whole, taken.crop, width, height)
    used = round(part_width * facts.width), round(part_height * facts.height)
    if taken.crop.mode == "pad":  # all of it is used, so one side may be short
        return used[0] > width or used[1] > height
    return used[0] > width and used[1] > height


def _size(facts: PictureFacts | None) -> tuple[int, int, str]:
    return (0, 0, "") if facts is None else (facts.width, facts.height, facts.format)
