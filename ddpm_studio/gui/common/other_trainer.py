"""Whether another process trains the open project, which is then only looked at here."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from ddpm_studio.project import Project

LOOK_EVERY = 2000  # milliseconds


class Neighbour(QObject):
    """Looks every two seconds, for as long as a project is open that is not trained here.

    Attributes: sentence (who trains it and what that means; "" if nobody does).
    """

    changed = Signal(str)  # the sentence; "" when the project is free again

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.sentence = ""
        self._project: Project | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self.look)

    @property
    def is_training(self) -> bool:
        """Whether another process trains the project."""
        return bool(self.sentence)

    def watch(self, project: Project | None) -> None:
        """From now on this one; None: none, or one that is trained by this very process."""
        self._project = project
        self.sentence = ""
        if project is None:
            self._timer.stop()
        else:
            self._timer.start()
        self.look()

    def look(self) -> None:
        """At once, not only when the time has come."""
        owner = self._project.trained_elsewhere() if self._project is not None else ""
        sentence = (
            f"Another process (number {owner}) trains this project, so here it can only be looked "
            "at. You can generate pictures meanwhile; when that training ends, all is free again."
            if owner
            else ""
        )
        if sentence != self.sentence:
            self.sentence = sentence
            self.changed.emit(sentence)
