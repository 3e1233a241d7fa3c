"""A folder becomes one array on disk, made again only when something has changed."""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data import PictureSet, prepare, prepare_pictures, read_picture
from ddpm_studio.errors import PicturesError
from ddpm_studio.events import Note, PicturesProgress, PicturesReady
from ddpm_studio.storage import TEMPORARY_PREFIX

CONFIG = PicturesConfig(size=24)


def run(
    folder: Path, cache: Path, config: PicturesConfig = CONFIG
) -> tuple[PictureSet, list[object]]:
    """The set, and the events on the way to it."""
    events: list[object] = []
    work = prepare_pictures(folder, config, cache)
    while True:
        try:
            events.append(next(work))
        except StopIteration as stop:
            return stop.value, events


def ready(events: list[object]) -> PicturesReady:
    (event,) = (event for event in events if isinstance(event, PicturesReady))
    return event


def names(prepared: PictureSet) -> list[str]:
    return [Path(picture.name).as_posix() for picture in prepared.taken]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "project" / "cache"


def test_every_picture_is_there_as_the_reader_reads_it(folder: Path, cache: Path) -> None:
    prepared, events = run(folder, cache)
    assert names(prepared) == ["a.JPG", "b.png", "more/c.webp"]
    assert prepared.pixels.shape == (3, 24, 24, 3)
    assert prepared.pixels.dtype == np.uint8
    for pixels, taken in zip(prepared.pixels, prepared.taken, strict=True):
        assert np.array_equal(pixels, read_picture(folder / taken.name, CONFIG).pixels)
    progress = [event for event in events if isinstance(event, PicturesProgress)]
    assert [event.done for event in progress] == [1, 2, 3]
    assert ready(events) == PicturesReady(3, 0, False)


def test_the_array_lies_on_disk_and_can_be_written_to_without_changing_it(
    folder: Path, cache: Path
) -> None:
    prepared, _ = run(folder, cache)
    assert isinstance(prepared.pixels, np.memmap)
    before = prepared.pixels.copy()
    prepared.pixels[:] = 0  # torch wants to be allowed to
    assert np.array_equal(run(folder, cache)[0].pixels, before)


def test_a_folder_of_one_picture_works(folder: Path, cache: Path) -> None:
    for name in ("a.JPG", "more/c.webp"):
        (folder / name).unlink()
    prepared, _ = run(folder, cache)
    assert prepared.pixels.shape == (1, 24, 24, 3)


@pytest.mark.parametrize(("channels", "height"), [(1, 0), (3, 32), (1, 8)])
def test_the_shape_is_the_configs(folder: Path, cache: Path, channels: int, height: int) -> None:
    config = PicturesConfig(size=24, height=height, channels=channels)
    assert run(folder, cache, config)[0].pixels.shape == (3, height or 24, 24, channels)


def test_an_empty_folder_is_one_clear_error(tmp_path: Path, cache: Path) -> None:
    for folder in (tmp_path / "empty", tmp_path / "full of nothing"):
        folder.mkdir()
    (tmp_path / "full of nothing" / "in side").mkdir()
    (tmp_path / "full of nothing" / ".DS_Store").touch()
    for folder in (tmp_path / "empty", tmp_path / "full of nothing"):
        with pytest.raises(PicturesError, match=f"no file in .*{folder.name}; put some pictures"):
            run(folder, cache)
    with pytest.raises(PicturesError, match="does not exist"):
        run(tmp_path / "nowhere", cache)


def test_a_folder_of_junk_is_one_clear_error_with_the_first_reason(
    tmp_path: Path, cache: Path
) -> None:
    folder = tmp_path / "junk"
    folder.mkdir()
    (folder / "a.png").touch()
    (folder / "b.png").write_text("not a picture")
    with pytest.raises(PicturesError) as caught:
        run(folder, cache)
    assert str(caught.value) == (
        f"None of the 2 files in {folder} can be read as a picture (a.png: the file is empty)."
    )
    assert not list(cache.glob("*"))


