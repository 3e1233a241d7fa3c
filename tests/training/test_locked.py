"""Two processes never train one project, and nothing that is left behind keeps one from it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ddpm_studio.errors import ProjectError
from ddpm_studio.events import TrainStep
from ddpm_studio.project import Project
from ddpm_studio.training import TrainEvent, train

HOLD = """
import sys
from ddpm_studio.project import Project
with Project.open(sys.argv[1]).lock():
    print("locked", flush=True)
    sys.stdin.read()
"""
TrainFor = Callable[..., list[TrainEvent]]


@pytest.fixture
def other_process(project: Project) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has locked the project."""
    command = [sys.executable, "-c", HOLD, str(project.path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "locked"
        yield process
        process.kill()


def test_a_project_that_another_process_trains_is_refused(
    project: Project, other_process: "subprocess.Popen[str]", train_for: TrainFor
) -> None:
    with pytest.raises(
        ProjectError, match=f"another process .number {other_process.pid}"
    ) as caught:
        train_for(project, 1)
    assert "is being trained by another process" in str(caught.value)
    assert not project.checkpoints.exists()


def test_when_the_other_process_is_killed_its_lock_is_gone(
    project: Project, other_process: "subprocess.Popen[str]", train_for: TrainFor
) -> None:
    other_process.kill()
    other_process.wait()
    assert train_for(project, 1)


def test_files_that_were_left_behind_are_no_obstacle(project: Project, train_for: TrainFor) -> None:
    (project.path / "train.lock").write_text("")
    (project.path / "train.owner").write_text("1\n")  # a process that runs, but not ours
    assert train_for(project, 1)
    assert not (project.path / "train.owner").exists()


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_project_is_free_again_after_training(
    is_closed: bool, project: Project, train_for: TrainFor, close_at: Callable[..., object]
) -> None:
    if is_closed:
        close_at(train(project, device="cpu"), lambda event: isinstance(event, TrainStep))
    else:
        train_for(project, 1)
    assert train_for(project, 1)


def test_one_process_cannot_train_a_project_twice_at_once(
    project: Project, train_for: TrainFor
) -> None:
    first = train(project, device="cpu")
    next(first)
    with pytest.raises(ProjectError, match="another process"):
        train_for(project, 1)
    first.close()
    assert train_for(project, 1)


def test_reading_needs_no_lock(
    project: Project, other_process: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    assert Project.open(project.path).config == project.config
