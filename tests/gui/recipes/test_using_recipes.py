"""A file is dropped on the window: what is in it, and what becomes of it on the Generate page."""

import dataclasses
import hashlib
import itertools
import threading

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)

from ddpm_studio.cli.remake import remake_recipe
from ddpm_studio.events import TrainStep
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import TRAIN
from ddpm_studio.gui.generate.denoising import Denoising
from ddpm_studio.gui.recipes.dialog import RecipePicture
from ddpm_studio.gui.recipes.use import seeds_to_paint
from ddpm_studio.training import train
from ddpm_studio.training.pinned import pin
from ddpm_studio.words import moment_in_words
from tests.gui.parts import part


def test_use_all_paints_the_same_picture(
    page, tiny_project, recipe_of, picture_file, drop, dialog_of, use
):
    path, pixels = picture_file(tiny_project, recipe_of(tiny_project))
    count = page.count.value()
    assert count > 1
    assert drop(page.window, path)
    use(dialog_of(page.window), "all")
    assert (page.painted() == pixels).all()
    assert page.count.value() == count  # the next Generate paints as many as before
    assert page.window.current_page is page.window.pages["nav.generate"]
    assert (page.steps.value(), page.seed.value()) == (4, 77)
    assert page.weights.currentData() == "model"
    assert page.checkpoint.currentData() == 10
    assert page.eta.value() == 0.12  # all digits of 0.123 were used, though


def test_all_but_the_seed_paints_others_with_the_same_settings(
    page, tiny_project, recipe_of, picture_file, drop, dialog_of, use
):
    path, _ = picture_file(tiny_project, recipe_of(tiny_project))
    page.count.setValue(3)
    drop(page.window, path)
    use(dialog_of(page.window), "without_seed")
    assert len(page.painted()) == 3
    assert page.steps.value() == 4
    assert 77 not in page.grid.trajectory.seeds


def test_only_the_seed_keeps_the_settings(
    page, tiny_project, recipe_of, picture_file, drop, dialog_of, use
):
    page.steps.setValue(6)
    path, _ = picture_file(tiny_project, recipe_of(tiny_project, seeds=(77, 78)))
    drop(page.window, path)
    use(dialog_of(page.window), "seed")
    page.painted()
    assert page.grid.trajectory.seeds == (77, 78)
    assert len(page.grid.trajectory) == 7
    assert page.weights.currentData() == "ema"


def test_cancel_leaves_everything_as_it_is(
    page, tiny_project, recipe_of, picture_file, drop, dialog_of, find, qtbot
):
    before = page.steps.value(), page.seed.value(), page.count.value()
    path, _ = picture_file(tiny_project, recipe_of(tiny_project))
    drop(page.window, path)
    dialog = dialog_of(page.window)
    with qtbot.waitSignal(dialog.finished):
        find(dialog, QPushButton, "recipe.cancel").click()
    assert (page.steps.value(), page.seed.value(), page.count.value()) == before
    assert page.grid.trajectory is None


def test_the_dialog_shows_the_picture_and_the_recipe_in_words(
    page, tiny_project, recipe_of, picture_file, drop, dialog_of, find, qtbot
):
    path, _ = picture_file(tiny_project, recipe_of(tiny_project), "a bird.png")
    drop(page.window, path)
    dialog = dialog_of(page.window)
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    written = moment_in_words(path.stat().st_mtime)
    for word in ("a bird.png", "flowers", "DDIM", "4 steps", "eta 0.123", "77", written):
        assert word in words
    assert not find(dialog, QLabel, "recipe.note").isVisible()  # nothing to warn of
    picture = find(dialog, RecipePicture, "recipe.picture")
    qtbot.waitUntil(lambda: picture.image is not None)
    assert (picture.image.width(), picture.image.height()) == (8, 8)