def test_what_is_left_out_is_named_with_its_reason(folder: Path, cache: Path) -> None:
    (folder / "more" / "list.txt").write_text("milk, bread")
    (folder / "0.png").touch()
    prepared, events = run(folder, cache)
    assert len(prepared.taken) == 3
    assert ready(events) == PicturesReady(3, 2, False)
    reasons = {Path(file.name).as_posix(): file.reason for file in prepared.left_out}
    assert reasons == {"0.png": "the file is empty", "more/list.txt": "a text, not a picture"}
    notes = [event.message for event in events if isinstance(event, Note)]
    assert notes[0] == "0.png was left out: the file is empty"
    assert notes[1].endswith("list.txt was left out: a text, not a picture")
    (report,) = cache.glob("*.json")
    again, events = run(folder, cache)
    assert again.left_out == prepared.left_out
    assert [event for event in events if isinstance(event, Note)] == [
        Note(f"2 files were left out; the reasons are in {report}")
    ]


def test_of_very_many_files_left_out_the_first_are_named(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "TOLD", 2)
    for number in range(3):
        (folder / f"{number}.png").touch()
    _, events = run(folder, cache)
    notes = [event.message for event in events if isinstance(event, Note)]
    (report,) = cache.glob("*.json")
    assert notes[2:] == [f"1 more file was left out; the reasons are in {report}"]
    assert len(json.loads(report.read_text())["left_out"]) == 3


def test_notes_are_kept_with_their_picture(folder: Path, cache: Path) -> None:
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(folder / "b.png")
    for _ in range(2):  # the second time from the cache
        prepared, _ = run(folder, cache)
        assert [len(picture.notes) for picture in prepared.taken] == [0, 2, 0]
        assert prepared.taken[1].notes[0] == "enlarged from 8 x 8 pixels"


