"""The list of checkpoints follows the disk, and nobody in the window reads it there."""

import shutil
import threading

from ddpm_studio.gui.common import project_watch as module
from ddpm_studio.project import Project
from tests.gui.patience import PATIENCE


def test_they_are_known_as_soon_as_a_project_is_open(session, tiny_project):
    assert not session.checkpoints
    assert session.open_project(tiny_project.path)
    assert session.checkpoints.steps == [10]
    assert session.checkpoints.paths == tiny_project.checkpoint_paths()
    newest = session.checkpoints.newest
    assert newest.nbytes == newest.path.stat().st_size
    session.checkpoints.set_best(10, 0.5)
    session.close_project()
    assert not session.checkpoints
    assert session.checkpoints.best is None


def test_one_that_comes_or_goes_by_another_hand_is_noticed(
    qtbot, make_window, tiny_project, monkeypatch
):
    monkeypatch.setattr(module, "LOOK_EVERY", 20)
    session = make_window(tiny_project).session
    first = tiny_project.checkpoint_path(10)
    with qtbot.waitSignal(session.checkpoints.changed):
        shutil.copy(first, tiny_project.checkpoint_path(20))
    qtbot.waitUntil(lambda: session.checkpoints.steps == [10, 20])
    with qtbot.waitSignal(session.checkpoints.changed):
        first.unlink()
    qtbot.waitUntil(lambda: session.checkpoints.steps == [20])


def test_what_is_saved_during_a_look_is_seen_by_the_next(qtbot, session, tiny_project):
    session.open_project(tiny_project.path)
    for step in range(20, 60, 10):
        shutil.copy(tiny_project.checkpoint_path(10), tiny_project.checkpoint_path(step))
        session.checkpoint_saved.emit(step, tiny_project.checkpoint_path(step))
    qtbot.waitUntil(lambda: not session.jobs.is_busy())
    assert session.checkpoints.steps == [10, 20, 30, 40, 50]


def test_a_look_at_a_project_that_was_left_changes_nothing(qtbot, session, tiny_project):
    session.open_project(tiny_project.path)
    session.checkpoints.refresh()
    session.close_project()
    qtbot.waitUntil(lambda: not session.jobs.is_busy())
    assert not session.checkpoints


def test_a_look_from_before_a_save_is_not_shown_after_it(qtbot, session, tiny_project, monkeypatch):
    """Else what the page says of the newest one would go back for a moment."""
    session.open_project(tiny_project.path)
    shown, read, goes_on = [], threading.Event(), threading.Event()
    session.checkpoints.changed.connect(lambda: shown.append(session.checkpoints.steps))
    look = Project.checkpoint_files

    def slow(project):
        files = look(project)
        read.set()
        assert goes_on.wait(PATIENCE / 1000)
        return files

    monkeypatch.setattr(Project, "checkpoint_files", slow)
    first = tiny_project.checkpoint_path(10)
    shutil.copy(first, tiny_project.checkpoint_path(20))
    session.checkpoints.refresh()
    qtbot.waitUntil(read.is_set)
    shutil.copy(first, tiny_project.checkpoint_path(30))
    session.checkpoint_saved.emit(30, tiny_project.checkpoint_path(30))
    goes_on.set()
    qtbot.waitUntil(lambda: session.checkpoints.steps == [10, 20, 30])
    assert shown == [[10, 20, 30]]
