"""A batch writes as it goes, never loses what is done, and can be finished to the same bytes."""

import errno
import os

import pytest
from PIL import Image

from ddpm_studio.errors import CheckpointError, ExportError, StudioError
from ddpm_studio.events import FileWritten, Work, is_progress
from ddpm_studio.export import places
from ddpm_studio.gallery.batch import (
    MOST,
    find_model,
    forget_batch,
    read_batch,
    read_batches,
    with_what_is_there,
)
from ddpm_studio.gallery.made import BATCH_FILE, look_through
from ddpm_studio.recipe import Recipe, fingerprint

COUNT = 37  # more than two batches of the engine, and not a multiple of them


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def run(painting, files=None):
    """Until so many files are written, or to the end; the events."""
    events = []
    for event in painting:
        events.append(event)
        if sum(isinstance(one, FileWritten) for one in events) == files:
            painting.close()
            break
    return events


@pytest.fixture
def straight(studio):
    """The files of a batch that ran straight through."""
    batch = studio.begin(COUNT)
    run(studio.paint(batch))
    return contents(batch.folder)


def test_every_picture_is_there_with_its_own_recipe(studio):
    batch = studio.begin(COUNT)
    events = run(studio.paint(batch))
    paths = [event.path for event in events if isinstance(event, FileWritten)]
    assert [path.name for path in paths] == [
        f"flowers_step00000012_seed{seed:06d}.png" for seed in range(5, 5 + COUNT)
    ]
    assert {path.name for path in batch.folder.iterdir()} == {path.name for path in paths}
    recipe = Recipe.from_text(Image.open(paths[3]).text["ddpm_studio"])  # type: ignore[attr-defined]
    assert (recipe.seed, recipe.step, recipe.sample.eta) == (8, 12, 0.5)
    assert recipe.checkpoint_sha256 == "f" * 64


def test_progress_counts_up_to_the_end(studio):
    steps = [one for one in run(studio.paint(studio.begin(20))) if is_progress(one, Work.BATCH)]
    painted = [step.done for step in steps]
    assert painted == sorted(painted)
    assert (painted[0], painted[-1], steps[0].total, steps[0].before) == (0, 20, 20, 0)


@pytest.mark.parametrize("files", [1, 16, 23])
def test_finishing_a_stopped_batch_equals_running_straight_through(studio, straight, files):
    batch = studio.begin(COUNT)
    run(studio.paint(batch), files)
    stopped = read_batch(batch.folder)
    assert stopped.left == COUNT - files
    before = contents(batch.folder)
    events = run(studio.paint(stopped))
    first = next(event for event in events if is_progress(event, Work.BATCH))
    assert (first.done, first.before) == (files, files)
    assert contents(batch.folder) == straight
    assert all(straight[name] == before[name] for name in before if name != BATCH_FILE)


def test_a_killed_batch_is_finished_too(studio, straight):
    """Its record is old, and half a file lies about."""
    batch = studio.begin(COUNT)
    run(studio.paint(batch), 20)
    record = batch.folder / BATCH_FILE
    record.write_text(record.read_text().replace('"done": 20', '"done": 0'))
    (batch.folder / ".unfinished-0123456789abcdef.png").write_bytes(b"half")
    times = {path: path.stat().st_mtime_ns for path in batch.folder.glob("*.png")}
    found = with_what_is_there(read_batch(batch.folder))
    assert found.done == 20
    run(studio.paint(found))
    assert contents(batch.folder) == straight
    assert all(path.stat().st_mtime_ns == times[path] for path in times if path.exists())


def test_what_a_person_has_deleted_is_not_painted_again(studio):
    batch = studio.begin(COUNT)
    run(studio.paint(batch), 20)
    deleted = batch.path(3)
    deleted.unlink()
    run(studio.paint(read_batch(batch.folder)))
    assert not deleted.exists()
    assert len(list(batch.folder.glob("*.png"))) == COUNT - 1


def test_two_batches_of_the_same_settings_replace_nothing_of_each_other(studio):
    one, other = studio.begin(2), studio.begin(2)
    assert one.folder != other.folder
    run(studio.paint(one))
    before = contents(one.folder)
    run(studio.paint(other))
    assert contents(one.folder) == before == contents(other.folder)


@pytest.mark.parametrize("at", [0, 9, 20])
def test_a_full_disk_is_one_sentence_and_what_is_done_stays(studio, straight, monkeypatch, at):
    batch, real, written = studio.begin(COUNT), places.replacing, []  # type: ignore[attr-defined]

    def replacing(path):
        written.append(path)
        if len(written) > at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path)

    monkeypatch.setattr(places, "replacing", replacing)
    with pytest.raises(ExportError, match=f"The disk is full. The {at} of 37 pictures"):
        run(studio.paint(batch))
    assert len(list(batch.folder.glob("*.png"))) == at
    monkeypatch.setattr(places, "replacing", real)
    run(studio.paint(read_batch(batch.folder)))
    assert contents(batch.folder) == straight


def test_the_model_is_found_by_its_contents_or_a_sentence_says_that_it_is_gone(studio):
    project = studio.project
    project.checkpoints.mkdir()
    path = project.checkpoint_path(12)
    path.write_bytes(b"weights")
    batch = studio.begin(4, sha256=fingerprint(path))
    assert find_model(project, batch) == path
    renamed = path.rename(project.checkpoint_path(13))
    assert find_model(project, batch) == renamed
    path.write_bytes(b"others")
    assert find_model(project, batch) == renamed
    renamed.unlink()
    with pytest.raises(CheckpointError, match=r"its model \(step 12\) was deleted"):
        find_model(project, batch)


def test_unfinished_batches_are_found_and_can_be_forgotten(studio):
    batch = studio.begin(8)
    run(studio.paint(batch), 3)
    run(studio.paint(studio.begin(2)))  # a finished one leaves no record
    found = look_through(studio.gallery)
    assert found.batches == (batch.folder,)
    [stopped], trouble = read_batches(found.batches)
    assert (stopped.left, trouble) == (5, ())
    forget_batch(stopped)
    assert look_through(studio.gallery).batches == ()
    assert len(list(batch.folder.glob("*.png"))) == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"kind": "batch"', '"kind": "basket"'),
        ('"format_version": 1', '"format_version": 99'),
        ('"count": 8', '"count": 80000'),
        ('"count": 8', '"count": "many"'),
        ('"done": 0', '"done": -1'),
        ('"done": 0', '"undone": 0'),
        ('"project": "flowers"', '"project": "../../flowers"'),
        ('"sampler": "ddim"', '"sampler": "magic"'),
        ('"eta": 0.5', '"etha": 0.5'),
        ('"sample": {', '"sample": 3, "x": {'),
        ("}", ""),
    ],
)
def test_a_record_that_was_changed_by_others_is_a_sentence(studio, old, new):
    batch = studio.begin(8)
    record = batch.folder / BATCH_FILE
    text = record.read_text()
    assert old in text
    record.write_text(text.replace(old, new))
    with pytest.raises(StudioError) as said:
        read_batch(batch.folder)
    assert BATCH_FILE in str(said.value)
    batches, trouble = read_batches([batch.folder])
    assert (batches, trouble) == ((), (str(said.value),))


def test_there_are_at_most_ten_thousand(studio):
    assert studio.begin(MOST + 5).count == 10_000
