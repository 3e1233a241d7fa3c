"""Draws every page and dialog, dark and light: python -m tests.scenes.screenshots OUT.

A new page or dialog is one function with `@scene` in tests/scenes/scenes.py or one of its kind.
It is given a window, with a trained project in it if `filled`, and returns a dialog that lies over
the window, or None.
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from ddpm_studio.data.sample_pictures import write_sample_pictures
from ddpm_studio.gui.app import create_window
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.project import Project
from ddpm_studio.training import train
from tests.scenes import compare, export, goes_on, made, pictures, plan, recipes, scrubber, sheet  # noqa: F401  (add their own)
from tests.scenes.scenes import CONFIG, SCENES, TRAINED_STEPS, Scene, settle, wait_until

SIZES = ((1280, 800), (1920, 1080))
THEMES = ("dark", "light")


def main(arguments: list[str]) -> int:
    """arguments: where to, and perhaps the names of the scenes that are wanted."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    out, wanted = Path(arguments[0]), arguments[1:]
    out.mkdir(parents=True, exist_ok=True)
    application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder) / "projects" / "planets")
        for one in SCENES:
            if wanted and one.name not in wanted:
                continue
            for theme in THEMES:
                for size in SIZES:
                    path = out / f"{one.name}_{theme}_{size[0]}x{size[1]}.png"
                    settings = Settings(Path(folder) / f"{path.stem}.ini")
                    settings.set("theme", theme)
                    settings.set_projects_folder(project.path.parent)
                    draw(one, project, settings, size, path)
                    print(path)
    del application
    return 0


def make_project(path: Path) -> Project:
    """A real project, trained for a moment."""
    project = Project.create(path, path / "pictures", CONFIG)
    for _ in write_sample_pictures(project.pictures, 60):
        pass
    for _ in train(project, device="cpu", steps=TRAINED_STEPS):
        pass
    return project


def draw(
    one: Scene, project: Project, settings: Settings, size: tuple[int, int], path: Path
) -> None:
    if one.filled:
        settings.add_recent_project(project.path)
    window = create_window(project if one.filled else None, settings=settings)
    window.resize(*size)
    window.show()
    wait_until(lambda: bool(window.session.device_name))
    wait_until(lambda: not window.session.jobs.is_busy())
    dialog = one.draw(window)
    settle()
    picture = window.grab()
    if dialog is not None:
        picture = _with_dialog(picture, dialog)
    picture.save(str(path))
    if dialog is not None:
        dialog.close()
    for job in window.session.jobs.jobs():
        window.session.jobs.discard(job.objectName())
    window.close()
    wait_until(lambda: not window.session.jobs.is_busy())
    window.close()
    window.deleteLater()
    settle()


def _with_dialog(picture: QPixmap, dialog: QWidget) -> QPixmap:
    """The dialog in the middle of the window; a window's own picture does not hold it."""
    top = dialog.grab()
    painter = QPainter(picture)
    painter.fillRect(picture.rect(), QColor(0, 0, 0, 90))
    size = (picture.size() - top.size()) / 2
    corner = QPoint(size.width(), size.height())
    painter.drawPixmap(corner, top)
    painter.setPen(QColor(128, 128, 128, 120))  # a desktop draws a frame there
    painter.drawRect(QRect(corner, top.size()).adjusted(-1, -1, 0, 0))
    painter.end()
    return picture


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
