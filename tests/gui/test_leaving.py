"""A project that is left: what runs there goes on, is heard of, and never disturbs the next."""

import threading
import time
from typing import Any

import pytest

from ddpm_studio.errors import TrainingError
from ddpm_studio.events import CheckpointSaved, FileWritten, TrainStarted
from ddpm_studio.gui.batch import batch as batch_work
from ddpm_studio.gui.batch.batch import Batching
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import EXPORT, SAMPLE, SAVE, TRAIN, JobState
from ddpm_studio.project import Project
from tests.gui.leaving import Run, counting, idle, stop_left


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
    """A training of `flowers` that goes on, while `stones` is open."""
    session.open_project(new_project.path)
    run = Run(new_project)
    session.start_training(run)
    qtbot.waitUntil(lambda: run.is_working)
    assert session.open_project(other_project.path)
    yield run
    run.may_end.set()
    for job in session.jobs.everywhere(TRAIN):
        job.stop()
    qtbot.waitUntil(lambda: run.has_ended)


@pytest.fixture
def saving(qtbot, session, left):
    """The same, but it was stopped, and saves."""
    stop_left(session)
    qtbot.waitUntil(lambda: left.is_saving)
    return left


def test_a_training_that_is_left_goes_on_and_both_are_said(qtbot, session, left, said):
    assert said == ["Training of flowers goes on in the background."]
    assert session.left.titles == ["Training of flowers"]
    assert not left.is_saving
    left.may_end.set()
    stop_left(session)
    qtbot.waitUntil(lambda: idle(session))
    assert said[1:] == ["Training of flowers has ended; what it learned is saved."]


def test_one_that_waits_or_rests_is_said_to_do_that(session, left, other_project, said):
    job = session.start_training(Run(other_project))
    session.close_project()
    assert said[-1] == f"Training of {other_project.name} waits for its turn in the background."
    session.open_project(other_project.path)
    job.set_paused(True)
    session.close_project()
    assert said[-1] == f"Training of {other_project.name} stays paused in the background."


def test_one_that_saves_already_is_said_to_end(qtbot, session, new_project, other_project, said):
    session.open_project(new_project.path)
    run = Run(new_project)
    job = session.start_training(run)
    qtbot.waitUntil(lambda: run.is_working)
    job.stop()
    session.open_project(other_project.path)
    assert said == ["Training of flowers saves and ends in the background."]
    session.open_project(new_project.path)
    assert session.jobs.get(TRAIN) is job
    assert job.state is JobState.STOPPING
    run.may_end.set()
    qtbot.waitUntil(lambda: idle(session))


def test_a_failed_last_save_is_heard_and_names_the_project(
    qtbot, session, new_project, other_project, said
):
    session.open_project(new_project.path)
    run = Run(error=TrainingError("The disk is full."))
    session.start_training(run)
    qtbot.waitUntil(lambda: run.is_working)
    session.open_project(other_project.path)
    run.may_end.set()
    stop_left(session)
    qtbot.waitUntil(lambda: idle(session))
    assert said[-1] == "Training of flowers has failed. The disk is full."


def test_the_start_screen_is_no_other_end(qtbot, session, new_project, said):
    session.open_project(new_project.path)
    run = Run()
    session.start_training(run)
    qtbot.waitUntil(lambda: run.is_working)
    session.close_project()
    run.may_end.set()
    stop_left(session)
    qtbot.waitUntil(lambda: idle(session))
    assert "Training of flowers goes on" in said[0]
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
    stop_left(session)
    qtbot.waitUntil(lambda: idle(session))
    assert heard == []


def test_the_next_training_begins_when_the_last_one_has_ended(qtbot, session, left, other_project):
    work, moments = counting()
    job = session.start_training(work)
    qtbot.waitUntil(lambda: job.is_resting)
    assert moments == []
    assert session.device.waiting_words(job) == "waits for the training of flowers"
    stop_left(session)
    assert moments == []
    left.may_end.set()
    with qtbot.waitSignal(job.succeeded):
        pass
    assert moments == ["began", "ended"]


