"""Why training is slow, and when pictures come."""

import math

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel

from ddpm_studio import events as ev
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.train.growing_wall import DEAR, GrowingWall
from ddpm_studio.gui.train.pace import OTHERS, SHORT, LoadMeter, MachineLoad, Pace


def test_a_slow_machine_is_told_once_and_with_its_reason() -> None:
    pace = Pace()
    pace.begin(100.0)
    assert pace.sentence(80.0) == ""
    pace.load = MachineLoad(0.9, is_swapping=False)
    assert pace.sentence(25.0) == f"A step takes 4 times as long as planned: {OTHERS}."
    assert pace.sentence(24.0) == ""
    assert pace.sentence(90.0) == ""
    pace.load = MachineLoad(0.9, is_swapping=True)
    assert pace.sentence(20.0) == f"A step takes 5 times as long as planned: {SHORT}."


def test_without_a_plan_earlier_runs_say_what_is_usual() -> None:
    pace = Pace()
    pace.begin(0.0)
    assert pace.sentence(1.0) == ""
    pace.before = 60.0
    assert "as long as before" in pace.sentence(10.0)


def test_the_load_is_a_share() -> None:
    load = LoadMeter().measure(1.0)
    assert 0 <= load.others <= 1
    assert not math.isnan(load.others)


def test_the_wall_counts_down_to_the_next_pictures(qtbot, qapp) -> None:
    wall = GrowingWall(Theme(qapp, "dark"))
    qtbot.addWidget(wall)
    wall.start_film(QSize(32, 32))
    said = wall.findChild(QLabel, "train.next_pictures")
    wall.add_steps([0])
    wall.show_next(41.0)
    assert said.text() == "First pictures in about 40 s"
    wall.add_steps([7])
    wall.show_next(7.2)
    assert said.text() == "Next pictures in about 7 s"
    wall.show_next(200.0)
    assert said.text() == "Next pictures in about 3 min"
    wall.set_tile(QSize(64, 64))
    wall.show_next(200.0)
    assert said.text() == f"Next pictures in about 3 min; {DEAR}"
    wall.show_next(None)
    assert said.text() == ""


def test_the_page_says_time_left_and_the_reason_from_the_first_step_on(
    open_train, new_project, fake
) -> None:
    def events(_project, _steps, _seconds):
        yield ev.TrainStarted(0, None, 600.0, "a device", "float32", 1234, 12)
        yield MachineLoad(0.8, is_swapping=False)
        yield ev.TrainStep(1, 1.0, 1.0, 1e-3, 10.0, 3.0, 597.0, next_pictures=41.0)
        while True:
            yield ev.Progress(ev.Work.PREVIEW, 0, 0, step=1)

    fake(events)
    train = open_train(new_project)
    train.view.pace.before = 100.0
    train.click("train.start")
    train.wait(lambda: train.text("train.remaining") == "10 min")
    assert train.text("train.next_pictures") == "First pictures in about 40 s"
    train.wait(lambda: len(train.view.log.sentences()) == 1)
    assert train.view.log.sentences()[0].endswith(f"10 times as long as before: {OTHERS}.")
    train.click("train.stop")
    train.wait(lambda: train.job is None)
