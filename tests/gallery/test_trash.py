"""What is thrown away is only moved, and comes back to where it was."""

import shutil

import pytest

from ddpm_studio.errors import StudioError
from ddpm_studio.gallery.made import look_through
from ddpm_studio.gallery.trash import bring_back, move_to_trash


def no_trash(_path):
    return False, None


def result_of(steps):
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


@pytest.fixture
def system(tmp_path):
    """A trash like that of a Linux desktop."""
    files, info = tmp_path / "Trash" / "files", tmp_path / "Trash" / "info"
    files.mkdir(parents=True)
    info.mkdir()

    def move(path):
        shutil.move(path, files / path.name)
        (info / f"{path.name}.trashinfo").write_text("[Trash Info]")
        return True, files / path.name

    return move


def test_the_system_trash_gives_everything_back(studio, system, tmp_path):
    paths = [studio.save(f"batch/{name}.png", value) for value, name in enumerate("abc")]
    before = {path: path.read_bytes() for path in paths}
    files = look_through(studio.gallery).files
    trashed = result_of(move_to_trash(studio.project.path, studio.gallery, files, system))
    assert look_through(studio.gallery).files == ()
    assert not (studio.gallery / "batch").exists()  # an empty folder is no use
    assert (len(trashed.gone), trashed.is_own, trashed.can_come_back) == (3, False, True)
    back = result_of(bring_back(studio.gallery, trashed))
    assert {path: path.read_bytes() for path in paths} == before
    assert set(back) == {"batch/a.png", "batch/b.png", "batch/c.png"}
    assert look_through(studio.gallery).files == files  # with their old times
    assert not any((tmp_path / "Trash" / "info").iterdir())


def test_without_one_the_project_has_a_trash_of_its_own(studio):
    studio.save("a.png", 1)
    studio.save("demo/a.png", 2)
    files = look_through(studio.gallery).files
    trashed = result_of(move_to_trash(studio.project.path, studio.gallery, files, no_trash))
    assert trashed.is_own
    assert len(list((studio.project.path / "trash").iterdir())) == 2  # of the same name
    result_of(bring_back(studio.gallery, trashed))
    assert look_through(studio.gallery).files == files


def test_a_film_in_frames_goes_as_a_whole(studio):
    for k in range(3):
        studio.save(f"film/frame_{k:05d}.png")
    files = look_through(studio.gallery).files
    trashed = result_of(move_to_trash(studio.project.path, studio.gallery, files, no_trash))
    assert not (studio.gallery / "film").exists()
    result_of(bring_back(studio.gallery, trashed))
    assert look_through(studio.gallery).files == files


def test_what_has_vanished_meanwhile_is_not_spoken_of(studio):
    path = studio.save("a.png")
    files = look_through(studio.gallery).files
    path.unlink()
    trashed = result_of(move_to_trash(studio.project.path, studio.gallery, files, no_trash))
    assert (trashed.gone, trashed.failed) == ((), ())


def test_a_new_file_in_the_old_place_is_not_replaced(studio):
    studio.save("a.png", 1)
    files = look_through(studio.gallery).files
    trashed = result_of(move_to_trash(studio.project.path, studio.gallery, files, no_trash))
    newer = studio.save("a.png", 2).read_bytes()
    with pytest.raises(StudioError, match="could not be brought back"):
        result_of(bring_back(studio.gallery, trashed))
    assert (studio.gallery / "a.png").read_bytes() == newer


def test_a_trash_that_does_not_say_where_cannot_be_undone_here(studio, tmp_path):
    studio.save("a.png")

    def silent(path):
        path.rename(tmp_path / "somewhere.png")
        return True, None

    files = look_through(studio.gallery).files
    trashed = result_of(move_to_trash(studio.project.path, studio.gallery, files, silent))
    assert len(trashed.gone) == 1
    assert not trashed.can_come_back
