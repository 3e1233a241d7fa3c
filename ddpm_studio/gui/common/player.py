"""Plays frames by the clock: which one is due, however seldom anybody asks."""

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

TICK = 15  # milliseconds between two looks at the clock; a screen shows 60 frames a second


class Player(QObject):
    """Says which frame is due. The last one is held for a moment before it begins again."""

    moved = Signal(int)
    ended = Signal()

    def __init__(self, parent: QObject, hold: float = 1.0) -> None:
        """hold: seconds on the last frame of each round."""
        super().__init__(parent)
        self.fps = 24.0
        self.is_looping = True
        self.hold = hold
        self._frames, self._start, self._position = 0, 0, 0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self._on_tick)

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive()

    def play(self, frames: int, start: int = 0) -> None:
        """Play so many frames from one of them on; at the last one it begins with the first."""
        self._frames = frames
        self._start = self._position = 0 if start >= frames - 1 else start
        self._clock.start()
        self._timer.start()
        self.moved.emit(self._start)

    def stop(self) -> None:
        self._timer.stop()

    def set_fps(self, fps: float) -> None:
        """Go on from the present frame at another speed."""
        self.fps = fps
        self._start = self._position
        self._clock.restart()

    def _on_tick(self) -> None:
        position = self._due(self._clock.nsecsElapsed() / 1e9)
        if position != self._position:
            self._position = position
            self.moved.emit(position)
        if position == self._frames - 1 and not self.is_looping:
            self.stop()
            self.ended.emit()

    def _due(self, seconds: float) -> int:
        last = self._frames - 1
        since_first = seconds + self._start / self.fps
        if self.is_looping:
            since_first %= self._frames / self.fps + self.hold
        return min(last, int(since_first * self.fps))
