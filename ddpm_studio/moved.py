"""Where the pictures of a project lie now, if they moved together with it."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

from ddpm_studio.storage import JsonCache

KNOWN_FILE, KNOWN_KIND, KNOWN_VERSION = "known.json", "known pictures", 1
LOOKED_FOR = 1000  # names of pictures that were read before
NEAR = 3  # folders, from the project up, in which the name alone is enough
ON_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


def is_folder(path: Path) -> bool:
    """Whether it is there and may be looked at; a name that no disk takes is no folder."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def find_moved(noted: str, project: Path) -> Path | None:
    """The pictures folder of a project, looked for beside it and beside the folders around it.

    noted: its path as the project has it, of whatever system. What moved together has the end of
    that path in common, so the longest end that is there counts, the nearest first. If the cache
    knows pictures, one of them has to be there: a folder may have the name by chance.
    """
    known = _known_names(project / "cache")
    for folder in _candidates(noted, project):
        if is_folder(folder) and folder != project and _holds(folder, known):
            return folder
    return None


def _candidates(noted: str, project: Path) -> Iterator[Path]:
    kind: type[PurePath] = PureWindowsPath if ON_WINDOWS.match(noted) else PurePosixPath
    whole = kind(noted)
    parts = [part for part in whole.parts if part not in (whole.anchor, ".", "..")]
    for start in range(len(parts)):
        end = parts[start:]
        around = (project, *project.parents)
        for folder in around if len(end) > 1 else around[:NEAR]:
            yield folder.joinpath(*end)


def _known_names(cache: Path) -> list[str]:
    """Of pictures that were read before; none if that is not known."""
    known = JsonCache(cache / KNOWN_FILE, KNOWN_KIND, KNOWN_VERSION)
    return known.read(lambda values: list(islice(values["files"], LOOKED_FOR))) or []


def _holds(folder: Path, names: list[str]) -> bool:
    return not names or any((folder / name).exists() for name in names)
