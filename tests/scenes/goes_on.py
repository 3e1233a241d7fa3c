"""Scenes of work that goes on in other projects; see tests.scenes.scenes."""

import time
from collections.abc import Iterator

from PySide6.QtWidgets import QLabel, QPushButton

from ddpm_studio import events as ev
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import BATCH, EXPORT
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.project import FILE_NAME, Project
from tests.gui.opened_at_once import open_and_wait
from tests.scenes.scenes import CONFIG, learn, scene, settle, wait_until


@scene("train_waits")
def _(window: MainWindow) -> None:
    """The training of one project waits for that of another; a third one paints and exports."""
    session = window.session
    planets = session.project
    learn(window)
    open_and_wait(session, _another(planets, "Watercolours of my garden").path)
    session.jobs.start(BATCH, lambda: count(ev.Work.BATCH, 120), title="Painting many")
    session.jobs.start(EXPORT, lambda: count(ev.Work.WRITING, 40), title="Exporting")
    open_and_wait(session, _another(planets, "Stones").path)
    window.show_page(names.NAV_TRAIN)
    window.findChild(QPushButton, "train.start").click()
    state = window.findChild(QLabel, "train.state")
    wait_until(lambda: state.text().startswith("Waits for"))
    settle()


@scene("start_live")
def _(window: MainWindow) -> None:
    """The card of a project that trains."""
    learn(window)
    window.session.close_project()
    cards = window.pages[names.NAV_START]
    wait_until(lambda: cards.findChild(QPushButton, "start.new") is not None)
    settle(200)


def _another(project: Project, name: str) -> Project:
    path = project.path.with_name(name)
    if (path / FILE_NAME).exists():
        return Project.open(path)
    return Project.create(path, project.pictures, CONFIG)


def count(what: ev.Work, done: int) -> Iterator[object]:
    for _ in range(800):  # an export that is left is waited for
        yield ev.Progress(what, done, 400)
        time.sleep(0.01)
