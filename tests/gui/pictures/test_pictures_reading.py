"""The Pictures page: reading a folder, stopping, failing, and the way on."""

import dataclasses
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QComboBox,
    QFileDialog,
    QLabel,
    QListView,
    QProgressBar,
    QPushButton,
    QWidget,
)

from ddpm_studio.config.text import with_settings
from ddpm_studio.errors import ProjectError
from ddpm_studio.events import Progress, Work
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import PICTURES, TRAIN
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.pages.pictures_page import LOOK_MS
from ddpm_studio.gui.pictures import work
from ddpm_studio.gui.shell.banner import Banner
from ddpm_studio.gui.start.new_project import NewProjectDialog
from ddpm_studio.project import Project

# preparing, stopping, failing


def endless(*_: object) -> Iterator[Progress]:
    """A folder that takes long."""
    done = 0
    while True:
        done += 1
        yield Progress(Work.READING, min(done, 999), 1000)
        time.sleep(0.001)


def test_reading_shows_its_progress_and_can_be_cancelled(
    make_window, new_project: Project, drive, monkeypatch
) -> None:
    with monkeypatch.context() as slow:
        slow.setattr(work, "prepare", endless)
        page = drive(make_window(new_project))
        preparing = page.get(QWidget, "pictures.preparing")
        page.wait(preparing.isVisible)
        words = preparing.findChildren(QLabel)
        page.wait(lambda: any("of 1,000" in label.text() for label in words))
        page.click("pictures.cancel")
        page.wait(page.get(QWidget, "pictures.stopped").isVisible)
    assert page.session.jobs.get(PICTURES) is None
    assert not page.get(QListView, "pictures.left_out").isVisible()
    page.click("pictures.again")
    page.wait_for_wall()


def test_other_settings_are_read_behind_the_wall_with_a_bar(page, monkeypatch) -> None:
    words = page.headline
    reading = page.get(QProgressBar, "pictures.reading")
    assert not reading.isVisible()
    with monkeypatch.context() as slow:
        slow.setattr(work, "prepare", endless)
        page.choose("pictures.crop", "smart")
        page.wait(reading.isVisible)
        assert page.headline == words  # how many, the status line counts
    assert page.wall.isVisible()
    page.choose("pictures.crop", "centre")  # back to what is on the wall
    assert not reading.isVisible()
    assert page.headline == words


def test_a_choice_during_reading_begins_anew(page, monkeypatch) -> None:
    with monkeypatch.context() as slow:
        slow.setattr(work, "prepare", endless)
        page.choose("pictures.size", 16)
        page.wait(page.get(QProgressBar, "pictures.reading").isVisible)
    page.choose("pictures.size", 32)
    page.wait_for_wall()
    assert page.wall.wall_model.picture_size.width() == 32


def test_a_folder_without_pictures_says_so_and_another_can_be_chosen(
    make_window, tmp_path: Path, new_project: Project, picture_folder: Path, drive
) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "letter.txt").write_text("Dear Ada")
    path = tmp_path / "projects" / "letters"
    page = drive(make_window(Project.create(path, folder, new_project.config)))
    failed = page.get(QWidget, "pictures.failed")
    page.wait(failed.isVisible)
    sentence = page.window.findChild(Banner).sentence
    assert "letter.txt" in sentence
    assert sentence in [label.text() for label in failed.findChildren(QLabel)]
    assert not page.get(QPushButton, "pictures.continue").isEnabled()
    page.click("pictures.choose_folder")
    chooser = page.window.pages["nav.pictures"].findChild(QFileDialog)
    chooser.fileSelected.emit(str(picture_folder))
    chooser.reject()
    page.wait_for_wall()
    assert Project.open(path).pictures == picture_folder
    assert page.get(QPushButton, "pictures.continue").isEnabled()


def test_a_folder_that_came_back_is_read_again(
    make_window, new_project: Project, tmp_path: Path, picture_folder: Path, drive
) -> None:
    missing = dataclasses.replace(new_project, pictures=tmp_path / "disk")
    missing.save()
    page = drive(make_window(missing))
    page.wait(page.get(QWidget, "pictures.failed").isVisible)
    (tmp_path / "disk").symlink_to(picture_folder, target_is_directory=True)
    page.click("pictures.retry")
    page.wait_for_wall()
    assert len(page.shown) == len(list(picture_folder.glob("*.png")))
    assert not page.get(QWidget, "pictures.failed").isVisible()


