"""What this is, which version, and what it is made of."""

from collections.abc import Generator
from importlib.metadata import PackageNotFoundError, metadata

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from ddpm_studio import __version__
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.label import Icon, label
from ddpm_studio.gui.common.layout import column, row, wide
from ddpm_studio.gui.common.theme import Theme

JOB = "about"
MADE_OF = (
    *("torch", "PySide6-Essentials", "shiboken6", "numpy", "pillow", "pillow-heif", "av"),
    *("pyqtgraph", "safetensors", "platformdirs", "psutil", "rich", "filelock", "wakepy"),
)
MOST = 60  # characters of a licence; some put its whole text there
WHAT_IT_IS = (
    "Trains a small diffusion model from scratch on a folder of your own pictures, and shows every "
    "step between noise and picture. All of it happens on this machine."
)


class AboutDialog(Dialog):
    """Name, version, licence, and the libraries with theirs."""

    def __init__(self, theme: Theme, jobs: JobRunner, device: str, parent: QWidget) -> None:
        super().__init__(JOB, "About DDPM Studio", parent)
        icon = Icon(theme, "app", 64, "accent")
        self._libraries = QPlainTextEdit()
        self._libraries.setReadOnly(True)
        self._libraries.setObjectName("about.libraries")
        self._libraries.setAccessibleName("Libraries and their licences")
        self._libraries.setMinimumSize(480, 200)
        version = label(f"Version {__version__}, MIT licence", "muted", "about.version")
        computes = label(f"Computes on: {device}" if device else "", "muted", "about.device")
        head = column(label("DDPM Studio", "title"), version, computes, spacing=4)
        close = Button(theme, "Close", "about.close", "Close this (Esc)", kind="primary")
        self.set_buttons(close, close)
        about = label(WHAT_IT_IS, wrap=True)
        made_of = label("Made of", "heading")
        self.fill(row(icon, wide(head), spacing=16), about, made_of, self._libraries, foot=(close,))
        job = jobs.start(JOB, read_libraries, replace=True, quiet=True)
        job.succeeded.connect(self._libraries.setPlainText)


def read_libraries() -> Generator[str, None, str]:
    """Returns a line for each that is installed: name, version, licence."""
    lines = []
    for name in MADE_OF:
        yield name
        try:
            about = metadata(name)
        except PackageNotFoundError:
            continue
        lines.append(f"{about['Name']} {about['Version']}: {_licence(about)}")
    return "\n".join(lines)


def _licence(about: object) -> str:
    """As an expression, else as a class, else the first line of the text."""
    get_all = about.get_all  # type: ignore[attr-defined]  # an email.message.Message
    expression = (get_all("License-Expression") or [""])[0]
    classes = [
        line.rpartition(" :: ")[2]
        for line in get_all("Classifier") or []
        if line.startswith("License :: OSI Approved :: ")
    ]
    text = (get_all("License") or [""])[0].strip().partition("\n")[0]
    return expression or ", ".join(classes) or text[:MOST] or "see its own pages"
