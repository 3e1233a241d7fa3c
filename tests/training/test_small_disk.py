"""A real disk that is too small, and the cache of pictures on a disk that fails at every write."""

import errno
import functools
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ddpm_studio.data import PictureSet
from ddpm_studio.data.prepare import new_pool, prepare_pictures
from ddpm_studio.errors import CheckpointError, PicturesError
from ddpm_studio.events import CheckpointSaved, Note, TrainStep
from ddpm_studio.project import Project
from ddpm_studio.storage import TEMPORARY_PREFIX
from ddpm_studio.training import TrainEvent, train
from tests.training.watched_disk import Failure, WatchedDisk

TrainFor = Callable[..., list[TrainEvent]]
ROOM_FOR_TWO = "560k"  # checkpoints, of 205 kB each, and the rest of a tiny project


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory that holds ROOM_FOR_TWO."""
    mount = shutil.which("mount")
    if not sys.platform.startswith("linux") or mount is None:
        pytest.skip("needs Linux to make a disk of a given size")
    folder = tmp_path / "disk"
    folder.mkdir()
    words = [mount, "-t", "tmpfs", "-o", f"size={ROOM_FOR_TWO}", "tmpfs", str(folder)]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def collect(steps: Iterator[TrainEvent], events: list[TrainEvent]) -> None:
    """Those before an error, too."""
    for event in steps:
        events.append(event)


def test_on_a_real_disk_that_is_full_training_goes_on_and_ends_with_a_sentence(
    small_disk: Path,
    make_project: Callable[..., Project],
    train_for: TrainFor,
    assert_same_state: Callable[[Path, Path], None],
) -> None:
    """With more room it comes to the same end; nothing unfinished takes any meanwhile."""
    whole = make_project("whole", "train.checkpoint_every=2", "train.log_every=1")
    project = Project.create(small_disk / "project", whole.pictures, whole.config)
    train_for(whole, 10)
    events: list[TrainEvent] = []
    with pytest.raises(CheckpointError, match="No space left on device"):
        collect(train(project, device="cpu", steps=8), events)
    assert len([event for event in events if isinstance(event, TrainStep)]) == 8
    assert [event.step for event in events if isinstance(event, CheckpointSaved)] == [2, 4]
    assert any("tries to save again" in e.message for e in events if isinstance(e, Note))
    assert [path.stem[-1] for path in project.checkpoint_paths()] == ["2", "4"]
    assert not list(project.path.rglob(f"{TEMPORARY_PREFIX}*"))
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    train_for(project, 6)
    assert_same_state(project.checkpoint_path(10), whole.checkpoint_path(10))


@pytest.fixture(scope="module")
def prepare(pictures: Path, tiny: Callable[..., Any]) -> Iterator[Callable[[Path], PictureSet]]:
    """prepare(cache): read all pictures, in processes that stay."""
    config = tiny().pictures
    with new_pool(config, 1) as pool:

        def run(cache: Path) -> PictureSet:
            steps = prepare_pictures(pictures, config, cache, pool=pool)
            found = []

            def outer() -> Iterator[object]:
                found.append((yield from steps))

            assert list(outer())
            return found[0]

        yield run


def sentence_or_all(read: Callable[[], PictureSet], whole: np.ndarray) -> bool:
    """Whether a reading ends with a sentence about the disk, or gives all pictures."""
    try:
        return np.array_equal(read().pixels, whole)
    except PicturesError as error:
        return "No space left on device" in str(error)


@pytest.mark.skipif(sys.platform == "win32", reason="the layer knows POSIX calls only")
@pytest.mark.parametrize("once", [True, False])
def test_when_the_cache_cannot_be_written_the_next_reading_is_whole(
    once: bool, prepare: Callable[[Path], PictureSet], tmp_path: Path
) -> None:
    """At every write: a sentence, or all the pictures; afterwards all of them."""
    whole = prepare(tmp_path / "whole").pixels
    for number in range(1000):
        disk = WatchedDisk(tmp_path / f"{number}", Failure(number, errno.ENOSPC, once))
        cache = disk.folder / "cache"
        disk.folder.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            disk.watch(patch)
            assert sentence_or_all(functools.partial(prepare, cache), whole)
        assert np.array_equal(prepare(cache).pixels, whole)
        assert np.array_equal(prepare(cache).pixels, whole)  # and so it is from the cache
        if not disk.failed:
            break
    assert number > 10
