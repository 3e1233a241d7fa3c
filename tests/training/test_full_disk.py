"""Whatever write fails, and however: nothing that was learned is lost, and it is said."""

import errno
import itertools
import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from ddpm_studio.errors import StudioError
from ddpm_studio.events import CheckpointSaved, Note, TrainStep
from ddpm_studio.project import Project, step_of
from ddpm_studio.storage import TEMPORARY_PREFIX
from ddpm_studio.training import TrainEvent, saver, train
from ddpm_studio.training.checkpoints import read_info
from tests.training.watched_disk import Change, Failure, WatchedDisk

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the layer knows POSIX calls only")

EVERY, FIRST, LAST = 2, 3, 5  # steps: between checkpoints, of the run that fails, of the next
SETTINGS = [
    f"train.checkpoint_every={EVERY}", "train.preview_every=3", "train.preview_count=1",
    "train.preview_steps=1", "train.log_every=1", "pictures.channels=0",
]  # fmt: skip
AssertSameState = Callable[[Path, Path], None]


class AtOnce:
    """Writes when it is asked to, so that changes come in the same order each time."""

    def __init__(self, *_: Any) -> None:
        pass

    def submit(self, work: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(work(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self) -> None:
        pass


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory, pictures: Path, tiny: Callable[..., Any]
) -> Project:
    """A training that nothing disturbed, with checkpoints of steps 3 and 5."""
    project = Project.create(tmp_path_factory.mktemp("whole") / "p", pictures, tiny(*SETTINGS))
    for steps in (FIRST, LAST - FIRST):
        list(train(project, device="cpu", steps=steps))
    return project


@pytest.fixture
def fresh(whole: Project, tmp_path: Path, tiny: Callable[..., Any]) -> Callable[[], Project]:
    """fresh(): a new project, whose pictures are prepared already."""

    def make() -> Project:
        number = len(list(tmp_path.iterdir()))
        project = Project.create(tmp_path / f"p{number}", whole.pictures, tiny(*SETTINGS))
        shutil.copytree(whole.cache, project.cache)
        return project

    return make


def disturbed(project: Project, failure: Failure) -> tuple[list[TrainEvent], str, WatchedDisk, int]:
    """A training while the disk fails: its events, the sentence it ended with, and at which step.

    The disk is as it was from then on.
    """
    events: list[TrainEvent] = []
    failed_at: list[int] = []

    def note(_: Change) -> None:
        failed_at.append(max((e.step for e in events if isinstance(e, TrainStep)), default=0))

    disk = WatchedDisk(project.path, failure, on_failure=note)
    sentence = ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saver, "ThreadPoolExecutor", AtOnce)
        disk.watch(patch)
        try:
            for event in train(project, device="cpu", steps=FIRST):
                events.append(event)
        except StudioError as error:
            sentence = str(error)
    return events, sentence, disk, min(failed_at, default=-1)


def steps_on_disk(project: Project) -> list[int]:
    """Of all checkpoints, each of which must be whole."""
    return [read_info(path).step for path in project.checkpoint_paths()]


def unfinished(project: Project) -> list[Path]:
    return list(project.path.rglob(f"{TEMPORARY_PREFIX}*"))


def test_a_write_that_fails_once_changes_nothing_in_what_is_learned(
    whole: Project, fresh: Callable[[], Project], assert_same_state: AssertSameState
) -> None:
    hit = []
    for number in itertools.count():
        project = fresh()
        events, sentence, disk, _ = disturbed(project, Failure(number, once=True))
        if not disk.failed:
            break
        (change,) = disk.failed
        hit.append(change)
        if sentence:  # before the first step, or at the end, when there is no later
            check_sentence(sentence)
            newest = [FIRST] if change.what == "keep names" else [EVERY]
            assert steps_on_disk(project)[-1:] in ([], newest)
        else:
            assert steps_on_disk(project)[-1] == FIRST
            assert_same_state(project.checkpoint_path(FIRST), whole.checkpoint_path(FIRST))
            told = [event for event in events if isinstance(event, Note)]
            assert told or change.what in ("remove", "keep names") or "train." in change.path.name
        assert not unfinished(project) or change.what == "remove"
        if sentence or number % 6 == 0:  # else it is shown to be the same already
            check_end(project, whole, assert_same_state)
    assert_all_kinds(hit, project, {"keep names", "rename", "remove"})


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_is_full_or_cannot_be_written_from_a_moment_on_costs_one_round(
    code: int, whole: Project, fresh: Callable[[], Project], assert_same_state: AssertSameState
) -> None:
    hit: list[Change] = []
    number = -1
    while True:
        project = fresh()
        events, sentence, disk, failed_at = disturbed(project, Failure(number + 1, code))
        if not disk.failed:
            break
        hit.append(disk.failed[0])
        number = disk.first_failed  # those before it need no room
        saved = [event.step for event in events if isinstance(event, CheckpointSaved)]
        if FIRST not in saved:
            check_sentence(sentence)
        assert max(steps_on_disk(project), default=0) >= max(saved, default=0)
        assert max(steps_on_disk(project), default=0) >= failed_at // EVERY * EVERY - EVERY
        if code == errno.ENOSPC:  # there is always room enough to clear up
            assert not unfinished(project)
        if number % 4 == 0:  # it is the same from wherever it goes on
            check_end(project, whole, assert_same_state)
    assert_all_kinds(hit, project, {"rename", "remove"} if code == errno.EROFS else set())


def check_sentence(sentence: str) -> None:
    assert sentence.endswith(".")
    assert "\n" not in sentence
    words = ("No space left on device", "disk is full", "Input/output error", "Read-only")
    assert any(word in sentence for word in words), sentence


def check_end(project: Project, whole: Project, assert_same_state: AssertSameState) -> None:
    """Without failures training goes on to the very same end, and sweeps up."""
    newest = max(map(step_of, project.checkpoint_paths()), default=0)
    for leftover in unfinished(project):
        os.utime(leftover, (0, 0))  # nobody writes to it any more
    list(train(project, device="cpu", steps=LAST - newest))
    assert_same_state(project.checkpoint_path(LAST), whole.checkpoint_path(LAST))
    assert not unfinished(project)


def assert_all_kinds(hit: list[Change], project: Project, others: set[str]) -> None:
    """Else this file would show nothing."""
    assert {change.what for change in hit} >= {"open", "write", "keep", "folder"} | others
    names = {part for change in hit for part in change.path.relative_to(project.path.parent).parts}
    assert names >= {"checkpoints", "samples", "metrics.jsonl", "train.lock", "train.owner"}
    assert any(name.endswith(".json") for name in names)  # project.json, before it has its name
