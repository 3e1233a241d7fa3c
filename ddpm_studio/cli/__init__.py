"""The command line: one file for each verb."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from types import FrameType

__all__ = ["main", "stop_quietly"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, or open the window; the exit code. See `entry.main`."""
    before = stop_quietly()
    try:
        from ddpm_studio.cli.entry import main as run  # takes a moment, in which Ctrl+C may come

        return run(arguments)
    finally:
        signal.signal(signal.SIGINT, before)


def stop_quietly() -> signal._HANDLER:
    """Until something is begun that has to be saved, Ctrl+C ends this process with one word.

    Returns what it did before.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)
    return before


def _stop(_signal: int, _frame: FrameType | None) -> None:
    os.write(2, b"Stopped.\n")  # print may be busy with a line
    os._exit(130)
