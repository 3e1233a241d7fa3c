"""Beside a training, others may read the project and sample from it; they change nothing in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ddpm_studio.cli import main
from ddpm_studio.project import Project
from ddpm_studio.training import TrainEvent, find_checkpoint
from ddpm_studio.training.checkpoints import choose_checkpoint

TrainFor = Callable[..., list[TrainEvent]]


def look(project: Project) -> dict[str, tuple[int, int]]:
    """Every file and folder of a project, how long it is and when it was written."""
    return {
        str(path.relative_to(project.path)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in (project.path, *project.path.rglob("*"))
    }


def words_for(verb: str, project: Project, out: Path) -> list[str]:
    sampling = ["--steps", "2", "--device", "cpu"]
    return {
        "sample": ["sample", str(project.path), "--out", str(out), "--count", "2", *sampling],
        "animate": ["animate", str(project.path), "--out", str(out / "film.gif"), *sampling],
        "check": ["check", str(project.path)],
    }[verb]


@pytest.mark.parametrize("verb", ["sample", "animate", "check"])
def test_looking_at_a_project_that_is_trained_changes_nothing_in_it(
    verb: str,
    project: Project,
    train_for: TrainFor,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    train_for(project, 2)
    (tmp_path / "out").mkdir()
    with project.lock():
        before = look(project)
        assert main(words_for(verb, project, tmp_path / "out")) == 0
        assert look(project) == before
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("verb", ["sample", "animate"])
def test_a_damaged_newest_checkpoint_is_told_and_the_one_before_it_is_used(
    verb: str,
    make_project: Callable[..., Project],
    train_for: TrainFor,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project = make_project("project", "train.checkpoint_every=2")
    train_for(project, 6)
    project.checkpoint_path(6).write_bytes(b"half of it")
    (tmp_path / "out").mkdir()
    assert main(words_for(verb, project, tmp_path / "out")) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "is damaged" in line]
    assert len(told) == 1
    assert told[0].startswith(f"{project.checkpoint_path(6)} is damaged: ")
    assert told[0].endswith(" That of step 4 is used instead.")
    made = [path.name for path in (tmp_path / "out").glob("*step*")]
    assert all("_step00000004_" in name for name in made)


def test_choosing_says_of_each_damaged_one_what_is_wrong(
    make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    project = make_project("project", "train.checkpoint_every=2")
    train_for(project, 6)
    for step in (4, 6):
        project.checkpoint_path(step).write_bytes(b"")
    found: list[Any] = []

    def outer() -> Any:
        found.append((yield from choose_checkpoint(project)))

    events = list(outer())
    assert [event.path for event in events] == [project.checkpoint_path(step) for step in (6, 4)]
    assert found == [project.checkpoint_path(2)] == [find_checkpoint(project)]
    assert list(choose_checkpoint(project, 6)) == []  # whoever asks for it gets what is wrong
