"""Every file of a folder is found or named with a reason, whatever else lies around."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddpm_studio.config import StudioConfig
from ddpm_studio.data.scan import scan_folder
from ddpm_studio.errors import PicturesError
from ddpm_studio.project import Project

needs_links = pytest.mark.skipif(
    sys.platform == "win32", reason="links need special rights on Windows"
)
not_for_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="root may open everything"
)


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode(errors="surrogateescape"))


def found_in(folder: Path) -> list[str]:
    found, left_out = scan_folder(folder)
    assert left_out == []
    return [Path(file.name).as_posix() for file in found]


def test_files_are_found_at_any_depth_in_the_order_of_their_names(tmp_path: Path) -> None:
    make(tmp_path, "b.png", "a.JPG", "deep/er/still/c.webp", "B.png", "no ending", ".hidden.jpg")
    names = [".hidden.jpg", "B.png", "a.JPG", "b.png", "deep/er/still/c.webp", "no ending"]
    assert found_in(tmp_path) == names


def test_a_found_file_knows_what_tells_whether_it_has_changed(tmp_path: Path) -> None:
    make(tmp_path, "a.png")
    os.utime(tmp_path / "a.png", ns=(5, 7_000_000_000))
    (found,), _ = scan_folder(tmp_path)
    assert (found.size, found.modified_ns) == (5, 7_000_000_000)


def test_what_systems_leave_beside_pictures_is_not_worth_a_word(tmp_path: Path) -> None:
    make(
        tmp_path,
        "a.png",
        ".DS_Store",
        "Thumbs.db",
        "thumbs.DB",
        "desktop.ini",
        "._a.png",
        "a.xmp",
        "a.XMP",
        "IMG_1.AAE",
        ".cache/x.jpg",
        "__MACOSX/._a.png",
        "deep/@eaDir/a.png/SYNOPHOTO_THUMB_M.jpg",
        "$RECYCLE.BIN/b.png",
    )
    assert found_in(tmp_path) == ["a.png"]


def test_a_project_among_the_pictures_is_left_out(tmp_path: Path) -> None:
    """Or a model would learn from what it made."""
    make(tmp_path, "a.png")
    project = Project.create(tmp_path / "my model", tmp_path, StudioConfig())
    make(project.path, "gallery/made.png", "samples/step_1.png")
    found, left_out = scan_folder(tmp_path)
    assert [file.name for file in found] == ["a.png"]
    assert [(file.name, file.reason) for file in left_out] == [
        ("my model", "a project of this program")
    ]


def test_pictures_inside_a_project_are_found(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p", tmp_path / "p" / "drawn", StudioConfig())
    make(project.pictures, "a.png")
    assert found_in(project.pictures) == ["a.png"]


def test_somebody_elses_project_file_means_nothing(tmp_path: Path) -> None:
    make(tmp_path, "web/project.json", "web/logo.png")
    assert found_in(tmp_path) == ["web/logo.png", "web/project.json"]


@needs_links
def test_links_are_followed_once_and_circles_end(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    make(pictures, "in/a.png")
    make(tmp_path, "outside/b.png")
    (pictures / "in" / "back").symlink_to(pictures, target_is_directory=True)
    (pictures / "linked").symlink_to(tmp_path / "outside", target_is_directory=True)
    (pictures / "again").symlink_to(tmp_path / "outside", target_is_directory=True)
    (pictures / "c.png").symlink_to(tmp_path / "outside" / "b.png")
    assert found_in(pictures) == ["again/b.png", "c.png", "in/a.png"]


@needs_links
def test_links_that_lead_nowhere_are_reported(tmp_path: Path) -> None:
    make(tmp_path, "a.png")
    (tmp_path / "gone.png").symlink_to(tmp_path / "nothing.png")
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    found, left_out = scan_folder(tmp_path)
    assert [file.name for file in found] == ["a.png"]
    reasons = sorted((file.name, file.reason) for file in left_out)
    assert reasons == [
        ("gone.png", "a link that leads nowhere"),
        ("loop.png", "a link that leads nowhere"),
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_what_is_no_ordinary_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")  # opening it would wait for ever
    found, left_out = scan_folder(tmp_path)
    assert found == []
    assert [(file.name, file.reason) for file in left_out] == [("pipe.png", "not an ordinary file")]


@not_for_root
def test_a_folder_that_cannot_be_opened_is_reported(tmp_path: Path) -> None:
    make(tmp_path, "a.png", "locked/b.png")
    (tmp_path / "locked").chmod(0)
    try:
        found, left_out = scan_folder(tmp_path)
    finally:
        (tmp_path / "locked").chmod(0o755)
    assert [file.name for file in found] == ["a.png"]
    assert left_out[0].name == "locked"
    assert left_out[0].reason.startswith("the folder cannot be opened")


def test_a_folder_that_the_system_refuses_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same for anybody, root too."""
    make(tmp_path, "a.png", "locked/b.png")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found, left_out = scan_folder(tmp_path)
    assert [file.name for file in found] == ["a.png"]
    assert [(file.name, file.reason) for file in left_out] == [
        ("locked", "the folder cannot be opened (Permission denied)")
    ]
    with pytest.raises(PicturesError, match="cannot be opened: Permission denied"):
        scan_folder(tmp_path / "locked")


def test_a_folder_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    make(tmp_path, "a.png")
    with pytest.raises(PicturesError, match="does not exist"):
        scan_folder(tmp_path / "nowhere")
    with pytest.raises(PicturesError, match="is not a folder"):
        scan_folder(tmp_path / "a.png")


def test_an_empty_folder_has_no_files(tmp_path: Path) -> None:
    (tmp_path / "in" / "side").mkdir(parents=True)
    assert scan_folder(tmp_path) == ([], [])


ODD_NAMES = [
    "quote's & 100% #1 [final];v2.jpg",
    "poire dété — étude n°3.jpg",
    "étude.jpg",
    "花🌸.png",
    "a\nb.png",
    "  spaces  .png",
    "-rf.png",
    "n" * 200 + ".png",
]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not allow these names")
@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_names(tmp_path: Path, name: str) -> None:
    make(tmp_path, name)
    assert found_in(tmp_path) == [name]


def test_names_that_are_no_text_are_names_too(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9 \xff.png")
    try:
        make(tmp_path, name)
    except (OSError, UnicodeError):
        pytest.skip("this disk takes only names that are text")
    assert found_in(tmp_path) == [name]


names = st.text("ab.~ÄЖ", min_size=1, max_size=8).filter(
    lambda name: name.strip(".") and not name.startswith(".") and not name.endswith(".")
)


@given(tree=st.lists(st.lists(names, min_size=1, max_size=4), max_size=12))
def test_no_file_is_lost(tree: list[list[str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("tree")
    made = set()
    for parts in tree:
        path = folder.joinpath(*parts[:-1], parts[-1] + ".png")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        except OSError:  # a file where a folder is wanted
            continue
        made.add(path.relative_to(folder).as_posix())
    found = found_in(folder)
    assert len(found) == len(set(found))
    files = (path for path in folder.rglob("*.png") if path.is_file())
    assert set(found) == {path.relative_to(folder).as_posix() for path in files}
    assert made <= set(found)
