"""A project that is left: what ran there ends well, is heard of, and never disturbs the next."""

import threading
import time
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from ddpm_studio.errors import TrainingError
from ddpm_studio.events import CheckpointSaved, FileWritten, TrainStarted
from ddpm_studio.gui.batch import batch as batch_work
from ddpm_studio.gui.batch.batch import Batching
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import BATCH, EXPORT, SAMPLE, SAVE, TRAIN, JobState
from ddpm_studio.gui.shell.overlay import Overlay
from ddpm_studio.gui.shell.status_line import StatusLine
from ddpm_studio.gui.train import work as train_work
from ddpm_studio.project import Project
from tests.gui.parts import part

SLOW = 20_000


class Run:
    """A training that takes its time to save: until `may_end` is set."""

    def __init__(self, project=None, error=None):
        self.project, self.error = project, error
        self.is_working = self.is_saving = self.has_ended = False
        self.may_end = threading.Event()

    def __call__(self):
        try:
            if self.project is not None:
                with self.project.lock():
                    yield from self._work()
            else:
                yield from self._work()
        finally:
            self.has_ended = True

    def _work(self):
        try:
            self.is_working = True
            yield TrainStarted(0, None, None, "fake", "float32", 1000, 12)
            while True:
                time.sleep(0.002)
                yield None
        finally:
            self.is_saving = True
            self.may_end.wait(10)
            if self.error is not None:
                raise self.error


@pytest.fixture
def other_project(tmp_path, picture_folder, new_project):
    return Project.create(tmp_path / "projects" / "stones", picture_folder, new_project.config)


@pytest.fixture
def said(session):
    """All sentences of the banner."""
    sentences: list[Any] = []
    session.noticed.connect(sentences.append)
    session.failed.connect(lambda failure: sentences.append(failure.sentence))
    return sentences


@pytest.fixture
def left(qtbot, session, new_project, other_project, said):
    """A training of `flowers` that saves, while `stones` is open."""
    session.open_project(new_project.path)
    run = Run(new_project)
    session.start_training(run)
    qtbot.waitUntil(lambda: run.is_working)
    assert session.open_project(other_project.path)
    qtbot.waitUntil(lambda: run.is_saving)
    yield run
    run.may_end.set()
    qtbot.waitUntil(lambda: run.has_ended)


def counting(steps=5):
    """Work of a moment, that says when it began and ended."""
    moments = []

    def work():
        moments.append("began")
        for _ in range(steps):
            time.sleep(0.002)
            yield None
        moments.append("ended")

    return work, moments


def idle(session):
    return not session.jobs.is_busy()


def test_a_training_that_is_left_saves_and_both_are_said(qtbot, session, left, said):
    assert said == ["Training of flowers saves and ends in the background."]
    assert session.left.titles == ["Training of flowers"]
    left.may_end.set()
    qtbot.waitUntil(lambda: idle(session))
    assert said[1:] == ["Training of flowers has ended; what it learned is saved."]


def test_a_failed_last_save_is_heard_and_names_the_project(
    qtbot, session, new_project, other_project, said
):
    session.open_project(new_project.path)
    run = Run(error=TrainingError("The disk is full."))
    session.start_training(run)
    qtbot.waitUntil(lambda: run.is_working)
    session.open_project(other_project.path)
    run.may_end.set()
    qtbot.waitUntil(lambda: idle(session))
    assert said[-1] == "Training of flowers has failed. The disk is full."


def test_the_start_screen_is_no_other_end(qtbot, session, new_project, said):
    session.open_project(new_project.path)
    run = Run()
    session.start_training(run)
    qtbot.waitUntil(lambda: run.is_working)
    session.close_project()
    run.may_end.set()
    qtbot.waitUntil(lambda: idle(session))
    assert "Training of flowers saves" in said[0]
    assert "is saved" in said[1]


