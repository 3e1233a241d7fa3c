"""Opening a project is work of a job: the window does not wait, and the last wish counts."""

import threading

import pytest

from ddpm_studio.errors import ProjectError
from ddpm_studio.gui.common.jobs import OPENING
from ddpm_studio.gui.shell.status_line import StatusLine
from ddpm_studio.project import Project
from tests.gui.parts import part

pytestmark = pytest.mark.opens_slowly


@pytest.fixture
def slow_disk(monkeypatch):
    """Reading a project waits for `go_on`; `threads` says where it was read."""
    go_on, threads = threading.Event(), []
    read = Project.open

    def slow_open(path):
        threads.append(threading.current_thread())
        go_on.wait(10)
        return read(path)

    monkeypatch.setattr(Project, "open", slow_open)
    yield go_on, threads
    go_on.set()


def test_a_project_is_read_by_a_job_and_the_window_says_so(qtbot, window, slow_disk, new_project):
    go_on, threads = slow_disk
    session = window.session
    shown = []
    session.open_project(new_project.path, then=lambda: shown.append(session.project.path))
    assert session.project is None
    assert "Opening flowers" in part(window, StatusLine).text()
    qtbot.waitUntil(lambda: threads != [])
    assert threads[0] is not threading.main_thread()
    go_on.set()
    qtbot.waitUntil(lambda: shown == [new_project.path])


def test_a_second_wish_replaces_the_first(
    qtbot, session, slow_disk, new_project, tmp_path, picture_folder
):
    go_on, threads = slow_disk
    stones = Project.create(tmp_path / "stones", picture_folder, new_project.config)
    seen: list[Project] = []
    session.project_changed.connect(seen.append)
    session.open_project(new_project.path)
    qtbot.waitUntil(lambda: len(threads) == 1)
    session.open_project(stones.path)
    go_on.set()
    qtbot.waitUntil(lambda: not session.jobs.is_busy())
    assert [project.path for project in seen] == [stones.path]


def test_closing_the_project_takes_the_wish_back(qtbot, session, slow_disk, new_project):
    go_on, threads = slow_disk
    session.open_project(new_project.path)
    qtbot.waitUntil(lambda: len(threads) == 1)
    session.close_project()
    go_on.set()
    qtbot.waitUntil(lambda: not session.jobs.is_busy())
    assert session.project is None


def test_what_cannot_be_made_is_said_and_what_is_open_stays(
    qtbot, session, new_project, picture_folder
):
    said = []
    session.failed.connect(lambda failure: said.append(failure.sentence))
    session.open_project(new_project.path)
    qtbot.waitUntil(lambda: session.project is not None)
    session.create_project(new_project.path, picture_folder, new_project.config)
    qtbot.waitUntil(lambda: session.jobs.get(OPENING) is None)
    with pytest.raises(ProjectError, match="already") as refused:
        Project.create(new_project.path, picture_folder, new_project.config)
    assert said == [str(refused.value)]
    assert session.project.path == new_project.path