def test_the_project_itself_is_no_pictures_folder(new_project: Project, tmp_path: Path) -> None:
    for folder in (new_project.path, tmp_path / "nowhere"):
        with pytest.raises(ProjectError, match="pictures folder"):
            work.with_pictures(new_project, folder)


def test_nothing_of_a_closed_project_arrives(
    page, tmp_path: Path, odd_folder: Path, monkeypatch
) -> None:
    """Another project is opened while the first is read: only the second is ever shown."""
    config = with_settings(page.session.project.config, ["pictures.smallest_side=2"])
    other = Project.create(tmp_path / "projects" / "odd", odd_folder, config)
    with monkeypatch.context() as slow:
        slow.setattr(work, "prepare", endless)
        page.choose("pictures.size", 16)
        page.wait(page.get(QProgressBar, "pictures.reading").isVisible)
    page.session.open_project(other.path)
    page.wait_for_wall()
    assert "3 taken" in page.headline
    page.session.close_project()
    assert page.window.pages["nav.pictures"].is_empty
    assert page.wall.wall_model.rowCount() == 0


def test_closing_while_reading_begins_nothing_new(page, monkeypatch) -> None:
    monkeypatch.setattr(work, "prepare", endless)
    page.choose("pictures.size", 16)  # saved, and to be read in a moment
    assert page.window.pages["nav.pictures"]._patience.isActive()
    page.window.close()
    assert not page.window.pages["nav.pictures"]._patience.isActive()
    page.wait(lambda: not page.window.isVisible())
    assert Project.open(page.session.project.path).config.pictures.size == 16


def test_closing_right_after_a_picture_was_chosen_begins_nothing_new(page) -> None:
    page.wait_for_wall()
    page.wait(lambda: not page.session.jobs.is_busy())
    started = []
    page.select(2)
    page.session.jobs.started.connect(lambda job: started.append(job.objectName()))
    page.window.close()
    page.wait(lambda: not page.window.isVisible())
    page.qtbot.wait(2 * LOOK_MS)  # its file would be read by now
    assert started == []


# the rest of the window


def test_the_way_on_starts_the_first_training(page, fake_training) -> None:
    button = page.get(QPushButton, "pictures.continue")
    assert button.text() == "Start training"
    page.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert page.window.current_page is page.window.pages["nav.train"]
    assert page.session.jobs.get(TRAIN) is not None
    assert button.text() == "Go to training"
    page.session.jobs.get(TRAIN).stop()
    page.wait(lambda: page.session.jobs.get(TRAIN) is None)


def test_a_trained_project_goes_on_to_its_training(
    make_window, tiny_project: Project, drive
) -> None:
    page = drive(make_window(tiny_project))
    page.wait_for_wall()
    assert page.get(QPushButton, "pictures.continue").text() == "Go to training"
    page.click("pictures.continue")
    assert page.window.current_page is page.window.pages["nav.train"]
    assert page.session.jobs.get(TRAIN) is None


def test_without_a_project_the_page_says_how_to_begin(window: MainWindow, drive) -> None:
    page = drive(window)
    window.show_page(names.NAV_PICTURES)
    empty = page.get(QWidget, "pictures.empty")
    assert empty.isVisible()
    assert any("Drop a folder" in label.text() for label in empty.findChildren(QLabel))
    assert not page.get(QPushButton, "pictures.continue").isVisible()
    page.click("pictures.new")
    window.findChild(NewProjectDialog).reject()


def test_every_control_says_what_it_is(page) -> None:
    kinds = (QAbstractButton, QAbstractSlider, QComboBox, QListView)
    for kind in kinds:
        for control in page.window.pages["nav.pictures"].findChildren(kind):
            if not control.objectName() or control.objectName().startswith("qt_"):
                continue
            name = control.objectName()
            words = control.accessibleName() or getattr(control, "text", str)()
            assert words, name
            if not isinstance(control, QListView):
                assert control.toolTip(), name
            assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, name
    for label in page.window.pages["nav.pictures"].findChildren(QLabel):
        assert label.fontInfo().pixelSize() >= 12, label.text()


def test_the_page_waits_for_no_heavy_library() -> None:
    code = (
        "import sys, ddpm_studio.gui.pages.pictures_page;"
        "print([m for m in ('torch', 'numpy', 'PIL', 'av', 'pyqtgraph') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr
