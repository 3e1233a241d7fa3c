"""What the Train page says is of one project and of one moment, and can be read whole."""

import dataclasses
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget

from ddpm_studio import events as ev
from ddpm_studio.gui.common import names
from ddpm_studio.gui.train import work
from ddpm_studio.project import Project
from tests.gui.train.test_train_page import idle, started, step, until_stopped


def test_time_trained_is_that_of_all_runs_before_the_earlier_ones_are_read(
    open_train, tiny_project, fake, monkeypatch
) -> None:
    def never(_project: Project) -> Iterator[object]:
        while True:
            yield from idle()

    monkeypatch.setattr(work, "load_history", never)
    earlier = dataclasses.replace(started(step=6), earlier_seconds=300.0)
    fake(until_stopped(earlier, step(7)))
    train = open_train(tiny_project)
    train.click("train.start")
    train.wait(lambda: train.text("train.step") == "7")
    assert train.text("train.time") == "5 min 14 s"


def test_what_happened_is_read_whole_and_left_out_files_lead_to_the_pictures(
    open_train, new_project, fake, qtbot
) -> None:
    slow = "A step takes 47 times as long as before: other programs use this computer, and more."
    fake(until_stopped(ev.Note("2 files left out; see the command", 2), ev.Note(slow)))
    train = open_train(new_project)
    train.window.resize(1000, 700)
    train.click("train.start")
    log = train.find(train.window, QListWidget, "train.log")
    train.wait(lambda: log.count() == 2)
    assert log.item(0).text() == "2 files were left out; Pictures shows why."
    line = log.fontMetrics().height()
    train.wait(lambda: log.visualItemRect(log.item(1)).height() >= 2 * line)
    assert log.visualItemRect(log.item(1)).width() <= log.viewport().width()
    log.scrollToItem(log.item(0))
    place = log.visualItemRect(log.item(0)).center()
    qtbot.mouseClick(log.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert train.window.current_page is train.window.pages[names.NAV_PICTURES]


def test_where_training_goes_on_is_one_step_everywhere(open_train, tiny_project) -> None:
    """A log that ends before the newest checkpoint, which is the best one."""
    log = tiny_project.metrics_path
    lines = [line for line in log.read_text().splitlines() if '"step": 10, "loss"' not in line]
    assert lines
    lines.append('{"held_out": {"step": 10, "loss": 0.001, "bands": []}}')
    log.write_text("\n".join(lines) + "\n")
    train = open_train(tiny_project)
    train.wait(lambda: train.series.steps.tolist() == [2, 4, 6, 8])
    assert train.text("train.step") == "10"
    assert train.text("train.saved") == "Saved at step 10"
    assert train.series.last_step == train.view.plot.markers.best == 10
