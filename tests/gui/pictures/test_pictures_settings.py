"""The Pictures page: its folders, what its controls change, and what is fixed."""

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QDesktopServices, QImage, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QColorDialog,
    QComboBox,
    QLabel,
    QListView,
    QPushButton,
    QWidget,
)

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.presets import PRESETS
from ddpm_studio.config.text import with_settings
from ddpm_studio.errors import ProjectError
from ddpm_studio.events import CheckpointSaved
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.inputs import Switch
from ddpm_studio.gui.common.jobs import TRAIN
from ddpm_studio.gui.pictures import work
from ddpm_studio.gui.shell.banner import Banner
from ddpm_studio.gui.start.new_project import NewProjectDialog
from ddpm_studio.project import Project

LEFT = Qt.MouseButton.LeftButton


def as_array(image: QImage) -> np.ndarray:
    """(H, W, 3) of an image of any format; its own memory."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


# folders


def test_left_out_files_are_shown_in_their_folder(odd_page, opened: list[Path]) -> None:
    listed = odd_page.get(QListView, "pictures.left_out")
    rows = {listed.model().index(r, 0).data(): r for r in range(listed.model().rowCount())}
    assert set(rows) == {"empty.png", str(Path("inner", "notes.txt"))}
    listed.setCurrentIndex(listed.model().index(rows[str(Path("inner", "notes.txt"))], 0))
    odd_page.click("pictures.show_in_folder")
    folder = odd_page.session.project.pictures
    assert opened == [folder / "inner"]
    odd_page.qtbot.keyClick(listed, Qt.Key.Key_Home)
    odd_page.qtbot.keyClick(listed, Qt.Key.Key_Return)
    assert opened[1:] == [folder]


def test_the_folder_and_the_chosen_picture_are_shown(page, opened: list[Path]) -> None:
    folder = page.session.project.pictures
    page.click("pictures.folder")
    page.click("pictures.details.show_in_folder")
    assert opened == [folder, folder]


def test_without_a_file_manager_the_folder_is_named(page, monkeypatch) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    page.click("pictures.folder")
    banner = page.window.findChild(Banner)
    assert str(page.session.project.pictures) in banner.sentence


def test_new_files_are_seen_with_f5(odd_page) -> None:
    folder = odd_page.session.project.pictures
    Image.new("RGB", (9, 9), "#ffff00").save(folder / "new.png")
    odd_page.press(Qt.Key.Key_F5)
    odd_page.wait(lambda: "4 taken" in odd_page.headline)
    odd_page.wait_for_wall()
    assert "new.png" in odd_page.shown
    (folder / "new.png").unlink()
    odd_page.click("pictures.refresh")
    odd_page.wait(lambda: "3 taken" in odd_page.headline)
    assert "new.png" not in odd_page.shown


# settings


def test_another_size_is_saved_and_prepared_with_a_model_that_suits_it(page) -> None:
    page.choose("pictures.size", 32)
    page.qtbot.waitUntilWritten(page.window.session)
    assert Project.open(page.session.project.path).config.pictures.size == 32
    page.wait_for_wall()
    config = page.session.project.config
    sketch = PRESETS["sketch"]
    assert page.wall.wall_model.picture_size.toTuple() == (32, 32)
    assert config.model.channel_mult == sketch.model.channel_mult
    assert config.train.learning_rate == sketch.train.learning_rate
    assert config.train.preview_count == 4  # one that presets agree on stays as it was
    assert config.sample.num_inference_steps == 5


@given(
    start=st.sampled_from(list(PRESETS)),
    size=st.sampled_from(work.SIZES),
    quarters=st.sampled_from([0, 2, 3, 5, 8]),
    seed=st.integers(0, 9),
    norm_groups=st.sampled_from([0, 4, 32]),
)
def test_every_size_has_settings_that_hold(
    start: str, size: int, quarters: int, seed: int, norm_groups: int
) -> None:
    """From every preset and shape to every size; what the size has no say in stays."""
    height = PRESETS[start].pictures.size * quarters // 4
    before = with_settings(
        PRESETS[start],
        [
            f"pictures.height={height}",
            "pictures.flip_horizontal=yes",
            f"train.seed={seed}",
            f"model.norm_groups={norm_groups}",
            "diffusion.prediction=eps",
        ],
    )
    after = work.with_size(before, size)
    assert after.pictures.size == size
    assert after.pictures.flip_horizontal
    assert after.pictures.background == before.pictures.background
    assert (after.diffusion, after.sample) == (before.diffusion, before.sample)
    assert after.train.seed == seed
    if height:
        wanted = size * height / before.pictures.size
        assert abs(after.pictures.height - wanted) <= after.model.stride
    else:
        assert after.pictures.height == 0


def test_pictures_that_are_not_square_keep_their_shape(make_window, new_project, drive) -> None:
    config = with_settings(new_project.config, ["pictures.size=16", "pictures.height=8"])
    page = drive(make_window(new_project.with_config(config)))
    page.wait_for_wall()
    assert "16 × 8" in page.headline
    assert page.get(QComboBox, "pictures.size").currentText() == "16 × 8 pixels"
    page.pick("pictures.size", (48, 24))
    page.wait_for_wall()
    assert page.config.shape == (3, 24, 48)


@pytest.mark.parametrize("start", PRESETS)
@pytest.mark.parametrize("end", PRESETS)
def test_from_one_preset_to_the_size_of_another_is_that_preset(start: str, end: str) -> None:
    assert work.with_size(PRESETS[start], PRESETS[end].pictures.size) == PRESETS[end]


def test_several_changes_in_a_row_are_prepared_once(
    page, prepared_with: list[StudioConfig]
) -> None:
    page.choose("pictures.size", 48)  # by way of 16 and 32
    page.wait_for_wall()
    assert [config.pictures.size for config in prepared_with] == [48]


def test_a_change_that_is_taken_back_reads_nothing(page, prepared_with: list[StudioConfig]) -> None:
    page.click(names.item("pictures.background", "black"))
    page.click(names.item("pictures.background", "white"))
    # a timer, which shows nothing while it waits
    assert not page.window.pages["nav.pictures"]._patience.isActive()
    assert prepared_with == []
    assert page.wall.isVisible()


def test_flips_are_saved_without_reading_anything(page, prepared_with: list[StudioConfig]) -> None:
    page.click("pictures.flip")
    page.qtbot.waitUntilWritten(page.window.session)
    assert Project.open(page.session.project.path).config.pictures.flip_horizontal
    assert page.get(Switch, "pictures.flip").isChecked()
    assert not page.window.pages["nav.pictures"]._patience.isActive()
    assert prepared_with == []


def test_grey_pictures_are_grey_on_the_wall(page) -> None:
    page.choose("pictures.channels", 1)
    page.wait(lambda: "in grey" in page.headline)
    page.wait_for_wall()
    assert page.session.project.config.model.in_channels == 1
    shown = page.shown_pixels(0)
    assert (shown == shown[:, :, :1]).all()
    assert shown.std() > 0


def test_the_background_lies_under_transparent_pictures(odd_page) -> None:
    wall = odd_page.wall

    def left_side() -> list[int]:
        image = wall.wall_model.image(0)
        return [] if image is None else as_array(image)[4, 0].tolist()

    assert left_side() == [255, 255, 255]
    odd_page.click(names.item("pictures.background", "black"))
    odd_page.wait(lambda: left_side() == [0, 0, 0])
    assert odd_page.config.background == "#000000"
    odd_page.click(names.item("pictures.background", "other"))
    dialog = odd_page.get(QColorDialog, "pictures.background.dialog")
    dialog.setCurrentColor(QColor("#336699"))
    dialog.accept()
    odd_page.wait(lambda: left_side() == [0x33, 0x66, 0x99])
    assert odd_page.config.background == "#336699"
    chosen = odd_page.get(QAbstractButton, names.item("pictures.background", "other"))
    assert chosen.isChecked()


def test_a_cancelled_colour_dialog_changes_nothing(odd_page) -> None:
    odd_page.click(names.item("pictures.background", "other"))
    odd_page.get(QColorDialog, "pictures.background.dialog").reject()
    assert odd_page.config.background == "#ffffff"
    white = odd_page.get(QAbstractButton, names.item("pictures.background", "white"))
    assert white.isChecked()


def test_a_change_elsewhere_is_shown_here(page) -> None:
    page.session.change_config(work.with_size(page.session.project.config, 16))
    page.wait_for_wall()
    assert page.get(QComboBox, "pictures.size").currentData() == 16


def test_a_change_that_cannot_be_saved_is_taken_back(page, monkeypatch) -> None:
    def refuse(_self: Project) -> None:
        raise ProjectError("The disk is full.")

    monkeypatch.setattr(Project, "save", refuse)
    page.qtbot.keyClick(page.get(QComboBox, "pictures.channels"), Qt.Key.Key_Down)
    page.qtbot.waitUntil(lambda: page.config.channels == 0)
    assert page.window.findChild(Banner).sentence == "The disk is full."
    assert page.get(QComboBox, "pictures.channels").currentData() == 0
    assert page.config.channels == 0


def test_the_wheel_over_a_field_changes_nothing(page, qapp: QApplication) -> None:
    for name in ("pictures.size", "pictures.channels", "pictures.tile_size"):
        field = page.get(QWidget, name)
        page.wall.setFocus()
        value = field.value() if isinstance(field, QAbstractSlider) else field.currentData()
        middle = QPointF(field.rect().center())
        event = QWheelEvent(
            middle,
            QPointF(field.mapToGlobal(field.rect().center())),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        qapp.sendEvent(field, event)
        now = field.value() if isinstance(field, QAbstractSlider) else field.currentData()
        assert now == value


# what is fixed


def test_a_trained_project_keeps_its_size_and_says_why(
    make_window, tiny_project: Project, drive
) -> None:
    page = drive(make_window(tiny_project))
    page.wait_for_wall()
    assert not page.get(QComboBox, "pictures.size").isEnabled()
    assert not page.get(QComboBox, "pictures.channels").isEnabled()
    assert "fixed" in page.text("pictures.locked")
    page.click("pictures.flip")  # this one is free
    assert page.config.flip_horizontal
    page.click("pictures.other_settings")
    dialog = page.window.findChild(NewProjectDialog)
    # the one field of the dialog that is its line for the folder
    assert dialog._pictures.text() == str(tiny_project.pictures)
    dialog.reject()


def test_advice_that_a_trained_model_cannot_take_is_not_offered(
    make_window, tiny_project: Project, drive
) -> None:
    """Its dropout is fixed; to mirror the pictures is not, and both are advised."""
    page = drive(make_window(tiny_project))
    page.wait_for_wall()
    page.click("folder.use")
    assert page.config.flip_horizontal
    assert page.session.project.config.model == tiny_project.config.model
    assert page.window.findChild(Banner).isHidden()
    assert not page.get(QPushButton, "folder.use").isVisible()
    shown = [label.text() for label in page.window.findChildren(QLabel) if label.isVisible()]
    assert any("Dropout is fixed" in text for text in shown)


def test_size_is_fixed_from_the_moment_that_training_starts(page) -> None:
    """Or the first checkpoint would not fit the settings that were changed before it."""
    size = page.get(QComboBox, "pictures.size")

    def learn():
        for step in range(1_000_000):
            yield CheckpointSaved(step, Path("nowhere"))
            time.sleep(0.001)

    assert size.isEnabled()
    page.session.start_training(learn)
    assert not size.isEnabled()
    page.session.jobs.get(TRAIN).stop()
    page.wait(lambda: page.session.jobs.get(TRAIN) is None)
    assert size.isEnabled()  # nothing was saved, so nothing is fixed
