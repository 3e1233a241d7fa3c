"""The artist's choices on the Pictures page, by clicks and keys: what is seen, and how."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QListView, QMenu, QPushButton, QWidget

from ddpm_studio.choices import Choices, PictureChoice, read_choices
from ddpm_studio.gui.common.jobs import SMALL_WRITES
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.pictures import history as choice_history
from ddpm_studio.gui.pictures import work
from ddpm_studio.gui.pictures.crop_frame import CropFrame
from ddpm_studio.gui.pictures.history import ChoiceHistory
from ddpm_studio.gui.pictures.reading import PictureJobs
from ddpm_studio.gui.shell.banner import Banner
from ddpm_studio.project import Project
from tests.gui.parts import part
from tests.gui.pictures.conftest import LEFT, Driver, as_array, make_video

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def digest_of(folder: Path) -> dict[str, tuple[str, int]]:
    """Content and time of every file of a folder."""
    return {
        str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def on_disk(page: Driver) -> Choices:
    """All that was chosen, as soon as it is written."""
    page.wait(lambda: page.session.jobs.get(SMALL_WRITES) is None)
    return read_choices(page.session.project.path)


def saved(page: Driver, name: str) -> PictureChoice:
    """What is on disk about a file."""
    return on_disk(page).of(name)


# in or out


def test_delete_leaves_out_and_undo_takes_back(page) -> None:
    page.select(3)
    page.qtbot.keyClick(page.wall, Qt.Key.Key_Delete)
    page.wait(lambda: len(page.shown) == 11)
    assert "flower_03.png" not in page.shown
    assert saved(page, "flower_03.png").state == "out"
    assert "11 taken" in page.headline
    assert page.text("pictures.left_out_count") == "2 files left out"
    assert page.text("pictures.details.name") == "flower_04.png"  # what came into its place
    page.press(Qt.Key.Key_Z, CTRL)
    page.wait(lambda: len(page.shown) == 12)
    assert saved(page, "flower_03.png").state == "auto"
    page.press(Qt.Key.Key_Z, CTRL | SHIFT)
    page.wait(lambda: len(page.shown) == 11)
    page.click("pictures.undo")
    page.wait(lambda: len(page.shown) == 12)
    page.click("pictures.redo")
    page.wait(lambda: len(page.shown) == 11)


def test_several_are_left_out_and_taken_back_with_one_button(page) -> None:
    page.select(1, 4, 5)
    assert page.get(QPushButton, "pictures.toggle").text() == "Leave out 3"
    page.click("pictures.toggle")
    page.wait(lambda: len(page.shown) == 9)
    page.pick("filter.show", "left_out")
    assert page.shown == ["broken.jpg", "flower_01.png", "flower_04.png", "flower_05.png"]
    toggle = page.get(QPushButton, "pictures.toggle")
    page.select(0)
    assert not toggle.isEnabled()  # nothing can be made of this one
    page.select(1, 2, 3)
    assert toggle.text() == "Take 3"
    page.click("pictures.toggle")
    page.wait(lambda: page.shown == ["broken.jpg"])
    assert on_disk(page).by_name == {}
    page.press(Qt.Key.Key_Z, CTRL)
    page.press(Qt.Key.Key_Z, CTRL)
    page.pick("filter.show", "taken")
    page.wait(lambda: len(page.shown) == 12)


def test_what_is_selected_stays_selected_and_in_view(page) -> None:
    page.select(9, 10)
    page.pick("pictures.weight", 2.0)
    page.wait(lambda: page.wall.wall_model.tile(9).badge == "2 ×")
    assert page.wall.chosen_rows() == [9, 10]
    assert page.text("pictures.details.name") == "flower_10.png"


def test_all_can_be_left_out_and_come_back(page) -> None:
    page.qtbot.keyClick(page.wall, Qt.Key.Key_A, CTRL)
    page.qtbot.keyClick(page.wall, Qt.Key.Key_Delete)
    nothing = page.get(QLabel, "pictures.nothing_shown")
    page.wait(nothing.isVisible)
    assert "No picture is taken" in nothing.text()
    assert not page.get(QPushButton, "pictures.continue").isEnabled()
    page.click("pictures.undo")
    page.wait(lambda: len(page.shown) == 12)
    assert page.get(QPushButton, "pictures.continue").isEnabled()


def test_choices_are_there_when_the_project_is_opened_again(page, make_window, drive) -> None:
    page.select(0)
    page.qtbot.keyClick(page.wall, Qt.Key.Key_Delete)
    page.wait(lambda: len(page.shown) == 11)
    page.select(0)
    page.pick("pictures.weight", 4.0)
    page.wait(lambda: page.wall.wall_model.tile(0).badge == "4 ×")
    on_disk(page)
    again = drive(make_window(Project.open(page.session.project.path)))
    again.wait_for_wall()
    assert again.shown == page.shown
    assert again.wall.wall_model.tile(0).badge == "4 ×"
    assert again.get(QComboBox, "pictures.weight").currentData() == 4.0
    assert not again.get(QWidget, "pictures.undo").isEnabled()


def test_choices_that_cannot_be_saved_change_nothing(page, monkeypatch) -> None:
    page.select(2)
    page.qtbot.keyClick(page.wall, Qt.Key.Key_Delete)
    page.wait(lambda: len(page.shown) == 11)
    before = on_disk(page)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("ddpm_studio.choices.write_json", refuse)
        page.select(0)
        page.qtbot.keyClick(page.wall, Qt.Key.Key_Delete)
        assert len(page.shown) == 10  # at once
        page.wait(lambda: len(page.shown) == 11)  # as it really is
        assert "No space left" in page.window.findChild(Banner).sentence
        page.click("pictures.undo")
        assert len(page.shown) == 12
        page.wait(lambda: len(page.shown) == 11)
    assert on_disk(page) == before
    assert part(page.window, ChoiceHistory).redo_words == ""
    page.click("pictures.undo")  # nothing was lost: now there is room again
    page.wait(lambda: len(page.shown) == 12)
    assert saved(page, "flower_02.png").state == "auto"


def test_no_more_steps_are_kept_than_can_be_remembered(page, monkeypatch) -> None:
    monkeypatch.setattr(choice_history, "MOST_UNDO", 2)
    history = part(page.window, ChoiceHistory)
    history.open(page.session.project.path, Choices())
    for weight in (2.0, 4.0, 0.5):
        history.change(["flower_00.png"], "more", weight=weight)
    for _ in range(3):
        history.undo()
    assert history.choices.of("flower_00.png").weight == 2.0
    page.wait_for_wall()


# the menu


def choose_in_menu(page: Driver, words: str) -> None:
    """One action of the menu of what is selected."""
    wall = page.wall
    wall.menu_wanted.emit(wall.viewport().mapToGlobal(QPoint(10, 10)))
    menus = page.window.pages["nav.pictures"].findChildren(QMenu)
    found = [one for menu in menus for one in menu.actions() if one.text() == words]
    found[-1].trigger()
    for menu in menus:
        menu.close()


def test_the_menu_does_what_the_buttons_do(page, opened: list[Path]) -> None:
    page.select(6, 7)
    choose_in_menu(page, "Seen ½ ×")
    page.wait(lambda: page.wall.wall_model.tile(7).badge == "½ ×")
    choose_in_menu(page, "Leave out")
    page.wait(lambda: len(page.shown) == 10)
    page.select(0)
    choose_in_menu(page, "Show in folder")
    assert opened == [page.session.project.pictures]
    choose_in_menu(page, "Crop…")
    page.wait(lambda: page.window.findChild(QDialog, "crop") is not None)
    page.window.findChild(QDialog, "crop").reject()


# the crop


def test_a_crop_changes_one_tile_and_reads_one_file(page, monkeypatch) -> None:
    page.select(5)
    before = as_array(page.wall.wall_model.image(5))
    others = [as_array(page.wall.wall_model.image(row)) for row in (4, 6)]
    page.qtbot.keyClick(page.wall, Qt.Key.Key_Return)
    page.wait(lambda: page.window.findChild(QDialog, "crop") is not None)
    editor = page.window.findChild(QDialog, "crop")
    frame = editor.findChild(CropFrame, "crop.frame")
    corner = frame.frame_rect(frame.box).bottomRight().toPoint()
    asked: list[str] = []
    request_for = work_request()

    def noted(path, *values, **named):
        asked.append(str(path))
        return request_for(path, *values, **named)

    monkeypatch.setattr("ddpm_studio.data.index.request_for", noted)
    page.qtbot.mousePress(frame, LEFT, pos=corner)
    page.qtbot.mouseMove(frame, corner - QPoint(60, 60))
    page.qtbot.mouseRelease(frame, LEFT, pos=corner - QPoint(60, 60))
    page.qtbot.mouseClick(editor.findChild(QPushButton, "crop.use"), LEFT)
    model = page.wall.wall_model

    def is_other() -> bool:
        image = model.image(5)
        return image is not None and not np.array_equal(as_array(image), before)

    page.wait(is_other)
    assert [Path(path).name for path in asked] == ["flower_05.png"]
    for row, pixels in zip((4, 6), others, strict=True):
        np.testing.assert_array_equal(as_array(model.image(row)), pixels)
    page.wait(lambda: "Your own frame is used" in page.text("pictures.details.text"))
    assert saved(page, "flower_05.png").crops[0].mode == "box"
    page.press(Qt.Key.Key_Z, CTRL)
    page.wait(lambda: saved(page, "flower_05.png").crops == ())


def work_request() -> Callable[..., dict[str, object]]:
    from ddpm_studio.data import index

    return index.request_for


# files that were left out


def left_out(page: Driver) -> dict[str, str]:
    """Name and reason of each file in the list on the right."""
    model = page.get(QListView, "pictures.left_out").model()
    rows = [model.index(row, 0) for row in range(model.rowCount())]
    words = [index.data(Qt.ItemDataRole.AccessibleTextRole).split(": ", 1) for index in rows]
    return dict(words)


def take(page: Driver, name: str) -> None:
    listed = page.get(QListView, "pictures.left_out")
    listed.setCurrentIndex(listed.model().index(list(left_out(page)).index(name), 0))
    page.click("pictures.take")


def test_what_was_left_out_can_be_taken_all_the_same(mixed_page) -> None:
    page, folder = mixed_page, mixed_page.session.project.pictures
    before = digest_of(folder)
    leaves = [str(Path("leaves", f"leaf {number}.png")) for number in (9, 10, 11)]
    assert page.shown == leaves  # as people count
    assert set(left_out(page)) == {"clip.mp4", "later half.jpg", "tiny.png", "twin.png"}
    assert "copy of" in left_out(page)["twin.png"]
    assert "damaged" in left_out(page)["later half.jpg"]
    assert "video" in left_out(page)["clip.mp4"]
    take(page, "later half.jpg")
    page.wait(lambda: "later half.jpg" in page.shown)
    take(page, "twin.png")
    page.wait(lambda: "twin.png" in page.shown)
    take(page, "clip.mp4")
    page.wait(lambda: any(name.startswith("clip.mp4 at ") for name in page.shown))
    page.wait(lambda: set(left_out(page)) == {"tiny.png"})  # which is no picture to the model
    assert {"twin.png", leaves[2]} <= set(page.shown)
    listed = page.get(QListView, "pictures.left_out")
    listed.setCurrentIndex(listed.model().index(0, 0))
    assert not page.get(QPushButton, "pictures.take").isEnabled()
    assert digest_of(folder) == before


def test_all_frames_of_a_video_go_together(mixed_page) -> None:
    page = mixed_page
    take(page, "clip.mp4")
    page.wait(lambda: any(name.startswith("clip.mp4 at ") for name in page.shown))
    page.wait_for_wall()
    page.select(page.shown.index("clip.mp4 at 0 s"))
    assert not page.get(QPushButton, "pictures.edit_crop").isEnabled()
    choose_in_menu(page, "Leave out the whole video")
    page.wait(lambda: not any(name.startswith("clip.mp4") for name in page.shown))
    assert saved(page, "clip.mp4").seconds == 0


def test_copies_stand_beside_each_other_and_labels_filter(mixed_page) -> None:
    page = mixed_page
    page.pick("filter.show", "copies")
    assert page.shown == [str(Path("leaves", "leaf 11.png")), "twin.png"]
    page.pick("filter.show", "all")
    assert len(page.shown) == 7
    page.pick("filter.label", "leaves")
    assert len(page.shown) == 3
    page.pick("filter.label", "")
    page.press(Qt.Key.Key_F, CTRL)
    page.qtbot.keyClicks(page.window.focusWidget(), "T")
    page.qtbot.keyClicks(page.window.focusWidget(), "W")
    assert page.shown == ["twin.png"]
    page.qtbot.keyClick(page.window.focusWidget(), Qt.Key.Key_Escape)
    page.pick("filter.sort", "pixels")
    page.click("filter.order")
    assert page.shown[0] == "later half.jpg"


def test_a_folder_with_nothing_but_a_video_offers_its_frames(
    tmp_path: Path, new_project: Project, make_window, drive
) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    make_video(folder / "clip.mp4")
    project = Project.create(tmp_path / "projects" / "films", folder, new_project.config)
    page = drive(make_window(project))
    page.wait(page.get(QLabel, "pictures.nothing_shown").isVisible)
    assert not page.get(QPushButton, "pictures.continue").isEnabled()
    take(page, "clip.mp4")
    page.wait(lambda: bool(page.shown))
    assert page.get(QPushButton, "pictures.continue").isEnabled()


# what the folder says


def test_the_advice_of_the_folder_can_be_used(page) -> None:
    assert not page.config.flip_horizontal
    page.click("folder.use")
    page.qtbot.waitUntilWritten(page.window.session)
    assert Project.open(page.session.project.path).config.pictures.flip_horizontal
    assert not page.get(QPushButton, "folder.use").isVisible()


def test_the_shape_of_the_folder_is_offered_as_a_size(mixed_page) -> None:
    page = mixed_page
    page.pick("pictures.size", (48, 32))  # as three of its pictures, 60 × 40
    page.wait_for_wall()
    assert page.wall.wall_model.picture_size.toTuple() == (48, 32)
    assert page.config.shape == (3, 32, 48)
    assert "48 × 32" in page.headline


@pytest.mark.own_decoders
def test_a_window_that_is_only_dropped_leaves_no_process(qtbot, new_project, settings) -> None:
    """Not closed, as when the program ends by a signal of its desktop."""
    from ddpm_studio.gui.app import create_window

    window: MainWindow = create_window(new_project, settings=settings)
    window.show()
    page = window.pages["nav.pictures"]
    qtbot.waitUntil(lambda: part(page, PictureJobs).folder is not None)
    qtbot.waitUntil(lambda: not window.session.jobs.is_busy())
    # processes are nothing for callers; here it matters whether they live
    pools = part(page, PictureJobs)._pools
    assert isinstance(pools, work.IdlePools)
    # where they wait
    assert pools._idle
    # the processes themselves
    workers = [worker for pool in pools._idle for worker in pool._workers]
    assert workers
    window.deleteLater()
    qtbot.waitUntil(lambda: not pools._idle)
    # to see whether they live
    assert all(worker._process.poll() is not None for worker in workers)
