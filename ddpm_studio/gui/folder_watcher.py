"""Says when files have come into a folder or gone from it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

QUIET_MS = 800  # after the last change: a copy of many files is one change
MOST_FOLDERS = 400  # systems watch only so many for a program


class FolderWatcher(QObject):
    """Watches one folder with its subfolders, as far as the system can."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._watcher = QFileSystemWatcher(self)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET_MS)
        self._quiet.timeout.connect(self.changed)
        self._watcher.directoryChanged.connect(self._on_changed)

    def watch(self, folder: Path | None, names: Iterable[str] = ()) -> None:
        """Another folder, or none. names: of its files, which tell what subfolders there are."""
        self._quiet.stop()
        wanted = set[str]()
        if folder is not None:
            below = {str(Path(name).parent) for name in names}
            wanted = {str(folder)} | {str(folder / part) for part in below}
            wanted = set(sorted(wanted, key=len)[:MOST_FOLDERS])
        watched = set(self._watcher.directories())
        if watched - wanted:
            self._watcher.removePaths(sorted(watched - wanted))
        if wanted - watched:
            self._watcher.addPaths(sorted(wanted - watched))

    def _on_changed(self, _folder: str) -> None:
        self._quiet.start()
