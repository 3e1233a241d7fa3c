"""Pictures from anywhere that something was begun with: kept in the project, by their content."""

import hashlib
import re
from collections.abc import Generator
from pathlib import Path

from ddpm_studio.errors import PicturesError, refused_as
from ddpm_studio.project import Project
from ddpm_studio.storage import make_lasting_folder, replacing

DIGEST = re.compile("[0-9a-f]{64}")
PART = 1 << 22  # bytes that are copied at once
MOST_BYTES = 1 << 30  # of a file; the reader takes no larger one


def kept_file(project: Project, name: str, sha256: str) -> Path | None:
    """Where a picture of that content is kept, if it came from elsewhere; None: it cannot be.

    name: of its file, of which only the ending counts. Nobody has looked whether it is there.
    """
    if not DIGEST.fullmatch(sha256):
        return None
    return project.own_pictures / f"{sha256}{Path(name).suffix.lower()}"


def keep_file(project: Project, path: Path) -> Generator[None, None, tuple[str, str]]:
    """Copy a file into the project, so that what is begun with it can be made again.

    A file of the pictures folder is there already, and not copied. Returns what a recipe knows it
    by: its name (below the pictures folder, if it is in it), and the sha256 of its content.
    Raises PicturesError with one sentence.
    """
    yield
    if not path.is_file():
        raise PicturesError(f"{path} is no file; choose a picture.")
    if path.stat().st_size > MOST_BYTES:
        raise PicturesError(f"{path.name} is too large: a file of more than 1 GB.")
    folder, whole = project.pictures.resolve(), path.resolve()
    if whole.is_relative_to(folder):
        with refused_as(PicturesError, f"{path.name} cannot be read"), path.open("rb") as file:
            return whole.relative_to(folder).as_posix(), _digest(file.read())
    with refused_as(PicturesError, f"{path.name} cannot be kept in the project"):
        make_lasting_folder(project.own_pictures)
        return path.name, (yield from _copied(project, path))


def _copied(project: Project, path: Path) -> Generator[None, None, str]:
    """The sha256 of what was copied, which a file that changes meanwhile has for a moment only."""
    data = bytearray()
    with path.open("rb") as file:
        while part := file.read(PART):
            data += part
            yield
    sha256 = _digest(data)
    target = kept_file(project, path.name, sha256)
    assert target is not None
    if not target.exists():
        with replacing(target) as temporary:
            temporary.write_bytes(data)
    return sha256


def _digest(data: bytes | bytearray) -> str:
    return hashlib.sha256(data).hexdigest()
