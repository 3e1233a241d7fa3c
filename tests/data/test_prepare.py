"""A folder becomes a set on disk, with a report; damage and disturbance cost nothing."""

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data import PictureSet, prepare, prepare_pictures
from ddpm_studio.data.isolation.process import TOO_LONG, TOO_MUCH_MEMORY, Answer
from ddpm_studio.errors import PicturesError
from ddpm_studio.events import (
    Note,
    PicturesFound,
    PicturesReady,
    PicturesSeen,
    Progress,
    Work,
    is_progress,
)
from ddpm_studio.storage import TEMPORARY_PREFIX
from tests.data.reading import read_picture

CONFIG = PicturesConfig(size=24)


def names(prepared: PictureSet) -> list[str]:
    return [Path(picture.name).as_posix() for picture in prepared.taken]


def ready(events: list[object]) -> PicturesReady:
    (event,) = (event for event in events if isinstance(event, PicturesReady))
    return event


def test_every_picture_is_there_as_the_reader_reads_it(run: Any, folder: Path, cache: Path) -> None:
    prepared, events = run(folder, cache)
    assert names(prepared) == ["a.JPG", "b.png", "more/c.webp"]
    assert prepared.pixels.shape == (3, 24, 24, 3)
    assert prepared.pixels.dtype == np.uint8
    for pixels, taken in zip(prepared.pixels, prepared.taken, strict=True):
        assert np.array_equal(pixels, read_picture(folder / taken.name, CONFIG).pixels)
    progress = [event for event in events if is_progress(event, Work.READING)]
    assert progress[-1] == Progress(Work.READING, 3, 3)
    assert ready(events) == PicturesReady(3, 0, False)


def test_pictures_can_be_seen_while_the_others_are_read(
    run: Any, folder: Path, cache: Path
) -> None:
    prepared, events = run(folder, cache)
    (found,) = (event for event in events if isinstance(event, PicturesFound))
    seen = [event for event in events if isinstance(event, PicturesSeen)]
    rows = dict(row for event in seen for row in event.rows)
    assert [found.names[index] for index in sorted(rows)] == [one.name for one in prepared.taken]
    size = 24 * 24 * 3
    for index, row in rows.items():
        data = seen[0].path.read_bytes()[row * size : (row + 1) * size]
        (picture,) = (k for k, one in enumerate(prepared.taken) if one.name == found.names[index])
        assert data == prepared.pixels[picture].tobytes()


def test_the_array_lies_on_disk_and_can_be_written_to_without_changing_it(
    run: Any, folder: Path, cache: Path
) -> None:
    prepared, _ = run(folder, cache)
    assert isinstance(prepared.store, np.memmap)
    before = prepared.pixels.copy()
    prepared.store[:] = 0  # torch wants to be allowed to
    assert np.array_equal(run(folder, cache)[0].pixels, before)


def test_a_folder_of_one_picture_works(run: Any, folder: Path, cache: Path) -> None:
    for name in ("a.JPG", "more/c.webp"):
        (folder / name).unlink()
    prepared, _ = run(folder, cache)
    assert prepared.pixels.shape == (1, 24, 24, 3)


@pytest.mark.parametrize(("channels", "height"), [(1, 0), (3, 32), (1, 8)])
def test_the_shape_is_the_configs(
    run: Any, folder: Path, cache: Path, channels: int, height: int
) -> None:
    config = PicturesConfig(size=24, height=height, channels=channels)
    assert run(folder, cache, config)[0].pixels.shape == (3, height or 24, 24, channels)


def test_an_empty_folder_is_one_clear_error(run: Any, tmp_path: Path, cache: Path) -> None:
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
    run: Any, tmp_path: Path, cache: Path
) -> None:
    folder = tmp_path / "junk"
    folder.mkdir()
    (folder / "a.png").touch()
    (folder / "b.png").write_text("not a picture")
    with pytest.raises(PicturesError) as caught:
        run(folder, cache)
    assert str(caught.value) == (
        f"None of the 2 files in {folder} can be taken as a picture (a.png: the file is empty)."
    )


def test_what_is_left_out_is_named_with_its_reason(run: Any, folder: Path, cache: Path) -> None:
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
    again, events = run(folder, cache)
    assert again.left_out == prepared.left_out
    assert [event for event in events if isinstance(event, Note)] == [
        Note("2 files were left out; `ddpm-studio check` says why of each", left_out=2)
    ]


def test_of_very_many_files_left_out_the_first_are_named(
    run: Any, folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "TOLD", 2)
    for number in range(3):
        (folder / f"{number}.png").touch()
    _, events = run(folder, cache)
    notes = [event.message for event in events if isinstance(event, Note)]
    assert notes[2:] == ["1 more file was left out; `ddpm-studio check` says why of each"]


def test_notes_are_kept_with_their_picture(run: Any, folder: Path, cache: Path) -> None:
    Image.new("RGBA", (9, 8), (0, 0, 0, 0)).save(folder / "b.png")
    for _ in range(2):  # the second time from the cache
        prepared, _ = run(folder, cache)
        assert [len(picture.notes) for picture in prepared.taken] == [0, 2, 0]
        assert prepared.taken[1].notes[0] == "enlarged from 9 x 8 pixels"


