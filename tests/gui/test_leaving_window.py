"""What goes on in another project, in the window: said, led to, and put first by clicks."""

import threading
import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from ddpm_studio.events import PreviewSaved, TrainStep
from ddpm_studio.gui.batch import batch as batch_work
from ddpm_studio.gui.batch.batch import batching_of
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import BATCH, EXPORT, TRAIN, JobState
from ddpm_studio.gui.shell.overlay import Overlay
from ddpm_studio.gui.shell.status_line import StatusLine
from ddpm_studio.gui.train import work as train_work
from ddpm_studio.gui.train.growing_wall import GrowingWall
from ddpm_studio.gui.train.run_view import RunView
from ddpm_studio.project import Project
from tests.gui.leaving import Run
from tests.gui.parts import part

SLOW = 20_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def running(qtbot, make_window, new_project, picture_folder, monkeypatch):
    """A window that trains `flowers`, the run, and `stones`."""
    other_project = Project.create(
        new_project.path.with_name("stones"), picture_folder, new_project.config
    )
    runs = []

    def train(project, **_how):
        runs.append(Run(project))
        return runs[-1]()

    monkeypatch.setattr(train_work, "train_project", train)
    window = make_window(new_project)
    window.show_page(names.NAV_TRAIN)
    window.session.want_training()
    qtbot.waitUntil(lambda: bool(runs) and runs[0].is_working, timeout=SLOW)
    yield window, runs, other_project
    for run in runs:
        run.may_end.set()


def test_a_second_training_says_for_whom_it_waits_and_may_go_first(
    qtbot, running, find, new_project
):
    window, runs, stones = running
    session = window.session
    banner, state = (find(window, QLabel, name) for name in ("window.banner.text", "train.state"))
    now = find(window, QPushButton, "train.now")
    [flowers] = session.jobs.everywhere(TRAIN)
    session.open_project(stones.path)
    assert banner.text() == "Training of flowers goes on in the background."
    assert banner.isVisible()
    assert "Training of flowers" in part(window, StatusLine).text()
    assert "Ready to learn" in state.text()
    window.show_page(names.NAV_TRAIN)
    find(window, QPushButton, "train.start").click()
    qtbot.waitUntil(lambda: state.text() == "Waits for the training of flowers.", timeout=SLOW)
    assert "Training, waits for the training of flowers" in part(window, StatusLine).text()
    assert len(runs) == 1
    qtbot.mouseClick(now, LEFT)
    qtbot.waitUntil(lambda: "Learning from 12 pictures" in state.text(), timeout=SLOW)
    assert now.isHidden()
    assert flowers.is_resting
    assert "waits for the training of stones; " in part(window, StatusLine).text()
    runs[1].may_end.set()
    find(window, QPushButton, "train.stop").click()
    qtbot.waitUntil(lambda: flowers.state is JobState.RUNNING, timeout=SLOW)
    assert "Stopped." in state.text()


def test_a_click_on_its_title_leads_to_the_training_of_another_project(
    qtbot, running, find, new_project
):
    window, runs, stones = running
    state, steps = (find(window, QLabel, name) for name in ("train.state", "train.step"))
    qtbot.waitUntil(lambda: steps.text() not in ("–", "0"), timeout=SLOW)
    window.session.open_project(stones.path)
    assert (steps.text(), window.session.home_of_work) == ("–", "")
    qtbot.mouseClick(find(window, QPushButton, "status.show.train.flowers"), LEFT)
    assert window.session.project.path == new_project.path
    assert window.current_page is window.pages[names.NAV_TRAIN]
    assert state.text() == "Learning from 12 pictures."
    assert steps.text() not in ("–", "0")
    assert part(window, RunView).plot.series.steps[0] == 1  # none of which was logged
    window.session.close_project()
    window.session.open_project(new_project.path)  # any other way
    assert window.current_page is window.pages[names.NAV_TRAIN]
    qtbot.mouseClick(find(window, QToolButton, "status.pause.train"), LEFT)
    qtbot.waitUntil(lambda: state.text().startswith("Paused"), timeout=SLOW)
    assert runs[0].is_working


