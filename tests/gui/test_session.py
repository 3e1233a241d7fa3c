"""What pages share: projects, the loan of the device, and what is heard of it."""

import gc
import time
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject

from ddpm_studio.config.text import with_settings
from ddpm_studio.gui.common.jobs import SAMPLE, SMALL_WRITES, TRAIN, JobState
from ddpm_studio.gui.session import project_or_pictures
from ddpm_studio.project import FILE_NAME, Project


class Device:
    """Notes who works on it, and whether two ever do at once."""

    def __init__(self):
        self.log = []
        self.clash = False
        self._busy = False

    def work(self, who, steps=None):
        done = 0
        while steps is None or done < steps:
            self.clash = self.clash or self._busy
            self._busy = True
            time.sleep(0.002)
            self._busy = False
            self.log.append(who)
            done += 1
            yield done


@pytest.fixture
def device():
    return Device()


def test_sampling_borrows_the_device_and_training_goes_on(qtbot, session, device):
    train = session.start_training(lambda: device.work("train"))
    qtbot.waitUntil(lambda: device.log.count("train") > 3)
    sample = session.start_borrowing(SAMPLE, lambda: device.work("sample", 10), "Generating")
    with qtbot.waitSignal(sample.succeeded):
        pass
    first, last = device.log.index("sample"), len(device.log) - 1 - device.log[::-1].index("sample")
    assert set(device.log[first : last + 1]) == {"sample"}  # training stood still all the time
    assert not device.clash
    count = device.log.count("train")
    qtbot.waitUntil(lambda: device.log.count("train") > count + 3)
    assert train.state is JobState.RUNNING


def test_training_that_the_user_paused_stays_paused_after_a_loan(qtbot, session, device):
    train = session.start_training(lambda: device.work("train"))
    qtbot.waitUntil(lambda: "train" in device.log)
    with qtbot.waitSignal(train.rested):
        train.set_paused(True)
    sample = session.start_borrowing(SAMPLE, lambda: device.work("sample", 3))
    with qtbot.waitSignal(sample.succeeded):
        pass
    qtbot.waitUntil(lambda: session.jobs.get(SAMPLE) is None)
    assert train.is_paused
    assert train.state is JobState.PAUSED


def test_a_second_loan_replaces_the_first_and_training_still_goes_on(qtbot, session, device):
    session.start_training(lambda: device.work("train"))
    heard: list[Any] = []
    old = session.start_borrowing(SAMPLE, lambda: device.work("old"))
    old.events.connect(lambda events: heard.append("old"))
    new = session.start_borrowing(SAMPLE, lambda: device.work("new", 5))
    with qtbot.waitSignal(new.succeeded):
        pass
    assert heard == []
    count = device.log.count("train")
    qtbot.waitUntil(lambda: device.log.count("train") > count + 3)


def test_training_started_during_a_loan_waits_for_its_end(qtbot, session, device):
    sample = session.start_borrowing(SAMPLE, lambda: device.work("sample", 20))
    qtbot.waitUntil(lambda: "sample" in device.log)
    session.start_training(lambda: device.work("train"))
    with qtbot.waitSignal(sample.succeeded):
        pass
    qtbot.waitUntil(lambda: "train" in device.log)
    assert "sample" not in device.log[device.log.index("train") :]


def test_a_borrower_begins_even_if_training_ends_instead_of_resting(qtbot, session, device):
    train = session.start_training(lambda: device.work("train"))
    train.stop()
    sample = session.start_borrowing(SAMPLE, lambda: device.work("sample", 2))
    with qtbot.waitSignal(sample.succeeded):
        pass


def test_a_borrower_begins_after_a_training_whose_end_nobody_has_heard(qtbot, session, device):
    train = session.start_training(lambda: device.work("train", 1))
    train.wait()  # its thread has said that it ends, and the window has not yet listened
    sample = session.start_borrowing(SAMPLE, lambda: device.work("sample", 1))
    with qtbot.waitSignal(sample.succeeded):
        pass


def test_training_goes_on_after_a_borrower_whose_end_nobody_has_heard(qtbot, session, device):
    sample = session.start_borrowing(SAMPLE, lambda: device.work("sample", 1))
    sample.wait()
    train = session.start_training(lambda: device.work("train", 1))
    with qtbot.waitSignal(train.succeeded):
        pass


def test_a_borrower_waits_until_a_paused_training_that_is_stopped_has_saved(qtbot, session, device):
    def saving():
        try:
            yield from device.work("train")
        finally:
            list(device.work("save", 10))

    train = session.start_training(saving)
    qtbot.waitUntil(lambda: "train" in device.log)
    with qtbot.waitSignal(train.rested):
        train.set_paused(True)
    train.stop()
    sample = session.start_borrowing(SAMPLE, lambda: device.work("sample", 3))
    with qtbot.waitSignal(sample.succeeded):
        pass
    assert device.log[-13:] == ["save"] * 10 + ["sample"] * 3
    assert not device.clash


