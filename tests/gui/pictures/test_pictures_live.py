"""The Pictures page while things happen: it fills as it reads, and sees what comes and goes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QFileSystemWatcher, Qt
from PySide6.QtWidgets import QLabel

from ddpm_studio.events import PicturesSeen, Progress, Work
from ddpm_studio.gui.pictures import work
from ddpm_studio.gui.pictures.reading import PictureJobs
from ddpm_studio.gui.wall.model import WallModel
from ddpm_studio.project import Project
from tests.gui.parts import part
from tests.gui.pictures.conftest import Driver, as_array, tiles_of


def draw(path: Path, seed: int) -> None:
    """A picture like no other."""
    pixels = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize((20, 20), Image.Resampling.BICUBIC).save(path)


@pytest.fixture
def living(tmp_path: Path, new_project: Project) -> Project:
    """Three pictures, in a folder that may be changed."""
    folder = tmp_path / "living"
    folder.mkdir()
    for number in (2, 10, 1):
        draw(folder / f"leaf {number}.png", number)
    (folder / "a note.txt").write_text("water them")
    return Project.create(tmp_path / "projects" / "living", folder, new_project.config)


@pytest.fixture
def living_page(living: Project, make_window, drive) -> Driver:
    driver = drive(make_window(living))
    driver.wait_for_wall()
    return driver


def test_pictures_appear_while_the_others_are_read(living, make_window, drive, monkeypatch) -> None:
    """Each in its place, although people count otherwise than the disk does."""
    prepare, is_held = work.prepare, [True]

    def held(*values):
        steps, seen = prepare(*values), 0
        while True:
            try:
                event = next(steps)
            except StopIteration as end:
                return end.value
            yield event
            seen += len(event.rows) if isinstance(event, PicturesSeen) else 0
            while seen == 3 and is_held:
                yield Progress(Work.READING, 3, 4)

    monkeypatch.setattr(work, "prepare", held)
    page = drive(make_window(living))
    model = page.wall.wall_model
    page.wait(lambda: page.wall.isVisible() and all(model.image(row) for row in (1, 2, 3)))
    assert page.shown == ["a note.txt", "leaf 1.png", "leaf 2.png", "leaf 10.png"]
    assert model.image(0) is None
    early = [as_array(model.image(row)) for row in (1, 2, 3)]
    page.wait(lambda: page.headline == "Reading the pictures…")
    is_held.clear()
    page.wait_for_wall()
    assert page.shown == ["leaf 1.png", "leaf 2.png", "leaf 10.png"]
    for row, pixels in enumerate(early):
        np.testing.assert_array_equal(as_array(model.image(row)), pixels)
    assert len({pixels.tobytes() for pixels in early}) == 3


def test_files_come_and_go_by_themselves(living_page) -> None:
    page, folder = living_page, living_page.session.project.pictures
    draw(folder / "leaf 3.png", 3)
    page.wait(lambda: "leaf 3.png" in page.shown)
    (folder / "leaf 1.png").unlink()
    page.wait(lambda: "leaf 1.png" not in page.shown)
    (folder / "later").mkdir()
    page.wait(lambda: folder / "later" in part(page.window, PictureJobs).folder.folders)
    draw(folder / "later" / "leaf 4.png", 4)
    page.wait(lambda: str(Path("later", "leaf 4.png")) in page.shown)
    assert "leaf 3.png" in page.shown
    assert "leaf 1.png" not in page.shown


def test_another_project_is_not_told_of_the_folder_before(living_page) -> None:
    page, folder = living_page, living_page.session.project.pictures
    draw(folder / "leaf 5.png", 5)
    page.session.close_project()
    assert part(page.window.pages["nav.pictures"], QFileSystemWatcher).directories() == []
    # a timer, which shows nothing while it waits
    assert not page.window.pages["nav.pictures"]._watcher._quiet.isActive()


def test_the_chosen_picture_stays_when_others_come(living_page) -> None:
    page, folder = living_page, living_page.session.project.pictures
    page.select(1)
    assert page.text("pictures.details.name") == "leaf 2.png"
    page.wait(lambda: "become" in page.text("pictures.details.text"))
    draw(folder / "a leaf.png", 6)
    page.wait(lambda: len(page.shown) == 4)
    assert page.wall.chosen_rows() == [2]
    assert page.get(QLabel, "pictures.details.name") is not None
    assert page.text("pictures.details.name") == "leaf 2.png"


def test_the_wall_stays_where_it_was_scrolled_to(page) -> None:
    page.window.resize(960, 640)
    bar = page.wall.verticalScrollBar()
    page.wait(lambda: bar.maximum() > 0)
    page.select(2)
    bar.setValue(bar.maximum())
    place = bar.value()
    page.press(Qt.Key.Key_F5)
    page.wait_for_wall()
    assert bar.value() == place


# pixels that arrive late


def test_pixels_are_shown_only_where_they_were_read_from(qapp) -> None:
    """A run that was read while pictures moved shows those that did not, and is asked for again."""
    model = WallModel()
    model.set_tiles([tile._replace(row=-1) for tile in tiles_of(4)], (2, 2, 3))
    assert model.missing_chunks(0, 3) == []  # nothing there could be read
    model.place([(0, 7), (1, 8)])
    assert model.missing_chunks(0, 3) == [0]
    rows = model.rows.copy()
    model.place([(2, 9)])  # meanwhile
    model.add_chunk(0, np.full((4, 2, 2, 3), 5, np.uint8), rows)
    assert [model.image(row) is not None for row in range(4)] == [True, True, False, False]
    assert model.missing_chunks(0, 3) == [0]
    model.add_chunk(0, np.full((4, 2, 2, 3), 6, np.uint8), model.rows.copy())
    assert [model.image(row) is not None for row in range(4)] == [True, True, True, False]
    assert model.missing_chunks(0, 3) == []


def test_pixels_of_another_store_are_not_kept(qapp) -> None:
    model = WallModel()
    for source, is_kept in (("one", False), ("one", True), ("other", False), (None, False)):
        model.set_tiles(tiles_of(2), (2, 2, 3), source)
        assert (model.image(0) is not None) == is_kept
        model.add_chunk(0, np.zeros((2, 2, 2, 3), np.uint8))