def test_three_projects_train_paint_and_export_and_nothing_crosses(
    qtbot, running, find, new_project, picture_folder, monkeypatch
):
    window, runs, stones = running
    session = window.session
    shells = Project.create(stones.path.with_name("shells"), picture_folder, new_project.config)
    sentences: list[str] = []
    session.noticed.connect(sentences.append)
    may_end = threading.Event()

    def long(result):
        while not may_end.is_set():
            time.sleep(0.002)
            yield None
        return result

    monkeypatch.setattr(batch_work, "paint_new", lambda request: long(None))
    session.open_project(stones.path)
    sample = type("Sample", (), {"num_inference_steps": 5, "sampler": "ddim"})()
    batching = batching_of(session)
    batching.begin(type("SampleRequest", (), {"count": 5, "sample": sample})())
    session.open_project(shells.path)
    film = shells.path / "film.gif"
    session.jobs.start(EXPORT, lambda: long(film), title="Exporting")
    for project in (new_project, stones, shells, new_project, shells):
        session.open_project(project.path)
        here = {job.objectName() for job in session.jobs.jobs()} & {TRAIN, BATCH}
        assert here == {new_project.path: {TRAIN}, stones.path: {BATCH}}.get(project.path, set())
        page = {TRAIN: names.NAV_TRAIN, BATCH: names.NAV_MADE, "": names.NAV_PICTURES}
        assert window.current_page is window.pages[page["".join(here)]]
        assert (batching.job is not None) == (project is stones)
    text = part(window, StatusLine).text()
    for title in ("Training of flowers", "Painting many in stones", "The export of shells"):
        assert title in text
    sentences.clear()
    may_end.set()
    runs[0].may_end.set()
    qtbot.waitUntil(lambda: len(sentences) == 2, timeout=SLOW)
    [training] = session.jobs.everywhere(TRAIN)
    training.stop()
    qtbot.waitUntil(lambda: len(sentences) == 3, timeout=SLOW)
    assert sorted(sentences) == [
        "Painting many in stones is finished.",
        f"The export of shells is finished: {film}.",
        "Training of flowers has ended; what it learned is saved.",
    ]


def test_the_window_waits_for_a_training_that_was_left(qtbot, running):
    window, runs, stones = running
    window.session.open_project(stones.path)
    window.close()
    qtbot.waitUntil(lambda: runs[0].is_saving, timeout=SLOW)
    assert window.isVisible()
    assert "Training of flowers" in window.findChild(Overlay, "window.saving").text.text()
    runs[0].may_end.set()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=SLOW)
    assert runs[0].has_ended


def test_the_plot_and_the_wall_of_a_real_training_go_on_without_a_gap(
    qtbot, make_window, find, new_project, picture_folder
):
    stones = Project.create(
        new_project.path.with_name("stones"), picture_folder, new_project.config
    )
    window = make_window(new_project)
    view = part(window, RunView)
    window.show_page(names.NAV_TRAIN)
    find(window, QPushButton, "train.start").click()
    qtbot.waitUntil(lambda: view.newest is not None and view.newest.step > 5)
    job = window.session.jobs.get(TRAIN)
    window.session.open_project(stones.path)
    assert len(view.plot.series) == 0
    away = job.latest[TrainStep].step
    qtbot.waitUntil(lambda: job.latest[TrainStep].step > away + 20)
    window.session.open_project(new_project.path)
    back = view.newest.step
    assert back > away
    assert view.wall.step == job.latest[PreviewSaved].step
    qtbot.waitUntil(lambda: view.newest.step > back + 5)
    qtbot.waitUntil(lambda: len(view.plot.series) > back / new_project.config.train.log_every)
    find(window, QPushButton, "train.stop").click()
    qtbot.waitUntil(lambda: window.session.jobs.get(TRAIN) is None)
    steps, seconds = view.plot.series.steps, view.plot.series.seconds
    assert steps[0] <= new_project.config.train.log_every
    assert max(np.diff(steps)) <= new_project.config.train.log_every
    assert min(np.diff(seconds)) > -0.001
    wall = part(window, GrowingWall)
    assert [step for step in wall.steps if 0 < step <= back] == list(range(5, back + 1, 5))
