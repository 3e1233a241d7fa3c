"""How long a test waits for the window: as long as it takes, on whatever machine."""

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

from ddpm_studio.gui.common.jobs import SMALL_WRITES
from ddpm_studio.gui.session import Session

PATIENCE = 120_000  # milliseconds; it decides nothing but how long a test takes that fails


class PatientBot(QtBot):
    """The `qtbot` of all tests here; none of them says how long it waits."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE, **how: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **how)

    def waitSignals(self, signals: Any, *, timeout: int = PATIENCE, **how: Any) -> Any:
        return super().waitSignals(signals, timeout=timeout, **how)

    def waitUntilWritten(self, session: Session) -> None:
        """What was set by then is on the disk, or it was heard that it cannot be."""
        self.waitUntil(lambda: session.jobs.get(SMALL_WRITES) is None)
