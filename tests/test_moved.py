"""Pictures that moved along with their project are found; others are asked for."""

import shutil
from pathlib import Path

import pytest

from ddpm_studio.config import StudioConfig
from ddpm_studio.errors import PicturesError
from ddpm_studio.moved import find_moved
from ddpm_studio.project import Project
from ddpm_studio.storage import JsonCache


def make(path: Path, pictures: Path) -> Project:
    pictures.mkdir(parents=True)
    (pictures / "a.png").write_bytes(b"a")
    return Project.create(path, pictures, StudioConfig())


def note_read(project: Path, *names: str) -> None:
    (project / "cache").mkdir()
    file = JsonCache(project / "cache" / "known.json", "known pictures", 1)
    file.write({"files": {name: [1, 1, "0"] for name in names}})


@pytest.mark.parametrize(
    ("project", "pictures"),
    [
        ("flowers", "pictures"),
        ("projects/flowers", "pictures"),
        ("models/small/flowers", "art/scans/2024"),
        ("art/flowers", "art"),  # a project among its pictures
        ("flowers", "a b/ünï"),
    ],
)
def test_what_moved_together_is_found(tmp_path: Path, project: str, pictures: str) -> None:
    home, other = tmp_path / "old" / "home", tmp_path / "new" / "disk"
    made = make(home / project, home / pictures)
    assert Project.open(made.path).moved_words == ""
    other.parent.mkdir()
    home.rename(other)
    opened = Project.open(other / project)
    assert opened.pictures == other / pictures
    assert str(home / pictures) in opened.moved_words
    opened.check_pictures()


def test_a_project_that_moved_alone_keeps_its_pictures(tmp_path: Path) -> None:
    made = make(tmp_path / "a" / "flowers", tmp_path / "a" / "pictures")
    (tmp_path / "b" / "pictures").mkdir(parents=True)
    made.path.rename(tmp_path / "b" / "flowers")
    opened = Project.open(tmp_path / "b" / "flowers")
    assert opened.pictures == tmp_path / "a" / "pictures"
    assert opened.moved_words == ""


def test_where_it_was_found_is_written_with_the_next_change(tmp_path: Path) -> None:
    made = make(tmp_path / "a" / "flowers", tmp_path / "a" / "pictures")
    (tmp_path / "a").rename(tmp_path / "b")
    opened = Project.open(tmp_path / "b" / "flowers")
    opened.with_config(opened.config)
    again = Project.open(opened.path)
    assert (again.pictures, again.moved_words) == (opened.pictures, "")
    assert made.path != opened.path


def test_a_folder_of_the_same_name_with_other_pictures_is_not_taken(tmp_path: Path) -> None:
    made = make(tmp_path / "a" / "flowers", tmp_path / "a" / "pictures")
    note_read(made.path, "a.png", "b.png")
    made.path.rename(tmp_path / "flowers")
    other = tmp_path / "pictures"
    other.mkdir()
    (other / "other.png").write_bytes(b"")
    shutil.rmtree(tmp_path / "a")
    opened = Project.open(tmp_path / "flowers")
    assert opened.pictures == tmp_path / "a" / "pictures"
    with pytest.raises(PicturesError, match=r"train .*flowers --images DIR"):
        opened.check_pictures()
    (other / "b.png").write_bytes(b"")
    assert Project.open(opened.path).pictures == other


def test_pictures_inside_the_project_are_found_beside_it(tmp_path: Path) -> None:
    made = make(tmp_path / "flowers", tmp_path / "flowers" / "drawn")
    (made.path / "drawn").rename(tmp_path / "drawn")
    assert Project.open(made.path).pictures == tmp_path / "drawn"


@pytest.mark.parametrize("noted", ["C:\\Users\\me\\art\\scans", "\\\\nas\\me\\art\\scans"])
def test_a_project_from_windows_finds_them_too(tmp_path: Path, noted: str) -> None:
    (tmp_path / "art" / "scans").mkdir(parents=True)
    assert find_moved(noted, tmp_path / "models" / "p") == tmp_path / "art" / "scans"


@pytest.mark.parametrize("noted", ["", "/", "..", "../..", "a\0b", "x" * 5000, "/a/" * 300])
def test_whatever_the_file_says_nothing_breaks(tmp_path: Path, noted: str) -> None:
    assert find_moved(noted, tmp_path) is None


def test_another_folder_can_be_said(tmp_path: Path) -> None:
    made = make(tmp_path / "flowers", tmp_path / "pictures")
    made.pictures.rename(tmp_path / "elsewhere")
    assert made.with_pictures(tmp_path / "elsewhere").pictures == tmp_path / "elsewhere"
    assert Project.open(made.path).pictures == tmp_path / "elsewhere"
