"""The trash of the system, from which a person can take things back."""

from pathlib import Path

from PySide6.QtCore import QFile


def system_trash(path: Path) -> tuple[bool, Path | None]:
    """Whether it could be moved there, and where it is now, if the system says so."""
    file = QFile(str(path))
    could = bool(file.moveToTrash())
    where = file.fileName()  # in the trash now, or "" if the system does not say
    return could, Path(where) if could and where and Path(where) != path else None
