"""A file is whole or not there at all, and says what it is."""

import errno
import json
import os
from pathlib import Path

import pytest

from ddpm_studio import storage
from ddpm_studio.errors import StudioError
from ddpm_studio.storage import (
    TEMPORARY_PREFIX,
    check_format,
    make_lasting_folder,
    read_json,
    remove_unfinished,
    replacing,
    write_atomically,
    write_json,
)


def test_a_write_replaces_the_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    for data in (b"long and old", b"new", b""):
        write_atomically(file, data)
        assert file.read_bytes() == data
    assert list(tmp_path.iterdir()) == [file]


def test_a_failure_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(b"old")

    def write_half_of_it() -> None:
        with replacing(file) as temporary:
            temporary.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half_of_it()
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_the_old_file_is_there_until_the_new_one_is_complete(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(b"old")
    with replacing(file) as temporary:
        temporary.write_bytes(b"new")
        assert file.read_bytes() == b"old"
        assert temporary.parent == file.parent  # the same disk, so that replacing is one act
    assert file.read_bytes() == b"new"


def test_writers_see_the_ending_and_long_names_fit(tmp_path: Path) -> None:
    file = tmp_path / ("n" * 250 + ".gif")
    with replacing(file) as temporary:
        assert temporary.suffix == ".gif"
        temporary.write_bytes(b"film")
    assert file.read_bytes() == b"film"


def test_what_a_write_asks_of_the_disk_comes_before_the_new_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda _: done.append("flush"))
    replace = Path.replace

    def noted(self: Path, target: Path) -> Path:
        done.append("replace")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", noted)
    write_atomically(tmp_path / "a.bin", b"new")
    assert done[:2] == ["flush", "replace"]


def test_the_new_name_is_asked_of_the_disk_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, done = os.open, []

    def noted(path: Path, flags: int) -> int:
        done.append(Path(path) == tmp_path)
        return opened(path, flags)

    monkeypatch.setattr(os, "open", noted)
    write_atomically(tmp_path / "a.bin", b"new")
    assert done == [False, True]  # the file, and when it has its name, the folder


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_a_disk_that_refuses_to_keep_a_name_is_an_error(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def refuse_folders(path: Path, flags: int) -> int:
        if Path(path).is_dir():
            raise OSError(code, os.strerror(code))
        return opened(path, flags)

    monkeypatch.setattr(os, "open", refuse_folders)
    with pytest.raises(OSError, match=os.strerror(code)):
        write_atomically(tmp_path / "a.bin", b"new")


def test_a_leftover_that_cannot_be_deleted_does_not_hide_what_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise PermissionError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refuse)
    monkeypatch.setattr(storage, "_flush", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_atomically(tmp_path / "a.bin", b"new")


def test_a_lasting_folder_is_flushed_with_those_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[Path] = []
    monkeypatch.setattr(storage, "_flush_names", flushed.append)
    make_lasting_folder(tmp_path / "a" / "b", parents=True)
    assert flushed == [tmp_path, tmp_path / "a"]
    make_lasting_folder(tmp_path / "a" / "b", parents=True)
    assert len(flushed) == 2
    with pytest.raises(FileNotFoundError):
        make_lasting_folder(tmp_path / "c" / "d")


def test_a_disk_that_cannot_flush_names_is_good_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def refuse_folders(path: Path, flags: int) -> int:
        if Path(path).is_dir():
            raise OSError("not here")
        return opened(path, flags)

    monkeypatch.setattr(os, "open", refuse_folders)
    write_atomically(tmp_path / "a.bin", b"new")
    assert (tmp_path / "a.bin").read_bytes() == b"new"


def test_json_comes_back_as_it_was(tmp_path: Path) -> None:
    values = {"name": "Blüten \udcff 🌸", "steps": [1, 2.5, None, True]}
    write_json(tmp_path / "a.json", "thing", 3, values)
    assert read_json(tmp_path / "a.json", "thing", 3) == values
    assert read_json(tmp_path / "a.json", "thing", 4) == values  # an older file
    whole = json.loads((tmp_path / "a.json").read_bytes())
    assert (whole["kind"], whole["format_version"]) == ("thing", 3)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not valid JSON"),
        (b'{"kind": "thing", "format_ver', "not valid JSON"),
        (b"\xff\xfe\x00", "not valid JSON"),
        (b"[]", "is not a thing"),
        (b"{}", "is not a thing"),
        (b'{"kind": "other", "format_version": 1}', "is not a thing"),
        (b'{"kind": "thing"}', "format version is None"),
        (b'{"kind": "thing", "format_version": "1"}', "format version is '1'"),
        (b'{"kind": "thing", "format_version": true}', "format version is True"),
        (b'{"kind": "thing", "format_version": 0}', "format version is 0"),
        (b'{"kind": "thing", "format_version": 4}', r"newer DDPM Studio \(format 4"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence_with_its_path(
    tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(content)
    with pytest.raises(StudioError, match=words) as caught:
        read_json(file, "thing", 3)
    assert str(file) in str(caught.value)


def test_a_missing_file_and_a_folder_are_sentences_too(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="is missing"):
        read_json(tmp_path / "none.json", "thing", 1)
    with pytest.raises(StudioError, match="cannot be read"):
        read_json(tmp_path, "thing", 1)


def test_a_format_check_gives_the_values_alone() -> None:
    values = {"kind": "thing", "format_version": 1, "a": 2}
    assert check_format(values, "here", "thing", 1) == {"a": 2}


def test_leftovers_of_a_kill_are_cleared_away(tmp_path: Path) -> None:
    leftover, file = tmp_path / f"{TEMPORARY_PREFIX}0123456789abcdef.png", tmp_path / "a.png"
    leftover.write_bytes(b"half")
    file.write_bytes(b"whole")
    remove_unfinished(tmp_path, idle_seconds=3600)  # fresh: somebody may be writing it
    assert leftover.exists()
    theirs = tmp_path / f"{TEMPORARY_PREFIX}facade.png"  # somebody's own name
    theirs.write_bytes(b"whole")
    for path in (leftover, theirs):
        os.utime(path, (0, 0))
    remove_unfinished(tmp_path, idle_seconds=3600)
    assert sorted(tmp_path.iterdir()) == [theirs, file]
    remove_unfinished(tmp_path / "no such folder")


def test_a_folder_that_was_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    """As of the frames of a film; a link to somebody's folder is only a name."""
    (tmp_path / "theirs").mkdir()
    kept = tmp_path / "theirs" / "a.png"
    kept.write_bytes(b"whole")
    leftover, ours = tmp_path / f"{TEMPORARY_PREFIX}0123456789abcdef", tmp_path / "ours"
    ours.mkdir()
    leftover.mkdir()
    (leftover / "frame_00000.png").write_bytes(b"whole")
    remove_unfinished(tmp_path, idle_seconds=3600)
    assert leftover.exists()
    os.utime(leftover, (0, 0))
    remove_unfinished(tmp_path, idle_seconds=3600)
    assert not leftover.exists()
    (ours / f"{TEMPORARY_PREFIX}0123456789abcdee").symlink_to(kept.parent, target_is_directory=True)
    remove_unfinished(ours)
    assert list(ours.iterdir()) == []
    assert kept.read_bytes() == b"whole"


def test_a_folder_that_takes_no_file_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"no folder")
    for folder in ("missing", "file"):
        with pytest.raises(OSError, match=folder):
            write_atomically(tmp_path / folder / "a.bin", b"new")
