"""Stars: the names of the pictures in a gallery that a person likes best, in one small file."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ddpm_studio.errors import StudioError, refused_as
from ddpm_studio.storage import read_json, write_json

FILE_NAME = "stars.json"
KIND = "stars"
FORMAT_VERSION = 1


def read_stars(gallery: Path) -> tuple[frozenset[str], str]:
    """The names that have a star, and a sentence if the file cannot be used ("": it can).

    Names are paths below the gallery. Whatever else a foreign hand has put there is passed over.
    """
    path = gallery / FILE_NAME
    if not path.exists():
        return frozenset(), ""
    try:
        names = read_json(path, KIND, FORMAT_VERSION).get("names")
    except (StudioError, RecursionError) as error:
        return frozenset(), f"The stars cannot be read: {error}"
    if not isinstance(names, list):
        return frozenset(), f"The stars cannot be read: {path} names no pictures."
    return frozenset(name for name in names if isinstance(name, str)), ""


def write_stars(gallery: Path, names: Iterable[str]) -> None:
    """Keep these stars. A file that could not be read is put aside first, not replaced.

    Raises StudioError with one sentence if it cannot be written.
    """
    path = gallery / FILE_NAME
    _, trouble = read_stars(gallery)
    with refused_as(StudioError, "The stars cannot be kept"):
        gallery.mkdir(parents=True, exist_ok=True)
        if trouble:
            _put_aside(path)
        write_json(path, KIND, FORMAT_VERSION, {"names": sorted(names)}, indent=None)


def _put_aside(path: Path) -> None:
    number = 1
    while (aside := path.with_name(f"stars damaged {number}.json")).exists():
        number += 1
    with suppress(FileNotFoundError):
        path.replace(aside)
