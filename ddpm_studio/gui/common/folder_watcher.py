"""Says when files have come into a folder or gone from it."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

QUIET_MS = 800  # after the last change: a copy of many files is one change


class FolderWatcher(QObject):
    """Watches one folder with its subfolders, as far as the system can."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._watcher = QFileSystemWatcher(self)
        self._highest = ""
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self.changed)
        self._watcher.directoryChanged.connect(self._on_changed)

    def watch(self, folders: Iterable[Path]) -> None:
        """Other folders: the highest and those below it; or none.

        A change of the same highest folder that was just seen is still told.
        """
        wanted_folders = [str(folder) for folder in folders]
        highest = wanted_folders[0] if wanted_folders else ""
        if highest != self._highest:
            self._quiet.stop()
        self._highest, wanted = highest, set(wanted_folders)
        watched = set(self._watcher.directories())
        if watched - wanted:
            self._watcher.removePaths(sorted(watched - wanted))
        if wanted - watched:
            self._watcher.addPaths(sorted(wanted - watched))

    def _on_changed(self, _folder: str) -> None:
        self._quiet.start()
