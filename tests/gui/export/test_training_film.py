"""The film of the training: the previews of a project, from the Train page to a file."""

import dataclasses

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDialog, QLabel, QPushButton, QSpinBox

from ddpm_studio.errors import ExportError
from ddpm_studio.export.images import enlarge, picture_grid, write_png
from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.gui.common import names
from ddpm_studio.gui.export.training_film import read_previews, training_film, training_recipe
from ddpm_studio.recipe import fingerprint

LEFT = Qt.MouseButton.LeftButton
STEPS = (5, 10, 20, 40, 80)


def pictures(step: int, count: int = 4, channels: int = 3) -> np.ndarray:
    """Picture k of a step has the value step + k."""
    values = step + np.arange(count)[:, None, None, None]
    return np.broadcast_to(values, (count, 8, 8, channels)).astype(np.uint8)


def read(project, steps=STEPS, **named):
    """What is read, and the events on the way."""
    events, reading = [], read_previews(project, steps, **named)
    while True:
        try:
            events.append(next(reading))
        except StopIteration as end:
            return end.value, events


@pytest.fixture
def project(new_project):
    new_project.samples.mkdir(exist_ok=True)
    pictures_config = dataclasses.replace(new_project.config.pictures, channels=3)
    config = dataclasses.replace(new_project.config, pictures=pictures_config)
    for step in STEPS:
        write_png(new_project.preview_path(step), picture_grid(pictures(step)))
    return new_project.with_config(config)


def test_every_preview_is_a_frame_with_its_pictures(project) -> None:
    frames, events = read(project)
    assert (frames.steps, frames.count) == (STEPS, 4)
    assert [(event.done, event.total) for event in events] == [(i, 5) for i in range(1, 6)]
    for position, step in enumerate(STEPS):
        np.testing.assert_array_equal(frames.pictures(position), pictures(step))
    film = training_film(frames, [3])
    assert film.captions[3] == "step 40"
    assert (film.count, film.shape) == (5, (8, 8, 3))
    assert film.compose(2).max() == film.compose(2).min() == 23


def test_what_cannot_be_read_or_does_not_belong_is_passed_over(project) -> None:
    project.preview_path(5).write_bytes(b"damaged")
    write_png(project.preview_path(10), picture_grid(pictures(10, channels=1)))
    write_png(project.preview_path(20), np.zeros((9, 16, 3), np.uint8))
    frames, events = read(project, [*STEPS, 160])  # there is no file of the last one
    assert frames.steps == (40, 80)
    assert events[-1].done == events[-1].total == 6
    project.preview_path(80).unlink()
    with pytest.raises(ExportError, match="two previews"):
        read(project)


def test_pictures_that_every_preview_has_are_in_the_film(project) -> None:
    """Where another number of previews was set on the way: the same seeds come first."""
    write_png(project.preview_path(20), picture_grid(pictures(20, count=1)))
    frames, _ = read(project)
    assert frames.count == 1
    assert [int(frames.pictures(i).max()) for i in range(5)] == list(STEPS)


def test_a_film_beyond_its_room_is_read_from_disk_when_it_is_written(project) -> None:
    each = pictures(5).nbytes
    frames, _ = read(project, room=2 * each)
    for position, step in enumerate(STEPS):
        np.testing.assert_array_equal(frames.pictures(position), pictures(step))
    at_hand = [int(frames.pictures_at_hand(position)[0].max()) for position in range(5)]
    assert at_hand == [5, 5, 5, 5, 80]
    project.preview_path(20).unlink()
    assert int(frames.pictures_at_hand(2)[0].max()) == 5
    with pytest.raises(ExportError, match="cannot be read any more"):
        frames.pictures(2)


def test_its_recipe_names_the_checkpoint_that_belongs_to_the_last_frame(tiny_project) -> None:
    newest = tiny_project.checkpoint_paths()[-1]
    text = training_recipe(tiny_project, 10, [0, 1], {"of": "training"})
    assert text is not None
    assert f'"checkpoint_sha256": "{fingerprint(newest)}"' in text
    assert '"seeds": [0, 1]' in text
    for path in tiny_project.checkpoint_paths():
        path.unlink()
    assert training_recipe(tiny_project, 10, [0, 1], {"of": "training"}) is None


def test_from_the_train_page_to_a_file(make_window, tiny_project, find, qtbot) -> None:
    window = make_window(tiny_project)
    window.show_page(names.NAV_TRAIN)
    button = find(window, QAbstractButton, "train.export")
    qtbot.waitUntil(button.isEnabled)
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: window.findChild(QDialog, "export") is not None)
    dialog = find(window, QDialog, "export")
    assert dialog.windowTitle() == "Export the film of the training"
    kind = find(dialog, QComboBox, "export.format")
    kind.setCurrentIndex(kind.findData(".webp"))
    assert not find(dialog, QComboBox, "export.show").isVisible()
    find(dialog, QSpinBox, "export.size").setValue(2)
    message = find(dialog, QLabel, "export.message")
    qtbot.mouseClick(find(dialog, QPushButton, "export.save"), LEFT)
    qtbot.waitUntil(lambda: message.text().startswith("Saved"))
    path = tiny_project.gallery / f"{tiny_project.name}_training.webp"
    steps = sorted(tiny_project.samples.glob("step_*.png"))
    with Image.open(path) as film:
        assert film.n_frames == len(steps)
        for index, step in enumerate(steps):
            film.seek(index)
            with Image.open(step) as preview:
                expected = enlarge(np.asarray(preview.convert("RGB")), 2)
            np.testing.assert_array_equal(np.asarray(film.convert("RGB")), expected)
    recipe = read_recipe(path)
    assert recipe.film is not None
    assert (recipe.film["of"], recipe.seeds) == ("training", (0, 1, 2, 3))
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(QDialog, "export"))


def test_a_film_needs_two_previews(make_window, new_project, find) -> None:
    window = make_window(new_project)
    window.show_page(names.NAV_TRAIN)
    assert not find(window, QAbstractButton, "train.export").isEnabled()
