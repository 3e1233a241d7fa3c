"""Errors in the window: what went wrong as one sentence, and the details that can be copied."""

import logging
import logging.handlers
import sys
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from platformdirs import user_log_path
from PySide6.QtCore import QObject, Signal

from ddpm_studio import __version__
from ddpm_studio.errors import StudioError

logger = logging.getLogger(__name__)

LOG_NAME = "window.log"
LOG_BYTES = 1_000_000
LOG_FILES = 3


@dataclass(frozen=True)
class Failure:
    """sentence: for the person at the screen. details: what to copy into a report; may be ''."""

    sentence: str
    details: str = ""


def describe_failure(error: BaseException) -> Failure:
    """What to say about an error. A StudioError is its own sentence; others are our mistakes."""
    details = "".join(traceback.format_exception(error))
    if isinstance(error, StudioError):
        return Failure(str(error), f"DDPM Studio {__version__}\n{details}")
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        sentence = f"The system refused: {error.strerror or error}{where}."
    elif isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        sentence = "There is not enough memory for this; a smaller picture size or batch helps."
    else:
        sentence = f"Something unexpected went wrong ({type(error).__name__}: {error})."
    return Failure(sentence, f"DDPM Studio {__version__}, Python {sys.version}\n{details}")


class UncaughtErrors(QObject):
    """Hears of errors that nobody caught, in whichever thread, and tells the GUI thread.

    Hooks run in the thread of the error, so they only log and emit; the window shows.
    """

    caught = Signal(object)  # Failure, delivered in this object's thread

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before = sys.excepthook, threading.excepthook

    def install(self) -> None:
        """Take the place of Python's two hooks."""
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook, threading.excepthook = self._hook, self._thread_hook

    def uninstall(self) -> None:
        sys.excepthook, threading.excepthook = self._before

    def _hook(
        self, kind: type[BaseException], error: BaseException, frames: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            return
        logger.error("Nobody caught this", exc_info=(kind, error, frames))
        self.caught.emit(describe_failure(error))

    def _thread_hook(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._hook(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


def start_log(folder: Path | None = None) -> Path | None:
    """Write warnings and errors to a small rotating file; its path, or None if there can be none.

    folder: where to; by default the user's place for logs.
    """
    try:
        folder = folder or user_log_path("ddpm-studio")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / LOG_NAME
        handler = logging.handlers.RotatingFileHandler(
            path,
            maxBytes=LOG_BYTES,
            backupCount=LOG_FILES,
            encoding="utf-8",
            delay=True,
            errors="backslashreplace",  # names of files may hold any bytes
        )
    except OSError:  # the program must run from a full or read-only disk, too
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.WARNING)
    logging.getLogger("ddpm_studio").addHandler(handler)
    return path
