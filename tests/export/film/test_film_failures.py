"""Exports that are cancelled or fail: nothing is left, and what was there stays."""

import errno
import os
import sys
from contextlib import contextmanager

import numpy as np
import pytest

from ddpm_studio.errors import ExportError
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.pages import write_sequence, write_strip
from ddpm_studio.export.film.write import write_film
from tests.export.film.films import ALL, as_film, write
from tests.training.watched_disk import Failure, WatchedDisk

each_format = pytest.mark.parametrize("ending", ALL)
RECIPE = '{"kind": "recipe"}'
WAYS = {
    **{ending: (f"film{ending}", write_film) for ending in ALL},
    "strip .png": (
        "strip.png",
        lambda path, film, options, recipe: write_strip(path, film, 3, options, recipe),
    ),
    "strip .webp": (
        "strip.webp",
        lambda path, film, options, recipe: write_strip(path, film, 3, options, recipe),
    ),
    "sequence": ("frames", write_sequence),
}
each_way = pytest.mark.parametrize("way", WAYS)


def start(folder, way, frames):
    name, writer = WAYS[way]
    return writer(folder / name, as_film(frames), FilmOptions(hold=0.2, ping_pong=True), RECIPE)


def content(folder):
    """Every file below, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@each_way
@pytest.mark.parametrize("after", [1, 3])
def test_a_cancelled_export_leaves_nothing(tmp_path, film, way, after):
    events = start(tmp_path, way, film(6))
    for _ in range(after):
        next(events)
    events.close()
    assert list(tmp_path.iterdir()) == []


@each_way
def test_what_a_kill_left_behind_goes_with_the_next_export(tmp_path, film, way):
    folder = tmp_path / ".unfinished-0123456789abcdef"
    folder.mkdir()
    (folder / "frame_00000.png").write_bytes(b"half")
    file = tmp_path / ".unfinished-0123456789abcdee.gif"
    file.write_bytes(b"half")
    new = tmp_path / ".unfinished-0123456789abcded.gif"  # perhaps of a program that still writes
    new.write_bytes(b"half")
    for path in (folder, file):
        os.utime(path, (0, 0))
    list(start(tmp_path, way, film(3)))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([new.name, WAYS[way][0]])


@each_format
def test_a_cancelled_export_leaves_the_film_that_was_there(tmp_path, film, ending):
    path = tmp_path / f"film{ending}"
    write(path, film(2))
    before = path.read_bytes()
    events = start(tmp_path, ending, film(6))
    next(events)
    events.close()
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@each_format
def test_an_export_that_fails_leaves_nothing_and_says_why(tmp_path, film, ending):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / f"taken{ending}").mkdir()
    for path in (
        tmp_path / "missing" / f"film{ending}",
        tmp_path / "file" / f"film{ending}",
        tmp_path / f"taken{ending}",
    ):
        with pytest.raises(ExportError) as caught:
            write(path, film(2))
        assert str(caught.value).endswith(".")
        assert "Errno" not in str(caught.value)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file", f"taken{ending}"]


@each_way
def test_a_mistake_while_composing_leaves_nothing(tmp_path, film, way):
    frames = film(6)
    frames[4] = frames[4][:-1]
    with pytest.raises(ExportError, match="one size"):
        list(start(tmp_path, way, [*frames[:2], frames[4]]))
    assert list(tmp_path.iterdir()) == []


@contextmanager
def files_of_at_most(size):
    """The system itself refuses to write more, to every library alike."""
    resource = pytest.importorskip("resource", reason="this system has no limit for files")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.skipif(sys.platform == "darwin", reason="its limit is not kept to the byte")
@each_format
def test_a_disk_that_is_full_at_any_byte_leaves_what_was_there(tmp_path, ending):
    """Also where it is the last one, which a library writes when it closes the file."""
    frames = np.random.default_rng(0).integers(0, 256, (4, 24, 32, 3), np.uint8)
    list(start(tmp_path, ending, frames))
    path = tmp_path / f"film{ending}"
    whole = path.read_bytes()
    size = len(whole)
    for limit in (0, 1, 40, 300, 1000, size // 2, size - 600, size - 40, size - 1):
        with files_of_at_most(limit), pytest.raises(ExportError) as caught:
            list(start(tmp_path, ending, frames))
        assert str(caught.value) == f"{path} cannot be written: File too large."
        assert path.read_bytes() == whole
        assert list(tmp_path.iterdir()) == [path]
    with files_of_at_most(size):
        list(start(tmp_path, ending, frames))


@pytest.mark.skipif(sys.platform == "darwin", reason="its limit is not kept to the byte")
def test_a_full_disk_names_the_folder_that_was_asked_for(tmp_path):
    frames = np.random.default_rng(0).integers(0, 256, (4, 24, 32, 3), np.uint8)
    with files_of_at_most(300), pytest.raises(ExportError) as caught:
        list(start(tmp_path, "sequence", frames))
    assert str(caught.value) == f"{tmp_path / 'frames'} cannot be written: File too large."
    assert list(tmp_path.iterdir()) == []


WATCHED = [way for way in WAYS if way not in (".mp4", ".webm", ".apng")]


@pytest.mark.parametrize("way", WATCHED)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_failure_of_any_single_change_leaves_all_or_nothing(tmp_path, film, way, code):
    """Each open, write, flush and rename fails once; videos are written by FFmpeg, see above."""
    frames = film(3, 6, 8)
    for part in ("whole", "broken"):
        (tmp_path / part).mkdir()
    list(start(tmp_path / "whole", way, frames))
    whole, number, failed = content(tmp_path / "whole"), 0, True
    folder = tmp_path / "broken"
    while failed:
        disk = WatchedDisk(folder, Failure(number, code, once=True))
        said = ""
        with pytest.MonkeyPatch.context() as patch:
            disk.watch(patch)
            try:
                list(start(folder, way, frames))
            except ExportError as error:
                said = str(error)
        failed = bool(disk.failed)
        if said:
            assert said.endswith(".")
            assert "Errno" not in said
        is_late = disk.failed[:1] and disk.failed[0].what in ("keep names", "remove")
        assert content(folder) in (({}, whole) if is_late else ({},) if failed else (whole,))
        for path in folder.iterdir():
            rubble(path)
        number += 1
    assert number > 3


def rubble(path):
    """Take it away."""
    if path.is_dir():
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    else:
        path.unlink()
