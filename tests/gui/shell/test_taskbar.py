"""How far work is, in the window's title: with the name of the project that it is of."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

from ddpm_studio import events as ev
from ddpm_studio.gui.common.jobs import TRAIN


def test_the_title_names_the_project_whose_work_it_tells(qtbot, make_window, new_project) -> None:
    window, end = make_window(new_project), Event()
    jobs = window.session.jobs

    def train() -> Iterator[object]:
        yield ev.TrainStarted(0, 100, None, "fake", "float32", 1000, 12)
        while not end.wait(0.01):
            yield ev.TrainStep(8, 1.0, 1.0, 1e-3, 400.0, 1.0, None)

    own, jobs.owner = jobs.owner, Path("stones")
    job = jobs.start(TRAIN, train)
    jobs.owner = own
    name = new_project.name
    qtbot.waitUntil(lambda: window.windowTitle() == f"8 % of stones · {name} — DDPM Studio")
    end.set()
    qtbot.waitUntil(lambda: window.windowTitle() == f"{name} — DDPM Studio")
    assert job.end is not None