DAMAGE = {
    "no report": lambda pixels, report: report.unlink(),
    "no pixels": lambda pixels, report: pixels.unlink(),
    "short pixels": lambda pixels, report: pixels.write_bytes(pixels.read_bytes()[:-1]),
    "empty pixels": lambda pixels, report: pixels.write_bytes(b""),
    "half a report": lambda pixels, report: report.write_bytes(report.read_bytes()[:50]),
    "empty report": lambda pixels, report: report.write_bytes(b""),
    "another report": lambda pixels, report: report.write_text("[]"),
    "strange report": lambda pixels, report: report.write_text(
        '{"kind": "prepared pictures", "format_version": 2, "shape": [3], "rows": [1, 2, 3]}'
    ),
    "newer report": lambda pixels, report: report.write_text(
        report.read_text().replace('"format_version": 2', '"format_version": 99')
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_cache_is_made_again(
    run: Any, is_read_again: Any, folder: Path, cache: Path, damage: str
) -> None:
    before = run(folder, cache)[0].pixels.copy()
    DAMAGE[damage](*cache.glob("*.pixels"), *cache.glob("[0-9a-f]*[0-9].json"))
    assert is_read_again(folder, cache)
    assert not is_read_again(folder, cache)
    assert np.array_equal(run(folder, cache)[0].pixels, before)


def test_the_cache_can_be_deleted_at_any_time(
    run: Any, is_read_again: Any, folder: Path, cache: Path
) -> None:
    run(folder, cache)
    for file in cache.iterdir():
        file.unlink()
    cache.rmdir()
    assert is_read_again(folder, cache)


def test_a_cache_that_cannot_be_written_is_one_sentence(
    run: Any, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PicturesError, match="cannot be written to"):
        run(folder, tmp_path / "file" / "cache")


def test_what_was_read_when_it_is_stopped_need_not_be_read_again(
    decoded: Any, folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "TOLD_EVERY", 0.0)
    work = prepare_pictures(folder, CONFIG, cache)
    while not isinstance(next(work), PicturesSeen):
        pass
    work.close()
    assert decoded(folder, cache) == ["b.png", "more/c.webp"]


def test_two_that_read_one_folder_wait_for_each_other(folder: Path, cache: Path) -> None:
    first = prepare_pictures(folder, CONFIG, cache)
    while not isinstance(next(first), PicturesSeen):
        pass
    second = prepare_pictures(folder, CONFIG, cache)
    waiting = [next(second) for _ in range(3)]
    assert "already" in waiting[1].message
    *_, last = first
    assert isinstance(last, PicturesReady)
    assert any(event == PicturesReady(3, 0, True) for event in second)


def test_what_a_kill_left_behind_is_cleared_away(run: Any, folder: Path, cache: Path) -> None:
    cache.mkdir(parents=True)
    old, fresh = (cache / f"{TEMPORARY_PREFIX}0123456789abcde{n}.pixels" for n in range(2))
    for file in (old, fresh):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))
    run(folder, cache)
    assert not old.exists()
    assert fresh.exists()  # perhaps another window is at work


def test_a_file_that_goes_while_the_folder_is_read_is_reported(
    run: Any, folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = prepare.scan_folder(folder)  # type: ignore[attr-defined]
    (folder / "b.png").unlink()
    monkeypatch.setattr(prepare, "scan_folder", lambda _: found)
    prepared, _ = run(folder, cache)
    assert [(file.name, file.reason) for file in prepared.left_out] == [
        ("b.png", "it is no longer there")
    ]


def test_odd_names_come_back_from_the_cache(
    run: Any, paint: Any, folder: Path, cache: Path
) -> None:
    odd = ["花🌸 & 'quote'.png", os.fsdecode(b"caf\xe9.png")]
    try:
        for number, name in enumerate(odd):
            paint(folder / "odd.png", number)
            (folder / "odd.png").rename(folder / name)
    except (OSError, UnicodeError):
        pytest.skip("this disk takes only names that are text")
    first, _ = run(folder, cache)
    second, events = run(folder, cache)
    assert ready(events).from_cache
    assert set(odd) < set(names(first))
    assert second.taken == first.taken


def test_a_large_folder_comes_in_order_whoever_was_quick(
    run: Any, tmp_path: Path, cache: Path
) -> None:
    for number in range(100):
        Image.new("L", (8, 8), number).save(tmp_path / f"{number:02d}.bmp")
    config = PicturesConfig(size=8, channels=1, copies="all")
    prepared, events = run(tmp_path, cache, config)
    progress = [event for event in events if is_progress(event, Work.READING)]
    assert [event.done for event in progress] == sorted(event.done for event in progress)
    assert {event.total for event in progress} == {100}
    assert prepared.pixels[:, 0, 0, 0].tolist() == list(range(100))


def test_warnings_of_decoders_do_not_reach_the_program(run: Any, folder: Path, cache: Path) -> None:
    Image.open(folder / "b.png").convert("RGB").save(
        folder / "w.jpg", exif=b"Exif\0\0II*\0\x08\0\0\0\x09\0\x12\x01"
    )
    before = list(warnings.filters)
    with warnings.catch_warnings(record=True) as leaked:
        warnings.simplefilter("always")
        prepared, _ = run(folder, cache, PicturesConfig(size=24, copies="all"))
    assert leaked == []
    assert list(warnings.filters) == before
    assert any("Corrupt EXIF data" in note for note in prepared.taken[-1].notes)


@pytest.mark.parametrize("failure", [TOO_LONG, TOO_MUCH_MEMORY])
def test_what_a_busy_machine_did_to_a_file_is_not_remembered_of_it(
    run: Any, folder: Path, cache: Path, failure: str
) -> None:
    """Else a good picture is left out for ever: the next reading tries it again."""

    class Busy:
        def run_with_pulse(self, requests: Any, _pulse: float) -> Any:
            for key, _ in requests:
                yield key, Answer({}, failure=failure)

    pool: Any = Busy()
    told: list[object] = list(prepare_pictures(folder, CONFIG, cache, pool=pool, may_be_empty=True))
    assert ready(told) == PicturesReady(0, 3, from_cache=False)
    assert names(run(folder, cache)[0]) == ["a.JPG", "b.png", "more/c.webp"]
