"""A report of a fault: what a helper needs, and nothing that names the person or the pictures."""

import platform
import re
from collections.abc import Generator, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
from platformdirs import user_log_path
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from ddpm_studio import __version__
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.errors import LOG_NAME
from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.words import size_in_words

JOB = "report"
LIBRARIES = ("torch", "PySide6-Essentials", "numpy", "pillow", "av", "pyqtgraph", "safetensors")
LOG_BYTES = 20_000
LOG_LINES = 120
# whatever looks like a file of its own, wherever it stands: with folders, or with an ending
_PATH = re.compile(r"""(?:[A-Za-z]:)?[^\s"'<>|]*[\\/][^"'<>|\n]*""")
_QUOTED = re.compile(r"""(["'“])[^"'”\n]+(["'”])""")
_FILE = re.compile(r"[^\s\"'()<>:]+\.[A-Za-z][A-Za-z0-9]{1,4}\b")
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]*)", line (?P<line>\d+), in (?P<what>\S+)')
_HEADER = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ [A-Z]+ [\w.]+:")
_KIND = re.compile(r"^(?P<kind>[A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt)):?(?P<rest>.*)")


class ReportDialog(Dialog):
    """Shows all of the report before it is copied; it can be changed there."""

    def __init__(self, theme: Theme, jobs: JobRunner, screen: str, device: str, parent: QWidget):
        super().__init__(JOB, "Report of a fault", parent)
        self._text = QPlainTextEdit()
        self._text.setObjectName("report.text")
        self._text.setAccessibleName("The report")
        self._text.setPlaceholderText("Looking at what happened last…")
        self._text.setMinimumSize(560, 260)
        tip = "Copy all of this"
        self._copy = Button(theme, "Copy", "report.copy", tip, icon="copy", kind="primary")
        close = Button(theme, "Close", "report.close", "Close this (Esc)")
        self.set_buttons(close, self._copy)
        about = (
            "What you see is what will be copied: versions, machine, and the last errors. Names of "
            "files, folders and people are left out. Nothing is sent: paste it where you want."
        )
        self.fill(self._text, self.message, foot=(close, self._copy), about=about)
        self._copy.setEnabled(False)
        self._copy.clicked.connect(self._on_copy)
        job = jobs.start(
            JOB, lambda: read_report(screen, device), title="", replace=True, quiet=True
        )
        job.succeeded.connect(self._on_read)

    def _on_read(self, text: str) -> None:
        self._text.setPlainText(text)
        self._copy.setEnabled(True)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())
        self.say("Copied. Write above it what you did, and what you expected.")


def read_report(screen: str, device: str, log: Path | None = None) -> Generator[str, None, str]:
    """Returns the report. screen, device: in words."""
    yield "versions"
    memory = psutil.virtual_memory()
    lines = [
        f"DDPM Studio {__version__}",
        f"Python {platform.python_version()} on {platform.system()} {platform.release()}, "
        f"{platform.machine()}",
        ", ".join(f"{name} {_version(name)}" for name in LIBRARIES),
        f"Screen: {screen}",
        f"Computes: {device or 'not known yet'}; memory {size_in_words(memory.total)}, "
        f"{size_in_words(memory.available)} free",
        "",
        "What went wrong last:",
    ]
    yield "log"
    path = log or user_log_path("ddpm-studio") / LOG_NAME
    text = ""
    if path.is_file():
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LOG_BYTES))
            text = file.read().decode("utf-8", "replace")
    told = list(without_names(text.splitlines()))[-LOG_LINES:]
    return "\n".join([*lines, *(told or ["nothing is in the log"])]) + "\n"


def without_names(lines: Iterable[str]) -> Iterator[str]:
    """Of a log: when, which part, which lines of code, what kind of error; no names of files.

    Lines of other people's code stay; messages lose what is quoted and what looks like a path.
    """
    for line in lines:
        if frame := _FRAME.match(line):
            yield f'  File "{_inside(frame["file"])}", line {frame["line"]}, in {frame["what"]}'
        elif header := _HEADER.match(line):
            yield header[0] + _scrubbed(line[header.end() :])
        elif kind := _KIND.match(line):
            yield f"{kind['kind']}:{_scrubbed(kind['rest'])}"
        elif line.startswith("Traceback") or line.startswith("During handling"):
            yield line
        # the rest are lines of code, and what a message says on further lines


def _inside(file: str) -> str:
    """Where a file of code is inside its package; nothing of where that is installed."""
    parts = Path(file.replace("\\", "/")).parts
    for root in ("site-packages", "dist-packages"):
        if root in parts:
            return "/".join(parts[parts.index(root) + 1 :])
    if "ddpm_studio" in parts:
        return "/".join(parts[len(parts) - 1 - parts[::-1].index("ddpm_studio") :])
    return parts[-1] if "lib" in parts else "…"  # Python's own


def _scrubbed(message: str) -> str:
    for pattern in (_QUOTED, _PATH, _FILE):
        message = pattern.sub("…", message)
    return message


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
