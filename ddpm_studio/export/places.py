"""Where files go that the user asked for: folders that are there, free names, whole files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ddpm_studio.errors import ExportError, reason_of, refused_as
from ddpm_studio.storage import replacing


def make_folder(folder: Path) -> None:
    """Raises ExportError if it cannot be made."""
    with refused_as(ExportError, f"The folder {folder} cannot be made"):
        folder.mkdir(parents=True, exist_ok=True)


def check_folder_of(path: Path) -> None:
    """Raise ExportError unless the folder that a file goes into is there."""
    if not path.parent.is_dir():
        raise ExportError(f"The folder {path.parent} does not exist.")


def free_path(path: Path) -> Path:
    """The path itself, or with a number behind it if there already is one: nothing is replaced."""
    candidate, number = path, 1
    while candidate.exists():
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