def test_it_works_while_the_model_learns(
    page, tiny_project, recipe_of, picture_file, drop, dialog_of, use, qtbot
):
    def learn():
        for step in itertools.count(1):
            threading.Event().wait(0.001)  # as a step that leaves the interpreter to others
            yield TrainStep(step, 1.0, 1.0, 1e-3, 1.0, 1.0, None)

    path, pixels = picture_file(tiny_project, recipe_of(tiny_project))
    session = page.window.session
    training = session.start_training(learn)
    drop(page.window, path)
    use(dialog_of(page.window), "all")
    assert (page.painted() == pixels).all()
    assert session.jobs.get(TRAIN) is training
    training.stop()
    qtbot.waitUntil(lambda: session.jobs.get(TRAIN) is None)


def test_of_a_frame_on_the_way_that_very_frame_is_seen(
    page, tiny_project, recipe_of, picture_file, drop, dialog_of, use, find
):
    recipe = recipe_of(tiny_project, frame=1, show="pred_x_0")
    path, _ = picture_file(tiny_project, recipe)
    drop(page.window, path)
    use(dialog_of(page.window), "all")
    page.painted()
    assert find(page.window, QSlider, "scrubber.slider").value() == 1
    assert find(page.window, QComboBox, "scrubber.show").currentData() == "pred_x_0"


def test_a_picture_that_began_with_an_own_one_does_so_again(
    page, tiny_project, recipe_of, picture_file, drop, dialog_of, use, tmp_path, qtbot
):
    name = "flower_03.png"
    digest = hashlib.sha256((tiny_project.pictures / name).read_bytes()).hexdigest()
    start = {"picture": name, "sha256": digest, "index": 2}
    recipe = recipe_of(tiny_project, start=start)
    path = tmp_path / "own.json"
    path.write_text(recipe.to_text())
    drop(page.window, path)
    use(dialog_of(page.window), "all")
    (pixels,) = finish(remake_recipe(tiny_project, recipe, "cpu"))
    assert (page.painted()[0] == pixels).all()
    noise, from_noise = picture_file(tiny_project, recipe_of(tiny_project))
    before = page.grid.trajectory
    drop(page.window, noise)  # and now without it again
    use(dialog_of(page.window), "all")
    qtbot.waitUntil(lambda: page.grid.trajectory is not before)
    assert (page.painted() == from_noise).all()


def test_the_way_of_an_own_picture_into_the_noise_is_shown_again(
    page, tiny_project, recipe_of, drop, dialog_of, use, tmp_path, qtbot
):
    name = "flower_03.png"
    digest = hashlib.sha256((tiny_project.pictures / name).read_bytes()).hexdigest()
    recipe = recipe_of(tiny_project)
    start = {"picture": name, "sha256": digest, "index": recipe.sample.num_inference_steps}
    path = tmp_path / "own.json"
    path.write_text(dataclasses.replace(recipe, start=start).to_text())
    drop(page.window, path)
    use(dialog_of(page.window), "all")
    qtbot.waitUntil(lambda: page.grid.trajectory is not None)
    assert page.grid.trajectory.is_forward
    assert part(page.window, Denoising).trajectory.recipe.start["picture"] == name


