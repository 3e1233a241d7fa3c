"""Nothing on the Train page moves while somebody aims at it."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget

from ddpm_studio import events as ev
from ddpm_studio.gui.shell.status_line import StatusLine

Places = dict[str, QRect]


def places(page: QWidget, window: QWidget) -> Places:
    """Where each control stands in the window, those that are hidden at the moment left out."""
    return {
        child.objectName(): QRect(child.mapTo(window, QPoint()), child.size())
        for child in page.findChildren(QWidget)
        if child.objectName().startswith("train.") and child.isVisible()
    }


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (900, 560)])
def test_nothing_moves_before_at_the_start_during_and_after_a_training(
    open_train, new_project, fake, width: int, height: int
) -> None:
    may_start, may_end = Event(), Event()

    def events(project, _steps, _seconds) -> Iterator[object]:
        while not may_start.wait(0.005):  # what is said crosses with the next event
            yield ev.Progress(ev.Work.READING, 3, 12)
        yield ev.TrainStarted(0, None, 60.0, "a device with a long name", "float32", 1234, 12)
        pictures = np.zeros((4, 8, 8, 3), np.uint8)
        for step in range(1, 40):
            yield ev.TrainStep(step, 1 / step, 1.0, 1e-3, 321.0, step * 1.4, 60 - step, 10**9)
            yield ev.Progress(ev.Work.PREVIEW, step % 4, 4, step=step)
        yield ev.PreviewSaved(39, Path("none"), pictures)
        yield ev.Note("Something happened on the way, and was mended.")
        yield ev.CheckpointSaved(39, project.checkpoint_path(39))
        while not may_end.wait(0.005):
            yield ev.Progress(ev.Work.PREVIEW, 0, 0, step=39)

    fake(events)
    train = open_train(new_project)
    train.window.resize(width, height)
    train.wait(lambda: train.text("train.weights") != "" and train.view.plot.canvas is not None)
    seen: list[Places] = []

    def look() -> None:
        QApplication.processEvents()  # lay out what was said last
        seen.append(places(train.page, train.window))

    look()
    train.click("train.start")
    train.wait(lambda: train.text("train.state").startswith("Reading"))
    look()
    may_start.set()
    train.wait(lambda: train.text("train.state").startswith("Learning"))
    train.wait(lambda: train.text("train.saved") == "Saved at step 39")
    look()
    may_end.set()
    train.wait(lambda: train.job is None)
    look()
    moved = {
        name: (before[name], after[name])
        for before, after in pairwise(seen)
        for name in before.keys() & after.keys()
        if before[name] != after[name]
    }
    assert moved == {}
    assert {"train.start", "train.stop", "train.advanced", "train.wall"} <= seen[0].keys()


@pytest.mark.parametrize("width", [820, 1280])
def test_nothing_of_a_job_moves_while_others_come_and_go(session, qtbot, width: int) -> None:
    """Somebody may be about to click on its stop button."""
    line = StatusLine(session.theme, session.jobs, session.device)
    qtbot.addWidget(line)
    line.resize(width, line.height())
    line.show()
    ends = {name: Event() for name in ("pictures", "train", "export")}

    def start(name: str) -> None:
        def steps() -> Iterator[object]:
            yield ev.Progress(ev.Work.BATCH, 1, 10)
            while not ends[name].wait(0.005):
                yield ev.Progress(ev.Work.BATCH, 2, 10)

        session.jobs.start(name, steps, title=f"The long title of {name}")

    def place(name: str) -> tuple[int, int]:
        qtbot.wait(20)  # layouts
        title, stop = (line.findChild(QWidget, f"status.{one}.{name}") for one in ("show", "stop"))
        return title.mapTo(line, QPoint()).x(), stop.mapTo(line, QPoint()).x()

    start("pictures")
    first = place("pictures")
    start("train")
    second = place("train")
    line.show_awake(False)
    assert place("pictures") == first
    assert second[0] > first[1]
    ends["pictures"].set()
    qtbot.waitUntil(lambda: session.jobs.get("pictures") is None)
    assert place("train") == second
    start("export")  # where there is room again
    assert (place("export"), place("train")) == (first, second)
    for end in ends.values():
        end.set()
    qtbot.waitUntil(lambda: not session.jobs.is_busy())