def test_a_training_is_put_first_and_the_other_goes_on_by_itself(qtbot, session, left):
    work, moments = counting(40)
    [other] = session.jobs.everywhere(TRAIN)
    job = session.start_training(work)
    third, later = counting()
    session.close_project()
    session.start_training(third)  # one more, which came last
    session.device.put_first(job)
    qtbot.waitUntil(lambda: other.is_resting and moments != [])
    assert session.device.training is job
    assert session.device.waiting_words(other) == "waits for the training of stones"
    assert not other.is_paused
    qtbot.waitUntil(lambda: "ended" in moments)
    qtbot.waitUntil(lambda: other.state is JobState.RUNNING)
    assert later == []
    left.may_end.set()
    other.stop()
    qtbot.waitUntil(lambda: later == ["began", "ended"])


def test_one_that_is_paused_by_hand_lets_the_next_one_go_before_it(qtbot, session, left):
    [other] = session.jobs.everywhere(TRAIN)
    run = Run()
    run.may_end.set()
    job = session.start_training(run)
    other.set_paused(True)
    qtbot.waitUntil(lambda: run.is_working)
    other.set_paused(False)  # it has to wait now
    assert session.device.waiting_words(other) == "waits for the training of stones"
    assert session.device.training is job
    job.stop()
    qtbot.waitUntil(lambda: other.state is JobState.RUNNING)


def test_who_borrows_the_device_halts_the_training_of_another_project(qtbot, session, left):
    [other] = session.jobs.everywhere(TRAIN)
    work, moments = counting()
    sample = session.start_borrowing(SAMPLE, work)
    assert other.state.name == "PAUSED"
    with qtbot.waitSignal(sample.succeeded):
        pass
    assert moments == ["began", "ended"]
    qtbot.waitUntil(lambda: other.state is JobState.RUNNING)


def test_nobody_borrows_the_device_from_a_training_that_still_saves(qtbot, session, saving):
    work, moments = counting()
    sample = session.start_borrowing(SAMPLE, work)
    training, trained = counting()
    next_training = session.start_training(training)  # at rest, it would lend the device
    qtbot.waitUntil(lambda: next_training.is_resting)
    assert sample.state is JobState.WAITING
    assert moments == trained == []
    saving.may_end.set()
    qtbot.waitUntil(lambda: idle(session))
    assert moments == trained == ["began", "ended"]


def test_a_batch_waits_for_a_training_that_still_saves(qtbot, session, saving, monkeypatch):
    work, moments = counting()
    monkeypatch.setattr(batch_work, "paint_new", lambda request: work())
    batching = Batching(session)
    sample = type("Sample", (), {"num_inference_steps": 5, "sampler": "ddim"})()
    batching.begin(type("SampleRequest", (), {"count": 5, "sample": sample})())
    qtbot.waitUntil(lambda: batching.job.is_resting)
    assert batching.waiting_words == "waiting for its turn"
    assert moments == []
    saving.may_end.set()
    qtbot.waitUntil(lambda: moments == ["began", "ended"])


def test_a_project_that_is_shown_again_has_its_training_as_before(
    qtbot, session, left, new_project, said
):
    session.other_trainer.changed.connect(said.append)
    heard: list[Any] = []
    [job] = session.jobs.everywhere(TRAIN)
    job.events.connect(heard.extend)
    assert session.jobs.get(TRAIN) is None
    with qtbot.waitSignal(session.jobs.came_back):
        session.open_project(new_project.path)
    assert session.jobs.get(TRAIN) is job
    assert (job.title, job.is_left, session.left.titles) == ("Training", False, [])
    assert job.latest[TrainStarted].pictures == 12
    assert session.is_trained_here
    qtbot.waitUntil(lambda: len(heard) > 5)
    session.other_trainer.look()
    left.may_end.set()
    with qtbot.waitSignal(job.stopped):
        job.stop()
    assert not [sentence for sentence in said if "nother process" in sentence]


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
    qtbot, session, saving, other_project, new_project
):
    work, moments = counting()
    session.start_borrowing(EXPORT, work, "Exporting")
    session.close_project()
    training, trained = counting()
    job = session.start_training(training)
    qtbot.waitUntil(lambda: job.is_resting)
    assert moments == trained == []
    saving.may_end.set()
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