def test_an_unchanged_folder_is_not_read_again(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = run(folder, cache)
    monkeypatch.setattr(prepare, "read_picture", None)  # whoever calls it fails
    second, events = run(folder, cache)
    assert events == [PicturesReady(3, 0, True)]
    assert np.array_equal(first.pixels, second.pixels)
    assert first.taken == second.taken


def test_a_folder_that_moved_is_not_read_again(folder: Path, cache: Path) -> None:
    run(folder, cache)
    moved = folder.rename(folder.with_name("elsewhere"))
    assert ready(run(moved, cache)[1]).from_cache


def is_read_again(folder: Path, cache: Path, config: PicturesConfig = CONFIG) -> bool:
    return not ready(run(folder, cache, config)[1]).from_cache


def test_every_change_of_the_folder_is_noticed(folder: Path, cache: Path) -> None:
    run(folder, cache)
    Image.new("RGB", (24, 24), "red").save(folder / "d.png")
    assert is_read_again(folder, cache)  # added
    (folder / "d.png").write_bytes((folder / "b.png").read_bytes())
    assert is_read_again(folder, cache)  # changed
    os.utime(folder / "d.png", ns=(0, 0))
    assert is_read_again(folder, cache)  # perhaps changed, with the same length
    (folder / "d.png").rename(folder / "e.png")
    assert is_read_again(folder, cache)  # renamed
    (folder / "e.png").unlink()
    assert is_read_again(folder, cache)  # gone
    assert not is_read_again(folder, cache)


@pytest.mark.parametrize(
    "config",
    [
        PicturesConfig(size=16),
        PicturesConfig(size=24, height=16),
        PicturesConfig(size=24, channels=1),
        PicturesConfig(size=24, background="#000000"),
    ],
)
def test_every_setting_that_shapes_pixels_is_noticed(
    folder: Path, cache: Path, config: PicturesConfig
) -> None:
    run(folder, cache)
    assert is_read_again(folder, cache, config)
    assert len(list(cache.iterdir())) == 2  # the other set made room


def test_a_setting_that_shapes_no_pixels_does_not_matter(folder: Path, cache: Path) -> None:
    run(folder, cache)
    assert not is_read_again(folder, cache, PicturesConfig(size=24, flip_horizontal=True))


DAMAGE = {
    "no report": lambda pixels, report: report.unlink(),
    "no pixels": lambda pixels, report: pixels.unlink(),
    "short pixels": lambda pixels, report: pixels.write_bytes(pixels.read_bytes()[:-1]),
    "long pixels": lambda pixels, report: pixels.write_bytes(pixels.read_bytes() + b"x"),
    "empty pixels": lambda pixels, report: pixels.write_bytes(b""),
    "half a report": lambda pixels, report: report.write_bytes(report.read_bytes()[:50]),
    "empty report": lambda pixels, report: report.write_bytes(b""),
    "another report": lambda pixels, report: report.write_text("[]"),
    "strange report": lambda pixels, report: report.write_text(
        '{"kind": "prepared pictures", "format_version": 1, "taken": [1, 2, 3], "left_out": []}'
    ),
    "newer report": lambda pixels, report: report.write_text(
        report.read_text().replace('"format_version": 1', '"format_version": 99')
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_cache_is_made_again(folder: Path, cache: Path, damage: str) -> None:
    before = run(folder, cache)[0].pixels.copy()
    DAMAGE[damage](*cache.glob("*.pixels"), *cache.glob("*.json"))
    assert is_read_again(folder, cache)
    assert not is_read_again(folder, cache)
    assert np.array_equal(run(folder, cache)[0].pixels, before)


def test_the_cache_can_be_deleted_at_any_time(folder: Path, cache: Path) -> None:
    run(folder, cache)
    for file in cache.iterdir():
        file.unlink()
    cache.rmdir()
    assert is_read_again(folder, cache)


def test_a_cache_that_cannot_be_written_is_one_sentence(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PicturesError, match="cannot be written to"):
        run(folder, tmp_path / "file" / "cache")


def test_stopping_leaves_nothing_behind(folder: Path, cache: Path) -> None:
    work = prepare_pictures(folder, CONFIG, cache)
    next(work)
    work.close()
    assert list(cache.iterdir()) == []


def test_what_a_kill_left_behind_is_cleared_away(folder: Path, cache: Path) -> None:
    cache.mkdir(parents=True)
    old, fresh = (cache / f"{TEMPORARY_PREFIX}{name}.pixels" for name in ("old", "fresh"))
    for file in (old, fresh):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))
    run(folder, cache)
    assert not old.exists()
    assert fresh.exists()  # perhaps another window is at work


def test_a_file_that_goes_while_the_folder_is_read_is_reported(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = prepare.scan_folder(folder)
    (folder / "b.png").unlink()
    monkeypatch.setattr(prepare, "scan_folder", lambda _: found)
    prepared, _ = run(folder, cache)
    assert [(file.name, file.reason) for file in prepared.left_out] == [
        ("b.png", "it is no longer there")
    ]


def test_odd_names_come_back_from_the_cache(folder: Path, cache: Path) -> None:
    odd = ["花🌸 & 'quote'.png", os.fsdecode(b"caf\xe9.png")]
    try:
        for name in odd:
            (folder / name).write_bytes((folder / "b.png").read_bytes())
    except (OSError, UnicodeError):
        pytest.skip("this disk takes only names that are text")
    first, _ = run(folder, cache)
    second, events = run(folder, cache)
    assert ready(events).from_cache
    assert set(odd) < set(names(first))
    assert second.taken == first.taken


def test_a_large_folder_is_told_of_now_and_then(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "PROGRESS_EVENTS", 4)
    for number in range(21):
        Image.new("L", (4, 4), number).save(tmp_path / f"{number:02d}.bmp")
    prepared, events = run(tmp_path, cache, PicturesConfig(size=4, channels=1))
    progress = [event for event in events if isinstance(event, PicturesProgress)]
    assert [event.done for event in progress] == [5, 10, 15, 20, 21]
    assert {event.total for event in progress} == {21}
    assert prepared.pixels[:, 0, 0, 0].tolist() == list(range(21))  # in order, whoever was quick


def test_warnings_of_decoders_do_not_reach_the_program(folder: Path, cache: Path) -> None:
    Image.open(folder / "b.png").convert("RGB").save(
        folder / "w.jpg", exif=b"Exif\0\0II*\0\x08\0\0\0\x09\0\x12\x01"
    )
    before = list(warnings.filters)
    with warnings.catch_warnings(record=True) as leaked:
        warnings.simplefilter("always")
        prepared, _ = run(folder, cache)
    assert leaked == []
    assert list(warnings.filters) == before
    assert any("Corrupt EXIF data" in note for note in prepared.taken[-1].notes)
