"""A batch paints in the background, gives way to others, and can be stopped and finished."""

import dataclasses
import itertools
import time
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QPushButton, QSpinBox

from ddpm_studio import events as ev
from ddpm_studio.config import SampleConfig
from ddpm_studio.gallery.batch import Batch, begin_batch
from ddpm_studio.gui.batch import batch as work
from ddpm_studio.gui.batch import turns
from ddpm_studio.gui.batch.batch import Batching, batching_of
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import BATCH, SAMPLE, TRAIN, JobState
from ddpm_studio.gui.common.progress import Meter, Standing
from ddpm_studio.project import Project
from ddpm_studio.training.loaded import load

COUNT = 40


class Log:
    """Who worked when: "batch" or "train", one entry a step; and whether two ever did at once."""

    def __init__(self):
        self.steps = []
        self.at_work = []
        self.were_two_at_work = False

    def works(self, who):
        for done in itertools.count(1):
            self.at_work.append(who)
            time.sleep(0.001)
            self.were_two_at_work |= len(self.at_work) > 1
            self.at_work.remove(who)
            self.steps.append(who)
            yield ev.Progress(ev.Work.BATCH, done, 10**6) if who == "batch" else None

    @property
    def changes(self):
        return sum(one != other for one, other in zip(self.steps, self.steps[1:], strict=False))


@pytest.fixture
def log(monkeypatch, tmp_path):
    log = Log()

    def begin(request):
        yield Batch(tmp_path, "", "", "", 1, "ema", SampleConfig(), request.count)
        yield from log.works("batch")

    monkeypatch.setattr(work, "paint_new", begin)
    monkeypatch.setattr(turns, "TURN_MS", 30)
    return log


@pytest.fixture
def batching(session):
    return Batching(session)


class TenMinutesLeft(Meter):
    """Whatever it hears."""

    def update(self, events):
        self.progress = Standing(0.5, 600.0, "")

    def __init__(self):
        super().__init__()
        self.update([])


class SampleRequest:
    count, sample = COUNT, SampleConfig()


def wait_for(qtbot, log, who, more=5):
    count = log.steps.count(who) + more
    qtbot.waitUntil(lambda: log.steps.count(who) >= count)


def stop_all(qtbot, session):
    for job in session.jobs.jobs():
        job.stop()
    qtbot.waitUntil(lambda: not session.jobs.is_busy())


def test_training_and_a_batch_take_turns_and_never_work_at_once(qtbot, session, batching, log):
    session.start_training(lambda: log.works("train"))
    wait_for(qtbot, log, "train")
    batching.begin(SampleRequest())
    for _ in range(3):
        wait_for(qtbot, log, "batch")
        wait_for(qtbot, log, "train")
    assert batching.has_company
    assert not log.were_two_at_work
    stop_all(qtbot, session)


def test_training_that_begins_later_gets_its_turns(qtbot, session, batching, log):
    batching.begin(SampleRequest())
    wait_for(qtbot, log, "batch")
    session.start_training(lambda: log.works("train"))
    wait_for(qtbot, log, "train")
    assert batching.has_company
    wait_for(qtbot, log, "batch")
    assert log.changes >= 2  # to training, and back to the batch
    stop_all(qtbot, session)


def test_a_batch_may_come_first_and_a_pause_gives_the_device_back(qtbot, session, batching, log):
    session.start_training(lambda: log.works("train"))
    wait_for(qtbot, log, "train")
    batching.set_first(True)
    batching.begin(SampleRequest())
    wait_for(qtbot, log, "batch")
    trained = log.steps.count("train")
    wait_for(qtbot, log, "batch", 100)
    assert log.steps.count("train") == trained
    batching.job.set_paused(True)
    wait_for(qtbot, log, "train")
    painted = log.steps.count("batch")
    wait_for(qtbot, log, "train", 50)
    assert log.steps.count("batch") == painted
    batching.job.set_paused(False)
    wait_for(qtbot, log, "batch")
    batching.job.stop()
    wait_for(qtbot, log, "train", 50)
    assert session.jobs.get(BATCH) is None
    stop_all(qtbot, session)


