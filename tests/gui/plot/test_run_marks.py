"""The Train page marks in its plot what happens, and tells of the best checkpoint."""

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from ddpm_studio import events as ev
from ddpm_studio.gui.common import names
from ddpm_studio.gui.generate.controls import SampleControls
from ddpm_studio.project import CheckpointFile, step_of
from ddpm_studio.training.metrics import MetricsLog


def step(number: int) -> ev.TrainStep:
    return ev.TrainStep(number, 1 / number, 1.0, 1e-3, 321.0, number * 2.0, 30.0, memory=7)


def until_stopped(*events: object):
    """The events, then nothing new until somebody stops it."""

    def make(_project, _steps, _seconds) -> Iterator[object]:
        yield from events
        while True:
            threading.Event().wait(0.005)
            yield ev.Progress(ev.Work.PREVIEW, 0, 0, step=0)

    return make


def test_the_plot_marks_what_happened_while_it_ran(open_train, tiny_project, fake) -> None:
    halved = ev.BatchHalved(7, 2, "Memory ran out at step 7, so the batch goes in 2 parts.")
    skipped = ev.StepSkipped(9, "Step 9 was skipped: its loss was not a finite number.")
    back = ev.RolledBack(9, 7, 5e-4, "The loss was bad, so training went back to 7.")
    fake(
        until_stopped(
            ev.TrainStarted(5, None, 60.0, "a device", "float32", 1234, 12),
            *(step(n) for n in (6, 7)),
            halved,
            step(8),
            ev.PreviewSaved(8, Path("none"), np.zeros((4, 8, 8, 3), np.uint8)),
            skipped,
            back,
            step(8),
            ev.HeldOutMeasured(8, 0.25, (0.4, 0.3, 0.2, 0.1)),
        )
    )
    train = open_train(tiny_project)
    train.wait(lambda: len(train.series) == 5)  # what was logged
    plot = train.view.plot
    train.click("train.start")
    train.wait(lambda: train.series.held_out[-1:] == [(8, 0.25, (0.4, 0.3, 0.2, 0.1))])
    events = [(one.step, one.kind) for one in plot.markers.lane(2)]
    assert events == [(5, "resumed"), (7, "batch_halved"), (9, "rolled_back")]
    assert [one.step for one in plot.markers.lane(0)] == [5], "the one of step 8 is void"
    assert train.series.other("rate")[-1] == np.float32(1e-3)


def test_what_earlier_runs_logged_is_marked_and_the_best_is_told(open_train, tiny_project) -> None:
    tiny_project.metrics_path.write_text("")
    log = MetricsLog(tiny_project.metrics_path)
    values = {"grad_norm": 0.5, "learning_rate": 1e-3, "pictures_per_second": 9.0, "memory": 7e8}
    for number in (2, 10):
        log.append({"step": number, "loss": 0.5, "seconds": 1.0} | values)
    log.append({"held_out": {"step": 10, "loss": 0.125, "bands": [0.4, 0.3, 0.2, 0.1]}})
    log.append({"happened": {"step": 6, "kind": "skipped", "message": "Step 6 was skipped."}})
    train = open_train(None)
    train.window.session.open_project(tiny_project.path)
    train.wait(lambda: len(train.series) == 2)
    markers = train.view.plot.markers
    assert [one.step for one in markers.lane(0)] == [5, 10]
    assert [(one.step, one.message) for one in markers.lane(2)] == [(6, "Step 6 was skipped.")]
    assert markers.sizes[10] == tiny_project.checkpoint_path(10).stat().st_size
    assert train.series.other("memory").tolist() == [7e8, 7e8]
    assert train.window.session.checkpoints.best == (10, 0.125)
    combo = train.window.pages["nav.generate"].findChild(QComboBox, "generate.checkpoint")
    train.window.session.want_page(names.NAV_GENERATE)
    assert "★" in [combo.itemText(index) for index in range(combo.count())][1]


def test_a_mark_leads_to_its_pictures_and_to_the_next_page(open_train, tiny_project, qtbot) -> None:
    train = open_train(tiny_project)
    train.wait(lambda: train.view.wall.steps == [0, 5, 10])
    plot = train.view.plot
    plot.preview_chosen.emit(5)
    assert train.text("train.wall_step") == "step 5"
    plot.preview_chosen.emit(7)  # not there any more
    assert train.text("train.wall_step") == "step 5"
    with qtbot.waitSignal(train.window.session.checkpoint_wanted) as chosen:
        plot.checkpoint_chosen.emit(10)
    assert chosen.args == [10]
    assert train.window.current_page is train.window.pages["nav.generate"]
    combo = train.window.pages["nav.generate"].findChild(QComboBox, "generate.checkpoint")
    assert combo.currentText().startswith("Step 10")
    train.wait(lambda: not train.window.session.jobs.is_busy())


def test_the_combo_of_checkpoints_carries_the_star(session) -> None:
    checkpoints = session.checkpoints
    controls = SampleControls(session.theme, session.settings, checkpoints, random.Random(0))
    checkpoints.best_changed.connect(controls.show_checkpoints)
    combo = controls.findChild(QComboBox, "generate.checkpoint")
    paths = [Path(f"step_{number:08d}.safetensors") for number in (100, 200)]
    checkpoints.files = tuple(CheckpointFile(step_of(path), path, 1, 1) for path in paths)
    checkpoints.set_best(200, 0.0312)
    assert [combo.itemText(index) for index in range(3)] == [
        *("Newest (step 200)", "Step 200  ★  best so far", "Step 100")
    ]
    tips = [combo.itemData(index, Qt.ItemDataRole.ToolTipRole) or "" for index in (1, 2)]
    assert "lowest loss on pictures it never saw: 0.0312" in tips[0]
    assert tips[1] == ""
    assert controls.choose_checkpoint(100)
    checkpoints.set_best(100, 0.03)  # live, while one is chosen
    assert combo.currentText() == "Step 100  ★  best so far"
    assert "0.03." in combo.toolTip()
    assert controls.checkpoint == Path("step_00000100.safetensors")
    assert not controls.choose_checkpoint(300)
    checkpoints.set_best(-1, 0.0)
    assert "★" not in combo.currentText() + combo.toolTip()
    controls.deleteLater()