def test_nothing_of_the_old_run_reaches_who_listened_to_it(
    qtbot, session, new_project, other_project
):
    session.open_project(new_project.path)
    heard = []

    def many():
        step = 0
        while True:
            step += 1
            yield CheckpointSaved(step, new_project.checkpoint_path(step))

    job = session.start_training(many)
    for signal in (job.events, job.succeeded, job.stopped, job.failed, session.checkpoint_saved):
        signal.connect(lambda *what: heard.append(what))
    qtbot.waitUntil(lambda: bool(heard))
    time.sleep(0.2)  # events queue up, and nobody listens
    session.open_project(other_project.path)
    heard.clear()
    qtbot.waitUntil(lambda: idle(session))
    assert heard == []


def test_the_next_training_begins_when_the_last_one_has_saved(qtbot, session, left, other_project):
    work, moments = counting()
    job = session.start_training(work)
    qtbot.waitUntil(lambda: job.is_resting)
    assert moments == []
    left.may_end.set()
    with qtbot.waitSignal(job.succeeded):
        pass
    assert moments == ["began", "ended"]


def test_nobody_borrows_the_device_from_a_training_that_still_saves(qtbot, session, left):
    work, moments = counting()
    sample = session.start_borrowing(SAMPLE, work)
    training, trained = counting()
    next_training = session.start_training(training)  # at rest, it would lend the device
    qtbot.waitUntil(lambda: next_training.is_resting)
    assert sample.state is JobState.WAITING
    assert moments == trained == []
    left.may_end.set()
    qtbot.waitUntil(lambda: idle(session))
    assert moments == trained == ["began", "ended"]


def test_a_batch_waits_for_a_training_that_still_saves(qtbot, session, left, monkeypatch):
    work, moments = counting()
    monkeypatch.setattr(batch_work, "paint_new", lambda request: work())
    batching = Batching(session)
    sample = type("Sample", (), {"num_inference_steps": 5, "sampler": "ddim"})()
    batching.begin(type("SampleRequest", (), {"count": 5, "sample": sample})())
    qtbot.waitUntil(lambda: batching.job.is_resting)
    assert batching.is_waiting
    assert moments == []
    left.may_end.set()
    qtbot.waitUntil(lambda: moments == ["began", "ended"])


def test_a_batch_that_is_stopped_by_leaving_is_said(session, new_project, said):
    session.open_project(new_project.path)
    session.jobs.start(BATCH, lambda: iter(int, 1))
    session.close_project()
    assert said == [
        "Painting many in flowers has been stopped; the page Made of that project offers to "
        "finish it."
    ]


def test_the_same_project_waits_for_its_own_training_and_says_no_untruth(
    qtbot, session, left, new_project, said
):
    session.other_trainer.changed.connect(said.append)
    session.open_project(new_project.path)
    assert session.is_trained_here
    again = Run(new_project)
    again.may_end.set()
    job = session.start_training(again)
    session.other_trainer.look()
    qtbot.waitUntil(lambda: job.is_resting)
    left.may_end.set()
    qtbot.waitUntil(lambda: again.is_working)
    with qtbot.waitSignal(job.stopped):
        job.stop()
    assert not [sentence for sentence in said if "nother process" in sentence]


def test_a_project_that_was_opened_again_learns_what_its_old_training_left(
    qtbot, session, left, new_project
):
    session.open_project(new_project.path)
    with qtbot.waitSignal(session.left_work_ended) as heard:
        left.may_end.set()
    assert heard.args == [TRAIN]
    assert not session.is_trained_here


def test_a_project_that_is_open_and_trains_is_not_left_by_opening_it(
    qtbot, session, new_project, said
):
    session.open_project(new_project.path)
    run = Run()
    job = session.start_training(run)
    qtbot.waitUntil(lambda: run.is_working)
    with qtbot.waitSignal(session.page_wanted) as wanted:
        assert session.open_project(new_project.path)
    assert wanted.args == [names.NAV_TRAIN]
    assert session.jobs.get(TRAIN) is job
    assert job.state is JobState.RUNNING
    assert said == []
    run.may_end.set()