def test_paused_training_leaves_the_device_to_the_batch(qtbot, session, batching, log):
    training = session.start_training(lambda: log.works("train"))
    wait_for(qtbot, log, "train")
    training.set_paused(True)
    qtbot.waitUntil(lambda: training.is_resting)
    batching.begin(SampleRequest())
    trained = log.steps.count("train")
    wait_for(qtbot, log, "batch", 100)  # more than a turn
    assert log.steps.count("train") == trained
    training.set_paused(False)
    wait_for(qtbot, log, "train")
    stop_all(qtbot, session)


def test_who_waits_for_pictures_comes_before_the_batch(qtbot, session, batching, log):
    batching.begin(SampleRequest())
    wait_for(qtbot, log, "batch")
    sample = session.start_borrowing(SAMPLE, lambda: log.works("sample"), "Generating")
    qtbot.waitUntil(lambda: batching.job.is_resting)  # after the step it was in
    painted = log.steps.count("batch")
    wait_for(qtbot, log, "sample", 60)
    assert log.steps.count("batch") == painted
    sample.stop()
    wait_for(qtbot, log, "batch")
    stop_all(qtbot, session)


def test_the_pace_is_measured_and_foretells(qtbot, session, batching, log, monkeypatch):
    """Between two looks at the clock it always says that so many seconds went by."""
    seconds = 0.2
    heard: list[Any] = []
    clock = SimpleNamespace(monotonic=itertools.count(0, seconds).__next__)
    monkeypatch.setattr("ddpm_studio.gui.batch.batch.time", clock)
    sample = SampleConfig(num_inference_steps=10)
    assert batching.seconds_for(sample, 100) is None
    batching.begin(SampleRequest())
    batching.job.events.connect(
        lambda events: heard.extend(e.done for e in events[-1:] if ev.is_progress(e, ev.Work.BATCH))
    )
    qtbot.waitUntil(lambda: batching.seconds_for(SampleRequest.sample, 1000) is not None)
    pace = seconds * (len(heard) - 1) / (heard[-1] - heard[0])
    assert batching.seconds_for(SampleRequest.sample, 1000) == pytest.approx(1000 * pace)
    heun = SampleConfig(
        sampler="heun", num_inference_steps=SampleRequest.sample.num_inference_steps
    )
    steps = SampleRequest.sample.num_inference_steps
    assert batching.seconds_for(heun, 10) == pytest.approx(
        (2 * steps - 1) / steps * batching.seconds_for(SampleRequest.sample, 10)
    )
    stop_all(qtbot, session)


@pytest.mark.parametrize(
    ("seconds", "mine", "others", "expected"),
    [
        (10, 0, 0, 10),
        (20, 0, 0, 20),
        (60, 0, 0, 100),  # 20, the other, 20, the other, 20
        (4, 5, 0, 4),
        (30, 5, 0, 70),  # 5, the other, 20, the other, 5
        (30, 0, 7, 57),  # the other's last 7, 20, the other, 10
    ],
)
def test_how_long_work_takes_in_turns(seconds, mine, others, expected):
    assert turns.in_turns(seconds, 20, mine, others) == expected


def test_the_time_left_counts_the_turns_of_training(qtbot, session, batching, log, monkeypatch):
    batching.begin(SampleRequest())
    wait_for(qtbot, log, "batch")
    monkeypatch.setattr(batching.job, "_meter", TenMinutesLeft())  # the job's own goes on
    assert batching.job.progress.remaining == 600  # it has the device for itself
    training = session.start_training(lambda: log.works("train"))
    qtbot.waitUntil(lambda: batching.has_company)
    assert batching.job.progress.remaining == pytest.approx(1200, rel=0.01)
    batching.set_first(True)
    assert batching.job.progress.remaining == 600
    batching.set_first(False)
    training.set_paused(True)
    assert batching.job.progress.remaining == 600
    monkeypatch.undo()
    stop_all(qtbot, session)


