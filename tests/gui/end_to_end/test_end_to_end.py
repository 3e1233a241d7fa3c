"""The whole way in the real window, by the actions of a person, with real training."""

from __future__ import annotations

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

from ddpm_studio.config_text import with_settings
from ddpm_studio.export.film.write import film_order, film_size
from ddpm_studio.gui import names
from ddpm_studio.gui.common.job_names import EXPORT, PICTURES, SAMPLE, TRAIN
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
    person.click(names.START_NEW)
    assert not person.see(QPushButton, names.NEW_PROJECT_CREATE).isEnabled()
    person.click(names.NEW_PROJECT_BROWSE_PICTURES)
    assert person.see(QLineEdit, names.NEW_PROJECT_NAME).text() == picture_folder.name
    person.write(names.NEW_PROJECT_NAME, "By hand")
    person.choose(names.NEW_PROJECT_PRESET, "sketch")
    person.click(names.NEW_PROJECT_CREATE)
    assert person.window.current_page is person.window.pictures_page
    assert person.project.name == "By hand"
    person.wait(lambda: "12" in person.text(names.PICTURES_TAKEN))
    assert "1" in person.text(names.PICTURES_LEFT_OUT_COUNT)


def set_it_up(person, tiny_settings):
    """Small pictures and a tiny model."""
    person.choose(names.PICTURES_SIZE, 16)
    assert person.project.config.pictures.size == 16
    person.wait_for(PICTURES)
    person.click(names.NAV_TRAIN)
    person.click(names.TRAIN_ADVANCED)
    for path, value in tiny_settings.items():
        person.write(names.item(names.TRAIN_SETTING, path), value)
    wanted = with_settings(
        person.project.config,
        [f"{path}={value.replace(' ', '')}" for path, value in tiny_settings.items()],
    )
    assert person.project.config == wanted
    person.choose(names.TRAIN_LENGTH_UNIT, "hours")


def train_pause_continue_stop(person):
    start = person.see(QPushButton, names.TRAIN_START)
    person.click(names.TRAIN_START)
    person.wait(lambda: person.step() >= 45 and has_image(person))
    person.click(names.TRAIN_START)  # Pause
    job = person.window.session.jobs.get(TRAIN)
    person.wait(lambda: job.is_resting)
    assert start.text() == "Continue"
    paused_at = person.step()
    person.qtbot.wait(200)
    assert person.step() == paused_at
    person.click(names.TRAIN_START)  # Continue
    person.wait(lambda: person.step() >= paused_at + 10)
    person.click(names.TRAIN_STOP)
    person.wait_for(TRAIN)
    newest = step_of(person.project.checkpoint_paths()[-1])
    assert newest >= paused_at + 10
    assert f"{newest:,}" in person.text(names.TRAIN_SAVED)
    assert "Stopped" in person.text(names.TRAIN_STATE)


def has_image(person):
    return not person.see(PictureView, names.TRAIN_WALL).image().isNull()


def generate_and_scrub(person):
    """What is on the screen at noise, half-way and at the end is what the engine computes."""
    person.click(names.NAV_GENERATE)
    person.wait_for(SAMPLE)  # the first look
    person.write(names.GENERATE_COUNT, "3")
    person.write(names.GENERATE_STEPS, "6")
    person.write(names.GENERATE_ETA, "0.5")
    person.write(names.GENERATE_SEED, "7")
    person.wait_for(SAMPLE)
    person.click(names.GENERATE_RUN)
    person.wait_for(SAMPLE)
    assert person.grid.count == 3
    assert person.grid.trajectory.is_complete
    frames = engine_frames(person.project)
    assert len(frames) == 7
    slider = person.see(QSlider, names.SCRUBBER_SLIDER)
    show = person.see(QComboBox, names.SCRUBBER_SHOW)
    assert slider.value() == slider.maximum() == 6
    slider.setFocus()
    for key, position in ((Qt.Key.Key_Home, 0), (Qt.Key.Key_Right, 3), (Qt.Key.Key_End, 6)):
        while slider.value() != position:
            before = slider.value()
            person.qtbot.keyClick(slider, key)
            assert slider.value() != before
        shown = {"x_t": to_uint8, "pred_x_0": to_uint8, "pred_eps": noise_to_uint8}
        for area, (what, as_pictures) in zip(show.areas(), shown.items(), strict=True):
            person.click(names.SCRUBBER_SHOW, area.center().toPoint())
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
    person.click(names.GENERATE_EXPORT)
    person.choose(names.EXPORT_FORMAT, path.suffix)
    person.write(names.EXPORT_PATH, str(path))
    wish = person.dialog.wish()
    person.click(names.EXPORT_SAVE)
    person.wait_for(EXPORT)
    assert "Saved" in person.text(names.EXPORT_MESSAGE)
    person.click(names.EXPORT_CANCEL)  # which says Close now
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
    person.click(names.TRAIN_START)
    person.wait(lambda: person.step() >= saved + 5)
    steps = list(person.losses.steps)
    with person.closing():
        person.window.close()
        assert person.see(QWidget, names.SAVING).isVisible()
        assert person.window.isVisible()
    assert not person.window.isVisible()
    newest = find_checkpoint(person.project)
    assert step_of(newest) >= steps[-1]
    return step_of(newest)


def find_everything_again(person, newest):
    """Plot, previews, wall and settings, in a new window."""
    person.wait(lambda: len(person.losses) > 0)
    assert newest - person.project.config.train.log_every < person.step() <= newest
    assert person.text(names.TRAIN_SAVED) == f"Saved at step {newest:,}"
    history = person.see(QSlider, names.TRAIN_HISTORY)
    previews = sorted(person.project.samples.glob("step_*.png"))
    assert history.maximum() == len(previews) - 1
    person.click(names.NAV_TRAIN)
    person.wait(lambda: has_image(person))
    assert person.see(QComboBox, names.TRAIN_LENGTH_UNIT).currentData() == "hours"
    assert person.see(QPushButton, names.TRAIN_START).text() == "Continue"
    person.click(names.NAV_PICTURES)
    person.wait(lambda: "12" in person.text(names.PICTURES_TAKEN))
    assert person.see(PictureWall, names.PICTURES_WALL).model().rowCount() == 12
    assert not person.see(QComboBox, names.PICTURES_SIZE).isEnabled()
    person.click(names.NAV_GENERATE)
    assert person.see(QSpinBox, names.GENERATE_COUNT).value() == 3
    assert person.see(QSpinBox, names.GENERATE_STEPS).value() == 6
    assert person.see(QDoubleSpinBox, names.GENERATE_ETA).value() == pytest.approx(0.5)
    person.click(names.NAV_START)
    person.wait(lambda: bool(person.window.findChildren(QAbstractButton, "start.recent.0")))


def distance(first, second):
    """The mean difference of two pictures, in levels of 255."""
    return float(np.abs(first.astype(int) - second.astype(int)).mean())
