"""Pinned models: what is kept of a checkpoint that saved works name, before it is thinned out.

Only the weights that they were painted with, so it is much smaller than a checkpoint; it knows
the name and the sha256 of the file that it was, by which recipes find it. Nothing is trained on
from it.
"""

import re
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ddpm_studio.errors import CheckpointError, StudioError, reason_of
from ddpm_studio.project import CHECKPOINT_PATTERN, Project, is_project
from ddpm_studio.recipe import fingerprint
from ddpm_studio.storage import make_lasting_folder, remove_unfinished
from ddpm_studio.training.checkpoints import (
    PINNED,
    read_info,
    read_notes,
    read_tensors,
    write_sections,
)
from ddpm_studio.training.works import named_models

SHA256 = re.compile(r"[0-9a-f]{64}")
FOLDER_LETTERS = 16  # of the sha256, in the name of the folder
DAY = 86400.0  # seconds
KEPT_FOR = 30 * DAY  # once no work names it: one may come back from the trash of the system
UNNAMED = "unnamed"  # a file beside a model: as old as the first look at which no work named it


def find_pinned(project: Project, sha256: str, which: str) -> Path | None:
    """The pinned model of a checkpoint by its sha256, with these weights; None if there is none.

    One that is damaged is found, too: whoever loads it hears that.
    """
    if SHA256.fullmatch(sha256) is None:  # it comes from anybody
        return None
    for path in sorted(_folder(project, sha256).glob(CHECKPOINT_PATTERN)):
        try:
            info = read_info(path, PINNED)
        except CheckpointError:
            return path
        if info.original_sha256 == sha256 and which in info.checksums:
            return path
    return None


def still_there(checkpoint: Path, sha256: str, which: str) -> Path:
    """Where its weights can be read now: itself, or what its project keeps of it if it is gone."""
    folder = checkpoint.parent.parent
    if checkpoint.exists() or not is_project(folder):
        return checkpoint
    return find_pinned(Project.open(folder), sha256, which) or checkpoint


def pin(project: Project, checkpoint: Path, sha256: str, which: Collection[str]) -> Path:
    """Keep some weights of a checkpoint, atomically, with those that are kept of it already.

    Raises CheckpointError with one sentence if they cannot be read, or the disk is full.
    """
    path = _folder(project, sha256) / checkpoint.name
    if kept := _whole(path):
        if set(which) <= kept:
            return path
        which = {*which, *kept}
    tensors = read_tensors(checkpoint, read_info(checkpoint), sorted(which))
    about = read_notes(checkpoint) | {
        "kind": PINNED,
        "checkpoint": checkpoint.name,
        "checkpoint_sha256": sha256,
        "scaler": {},  # for training alone
    }
    try:
        make_lasting_folder(project.models)
    except OSError as error:
        reason = reason_of(error)
        raise CheckpointError(f"{project.models} cannot be made: {reason}.") from error
    write_sections(path, tensors, about, sorted(which))
    return path


def _folder(project: Project, sha256: str) -> Path:
    return project.models / sha256[:FOLDER_LETTERS]


def _whole(path: Path) -> set[str]:
    """Which weights a pinned model holds as they were written; none if it is damaged."""
    try:
        info = read_info(path, PINNED)
        read_tensors(path, info, sorted(info.checksums))
    except CheckpointError:
        return set()
    return set(info.checksums)


class Pins:
    """Sees to it, for one training, that what works name is pinned before it is deleted."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._said: set[str] = set()
        self._news: list[str] = []

    def news(self) -> list[str]:
        """Sentences about what could not be pinned, each said once."""
        news, self._news = self._news, []
        return news

    def pinned(self, checkpoints: Sequence[Path]) -> Iterator[Path]:
        """Those of some checkpoints that may be deleted now: nobody needs them any more.

        One after the other, so that the disk need not hold all of them twice.
        """
        if not checkpoints:
            return
        try:
            needed = named_models(self._project)
        except StudioError as error:
            self._say(f"{error} So no checkpoint is deleted: it may name one of them.")
            return
        yield from (path for path in checkpoints if self._is_safe(path, needed))
        _forget_others(self._project, needed)

    def _is_safe(self, checkpoint: Path, needed: Mapping[str, Collection[str]]) -> bool:
        if not needed:
            return True
        try:
            sha256 = fingerprint(checkpoint)
            which = {*needed.get(sha256, ()), *needed.get(checkpoint.name, ())}
            if which:
                pin(self._project, checkpoint, sha256, which)
        except (OSError, CheckpointError) as error:
            why = reason_of(error) + "." if isinstance(error, OSError) else str(error)
            self._say(
                f"The checkpoint {checkpoint.name} stays, since saved works name it and its model "
                f"could not be kept apart. {why}"
            )
            return False
        return True

    def _say(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            self._news.append(sentence)


def _forget_others(project: Project, needed: Mapping[str, Collection[str]]) -> None:
    """Delete pinned models that no work has named for long."""
    for folder in project.models.glob("*/"):
        remove_unfinished(folder, DAY)
    for file in project.model_files():
        unnamed = file.path.with_name(UNNAMED)
        with suppress(OSError):
            if _is_named(file.path, needed):
                unnamed.unlink(missing_ok=True)
            elif not unnamed.exists():
                unnamed.touch()
            elif time.time() - unnamed.stat().st_mtime > KEPT_FOR:
                file.path.unlink()
                unnamed.unlink()
                file.path.parent.rmdir()


def _is_named(pinned: Path, needed: Mapping[str, Collection[str]]) -> bool:
    """By its folder or its name: that is enough to keep it."""
    return pinned.name in needed or any(name.startswith(pinned.parent.name) for name in needed)
