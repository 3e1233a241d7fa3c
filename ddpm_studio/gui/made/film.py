"""Plays a film: its frames come in pieces from the background, and only some are in memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from PySide6.QtCore import QElapsedTimer, QObject, QSize, Qt, QTimer, Signal

from ddpm_studio.gallery.made import MadeFile
from ddpm_studio.gui.common.jobs import Job
from ddpm_studio.gui.made import work
from ddpm_studio.gui.session import Session

KEPT_BYTES, AHEAD_BYTES = 96 << 20, 32 << 20  # of frames; those that come next
LATE_MS = 100.0  # a film that was kept waiting does not hurry to catch up with more than that
UNPLAYABLE = "{} cannot be played here: it is damaged, or of a kind that is not known."


class FilmPlayer(QObject):
    """Shows frame after frame of one film. Attributes: position, count (0: not known yet)."""

    shown = Signal(object, object)  # QImage, and the QSize of the film
    changed = Signal()  # another film, place, or whether it plays
    failed = Signal(str)  # a sentence

    def __init__(self, session: Session, name: str, side: int, parent: QObject) -> None:
        """name: of its jobs. side: the longer one of frames, in pixels, at the most."""
        super().__init__(parent)
        self._session, self._name, self._side = session, name, side
        self._pools = work.new_film_pools()
        self.destroyed.connect(self._pools.close)
        self.file: MadeFile | None = None
        self.is_looping = True
        self.is_playing = False
        self.sentence = ""  # why it cannot be played
        self._forget()
        self._clock = QElapsedTimer()
        self._clock.start()
        self._due_at = 0.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_due)
        session.jobs.ended.connect(self._on_ended)

    def open(self, file: MadeFile | None, plays: bool = True) -> None:
        """Another film, from its beginning; None: none. One that is open already goes on."""
        if file == self.file:
            return
        self._timer.stop()
        self._forget()
        self.file, self.is_playing, self.sentence = file, file is not None and plays, ""
        if self.is_playing:
            self._want(0)
        self.changed.emit()

    def release(self) -> None:
        """Nothing is read any more, and no process stays behind."""
        self.open(None)
        self._pools.close()

    def toggle(self) -> None:
        """Play, or stand still."""
        if self.is_playing:
            self.pause()
        elif self.file is not None and not self.sentence:
            self.is_playing = True
            is_over = self.is_whole and self.position >= self.count - 1
            self._want(0 if is_over else max(0, self.position))
            self.changed.emit()

    def pause(self) -> None:
        self._timer.stop()
        if self.is_playing:
            self.is_playing = False
            self.changed.emit()

    def seek(self, position: int) -> None:
        """Show another frame, and go on from there if it plays."""
        if self.file is not None and not self.sentence and position != self.position:
            self._timer.stop()
            self._want(max(0, position))

    # private

    def _forget(self) -> None:
        self.position, self.count, self.is_whole = -1, 0, False  # is_whole: count is no guess
        self._frames: dict[int, work.FilmFrame] = {}
        self._nbytes = 0
        self._wanted = 0  # the next to be shown
        self._is_waiting = False
        self._size = QSize()

    def _want(self, index: int) -> None:
        self._wanted = index if not self.is_whole else min(index, self.count - 1)
        frame = self._frames.get(self._wanted)
        self._is_waiting = frame is None
        if frame is not None:
            self.position = self._wanted
            self.shown.emit(frame.image, self._size)
            if self.is_playing:
                now = float(self._clock.elapsed())
                self._due_at = max(self._due_at, now - LATE_MS) + frame.delay
                self._timer.start(max(0, round(self._due_at - now)))
            self.changed.emit()
        self._go_on()

    def _on_due(self) -> None:
        following = self.position + 1
        if self.is_whole and following >= self.count:
            if not self.is_looping:
                self.pause()
                return
            following = 0
        self._want(following)

    def _go_on(self) -> None:
        """Ask for what is missing next, unless something is on its way."""
        file, session = self.file, self._session
        if file is None or self.sentence or session.jobs.get(self._name) is not None:
            return
        first, project = self._missing(), session.project
        if first is None or project is None or session.is_closing:
            return
        gallery, side, pools = project.gallery, self._side, self._pools
        job = session.jobs.start(
            self._name, lambda: work.read_film(gallery, file, first, side, pools), quiet=True
        )
        job.tells_failure = True
        job.succeeded.connect(self._on_piece)
        job.failed.connect(lambda _: self._on_failed(file))

    def _missing(self) -> int | None:
        """The first frame that is not here; None, if enough are."""
        nbytes = 0
        for index in self._coming():
            frame = self._frames.get(index)
            if frame is None:
                return index
            nbytes += frame.nbytes
            if nbytes > AHEAD_BYTES:
                return None
        return None

    def _coming(self) -> Iterator[int]:
        """The frames in the order in which they are wanted."""
        if not self.is_whole:
            return itertools.count(self._wanted)
        forth = range(self._wanted, self.count)
        return itertools.chain(forth, range(self._wanted)) if self.is_looping else iter(forth)

    def _on_piece(self, piece: work.FilmPiece) -> None:
        if piece.file != self.file:
            return
        self._size = QSize(piece.width, piece.height)
        for index, frame in enumerate(piece.frames, piece.first):
            before = self._frames.get(index)
            self._nbytes += frame.nbytes - (before.nbytes if before is not None else 0)
            self._frames[index] = frame
        end = piece.first + len(piece.frames)
        if piece.is_end and end and end - 1 not in self._frames:
            self.count = end  # it was asked for behind its end, of which there was only a guess
            self._want(end * 9 // 10)
            return
        if piece.is_end:
            self.count, self.is_whole = end, True
        elif not self.is_whole:
            self.count = max(self.count, piece.count, end)
        if not self.count:
            self._on_failed(piece.file)
            return
        self._thin_out()
        if self._is_waiting:
            is_over = self.is_whole and self._wanted >= self.count
            self._want(0 if is_over and self.is_playing and self.is_looping else self._wanted)
        self.changed.emit()

    def _thin_out(self) -> None:
        """Let go of what comes last from here on."""
        if self._nbytes <= KEPT_BYTES:
            return
        around = max(self.count, *self._frames) + 1
        order = sorted(self._frames, key=lambda index: (index - self._wanted) % around)
        while self._nbytes > KEPT_BYTES and len(order) > 1:
            self._nbytes -= self._frames.pop(order.pop()).nbytes

    def _on_failed(self, file: MadeFile) -> None:
        if file == self.file:
            self.pause()
            self.sentence = UNPLAYABLE.format(file.moved_name.rpartition("/")[2])
            self.failed.emit(self.sentence)
            self.changed.emit()

    def _on_ended(self, job: Job) -> None:
        if job.objectName() == self._name:  # whose name is free now
            self._go_on()