def test_the_batch_of_another_project_waits_and_may_be_put_first(
    qtbot, session, batching, log, new_project, picture_folder, tmp_path
):
    other = Project.create(tmp_path / "stones", picture_folder, new_project.config)
    session.open_project(new_project.path)
    batching.begin(SampleRequest())
    first = batching.job
    wait_for(qtbot, log, "batch")
    session.open_project(other.path)
    assert batching.job is None
    batching.begin(SampleRequest())
    qtbot.waitUntil(lambda: batching.job.is_resting)
    assert batching.waiting_words == "waits for the batch of flowers"
    wait_for(qtbot, log, "batch", 50)
    session.device.put_first(batching.job)
    qtbot.waitUntil(lambda: batching.job.state is JobState.RUNNING and first.is_resting)
    assert batching.waiting_words == ""
    assert session.device.waiting_words(first) == "waits for the batch of stones"
    batching.job.stop()
    qtbot.waitUntil(lambda: first.state is JobState.RUNNING)
    session.open_project(new_project.path)
    assert batching.job is first
    assert batching.count == COUNT
    assert batching.batch is not None
    assert not log.were_two_at_work
    stop_all(qtbot, session)


# the real thing, on the page


def test_many_are_painted_stopped_and_finished(drive, tiny_project, qtbot):
    """They appear while they are painted; a stopped batch offers its end."""
    driver = drive(tiny_project)
    window = driver.window
    window.show_page(names.NAV_GENERATE)
    driver.get(QSpinBox, "generate.steps").setValue(4)
    driver.get(QPushButton, "generate.many").click()
    [dialog] = window.findChildren(QDialog, "batch")
    count = driver.find(dialog, QSpinBox, "batch.count")
    assert count.maximum() == 10_000
    count.setValue(200)
    driver.find(dialog, QSpinBox, "batch.seed").setValue(500)
    assert "on the disk" in driver.find(dialog, QLabel, "batch.facts").text()
    assert not driver.find(dialog, QComboBox, "batch.turns").isVisible()
    driver.find(dialog, QPushButton, "batch.paint").click()
    assert window.current_page.objectName() == "page.made"
    session = driver.session
    qtbot.waitUntil(lambda: len(driver.shown) >= 10)
    assert not driver.get(QPushButton, "generate.many").isEnabled()
    driver.get(QPushButton, "made.batch.stop").click()
    qtbot.waitUntil(lambda: session.jobs.get(BATCH) is None)
    driver.settle()
    there = len(list(tiny_project.gallery.rglob("*.png")))
    assert len(driver.shown) == there
    assert 10 <= there < 200
    [batch] = driver.files.batches
    assert batch.left == 200 - there
    finish = driver.get(QPushButton, names.item("made.finish", batch.folder.name))
    qtbot.mouseClick(finish, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(driver.shown) == 200)
    qtbot.waitUntil(lambda: session.jobs.get(BATCH) is None)
    driver.settle()
    assert driver.files.batches == ()
    assert driver.shown[0].endswith("seed000699.png")


def begin_with_a_lost_model(project):
    """Of fifty pictures, none of which is painted."""
    loaded = dataclasses.replace(load(project.checkpoint_paths()[-1]), sha256="0" * 64)
    return begin_batch(project, loaded, SampleConfig(num_inference_steps=2), 50)


def test_a_batch_whose_model_is_gone_says_so(drive, tiny_project, qtbot):
    driver = drive(tiny_project)
    begin_with_a_lost_model(tiny_project)
    driver.key(Qt.Key.Key_F5, widget=driver.page)
    qtbot.waitUntil(lambda: len(driver.files.batches) == 1)
    batching_of(driver.window.session).finish(driver.files.batches[0])
    qtbot.waitUntil(lambda: driver.text("window.banner.text") != "")
    assert "was deleted" in driver.text("window.banner.text")
    driver.settle()
    assert driver.session.jobs.get(BATCH) is None


def test_a_stopped_batch_can_be_forgotten(drive, tiny_project, qtbot):
    batch = begin_with_a_lost_model(tiny_project)
    driver = drive(tiny_project)
    assert not driver.page.is_empty
    driver.click(names.item("made.forget", batch.folder.name))
    driver.settle()
    assert driver.files.batches == ()
    assert driver.page.is_empty
    assert driver.session.jobs.get(TRAIN) is None
