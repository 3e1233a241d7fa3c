"""A project that is opened again shows what was painted in it last."""

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QToolButton

from ddpm_studio.gui.common.jobs import SAMPLE, SMALL_WRITES
from ddpm_studio.gui.generate import last_painted
from ddpm_studio.project import Project
from tests.gui.patience import PatientBot


@pytest.fixture
def leave(qtbot: PatientBot):
    """Closes the window as a person does, once what was painted is noted."""

    def leave(page) -> None:
        page.qtbot.waitUntil(lambda: page.window.session.jobs.get(SMALL_WRITES) is None)
        page.window.close()
        page.qtbot.waitUntil(lambda: not page.window.isVisible())

    return leave


def come_to_rest(page) -> None:
    """Until the program has warmed up, and has painted what it paints by itself."""
    session = page.window.session
    page.qtbot.waitUntil(lambda: bool(session.device_name))
    page.qtbot.waitUntil(lambda: not session.jobs.is_busy())


def test_the_same_pictures_are_there_again(page, drive, leave, tiny_project: Project) -> None:
    page.generate()
    before, seed = page.shown(), page.seed.value()
    assert page.checkpoint.currentData() == -1
    leave(page)
    again = drive(Project.open(tiny_project.path))
    again.steps.setValue(9)  # of another project, perhaps
    come_to_rest(again)
    again.qtbot.waitUntil(lambda: again.grid.trajectory is not None)
    again.wait_until_done()
    np.testing.assert_array_equal(again.shown(), before)
    assert (again.seed.value(), again.steps.value(), again.count.value()) == (seed, 6, 4)
    assert again.checkpoint.currentData() == -1  # the newest was asked for, and still is
    again.generate()
    assert again.seed.value() != seed  # new ones, as ever


def test_a_picture_of_mine_on_its_way_is_there_again(
    page, drive, leave, tiny_project: Project
) -> None:
    page.click(page.get(QToolButton, "own.surprise"))
    page.qtbot.waitUntil(lambda: page.grid.trajectory is not None)
    page.wait_until_done()
    name = page.get(QLabel, "own.picture").text()
    leave(page)
    again = drive(Project.open(tiny_project.path))
    again.qtbot.waitUntil(lambda: again.grid.trajectory is not None)
    again.wait_until_done()
    assert again.grid.trajectory.is_forward
    assert again.get(QLabel, "own.picture").text() == name


def test_of_a_model_that_is_gone_nothing_is_painted(
    page, drive, leave, tiny_project: Project
) -> None:
    page.generate()
    leave(page)
    project = Project.open(tiny_project.path)
    newest = project.checkpoint_paths()[-1]
    data = newest.read_bytes()
    newest.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))  # of the same name, with other weights
    again = drive(project)
    come_to_rest(again)
    assert again.grid.trajectory is None


def test_what_took_long_waits_until_somebody_asks(
    page, drive, leave, tiny_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.generate()
    leave(page)
    monkeypatch.setattr(last_painted, "PATIENCE", -1.0)
    again = drive(Project.open(tiny_project.path))
    come_to_rest(again)
    assert again.grid.trajectory is None


@pytest.mark.parametrize("text", ["", "{}", '{"kind": "last painted", "format_version": 1}'])
def test_a_damaged_note_counts_as_none(drive, tiny_project: Project, text: str) -> None:
    tiny_project.cache.mkdir(exist_ok=True)
    (tiny_project.cache / last_painted.FILE_NAME).write_text(text)
    page = drive(tiny_project)
    come_to_rest(page)
    assert page.grid.trajectory is None
    page.generate()
    assert page.grid.trajectory.is_complete


def test_whoever_paints_first_is_not_disturbed(page, drive, leave, tiny_project: Project) -> None:
    page.generate()
    leave(page)
    again = drive(Project.open(tiny_project.path))
    again.seed.setValue(77)
    again.generate()
    come_to_rest(again)
    assert again.grid.trajectory.seeds[0] == 77
    assert again.window.session.jobs.get(SAMPLE) is None