def finish(steps):
    """What a generator returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


# files without one


@pytest.mark.parametrize("name", ["photo.png", "notes.txt"])
def test_a_file_without_a_recipe_is_a_sentence(page, tmp_path, drop, qtbot, name):
    path = tmp_path / name
    if path.suffix == ".png":
        Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(path)
    else:
        path.write_text("water the roses")
    assert drop(page.window, path)
    qtbot.waitUntil(page.banner.isVisible)
    assert name in page.banner.text()
    assert "recipe" in page.banner.text()


# other ways to give a file


def said(dialog):
    """All words of a dialog."""
    return " ".join(label.text() for label in dialog.findChildren(QLabel))


def test_a_file_that_was_copied_can_be_pasted(
    page, tiny_project, recipe_of, picture_file, dialog_of
):
    path, _ = picture_file(tiny_project, recipe_of(tiny_project))
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    QGuiApplication.clipboard().setMimeData(mime)
    page.window.recipes.paste()
    dialog = dialog_of(page.window)
    assert path.name in said(dialog)
    dialog.reject()
    QGuiApplication.clipboard().clear()


def test_a_file_can_be_chosen(page, tiny_project, recipe_of, picture_file, dialog_of, find, qtbot):
    path, _ = picture_file(tiny_project, recipe_of(tiny_project))
    find(page.window, QPushButton, "generate.recipe").click()
    chooser = page.window.findChild(QFileDialog)
    chooser.fileSelected.emit(str(path))
    chooser.reject()
    dialog = dialog_of(page.window)
    assert path.name in said(dialog)
    dialog.reject()


# what the file says is shown as it is


def test_what_somebody_wrote_there_stays_text_and_short(
    page, tiny_project, recipe_of, picture_file, drop, dialog_of
):
    recipe = dataclasses.replace(recipe_of(tiny_project), project="<h1>big</h1>\n" + "x" * 900)
    path, _ = picture_file(tiny_project, recipe)
    drop(page.window, path)
    dialog = dialog_of(page.window)
    assert dialog.sizeHint().height() < 500
    assert any("<h1>big</h1> xxx" in label.text() for label in dialog.findChildren(QLabel))
    dialog.reject()


def test_everything_in_the_dialog_has_words(
    page, tiny_project, recipe_of, picture_file, drop, dialog_of
):
    path, _ = picture_file(tiny_project, recipe_of(tiny_project))
    drop(page.window, path)
    dialog = dialog_of(page.window)
    for button in dialog.findChildren(QPushButton):
        assert button.text()
        assert button.toolTip()
        assert button.objectName()
    assert dialog.findChild(QWidget, "recipe.picture").accessibleName()
    dialog.reject()


@pytest.mark.parametrize(
    ("seeds", "painted"),
    [
        ((5,), (5, 1)),
        ((5, 6, 7), (5, 3)),
        ((9, 5, 7), (5, 5)),  # chosen ones of a grid: the grid
        ((2**60, 2**60 + 1, 3), (2**60, 2)),
        (tuple(range(100)), (0, 64)),
    ],
)
def test_which_seeds_are_painted(seeds, painted):
    assert seeds_to_paint(seeds) == painted


# saving without one


def test_pictures_can_be_saved_without_their_recipe_by_one_click(page, find, qtbot, tiny_project):
    page.window.show_page(names.NAV_GENERATE)
    page.count.setValue(2)
    page.steps.setValue(3)
    find(page.window, QPushButton, "generate.run").click()
    pictures = page.painted()
    find(page.window, QToolButton, "generate.save_plain").click()
    saved = find(page.window, QLabel, "generate.saved")
    qtbot.waitUntil(saved.isVisible)
    files = sorted(tiny_project.gallery.glob("*.png"))
    assert len(files) == 2
    for path, picture in zip(files, pictures, strict=True):
        with Image.open(path) as image:
            assert image.info == {}
            assert (np.asarray(image) == picture).all()


def test_a_pinned_model_paints_the_same_picture_and_is_among_the_choices(
    page, tiny_project, recipe_of, picture_file, drop, dialog_of, use, find, qtbot
):
    checkpoint = tiny_project.checkpoint_paths()[-1]
    recipe = recipe_of(tiny_project)
    path, pixels = picture_file(tiny_project, recipe)
    pinned = pin(tiny_project, checkpoint, recipe.checkpoint_sha256, [recipe.which])
    for _ in train(tiny_project, device="cpu", steps=1):
        pass
    checkpoint.unlink()
    drop(page.window, path)
    dialog = dialog_of(page.window)
    assert find(dialog, QLabel, "recipe.note").text() == ""
    use(dialog, "all")
    assert (page.painted() == pixels).all()
    painted = page.grid.trajectory
    assert painted.recipe == dataclasses.replace(recipe, precision=painted.recipe.precision)
    assert painted.checkpoint == pinned
    checkpoints = page.window.session.checkpoints
    checkpoints.refresh()
    qtbot.waitUntil(lambda: bool(checkpoints.kept) and checkpoints.steps == [11])
    texts = [page.checkpoint.itemText(at) for at in range(page.checkpoint.count())]
    assert texts == ["Newest (step 11)", "Step 11", "Step 10  ·  kept"]
    assert "1 checkpoint and 1 model kept for what was saved" in page.checkpoint.toolTip()
