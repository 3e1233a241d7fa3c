"""What is set in a project reaches the disk: in order, the latest last, whatever comes next."""

import threading

import pytest

from ddpm_studio.config.text import with_settings
from ddpm_studio.errors import ProjectError
from ddpm_studio.gui.common.jobs import SMALL_WRITES, TRAIN
from ddpm_studio.project import Project


def log_every(project: Project) -> int:
    return Project.open(project.path).config.train.log_every


def set_log_every(session, value: int) -> None:
    assert session.change(lambda config: with_settings(config, [f"train.log_every={value}"]))


@pytest.fixture
def slow_disk(monkeypatch):
    """Saving waits until it is let go; what was saved is listed."""
    goes_on, saved = threading.Event(), []
    save = Project.save

    def slow(project: Project) -> None:
        assert threading.current_thread() is not threading.main_thread()
        goes_on.wait(20)
        save(project)
        saved.append(project.config.train.log_every)

    monkeypatch.setattr(Project, "save", slow)
    return goes_on, saved


def test_of_many_changes_the_first_and_the_latest_are_written(
    qtbot, session, new_project, slow_disk
):
    goes_on, saved = slow_disk
    session.open_project(new_project.path)
    for value in range(11, 31):
        set_log_every(session, value)
        if value == 11:
            qtbot.waitUntil(lambda: session.jobs.get(SMALL_WRITES).isRunning())
    assert session.project.config.train.log_every == 30
    goes_on.set()
    qtbot.waitUntil(lambda: session.jobs.get(SMALL_WRITES) is None)
    assert log_every(new_project) == saved[-1] == 30
    assert len(saved) <= 3


def test_closing_at_once_loses_nothing(qtbot, session, new_project):
    session.open_project(new_project.path)
    set_log_every(session, 11)
    set_log_every(session, 12)
    session.close()
    qtbot.waitUntil(lambda: not session.jobs.is_busy())
    assert log_every(new_project) == 12


def test_leaving_a_project_loses_nothing_and_coming_back_shows_what_was_set(
    qtbot, session, new_project, tiny_project_elsewhere, slow_disk
):
    goes_on, _ = slow_disk
    session.open_project(new_project.path)
    set_log_every(session, 11)
    set_log_every(session, 12)
    session.open_project(tiny_project_elsewhere.path)
    set_log_every(session, 13)
    session.open_project(new_project.path)
    assert session.project.config.train.log_every == 12
    goes_on.set()
    qtbot.waitUntil(lambda: session.jobs.get(SMALL_WRITES) is None)
    assert (log_every(new_project), log_every(tiny_project_elsewhere)) == (12, 13)


@pytest.fixture
def tiny_project_elsewhere(tmp_path, picture_folder, new_project):
    return Project.create(tmp_path / "projects" / "other", picture_folder, new_project.config)


def test_training_begins_with_what_was_set_on_the_disk(qtbot, session, new_project, slow_disk):
    goes_on, _ = slow_disk
    session.open_project(new_project.path)
    set_log_every(session, 11)
    seen = []

    def steps():
        seen.append(log_every(new_project))
        yield None

    session.start_training(steps)
    goes_on.set()
    qtbot.waitUntil(lambda: session.jobs.get(TRAIN) is None)
    assert seen == [11]


def test_a_failure_is_heard_and_what_is_on_the_disk_is_shown(
    qtbot, session, new_project, monkeypatch
):
    session.open_project(new_project.path)

    def full(_project: Project) -> None:
        raise ProjectError("The disk is full.")

    said = []
    session.failed.connect(lambda failure: said.append(failure.sentence))
    before = session.project.config
    with monkeypatch.context() as patch:
        patch.setattr(Project, "save", full)
        set_log_every(session, 11)
        assert session.project.config != before
        qtbot.waitUntil(lambda: session.project.config == before)
    assert said == ["The disk is full."]
    set_log_every(session, 12)
    qtbot.waitUntil(lambda: session.jobs.get(SMALL_WRITES) is None)
    assert log_every(new_project) == 12


def test_a_training_does_not_begin_with_what_could_not_be_saved(
    qtbot, session, new_project, monkeypatch
):
    session.open_project(new_project.path)
    before, began = session.project.config, []

    def full(_project: Project) -> None:
        raise ProjectError("The disk is full.")

    def steps():
        began.append(True)
        yield None

    monkeypatch.setattr(Project, "save", full)
    held = session.jobs.start("other", lambda: iter(()), begin=False, borrows=True)
    session.start_training(steps)  # it waits for the other one, and something is set meanwhile
    set_log_every(session, 11)
    held.begin()
    qtbot.waitUntil(lambda: session.jobs.get(TRAIN) is None)
    assert not began
    qtbot.waitUntil(lambda: session.project.config == before)
