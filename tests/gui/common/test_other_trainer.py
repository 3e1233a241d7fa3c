"""A project that another process trains is only looked at, and free again when that one ends."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from ddpm_studio.choices import read_choices
from ddpm_studio.config.text import with_settings
from ddpm_studio.gui.pictures.history import ChoiceHistory
from ddpm_studio.project import Project
from tests.gui.parts import part

HOLD = """
import sys
from ddpm_studio.project import Project
with Project.open(sys.argv[1]).lock():
    print("holding", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """other(project): a process that trains it until `end` is called."""
    monkeypatch.setattr("ddpm_studio.gui.common.project_watch.LOOK_EVERY", 20)
    children: list[subprocess.Popen[str]] = []

    class Other:
        def begin(self, project: Project) -> int:
            command = [sys.executable, "-c", HOLD, str(project.path)]
            pipe = subprocess.PIPE
            child = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
            children.append(child)
            assert child.stdout.readline() == "holding\n"
            return child.pid

        def end(self) -> None:
            for child in children:
                child.communicate()

    yield Other()
    Other().end()


@pytest.mark.opens_slowly  # a job's own signal opens it again: nobody may wait inside of that
def test_training_is_locked_and_the_page_says_why(qtbot, make_window, find, tiny_project, other):
    number = other.begin(tiny_project)
    window = make_window(tiny_project)
    session = window.session
    start = find(window, QPushButton, "train.start")
    state = find(window, QLabel, "train.state")
    sentence = f"Another process (number {number}) trains this project"
    qtbot.waitUntil(lambda: sentence in state.text())
    assert not start.isEnabled()
    said = []
    session.failed.connect(lambda failure: said.append(failure.sentence))
    assert not session.change(lambda config: with_settings(config, ["train.log_every=7"]))
    assert "can only be looked at" in said[-1]
    assert Project.open(tiny_project.path).config == tiny_project.config
    changed = tiny_project.with_config(  # by the other one, while it trains
        with_settings(tiny_project.config, ["train.log_every=9"])
    )
    other.end()
    qtbot.waitUntil(lambda: session.project.config == changed.config)
    assert session.other_trainer.sentence == ""
    assert start.isEnabled()
    assert "Goes on where it was left" in state.text()
    assert session.change(lambda config: with_settings(config, ["train.log_every=7"]))


@pytest.mark.opens_slowly
def test_a_training_that_begins_elsewhere_later_is_noticed(
    qtbot, make_window, find, tiny_project, other
):
    window = make_window(tiny_project)
    qtbot.waitUntil(lambda: window.session.project is not None)
    state = find(window, QLabel, "train.state")
    assert "Another process" not in state.text()
    other.begin(tiny_project)
    qtbot.waitUntil(lambda: "Another process" in state.text())
    history = part(window, ChoiceHistory)
    history.change(["a.png"], "Leave out a.png", state="out")
    assert read_choices(tiny_project.path) == history.choices
    assert history.undo_words == ""
    other.end()
    qtbot.waitUntil(lambda: "Another process" not in state.text())
    history.change(["a.png"], "Leave out a.png", state="out")
    assert history.undo_words == "Leave out a.png"


def test_ones_own_training_is_no_neighbour(qtbot, make_window, tiny_project, fake_training, other):
    from ddpm_studio.gui.train import work

    window = make_window(tiny_project)
    with tiny_project.lock():
        window.session.other_trainer.look()
        assert window.session.other_trainer.sentence == ""
    window.session.start_training(lambda: work.train_project(tiny_project, steps=20))
    assert window.session.other_trainer.sentence == ""
    qtbot.waitUntil(lambda: window.session.jobs.get("train") is None)
    assert window.session.other_trainer.sentence == ""


def test_looking_leaves_nothing_behind(session, new_project):
    session.open_project(new_project.path)
    session.other_trainer.look()
    assert not (new_project.path / "train.lock").exists()
