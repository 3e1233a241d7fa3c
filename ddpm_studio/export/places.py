"""Where files go that the user asked for: folders that are there, free names, whole files."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ddpm_studio.errors import ExportError, reason_of, refused_as
from ddpm_studio.storage import TEMPORARY_PREFIX, replacing

TRIED = 1 << 14  # bytes: a disk that is full does not take them


def check_file(path: Path) -> None:
    """Raise ExportError unless a file may have this name, in a folder that is there."""
    folder = path.parent
    try:
        is_folder = path.is_dir()
        if not folder.is_dir():
            raise ExportError(f"The folder {folder} does not exist.")
        with suppress(FileNotFoundError):
            path.lstat()  # which refuses a name that is too long
    except (OSError, ValueError) as error:
        raise ExportError(f"{path} cannot be written: {reason_of(error)}.") from error
    if is_folder:
        raise ExportError(f"{path} is a folder; choose another name.")


def check_free(path: Path) -> None:
    """Raise ExportError, before long work is done for it, unless a new file can be written."""
    check_file(path)
    check_folder(path.parent)
    if os.path.lexists(path):
        free = free_path(path).name
        raise ExportError(
            f"{path} is there already; choose a name that is still free, such as {free}"
        )


def check_folder(folder: Path, nbytes: int = TRIED) -> None:
    """The same of files in a folder, which is there or can be made; it is tried.

    nbytes: that it must take.
    """
    try:
        nearest = folder
        while not nearest.exists() and nearest != nearest.parent:
            nearest = nearest.parent
        if not nearest.is_dir():
            reason = os.strerror(errno.EEXIST if nearest == folder else errno.ENOTDIR)
            raise ExportError(f"The folder {folder} cannot be made: {reason}.")
        _try_to_write(nearest, nbytes)
    except (OSError, ValueError) as error:
        raise ExportError(f"The folder {folder} cannot be written: {reason_of(error)}.") from error


def _try_to_write(folder: Path, nbytes: int) -> None:
    tried = folder / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    try:
        tried.write_bytes(bytes(nbytes))
    finally:
        with suppress(OSError):
            tried.unlink()


def make_folder(folder: Path) -> None:
    """Raises ExportError if it cannot be made."""
    with refused_as(ExportError, f"The folder {folder} cannot be made"):
        folder.mkdir(parents=True, exist_ok=True)


def free_path(path: Path) -> Path:
    """The path itself, or with a number behind it if there already is one: nothing is replaced."""
    candidate, number = path, 1
    while os.path.lexists(candidate):
        number += 1
        candidate = path.with_name(f"{path.stem}_{number}{path.suffix}")
    return candidate


@contextmanager
def written(path: Path, *others: type[Exception]) -> Iterator[Path]:
    """`replacing`, but what the disk or the encoder refuses becomes an ExportError.

    others: what encoders raise beside OSError and ValueError.
    """
    try:
        with replacing(path) as temporary:
            yield temporary
    except Exception as error:
        if not isinstance(error, (OSError, ValueError, *others)):
            raise
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: Exception) -> ExportError:
    return ExportError(f"{path} cannot be written: {reason_of(error)}.")