def test_the_end_of_training_reaches_no_borrower_that_is_gone(qtbot, session, device):
    """Its end may be on the way already when the borrower is deleted; that ended in a crash."""
    train = session.start_training(lambda: device.work("train"))
    session.start_borrowing(SAMPLE, lambda: device.work("sample", 1))
    with qtbot.waitSignal(session.jobs.ended):
        pass
    train.stop()
    train.wait()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    qtbot.waitUntil(lambda: session.jobs.get(TRAIN) is None)


def test_opening_another_project_silences_the_jobs_of_the_old_one(
    qtbot, session, device, tiny_project, tmp_path, picture_folder
):
    session.open_project(tiny_project.path)
    heard: list[Any] = []
    job = session.start_training(lambda: device.work("train"))
    qtbot.waitUntil(lambda: "train" in device.log)
    job.events.connect(heard.extend)
    other = Project.create(tmp_path / "other", picture_folder, tiny_project.config)
    seen: list[Any] = []
    session.project_changed.connect(seen.append)
    assert session.open_project(other.path)
    heard.clear()
    trained = len(device.log)
    qtbot.waitUntil(lambda: len(device.log) > trained + 30)  # it goes on
    job.stop()
    qtbot.waitUntil(lambda: not session.jobs.is_busy())
    assert heard == []
    assert [project.path for project in seen] == [other.path]
    assert session.settings.recent_projects[:2] == [other.path, tiny_project.path]


def test_what_cannot_be_opened_is_said_and_changes_nothing(session, tiny_project, tmp_path):
    said = []
    session.failed.connect(lambda failure: said.append(failure.sentence))
    session.open_project(tiny_project.path)
    assert not session.open_project(tmp_path)
    assert "is not a project" in said[0]
    assert session.project.path == tiny_project.path


def test_settings_of_a_trained_model_are_locked_in_words(qtbot, session, tiny_project):
    said: list[Any] = []
    changed: list[Any] = []
    session.failed.connect(lambda failure: said.append(failure.sentence))
    session.config_changed.connect(changed.append)
    session.open_project(tiny_project.path)
    config = session.project.config
    assert not session.change_config(with_settings(config, ["pictures.size=16"]))
    assert "cannot become 16" in said[0]
    assert session.change_config(with_settings(config, ["train.learning_rate=0.001"]))
    assert [project.config.train.learning_rate for project in changed] == [0.001]
    qtbot.waitUntil(lambda: session.jobs.get(SMALL_WRITES) is None)
    assert Project.open(tiny_project.path).config.train.learning_rate == 0.001


def test_checkpoints_of_training_are_heard_by_every_page(
    qtbot, session, new_project, fake_training
):
    from ddpm_studio.gui.train import work

    session.open_project(new_project.path)
    heard: list[Any] = []
    session.checkpoint_saved.connect(lambda step, path: heard.append((step, path.name)))
    session.start_training(lambda: work.train_project(new_project, steps=20))
    qtbot.waitUntil(lambda: session.jobs.get(TRAIN) is None)
    assert heard == [(10, "step_00000010.safetensors"), (20, "step_00000020.safetensors")]


def test_channels_that_training_settled_are_not_written_over(
    qtbot, session, new_project, fake_training
):
    from ddpm_studio.gui.train import work

    as_the_folder = new_project.with_config(
        with_settings(new_project.config, ["pictures.channels=0"])
    )
    session.open_project(as_the_folder.path)
    as_the_folder.with_config(with_settings(as_the_folder.config, ["pictures.channels=1"]))
    session.start_training(lambda: work.train_project(new_project, steps=5))
    qtbot.waitUntil(lambda: session.jobs.get(TRAIN) is None)
    qtbot.waitUntil(lambda: session.project.config.pictures.channels == 1)
    assert session.change(lambda config: with_settings(config, ["train.log_every=7"]))
    qtbot.waitUntil(lambda: session.jobs.get(SMALL_WRITES) is None)
    saved = Project.open(new_project.path).config
    assert (saved.pictures.channels, saved.train.log_every) == (1, 7)


def test_a_change_that_is_not_allowed_is_said_and_changes_nothing(session, new_project):
    said = []
    session.failed.connect(lambda failure: said.append(failure.sentence))
    session.open_project(new_project.path)
    assert not session.change(lambda config: with_settings(config, ["train.batch_size=0"]))
    assert "train.batch_size" in said[0]
    assert session.project.config == new_project.config
    session.close_project()
    assert not session.change(lambda config: config)


def test_warming_up_says_what_computes(qtbot, session):
    with qtbot.waitSignal(session.warmed_up) as said:
        session.warm_up()
    assert said.args[0] == session.device_name != ""


def test_new_projects_get_a_free_place(session):
    first = session.free_place("flowers")
    first.mkdir(parents=True)
    assert session.free_place("flowers") == first.with_name("flowers 2")


def test_a_dropped_path_is_a_project_or_pictures(tiny_project, tmp_path):
    assert project_or_pictures(tiny_project.path) == (tiny_project.path, None)
    assert project_or_pictures(tiny_project.path / FILE_NAME) == (tiny_project.path, None)
    assert project_or_pictures(tmp_path) == (None, tmp_path)
    assert project_or_pictures(tmp_path / "missing") == (None, None)


def test_a_session_is_no_widget(session):
    assert type(session).__mro__[1] is QObject
