"""Sample now: a look at the model at any moment, which training does not notice."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QPushButton, QSpinBox
from safetensors.numpy import load_file

from ddpm_studio import events as ev
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.device_turns import LentModel
from ddpm_studio.gui.common.images import image_of
from ddpm_studio.gui.sample_now import work
from ddpm_studio.gui.sample_now.dialog import COUNTS
from ddpm_studio.project import Project
from ddpm_studio.training import train as train_for_real
from ddpm_studio.training.live import Live, paint_checkpoint
from tests.gui.sample_now.looking import Looking, learning, start

# for real


def test_a_look_at_a_saved_model(open_train, tiny_project) -> None:
    """Nothing trains: the newest checkpoint is shown, as the engine paints it."""
    train = open_train(tiny_project)
    looking = Looking(train)
    assert [words[:16] for words in looking.sources()] == ["Saved at step 10"]
    looking.wait_painted()
    assert looking.says() == "Step 10."
    path, count = tiny_project.checkpoint_path(10), COUNTS[-1]
    *_, expected = paint_checkpoint(path, range(count), tiny_project.config.train.preview_steps)
    assert looking.images() == [image_of(expected.averaged), image_of(expected.plain)]
    looking.click("sample_now.close")
    assert looking.is_gone()


def test_a_running_training_does_not_notice(
    open_train, new_project, tmp_path, picture_folder
) -> None:
    """It halts while it is looked at, goes on, and ends with the very same numbers."""
    steps = 40
    train = open_train(new_project)
    train.choose("train.length_unit", "steps")
    train.find(train.window, QSpinBox, "train.length").setValue(steps)
    train.click("train.start")
    train.wait(lambda: train.button("train.sample_now").isEnabled())
    looking = Looking(train)
    job = train.job
    assert looking.source().startswith("Now, step ")
    looking.wait_painted()
    assert looking.says().endswith(" Training goes on.")
    averaged, plain = looking.images()
    assert not averaged.isNull()
    assert not plain.isNull()
    assert train.job in (job, None)
    looking.click("sample_now.close")
    train.wait(lambda: train.job is None)
    reference = Project.create(tmp_path / "reference", picture_folder, new_project.config)
    for _ in train_for_real(reference, device="cpu", steps=steps):
        continue
    one, other = (load_file(p.checkpoint_path(steps)) for p in (new_project, reference))
    assert one.keys() == other.keys()
    assert [name for name in one if not np.array_equal(one[name], other[name])] == []


def test_a_paused_training_stays_paused(open_train, new_project) -> None:
    train = open_train(new_project)
    train.click("train.start")
    train.wait(lambda: train.newest() >= 3)
    train.click("train.start")
    train.wait(lambda: train.job.is_resting)
    train.wait(lambda: train.text("train.step") == f"{train.newest():,}")
    held = train.newest()
    looking = Looking(train)
    assert looking.source() == f"Now, step {held}"
    looking.wait_painted()
    assert looking.says() == f"Step {held}."
    looking.click("sample_now.close")
    assert train.job.is_paused
    assert train.newest() == held
    train.click("train.start")
    train.wait(lambda: train.newest() > held)
    train.click("train.stop")
    train.wait(lambda: train.job is None)


def test_what_was_saved_last_is_looked_at_if_training_has_ended_meanwhile(tiny_project) -> None:
    """Between the click and the painting it may end; nobody is told of it."""
    look = work.PaintRequest(tiny_project, (0, 1), None, LentModel(Live()))
    painted = list(work.paint_both(look))
    assert painted[-1].step == 10
    assert painted[-1].done == painted[-1].total == tiny_project.config.train.preview_steps


def test_a_damaged_checkpoint_is_passed_over_with_a_sentence(tiny_project) -> None:
    (tiny_project.checkpoints / "step_00000099.safetensors").write_bytes(b"not a checkpoint")
    skipped, *painted = work.paint_both(work.PaintRequest(tiny_project, (0,), None))
    assert isinstance(skipped, ev.CheckpointSkipped)
    assert "That of step 10 is used instead." in skipped.message
    assert painted[-1].step == 10


# the button


def test_there_is_no_button_without_a_project_and_it_rests_without_a_model(
    open_train, new_project, painter
) -> None:
    train = open_train(None)
    assert not train.button("train.sample_now").isVisible()
    assert train.window.session.open_project(new_project.path)
    button = train.button("train.sample_now")
    train.window.show_page(names.NAV_TRAIN)
    assert button.isVisible()
    assert not button.isEnabled()
    assert "no model yet" in button.toolTip()
    train.click("train.sample_now")
    assert train.window.findChild(QDialog, "sample_now") is None


def test_the_button_wakes_with_the_first_step(open_train, new_project, fake, painter) -> None:
    fake(learning())
    train = open_train(new_project)
    start(train)
    assert train.button("train.sample_now").isEnabled()
    train.click("train.stop")
    train.wait(lambda: train.job is None)
    assert not train.button("train.sample_now").isEnabled(), "nothing was saved"


# what can be chosen


def test_now_and_every_checkpoint_can_be_chosen(open_train, tiny_project, fake, painter) -> None:
    """The best of them carries the star."""
    fake(learning(ev.HeldOutMeasured(10, 0.25, (0.4, 0.3, 0.2, 0.1))))
    train = open_train(tiny_project)
    train.wait(lambda: len(train.series) == 5)  # what was logged
    start(train)
    train.wait(lambda: len(train.series.held_out) > 0)
    looking = Looking(train)
    assert looking.sources() == ["Now, step 70", "Saved at step 10  ★  best so far"]
    looking.wait_painted()
    combo = looking.find(QComboBox, "sample_now.from")
    train.qtbot.keyClick(combo, Qt.Key.Key_Down)
    looking.wait_painted()
    now, saved = painter.looks
    assert now.checkpoint is None
    assert now.lent is not None
    assert saved.checkpoint == tiny_project.checkpoint_path(10)


def test_fewer_pictures_and_other_seeds(open_train, tiny_project, painter, make_window) -> None:
    """At first the noise is that of the wall; how many there are is remembered."""
    train = open_train(tiny_project)
    looking = Looking(train)
    looking.wait_painted()
    combo = looking.find(QComboBox, "sample_now.count")
    combo.setCurrentIndex(combo.findData(4))
    looking.wait_painted()
    looking.click("sample_now.dice")
    looking.wait_painted()
    looking.click("sample_now.again")
    looking.wait_painted()
    first, fewer, other, again = (look.seeds for look in painter.looks)
    assert first == tuple(range(16))
    assert fewer == tuple(range(4))
    assert other == tuple(range(other[0], other[0] + 4))
    assert other[0] > 0
    assert again == other
    looking.click("sample_now.close")
    assert looking.is_gone()
    looking = Looking(train)
    looking.wait_painted()
    assert painter.looks[-1].seeds == tuple(range(4))


def test_it_leads_to_the_page_generate_with_the_same_checkpoint(
    open_train, tiny_project, painter
) -> None:
    train = open_train(tiny_project)
    looking = Looking(train)
    looking.wait_painted()
    assert looking.find(QPushButton, "sample_now.generate").text() == "Generate with step 10"
    looking.click("sample_now.generate")
    train.wait(looking.is_gone)
    page = train.window.pages["nav.generate"]
    assert train.window.current_page is page
    assert train.find(page, QComboBox, "generate.checkpoint").currentData() == 10
