"""Where files go that the user asked for: folders that are made, names that are free."""

from __future__ import annotations

from pathlib import Path

from ddpm_studio.errors import ExportError


def make_folder(folder: Path) -> None:
    """Raises ExportError if it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"The folder {folder} cannot be made: {error.strerror}.") from error


def free_path(path: Path) -> Path:
    """The path itself, or with a number behind it if there already is one: nothing is replaced."""
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.stem}_{number}{path.suffix}")
    return candidate
