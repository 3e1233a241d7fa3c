"""After a power cut at any moment each file is whole, old or new, and no checkpoint is missed."""

import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ddpm_studio import storage
from ddpm_studio.config.text import with_settings
from ddpm_studio.events import CheckpointSaved
from ddpm_studio.project import FILE_NAME, Project, step_of
from ddpm_studio.training import train
from tests.training.watched_disk import Change, WatchedDisk

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the layer knows POSIX calls only")

STEPS = 12
TORN = b"some of it, zeros, or nothing"
Files = dict[Path, bytes]


class File:
    """content: what surely is on the disk; TORN while there are changes that are not."""

    def __init__(self, content: bytes = TORN) -> None:
        self.content = content


class Disk:
    """A disk that forgets what it was not told to keep, and keeps the rest in any order.

    Of a file that was changed since it was last kept, anything may be there. Of the names that
    were given, taken and moved in a folder since it was last kept, each may have come to the disk
    or not.
    """

    def __init__(self, files: Files) -> None:
        self.now = {path: File(content) for path, content in files.items()}
        self.kept = dict(self.now)
        self.folders = {folder for path in files for folder in path.parents}
        self.waiting: list[tuple[Path, Callable[[dict[Path, File]], object]]] = []  # per folder

    def make(self, change: Change) -> None:
        path, target = change.path, change.target
        if change.what == "open":
            file = self.now[path] = File()
            self._later(path, lambda names: names.update({path: file}))
        elif change.what in ("write", "cut"):
            self.now[path].content = TORN
        elif change.what == "keep":
            self.now[path].content = change.content
        elif change.what == "remove":
            del self.now[path]
            self._later(path, lambda names: names.pop(path, None))
        elif change.what == "rename":
            assert target is not None
            assert target.parent == path.parent
            moved = self.now[target] = self.now.pop(path)
            self._later(path, lambda names: (names.pop(path, None), names.update({target: moved})))
        elif change.what == "folder":
            self._later(path, lambda _names: self.folders.add(path))
        else:
            assert change.what == "keep names"
            for folder, act in self.waiting:
                if folder == path:
                    act(self.kept)
            self.waiting = [one for one in self.waiting if one[0] != path]

    def _later(self, path: Path, act: Callable[[dict[Path, File]], object]) -> None:
        self.waiting.append((path.parent, act))

    def after_cuts(self) -> Iterator[Files]:
        """What may be there when the power comes back."""
        before = set(self.folders)
        for chosen in itertools.product((False, True), repeat=len(self.waiting)):
            names = dict(self.kept)
            self.folders = set(before)
            for (_, act), has_come in zip(self.waiting, chosen, strict=True):
                if has_come:
                    act(names)
            yield {
                path: file.content for path, file in names.items() if path.parent in self.folders
            }
        self.folders = before


def watched(project: Project, work: Callable[[WatchedDisk], Any]) -> tuple[Files, list[Change]]:
    """The files before some work, and the changes that it makes."""
    before = {path: path.read_bytes() for path in project.path.rglob("*") if path.is_file()}
    disk = WatchedDisk(project.path)
    with pytest.MonkeyPatch.context() as patch:
        disk.watch(patch)
        work(disk)
    return before, [one for one in disk.changes if "cache" not in one.path.parts]


def cuts(before: Files, changes: Sequence[Change]) -> Iterator[tuple[int, Files]]:
    """(number of changes until then, files) of all cuts between two changes."""
    disk = Disk(before)
    for number, change in enumerate([None, *changes]):
        if change is not None:
            disk.make(change)
        for files in disk.after_cuts():
            yield number, files


def check_training(project: Project) -> tuple[int, list[Change]]:
    """Train, and look at all that can be left of it; how many cuts that were."""
    said: list[tuple[int, int]] = []  # changes until a checkpoint was said to be on disk, its step

    def work(disk: WatchedDisk) -> None:
        for event in train(project, device="cpu", steps=STEPS):
            if isinstance(event, CheckpointSaved):
                made = [one for one in disk.changes if "cache" not in one.path.parts]
                said.append((len(made), event.step))

    before, changes = watched(project, work)
    count = 0
    for number, files in cuts(before, changes):
        count += 1
        whole = {path: data for path, data in files.items() if not path.name.startswith(".")}
        assert whole[project.path / FILE_NAME] != TORN
        pictures = [data for path, data in whole.items() if path.parent == project.samples]
        assert TORN not in pictures
        saved = {p: data for p, data in whole.items() if p.parent == project.checkpoints}
        assert TORN not in saved.values()
        newest = max((step for made, step in said if made <= number), default=0)
        assert max(map(step_of, saved), default=0) >= newest
    return count, changes


SETTINGS = ["train.checkpoint_every=1", "train.preview_every=5", "train.preview_steps=1",
            "train.log_every=4", "pictures.channels=0"]  # fmt: skip


@pytest.fixture
def prepared(make_project: Callable[..., Project]) -> Project:
    """A new project whose pictures are prepared, but which does not know their colours yet."""
    return make_project("project", *SETTINGS)


def test_a_training_that_is_cut_at_any_moment_has_all_that_it_said_was_saved(
    prepared: Project,
) -> None:
    """Checkpoints, previews and project.json are whole, whatever the disk did first."""
    count, changes = check_training(prepared)
    assert count > 200
    kinds = {(one.what, one.path.parent.name) for one in changes}
    assert {("rename", "samples"), ("rename", "project"), ("remove", "checkpoints")} <= kinds


def test_old_checkpoints_go_only_when_the_new_one_is_on_disk(prepared: Project) -> None:
    project = prepared
    _, changes = watched(project, lambda _: list(train(project, device="cpu", steps=STEPS)))
    in_folder = [one for one in changes if project.checkpoints in (one.path, one.path.parent)]
    removed = [number for number, one in enumerate(in_folder) if one.what == "remove"]
    assert len(removed) >= 4
    for number in removed:
        asked = [one.what for one in in_folder[:number] if one.what != "remove"]
        assert asked[-3:] == ["keep", "rename", "keep names"]


@pytest.mark.parametrize("forgotten", ["_flush", "_flush_names"])
def test_a_program_that_does_not_flush_is_found_out(
    forgotten: str, prepared: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the tests above would show nothing."""
    monkeypatch.setattr(storage, forgotten, lambda _path: None)
    with pytest.raises(AssertionError):
        check_training(prepared)


def test_settings_are_the_old_ones_or_the_new_ones(project: Project) -> None:
    changed = with_settings(project.config, ["train.batch_size=2"])
    before, changes = watched(project, lambda _: project.with_config(changed))
    file = project.path / FILE_NAME
    found = [files[file] for _, files in cuts(before, changes)]
    assert set(found) == {before[file], file.read_bytes()}
    assert found[-1] == file.read_bytes()  # nothing waits any more


def test_a_new_project_is_there_for_good(tmp_path: Path, project: Project) -> None:
    """Its folder, too, and those above it."""
    path = tmp_path / "pictures" / "of" / "flowers"
    disk = WatchedDisk(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        disk.watch(patch)
        Project.create(path, project.pictures, project.config)
    left = Disk({tmp_path / "something": b""})
    for change in disk.changes:
        left.make(change)
    (files,) = left.after_cuts()
    assert files[path / FILE_NAME] == (path / FILE_NAME).read_bytes()
