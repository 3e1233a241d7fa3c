"""A film on the wall plays while the mouse rests on it."""

from PySide6.QtCore import QObject, QSize, QTimer
from PySide6.QtGui import QImage

from ddpm_studio.gui.made.film import FilmPlayer
from ddpm_studio.gui.made.looking import do_films_play
from ddpm_studio.gui.made.panel import MadePanel
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.wall.wall import MOST_TILE

REST_MS = 350  # of the mouse, so that a way across the wall sets nothing in motion
JOB = "made.hover"


class HoverPlay(QObject):
    """Has a player of its own: the film that is chosen goes on beside it."""

    def __init__(self, session: Session, panel: MadePanel) -> None:
        super().__init__(panel)
        self._panel, self._settings = panel, session.settings
        self.player = FilmPlayer(session, JOB, MOST_TILE, self)
        self._row = -1
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._on_rest)
        self.player.shown.connect(self._on_frame)
        panel.wall.hovered.connect(self._on_hovered)
        panel.wall.wall_model.modelReset.connect(self.stop)
        panel.wall.wall_model.rowsInserted.connect(self.stop)

    def stop(self) -> None:
        """Its tile shows its picture again."""
        self._rest.stop()
        self.player.open(None)
        self._panel.wall.show_moving(self._row, None)
        self._row = -1

    def _on_hovered(self, row: int) -> None:
        if row != self._row:
            self.stop()
            self._row = row
            if row >= 0:
                self._rest.start()

    def _on_rest(self) -> None:
        entry = self._panel.entry_at(self._row)
        if entry is not None and entry.is_film and do_films_play(self._settings):
            self.player.open(entry.file)

    def _on_frame(self, image: QImage, _size: QSize) -> None:
        self._panel.wall.show_moving(self._row, image)
