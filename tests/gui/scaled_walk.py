"""All pages of a window, in a process of its own: python -m tests.gui.scaled_walk FOLDER.

FOLDER: of a project. Prints a line for all that is wrong, and last the scale that was seen.
"""

import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication

from ddpm_studio.gui.app import create_window
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.project import Project
from tests.gui.fitting import cut_words, overlaps, scrolls_sideways

SIZES = ((900, 500), (1280, 800))  # points
MOST_SECONDS = 60


def main(folder: Path) -> None:
    application = QApplication.instance() or QApplication([])
    settings = Settings(folder.parent / f"scale {os.environ['QT_SCALE_FACTOR']}.ini")
    screen = QRect(0, 0, 1920, 1080)
    window = create_window(Project.open(folder), settings=settings, available=screen)
    window.show()
    until = time.monotonic() + MOST_SECONDS
    while not window.session.device_name or window.session.jobs.is_busy():
        application.processEvents()
        assert time.monotonic() < until, "the window has not come to rest"
    for size in SIZES:
        window.resize(*size)
        for name in window.pages:
            window.show_page(name)
            for _ in range(5):  # layouts, and what they ask for
                application.processEvents()
            for one in (*cut_words(window), *overlaps(window), *scrolls_sideways(window)):
                print(f"{name} at {size}: {one}")
    print(f"scale {window.devicePixelRatioF():g}", flush=True)
    os._exit(0)  # whatever is still read


if __name__ == "__main__":
    main(Path(sys.argv[1]))
