"""A batch paints in the background, gives way to others, and can be stopped and finished."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QPushButton, QSpinBox

from ddpm_studio import events as ev
from ddpm_studio.config import SampleConfig
from ddpm_studio.gallery.batch import Batch
from ddpm_studio.gui import names, turns
from ddpm_studio.gui.progress import Progress
from ddpm_studio.gui.session import BATCH, SAMPLE, TRAIN
from ddpm_studio.gui.work import batch as work

SLOW = 20_000
COUNT = 40


class Log:
    """Who worked when: "batch" or "train", one entry a step."""

    def __init__(self):
        self.steps = []

    def works(self, who, steps=None):
        done = 0
        while steps is None or done < steps:
            done += 1
            time.sleep(0.001)
            self.steps.append(who)
            yield ev.Progress(ev.Work.BATCH, done, steps or 10**6) if who == "batch" else None

    @property
    def changes(self):
        return sum(one != other for one, other in zip(self.steps, self.steps[1:], strict=False))


@pytest.fixture
def log(monkeypatch, tmp_path):
    log = Log()

    def begin(wish):
        yield Batch(tmp_path, "", "", "", 1, "ema", SampleConfig(), wish.count)
        yield from log.works("batch")

    monkeypatch.setattr(work, "begin", begin)
    monkeypatch.setattr(turns, "TURN_MS", 30)
    return log


class Wish:
    count, sample = COUNT, SampleConfig()


def wait_for(qtbot, log, who, more=5):
    count = log.steps.count(who) + more
    qtbot.waitUntil(lambda: log.steps.count(who) >= count, timeout=SLOW)


def stop_all(qtbot, session):
    for job in session.jobs.jobs():
        job.stop()
    qtbot.waitUntil(lambda: not session.jobs.is_busy(), timeout=SLOW)


def test_training_and_a_batch_take_turns_and_never_work_at_once(qtbot, session, log):
    session.start_training(lambda: log.works("train"))
    wait_for(qtbot, log, "train")
    session.batching.begin(Wish())
    for _ in range(3):
        wait_for(qtbot, log, "batch")
        wait_for(qtbot, log, "train")
    assert session.batching.has_company
    # each works many steps in a row: if both had run at once, they would alternate
    assert log.changes < len(log.steps) / 3
    stop_all(qtbot, session)


def test_training_that_begins_later_gets_its_turns(qtbot, session, log):
    session.batching.begin(Wish())
    wait_for(qtbot, log, "batch")
    session.start_training(lambda: log.works("train"))
    wait_for(qtbot, log, "train")
    assert session.batching.has_company
    wait_for(qtbot, log, "batch")
    assert log.changes >= 2  # to training, and back to the batch
    stop_all(qtbot, session)


def test_a_batch_may_come_first_and_a_pause_gives_the_device_back(qtbot, session, log):
    session.start_training(lambda: log.works("train"))
    wait_for(qtbot, log, "train")
    session.batching.set_first(True)
    session.batching.begin(Wish())
    wait_for(qtbot, log, "batch")
    trained = log.steps.count("train")
    wait_for(qtbot, log, "batch", 100)
    assert log.steps.count("train") == trained
    session.batching.set_paused(True)
    wait_for(qtbot, log, "train")
    painted = log.steps.count("batch")
    wait_for(qtbot, log, "train", 50)
    assert log.steps.count("batch") == painted
    session.batching.set_paused(False)
    wait_for(qtbot, log, "batch")
    session.batching.stop()
    wait_for(qtbot, log, "train", 50)
    assert session.jobs.get(BATCH) is None
    stop_all(qtbot, session)


def test_paused_training_leaves_the_device_to_the_batch(qtbot, session, log):
    training = session.start_training(lambda: log.works("train"))
    wait_for(qtbot, log, "train")
    training.set_paused(True)
    session.batching.begin(Wish())
    wait_for(qtbot, log, "batch", 100)  # more than a turn
    assert log.steps[-50:] == ["batch"] * 50
    training.set_paused(False)
    wait_for(qtbot, log, "train")
    stop_all(qtbot, session)


def test_who_waits_for_pictures_comes_before_the_batch(qtbot, session, log):
    session.batching.begin(Wish())
    wait_for(qtbot, log, "batch")
    session.start_borrowing(SAMPLE, lambda: log.works("sample", 60), "Generating")
    qtbot.waitUntil(lambda: log.steps.count("sample") == 60, timeout=SLOW)
    during = log.steps[log.steps.index("sample") :][:60]
    assert during.count("batch") < 20  # the step it was in, until it was told
    wait_for(qtbot, log, "batch")
    stop_all(qtbot, session)


def test_the_pace_is_measured_and_foretells(qtbot, session, log):
    sample = SampleConfig(num_inference_steps=10)
    assert session.batching.seconds_for(sample, 100) is None
    session.batching.begin(Wish())
    qtbot.waitUntil(
        lambda: session.batching.seconds_for(Wish.sample, 1000) is not None, timeout=SLOW
    )
    # a picture a step of a millisecond or a little more
    assert 0.5 < session.batching.seconds_for(Wish.sample, 1000) < 30
    heun = SampleConfig(sampler="heun", num_inference_steps=Wish.sample.num_inference_steps)
    steps = Wish.sample.num_inference_steps
    assert session.batching.seconds_for(heun, 10) == pytest.approx(
        (2 * steps - 1) / steps * session.batching.seconds_for(Wish.sample, 10)
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


def test_the_time_left_counts_the_turns_of_training(qtbot, session, log, monkeypatch):
    session.batching.begin(Wish())
    job = session.batching.job
    wait_for(qtbot, log, "batch")
    monkeypatch.setattr(job, "_meter", type("", (), {"progress": Progress(0.5, 600.0, "")})())
    assert session.batching.progress.remaining == 600  # it has the device for itself
    training = session.start_training(lambda: log.works("train"))
    qtbot.waitUntil(lambda: session.batching.has_company, timeout=SLOW)
    assert session.batching.progress.remaining == pytest.approx(1200, rel=0.01)
    session.batching.set_first(True)
    assert session.batching.progress.remaining == 600
    session.batching.set_first(False)
    training.set_paused(True)
    assert session.batching.progress.remaining == 600
    monkeypatch.undo()
    stop_all(qtbot, session)


def test_another_project_ends_the_batch_and_lets_its_own_begin(qtbot, session, log, new_project):
    session.batching.begin(Wish())
    wait_for(qtbot, log, "batch")
    session.open_project(new_project.path)
    assert session.batching.job is None
    session.batching.begin(Wish())
    wait_for(qtbot, log, "batch", 50)
    stop_all(qtbot, session)


# the real thing, on the page


def test_many_are_painted_stopped_and_finished(drive, tiny_project, qtbot):
    """They appear while they are painted; a stopped batch offers its end."""
    driver = drive(tiny_project)
    window = driver.window
    window.show_page(names.NAV_GENERATE)
    driver.get(QSpinBox, names.GENERATE_STEPS).setValue(4)
    driver.get(QPushButton, names.GENERATE_MANY).click()
    [dialog] = window.findChildren(QDialog, names.BATCH)
    count = driver.find(dialog, QSpinBox, names.BATCH_COUNT)
    assert count.maximum() == 10_000
    count.setValue(200)
    driver.find(dialog, QSpinBox, names.BATCH_SEED).setValue(500)
    assert "on the disk" in driver.find(dialog, QLabel, names.BATCH_FACTS).text()
    assert not driver.find(dialog, QComboBox, names.BATCH_TURNS).isVisible()
    driver.find(dialog, QPushButton, names.BATCH_PAINT).click()
    assert window.current_page.objectName() == names.PAGE_MADE
    session = driver.session
    qtbot.waitUntil(lambda: len(driver.shown) >= 10, timeout=SLOW)
    assert not driver.get(QPushButton, names.GENERATE_MANY).isEnabled()
    driver.get(QPushButton, names.MADE_BATCH_STOP).click()
    qtbot.waitUntil(lambda: session.jobs.get(BATCH) is None, timeout=SLOW)
    driver.settle()
    there = len(list(tiny_project.gallery.rglob("*.png")))
    assert len(driver.shown) == there
    assert 10 <= there < 200
    [batch] = driver.page._shelf.batches
    assert batch.left == 200 - there
    finish = driver.get(QPushButton, names.item(names.MADE_FINISH, batch.folder.name))
    qtbot.mouseClick(finish, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(driver.shown) == 200, timeout=2 * SLOW)
    qtbot.waitUntil(lambda: session.jobs.get(BATCH) is None, timeout=SLOW)
    driver.settle()
    assert driver.page._shelf.batches == ()
    assert driver.shown[0].endswith("seed000699.png")


def test_a_batch_whose_model_is_gone_says_so(drive, tiny_project, qtbot):
    driver = drive(tiny_project)
    from ddpm_studio.gallery.batch import begin_batch

    checkpoint = tiny_project.checkpoint_paths()[-1]
    sample = SampleConfig(num_inference_steps=2)
    begin_batch(tiny_project, checkpoint, "0" * 64, 10, "ema", sample, 50)
    driver.key(Qt.Key.Key_F5, widget=driver.page)
    qtbot.waitUntil(lambda: len(driver.page._shelf.batches) == 1, timeout=SLOW)
    driver.session.batching.finish(driver.page._shelf.batches[0])
    qtbot.waitUntil(lambda: driver.text(names.BANNER_TEXT) != "", timeout=SLOW)
    assert "was deleted" in driver.text(names.BANNER_TEXT)
    driver.settle()
    assert driver.session.jobs.get(BATCH) is None


def test_a_stopped_batch_can_be_forgotten(drive, tiny_project, qtbot):
    from ddpm_studio.gallery.batch import begin_batch

    checkpoint = tiny_project.checkpoint_paths()[-1]
    sample = SampleConfig(num_inference_steps=2)
    batch = begin_batch(tiny_project, checkpoint, "0" * 64, 10, "ema", sample, 50)
    driver = drive(tiny_project)
    assert not driver.page.is_empty
    driver.click(names.item(names.MADE_FORGET, batch.folder.name))
    driver.settle()
    assert driver.page._shelf.batches == ()
    assert driver.page.is_empty
    assert driver.session.jobs.get(TRAIN) is None
