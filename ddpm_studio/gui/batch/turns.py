"""Training and a batch on one device: in turns, or the batch first."""

import math

from PySide6.QtCore import QObject, QTimer

from ddpm_studio.gui.common.jobs import Job
from ddpm_studio.gui.session import Session

TURN_MS = 20_000  # a turn is long beside a step of either, and short beside a cup of tea
TURN = "turn"  # who holds the batch while others have the device


class Turns(QObject):
    """Keeps a batch from the device while somebody else has it; a batch never stops training.

    Whoever borrows the device for a moment (a person who waits for pictures) comes before the
    batch, and so do batches that were begun before it. With training it takes turns of equal
    length; or, if it comes first, training waits, but only while the batch paints: a paused batch
    gives the device back.
    """

    def __init__(self, session: Session, batch: Job, parent: QObject) -> None:
        super().__init__(parent)
        self._device, self._batch = session.device, batch
        self._is_first = False
        self._is_batch_turn = True
        self._clock = QTimer(self, singleShot=True, interval=TURN_MS)
        self._clock.timeout.connect(self._on_turn_over)
        self._is_looking = self._is_over = False
        self._device.changed.connect(self._look)
        self._look()

    @property
    def has_company(self) -> bool:
        """Whether training runs, and is not paused by hand."""
        lender = self._device.training
        return lender is not None and not lender.is_paused

    @property
    def is_waiting(self) -> bool:
        """Whether somebody else has the device at the moment."""
        return not (self._may_paint and self._device.is_free_for(self._batch))

    @property
    def takes_turns(self) -> bool:
        """Whether the batch has the device only half of the time."""
        return self.has_company and not self._is_first

    def seconds_by_the_clock(self, seconds: float) -> float:
        """How long so much painting takes, as long as training does not end."""
        if not self.takes_turns:
            return seconds
        left = max(0, self._clock.remainingTime()) / 1000  # of this turn, whosever it is
        is_mine = self._is_batch_turn
        return in_turns(seconds, TURN_MS / 1000, left if is_mine else 0, 0 if is_mine else left)

    def set_first(self, is_first: bool) -> None:
        """Whether training waits for the batch."""
        self._is_first = is_first
        self._look()

    def end(self) -> None:
        """The batch is over; training, if it waits, goes on."""
        self._is_over = True
        self._clock.stop()
        for training in self._device.trainings:
            training.release(self._batch)
        self.deleteLater()

    @property
    def _may_paint(self) -> bool:
        if self._device.borrowers or self._batch.is_paused:
            return False
        if self._device.waits_for(self._batch) is not None:
            return False
        return self._is_first or self._is_batch_turn or not self.has_company

    def _look(self) -> None:
        """Whoever has the turn goes on as soon as the others have come to rest."""
        if self._is_looking or self._is_over:
            return  # what is done here is heard here, too
        self._is_looking = True
        if self._may_paint:
            for training in self._device.trainings:
                training.hold(self._batch)
            if self._device.is_free_for(self._batch):
                self._batch.release(TURN)
            else:  # still in a step: there are never two networks at work
                self._batch.hold(TURN)
        else:
            self._batch.hold(TURN)
            if self._batch.is_resting or not self._batch.isRunning():
                for training in self._device.trainings:
                    training.release(self._batch)
        self._mind_the_clock()
        self._is_looking = False

    def _mind_the_clock(self) -> None:
        if not self.takes_turns or self._batch.is_paused:
            self._clock.stop()
        elif not self._clock.isActive():
            self._clock.start()

    def _on_turn_over(self) -> None:
        self._is_batch_turn = not self._is_batch_turn
        self._look()


def in_turns(seconds: float, turn: float, mine: float = 0, others: float = 0) -> float:
    """How long so much work takes if another has the device every second turn.

    All in seconds. mine: what is left of a turn of the work, others: or of a turn of the other;
    with neither the work begins a turn now.
    """
    work = seconds - mine
    if work <= 0:
        return seconds
    pauses = math.ceil(work / turn) - (0 if mine else 1)
    return seconds + others + turn * pauses
