"""The whole way in the real window, by the actions of a person, with real training."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QWidget,
)

from ddpm_studio.config.text import with_settings
from ddpm_studio.export.film.frames import film_order
from ddpm_studio.export.film.write import film_size
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import EXPORT, PICTURES, SAMPLE, TRAIN
from ddpm_studio.gui.common.picture_view import PictureView
from ddpm_studio.gui.wall.wall import PictureWall
from ddpm_studio.project import step_of
from ddpm_studio.sampling.generate import denoise_seeds
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.sampling.trajectory import noise_to_uint8
from ddpm_studio.training import find_checkpoint, load_model


def test_the_whole_way_by_hand(
    person,
    at_window,
    make_window,
    monkeypatch,
    picture_folder,
    tmp_path,
    tiny_settings,
    decoded_film,
):
    make_a_project(person, monkeypatch, picture_folder)
    set_it_up(person, tiny_settings)
    train_pause_continue_stop(person)
    generate_and_scrub(person)
    export(person, tmp_path / "film.gif", decoded_film)
    export(person, tmp_path / "film.mp4", decoded_film)
    before = close_while_training(person)
    find_everything_again(at_window(make_window(person.project)), before)
    assert decoded_film(tmp_path / "film.gif")  # after all of it, the films are still whole
    assert decoded_film(tmp_path / "film.mp4")


def make_a_project(person, monkeypatch, picture_folder):
    """By the buttons of the start screen and of the dialog."""
    monkeypatch.setattr(
        QFileDialog, "open", lambda chooser: chooser.fileSelected.emit(str(picture_folder))
    )
    person.click("start.new")
    assert not person.see(QPushButton, "new_project.create").isEnabled()
    person.click("new_project.browse_pictures")
    assert person.see(QLineEdit, "new_project.name").text() == picture_folder.name
    person.write("new_project.name", "By hand")
    person.choose("new_project.preset", "sketch")
    person.click("new_project.create")
    assert person.window.current_page is person.window.pages["nav.pictures"]
    assert person.project.name == "By hand"
    person.wait(lambda: "12 taken" in person.see(QPushButton, "pictures.show_taken").text())
    assert "1" in person.text("pictures.left_out_count")


def set_it_up(person, tiny_settings):
    """Small pictures and a tiny model."""
    person.choose("pictures.size", 16)
    assert person.project.config.pictures.size == 16
    person.wait_for(PICTURES)
    person.click(names.NAV_TRAIN)
    person.click("train.advanced")
    for path, value in tiny_settings.items():
        person.write(names.item("train.setting", path), value)
    wanted = with_settings(
        person.project.config,
        [f"{path}={value.replace(' ', '')}" for path, value in tiny_settings.items()],
    )
    assert person.project.config == wanted
    person.choose("train.length_unit", "hours")


def train_pause_continue_stop(person):
    start = person.see(QPushButton, "train.start")
    person.click("train.start")
    person.wait(lambda: person.step() >= 45 and has_image(person))
    person.click("train.start")  # Pause
    job = person.window.session.jobs.get(TRAIN)
    person.wait(lambda: job.is_resting)
    assert start.text() == "Continue"
    paused_at = person.step()
    person.qtbot.wait(200)
    assert person.step() == paused_at
    person.click("train.start")  # Continue
    person.wait(lambda: person.step() >= paused_at + 10)
    person.click("train.stop")
    person.wait_for(TRAIN)
    newest = step_of(person.project.checkpoint_paths()[-1])
    assert newest >= paused_at + 10
    # a generator that is closed says nothing more: the page looks what its last save was
    person.wait(lambda: f"{newest:,}" in person.text("train.saved"))
    assert "Stopped" in person.text("train.state")


def has_image(person):
    return not person.see(PictureView, "train.wall").image().isNull()


def generate_and_scrub(person):
    """What is on the screen at noise, half-way and at the end is what the engine computes."""
    person.click(names.NAV_GENERATE)
    person.wait_for(SAMPLE)  # the first look
    person.write("generate.count", "3")
    person.write("generate.steps", "6")
    person.write("generate.eta", "0.5")
    person.write("generate.seed", "7")
    person.wait_for(SAMPLE)
    person.click("generate.run")
    person.wait_for(SAMPLE)
    assert person.grid.count == 3
    assert person.grid.trajectory.is_complete
    frames = engine_frames(person.project)
    assert len(frames) == 7
    slider = person.see(QSlider, "scrubber.slider")
    show = person.see(QComboBox, "scrubber.show")
    assert slider.value() == slider.maximum() == 6
    slider.setFocus()
    for key, position in ((Qt.Key.Key_Home, 0), (Qt.Key.Key_Right, 3), (Qt.Key.Key_End, 6)):
        while slider.value() != position:
            before = slider.value()
            person.qtbot.keyClick(slider, key)
            assert slider.value() != before
        shown: dict[str, Any] = {"x_t": to_uint8, "pred_x_0": to_uint8, "pred_eps": noise_to_uint8}
        for area, (what, as_pictures) in zip(show.areas(), shown.items(), strict=True):
            person.click("scrubber.show", area.center().toPoint())
            expected = as_pictures(getattr(frames[position], what))
            assert np.array_equal(person.pictures_shown(), expected), (position, what)


def engine_frames(project):
    wish = ["sample.num_inference_steps=6", "sample.eta=0.5"]
    sample = with_settings(project.config, wish).sample
    model, config = load_model(find_checkpoint(project))
    device = next(model.parameters()).device
    return list(denoise_seeds(Network(model, config, device), sample, range(7, 10)))


def export(person, path, decoded_film):
    """By the dialog; then the file is decoded again."""
    person.click("generate.export")
    person.choose("export.format", path.suffix)
    person.write("export.path", str(path))
    wish = person.dialog.request()
    person.click("export.save")
    person.wait_for(EXPORT)
    assert "Saved" in person.text("export.message")
    person.click("export.cancel")  # which says Close now
    frames = decoded_film(path)
    film, options = wish.film, wish.options
    width, height = film_size(film, options, path.suffix)
    assert all(frame.shape == (height, width, 3) for frame in frames)
    ticks = len(film_order(film, options))
    assert len(frames) == (ticks if path.suffix == ".mp4" else film.count)
    for decoded, shown in ((frames[0], film.compose(0)), (frames[-1], film.compose(6))):
        enlarged = shown.repeat(options.scale, 0).repeat(options.scale, 1)
        decoded = decoded[: len(enlarged)]  # without the caption
        assert distance(decoded, enlarged) < 12  # 256 colours, or a lossy film
        assert distance(decoded, 255 - enlarged) > 40  # and that is not much


def close_while_training(person):
    """Asks nothing, says that it saves, closes by itself, loses nothing."""
    person.click(names.NAV_TRAIN)
    saved = step_of(person.project.checkpoint_paths()[-1])
    person.click("train.start")
    person.wait(lambda: person.step() >= saved + 5)
    steps = list(person.losses.steps)
    with person.closing():
        person.window.close()
        assert person.see(QWidget, "window.saving").isVisible()
        assert person.window.isVisible()
    assert not person.window.isVisible()
    newest = find_checkpoint(person.project)
    assert step_of(newest) >= steps[-1]
    return step_of(newest)


def find_everything_again(person, newest):
    """Plot, previews, wall and settings, in a new window."""
    person.wait(lambda: len(person.losses) > 0)
    assert newest - person.project.config.train.log_every < person.step() <= newest
    assert person.text("train.saved") == f"Saved at step {newest:,}"
    history = person.see(QSlider, "train.history")
    previews = sorted(person.project.samples.glob("step_*.png"))
    assert history.maximum() == len(previews) - 1
    person.click(names.NAV_TRAIN)
    person.wait(lambda: has_image(person))
    assert person.see(QComboBox, "train.length_unit").currentData() == "hours"
    assert person.see(QPushButton, "train.start").text() == "Continue"
    person.click(names.NAV_PICTURES)
    person.wait(lambda: "12 taken" in person.see(QPushButton, "pictures.show_taken").text())
    assert person.see(PictureWall, "pictures.wall").model().rowCount() == 12
    assert not person.see(QComboBox, "pictures.size").isEnabled()
    person.click(names.NAV_GENERATE)
    assert person.see(QSpinBox, "generate.count").value() == 3
    assert person.see(QSpinBox, "generate.steps").value() == 6
    assert person.see(QDoubleSpinBox, "generate.eta").value() == pytest.approx(0.5)
    person.click(names.NAV_START)
    person.wait(lambda: bool(person.window.findChildren(QAbstractButton, "start.recent.0")))


def distance(first, second):
    """The mean difference of two pictures, in levels of 255."""
    return float(np.abs(first.astype(int) - second.astype(int)).mean())