@pytest.mark.parametrize(("name", "title"), [(EXPORT, "Exporting"), (SAVE, "Saving pictures")])
def test_what_writes_files_goes_on_and_its_end_is_said(
    qtbot, session, new_project, other_project, said, tmp_path, name, title
):
    path = tmp_path / "film.gif"
    may_end = threading.Event()
    heard: list[Any] = []

    def write():
        yield None
        may_end.wait(10)
        path.write_bytes(b"whole")
        yield FileWritten(path)
        return path

    session.open_project(new_project.path)
    job = session.jobs.start(name, write, title=title)
    job.events.connect(heard.extend)
    job.succeeded.connect(heard.append)
    session.open_project(other_project.path)
    heard.clear()
    assert "flowers" in said[0]
    assert said[0].endswith("goes on in the background.")
    may_end.set()
    qtbot.waitUntil(lambda: idle(session))
    assert path.read_bytes() == b"whole"
    assert said[1].endswith(f"is finished: {path}.")
    assert "flowers" in said[1]
    assert heard == []


def test_an_export_that_is_left_waits_for_its_turn_and_trainings_wait_for_it(
    qtbot, session, left, other_project, new_project
):
    work, moments = counting()
    session.start_borrowing(EXPORT, work, "Exporting")
    session.open_project(new_project.path)
    training, trained = counting()
    job = session.start_training(training)
    qtbot.waitUntil(lambda: job.is_resting)
    assert moments == trained == []
    left.may_end.set()
    with qtbot.waitSignal(job.succeeded):
        pass
    assert moments == ["began", "ended"]


def test_a_failed_export_is_heard_although_its_dialog_is_gone(
    qtbot, session, new_project, other_project, said
):
    may_end = threading.Event()

    def write():
        yield None
        may_end.wait(10)
        raise OSError(28, "No space left on device")

    session.open_project(new_project.path)
    session.jobs.start(EXPORT, write, title="Exporting").tells_failure = True
    session.open_project(other_project.path)
    may_end.set()
    qtbot.waitUntil(lambda: idle(session))
    assert said[-1] == (
        "The export of flowers has failed. The system refused: No space left on device."
    )


# in the window


@pytest.fixture
def running(qtbot, make_window, new_project, other_project, monkeypatch):
    """A window that trains `flowers`, the run, and `stones`."""
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


def test_the_window_says_that_a_training_ends_and_waits_with_the_next_one(
    qtbot, running, find, new_project
):
    window, runs, stones = running
    session = window.session
    banner, state = (find(window, QLabel, name) for name in ("window.banner.text", "train.state"))
    start = find(window, QPushButton, "train.start")
    session.open_project(stones.path)
    assert banner.text() == "Training of flowers saves and ends in the background."
    assert banner.isVisible()
    assert "Training of flowers, stopping…" in part(window, StatusLine).text()
    qtbot.waitUntil(lambda: "Ready to learn" in state.text())
    session.open_project(new_project.path)
    assert start.isEnabled()
    window.show_page(names.NAV_TRAIN)
    start.click()
    sentence = "Training of flowers still saves; this one begins by itself after it."
    qtbot.waitUntil(lambda: state.text() == sentence, timeout=SLOW)
    assert not any(run.is_working for run in runs[1:])
    runs[0].may_end.set()
    qtbot.waitUntil(lambda: len(runs) == 2 and runs[1].is_working, timeout=SLOW)
    qtbot.waitUntil(lambda: "Learning from 12 pictures" in state.text(), timeout=SLOW)
    assert "another process" not in banner.text()


def test_the_window_waits_for_a_training_that_was_left(qtbot, running):
    window, runs, stones = running
    window.session.open_project(stones.path)
    qtbot.waitUntil(lambda: runs[0].is_saving, timeout=SLOW)
    window.close()
    assert window.isVisible()
    assert "Training of flowers" in window.findChild(Overlay, "window.saving").text.text()
    runs[0].may_end.set()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=SLOW)
    assert runs[0].has_ended
