"""Which models the saved works of a project name: its pictures, films, sheets and batches."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ddpm_studio.config import WEIGHTS
from ddpm_studio.errors import StudioError, reason_of
from ddpm_studio.export.film.kinds import FILM_ENDINGS, STILL_ENDINGS
from ddpm_studio.export.recipe.files import notes_in
from ddpm_studio.project import Project, is_project
from ddpm_studio.sheets import KIND as SHEET
from ddpm_studio.storage import JsonCache

ENDINGS = frozenset({".json", *STILL_ENDINGS, *FILM_ENDINGS})
SETTLED = 3.0  # seconds: a file that was just written could change within the grain of its time
IN_USE = "in_use"  # a folder of the cache: which checkpoints were loaded to paint with
USED_FOR = 86400.0  # seconds: so long what was painted may be saved yet

Named = tuple[str, str]  # a checkpoint by its sha256, or by its file name; "ema" or "model"


def named_models(project: Project) -> dict[str, frozenset[str]]:
    """The weights that are needed, by the sha256 or the file name of their checkpoint.

    Works are looked for in the whole folder of the project, but for what is not made by hand. Each
    file is read once. Raises StudioError with one sentence if one of them cannot be read.
    """
    cache = JsonCache(project.cache / "works.json", "works", 1)
    known = cache.read(_understood) or {}
    found = dict(_look(project, known))
    if found != known:
        settled = time.time_ns() - int(SETTLED * 1e9)
        kept = {name: entry for name, entry in found.items() if entry[1] < settled}
        with suppress(OSError):  # then it takes longer the next time
            project.cache.mkdir(exist_ok=True)
            cache.write(_written(kept))
    named: dict[str, set[str]] = {}
    for _, _, models in found.values():
        for model, which in models:
            named.setdefault(model, set()).add(which)
    for name, which in _in_use(project):
        named.setdefault(name, set()).add(which)
    return {model: frozenset(which) for model, which in named.items()}


Entry = tuple[int, int, tuple[Named, ...]]  # bytes, nanoseconds, what it names


def _look(project: Project, known: dict[str, Entry]) -> Iterator[tuple[str, Entry]]:
    for entry in _files(project):
        try:
            about = entry.stat()
            before = known.get(entry.path)
            if before is not None and before[:2] == (about.st_size, about.st_mtime_ns):
                yield entry.path, before
                continue
            models = tuple(dict.fromkeys(_named(notes_in(Path(entry.path)))))
        except FileNotFoundError:  # gone since
            continue
        except OSError as error:
            raise _unreadable(entry.path, error) from error
        yield entry.path, (about.st_size, about.st_mtime_ns, models)


def _files(project: Project) -> Iterator[os.DirEntry[str]]:
    """All files that could be works. The gallery may be a link to another disk."""
    passed_over = {
        os.fspath(folder)
        for folder in (
            project.checkpoints,
            project.samples,
            project.cache,
            project.models,
            project.pictures,
            project.gallery,
        )
    }
    waiting = [os.fspath(project.path), os.fspath(project.gallery)]
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except FileNotFoundError as error:
            if Path(folder).is_symlink():  # its disk is not there now, and its works are
                raise _unreadable(folder, error) from error
            continue
        except OSError as error:
            raise _unreadable(folder, error) from error
        for entry in entries:
            if entry.name.startswith("."):  # hidden, or a file that is being written
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.path not in passed_over:
                    waiting.append(entry.path)
            elif _ending(entry.name) in ENDINGS and entry.is_file():
                yield entry


def _ending(name: str) -> str:
    """As Path.suffix, for thousands of names in a moment."""
    _, point, ending = name.rpartition(".")
    return f"{point}{ending.lower()}"


def _unreadable(path: str, error: OSError) -> StudioError:
    return StudioError(f"{path} cannot be read: {reason_of(error)}.")


def _named(notes: dict[str, Any]) -> Iterator[Named]:
    """What a recipe, a batch or a sheet was painted with, of whatever version they are."""
    if notes.get("kind") == SHEET:
        yield from _named_on_sheet(notes)
        return
    digest, name = notes.get("checkpoint_sha256"), notes.get("checkpoint")
    if isinstance(digest, str) and isinstance(name, str):
        for which in _weights([notes.get("which")]):
            yield digest, which


def _named_on_sheet(notes: dict[str, Any]) -> Iterator[Named]:
    digests, wanted = notes.get("checkpoints_sha256"), [notes.get("which")]
    for axis in (notes.get("x"), notes.get("y")):
        if isinstance(axis, dict) and axis.get("name") == "weights":
            values = axis.get("values")
            wanted = values if isinstance(values, list) else []
    for digest in digests.values() if isinstance(digests, dict) else ():
        for which in _weights(wanted):
            yield str(digest), which


def _weights(wanted: Iterable[Any]) -> list[str]:
    """Both, if what is wanted is not known."""
    return [which for which in wanted if which in tuple(WEIGHTS)] or list(WEIGHTS)


def note_use(checkpoint: Path, which: str, out: Path | None = None) -> None:
    """Something is painted with a checkpoint of a project, and may be saved later.

    out: where it will lie, if that is known; outside of the project nothing is noted.
    """
    project = checkpoint.parent.parent
    if which not in tuple(WEIGHTS) or not is_project(project):
        return
    if out is not None and not out.resolve().is_relative_to(project.resolve()):
        return
    folder = project / "cache" / IN_USE
    with suppress(OSError):  # of a project that can only be read nothing is deleted
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{checkpoint.name}.{which}").touch()


def _in_use(project: Project) -> Iterator[Named]:
    """What `note_use` was told, by file names; what is too old is forgotten."""
    folder, now = project.cache / IN_USE, time.time()
    for path in folder.glob("*.*"):
        with suppress(OSError):
            if now - path.stat().st_mtime < USED_FOR:
                yield path.stem, path.suffix.removeprefix(".")
            else:
                path.unlink()


def _understood(values: dict[str, Any]) -> dict[str, Entry]:
    models = [(str(model), str(which)) for model, which in values["models"]]
    return {
        str(path): (int(size), int(modified), tuple(models[place] for place in places))
        for path, (size, modified, places) in values["files"].items()
    }


def _written(found: dict[str, Entry]) -> dict[str, Any]:
    """Each model once: many works name the same."""
    places: dict[Named, int] = {}
    files = {
        path: [size, modified, [places.setdefault(model, len(places)) for model in models]]
        for path, (size, modified, models) in found.items()
    }
    return {"models": [list(model) for model in places], "files": files}
