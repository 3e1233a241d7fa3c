"""The Train page: start, pause, continue, stop; what is seen of a run; what can be set."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QListWidget, QProgressBar, QSlider, QSpinBox

from ddpm_studio import events as ev
from ddpm_studio.config.text import with_settings
from ddpm_studio.errors import TrainingError
from ddpm_studio.gui.common.jobs import SAMPLE, TRAIN
from ddpm_studio.gui.common.picture_view import PictureView
from ddpm_studio.gui.train import work
from ddpm_studio.project import Project
from ddpm_studio.training import find_checkpoint, load_model
from ddpm_studio.training.metrics import read_log


def started(step: int = 0, seconds: float | None = 60.0) -> ev.TrainStarted:
    return ev.TrainStarted(step, None, seconds, "a device", "float32", 1234, 12)


def step(number: int, remaining: float | None = 30.0) -> ev.TrainStep:
    return ev.TrainStep(number, 1 / number, 1.0, 1e-3, 321.0, number * 2.0, remaining)


def idle() -> Iterator[object]:
    """A step that takes its time and has nothing to say, as real ones do."""
    threading.Event().wait(0.005)
    yield ev.Progress(ev.Work.PREVIEW, 0, 0, step=0)


def until_stopped(*events: object):
    """The events, then nothing new until somebody stops it."""

    def make(_project, _steps, _seconds) -> Iterator[object]:
        yield from events
        while True:
            yield from idle()

    return make


def preview(number: int, value: int, path: Path = Path("none")) -> ev.PreviewSaved:
    return ev.PreviewSaved(number, path, np.full((4, 8, 8, 3), value, np.uint8))


# real training


def test_start_pause_continue_stop_and_open_again(open_train, new_project, make_window) -> None:
    """By the two buttons alone, with a real model."""
    train = open_train(new_project)
    assert train.start_says() == "Start"
    assert not train.button("train.stop").isEnabled()

    train.click("train.start")
    assert train.start_says() == "Pause"
    train.wait(lambda: train.newest() >= 6)

    train.click("train.start")
    assert train.start_says() == "Continue"
    train.wait(lambda: train.job.is_resting)
    job, held = train.job, train.newest()
    assert "Paused" in train.text("train.state")

    train.click("train.start")
    assert train.start_says() == "Pause"
    train.wait(lambda: train.newest() >= held + 5)
    assert train.job is job, "the same run goes on, with the same model in memory"
    train.wait(lambda: train.view.wall.step >= 10)

    train.click("train.stop")
    train.wait(lambda: train.job is None)
    last = train.newest()
    assert find_checkpoint(new_project) == new_project.checkpoint_path(last)
    assert train.series.steps.tolist() == list(range(1, last + 1))
    train.wait(lambda: train.start_says() == "Continue")
    assert train.text("train.saved") == f"Saved at step {last:,}"
    assert train.text("train.step") == f"{last:,}"
    assert train.text("train.memory").endswith(("MB", "GB"))

    again = type(train)(make_window(new_project.path), train.qtbot, train.find)
    again.wait(lambda: len(again.series) > 0)
    logged = [entry["step"] for entry in read_log(new_project.metrics_path).steps]
    assert again.series.steps.tolist() == logged
    assert again.start_says() == "Continue"


def test_it_ends_by_itself_and_points_to_the_next_page(open_train, new_project, qtbot) -> None:
    train = open_train(new_project)
    train.choose("train.length_unit", "steps")
    train.find(train.window, QSpinBox, "train.length").setValue(7)
    train.click("train.start")
    train.wait(lambda: train.job is None)
    assert new_project.checkpoint_path(7).exists()
    assert train.text("train.state").startswith("Trained for")
    assert train.start_says() == "Continue"
    generate = train.button("train.generate")
    assert generate.isVisible()
    assert generate.property("kind") == "primary"
    assert train.button("train.start").property("kind") == "plain"

    qtbot.keyClick(train.window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    train.wait(lambda: train.window.current_page is train.window.pages["nav.generate"])


def test_effort_and_advanced_settings_shape_the_model_that_is_trained(
    open_train, new_project
) -> None:
    train = open_train(new_project)
    train.click("train.advanced")
    train.write("model.model_channels", "12")
    train.write("train.batch_size", "2")
    train.choose("train.length_unit", "steps")
    train.find(train.window, QSpinBox, "train.length").setValue(2)
    train.click("train.start")
    train.wait(lambda: train.job is None)
    model, config = load_model(find_checkpoint(new_project))
    assert config.model.model_channels == 12
    assert config.train.batch_size == 2
    del model


# states


def test_without_a_project_it_says_what_to_do(open_train, qtbot) -> None:
    train = open_train(None)
    assert train.page.is_empty
    qtbot.keyClick(train.window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert train.job is None
    train.click("train.go_start")
    assert train.window.current_page is train.window.pages["nav.start"]


def test_pause_takes_effect_within_one_step(open_train, new_project, fake) -> None:
    """The step that is being made ends; no other one begins."""
    inside, may_end = threading.Event(), threading.Event()
    begun = []

    def events(_project, _steps, _seconds) -> Iterator[object]:
        yield started()
        for number in range(1, 1000):
            begun.append(number)
            if number == 3:
                inside.set()
                assert may_end.wait(30)
            yield step(number)

    fake(events)
    train = open_train(new_project)
    train.click("train.start")
    train.wait(inside.is_set)
    train.click("train.start")
    may_end.set()
    train.wait(lambda: train.job.is_resting)
    train.wait(lambda: train.newest() == 3)
    assert begun == [1, 2, 3]


def test_reading_pictures_has_its_progress(open_train, new_project, fake) -> None:
    def events(_project, _steps, _seconds) -> Iterator[object]:
        while True:
            yield ev.Progress(ev.Work.READING, 30, 120)
            yield from idle()

    fake(events)
    train = open_train(new_project)
    train.click("train.start")
    train.wait(lambda: "30 of 120" in train.text("train.state"))
    bar = train.find(train.window, QProgressBar, "train.progress")
    assert bar.isVisible()
    assert bar.value() == 250
    assert train.button("train.stop").isEnabled()


def test_the_numbers_are_those_of_the_newest_step(open_train, new_project, fake) -> None:
    memory = work.MemoryUsed(2_345_000_000)
    fake(until_stopped(started(), *(step(n) for n in range(1, 1235)), memory))
    train = open_train(new_project)
    train.click("train.start")
    train.wait(lambda: train.text("train.step") == "1,234")
    assert train.text("train.time") == "41 min 08 s"
    assert train.text("train.speed") == "321"
    assert train.text("train.remaining") == "30 s"
    assert train.text("train.device") == "a device"
    train.wait(lambda: train.text("train.memory") == "2.2 GB")
    assert "12 pictures" in train.text("train.state")


def test_a_run_without_end_says_so(open_train, new_project, fake) -> None:
    fake(until_stopped(started(seconds=None), step(1, remaining=None)))
    train = open_train(new_project)
    train.choose("train.length_unit", "until_stopped")
    train.click("train.start")
    train.wait(lambda: train.text("train.remaining") == "no end set")
    assert train.find(train.window, QProgressBar, "train.progress").isHidden()


def test_it_waits_while_another_job_has_the_device(open_train, new_project, fake) -> None:
    fake(until_stopped(started(), step(1)))
    train = open_train(new_project)
    train.click("train.start")
    train.wait(lambda: train.newest() == 1)

    def paint() -> Iterator[object]:
        while True:
            yield ev.SampleStep(1, 2, 1, 0, 1)
            yield from idle()

    sampling = train.window.session.start_borrowing(SAMPLE, paint)
    train.wait(lambda: "Waits a moment" in train.text("train.state"))
    assert train.start_says() == "Pause"
    sampling.stop()
    train.wait(lambda: "Learning" in train.text("train.state"))


def test_a_failure_is_a_sentence_and_the_page_lives_on(open_train, new_project, fake) -> None:
    def events(_project, _steps, _seconds) -> Iterator[object]:
        yield started()
        yield step(1)
        raise TrainingError("There is not enough memory.")

    fake(events)
    train = open_train(new_project)
    train.click("train.start")
    train.wait(lambda: train.job is None)
    assert "not enough memory" in train.text("window.banner.text")
    assert "failed" in train.text("train.state")
    assert train.start_says() == "Start"
    fake(until_stopped(started(), step(1), step(2)))
    train.click("train.start")
    train.wait(lambda: train.newest() == 2)


def test_nothing_of_a_run_arrives_after_its_project_was_closed(
    open_train, new_project, fake, tmp_path
) -> None:
    fake(until_stopped(started(), *(step(n) for n in range(1, 50)), preview(40, 9)))
    train = open_train(new_project)
    train.click("train.start")
    train.wait(lambda: train.newest() == 49)
    other = Project.create(tmp_path / "other", new_project.pictures, new_project.config)
    train.window.session.open_project(other.path)
    [left] = train.window.session.jobs.everywhere(TRAIN)
    left.stop()
    train.wait(lambda: not train.window.session.jobs.is_busy())
    assert len(train.series) == 0
    assert train.view.wall.step == -1
    assert train.start_says() == "Start"
    assert train.text("train.step") == "–"


# what is seen


def test_what_was_mended_is_told_and_the_plot_goes_back(open_train, new_project, fake) -> None:
    skipped = ev.StepSkipped(31, "Step 31 was skipped: its loss was not a finite number.")
    back = ev.RolledBack(35, 20, 5e-4, "The loss was bad, so training went back to 20.")
    old = ev.CheckpointSkipped(Path("x"), "step_40 is damaged. Going on from the one before it.")
    fake(
        until_stopped(
            old,
            started(),
            *(step(n) for n in range(1, 31)),
            preview(25, 100),
            skipped,
            back,
            *(step(n) for n in range(21, 24)),
            ev.CheckpointSaved(22, Path("x")),
            ev.Note("The preview was left out."),
        )
    )
    train = open_train(new_project)
    log = train.find(train.window, QListWidget, "train.log")
    assert log.isHidden()
    train.click("train.start")
    train.wait(lambda: train.newest() == 23)
    assert train.series.steps.tolist() == list(range(1, 24))
    assert train.view.wall.steps == []
    assert log.isVisible()
    assert log.sentences() == [
        *(old.message, skipped.message, back.message, "Step 23: The preview was left out.")
    ]
    assert train.text("train.saved") == "Saved at step 22"


def test_the_wall_shows_the_pixels_of_the_newest_preview(open_train, new_project, fake) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), np.uint8)
    fake(until_stopped(started(), preview(25, 10), ev.PreviewSaved(50, Path("x"), pictures)))
    train = open_train(new_project)
    train.click("train.start")
    train.wait(lambda: train.view.wall.step == 50)
    image = train.find(train.window, PictureView, "train.wall").image()
    assert image.pixelColor(3, 2).getRgb()[:3] == tuple(pictures[0, 2, 3])
    assert image.pixelColor(8 + 5, 8 + 1).getRgb()[:3] == tuple(pictures[3, 1, 5])


def test_an_earlier_run_is_there_again_with_its_plot_and_its_film(open_train, tiny_project) -> None:
    train = open_train(tiny_project)
    train.wait(lambda: train.series.steps.tolist() == [2, 4, 6, 8, 10])
    assert train.text("train.step") == "10"
    assert train.view.plot.canvas.isVisible()
    view = train.find(train.window, PictureView, "train.wall")
    slider = train.find(train.window, QSlider, "train.history")
    assert (train.view.wall.steps, slider.value()) == ([0, 5, 10], 2)
    for position, number in ((2, 10), (1, 5), (0, 0)):
        slider.setValue(position)
        on_disk = np.asarray(Image.open(tiny_project.preview_path(number)).convert("RGB"))
        pixel = tuple(on_disk[3, 9])
        train.wait(lambda p=pixel: view.image().pixelColor(9, 3).getRgb()[:3] == p)
        assert train.text("train.wall_step") == f"step {number}"


def test_a_run_that_begins_before_the_history_is_read_goes_on_after_it(
    open_train, tiny_project, fake, monkeypatch
) -> None:
    may_read = threading.Event()
    load = work.load_history

    def late(project):
        assert may_read.wait(30)
        return (yield from load(project))

    monkeypatch.setattr(work, "load_history", late)
    fake(until_stopped(started(step=6), step(7), step(8), preview(8, 77)))
    train = open_train(tiny_project)
    train.click("train.start")
    train.wait(lambda: train.newest() == 8)
    may_read.set()
    train.wait(lambda: train.series.steps.tolist() == [2, 4, 6, 7, 8])
    assert train.series.seconds[3] > train.series.seconds[2]
    train.wait(lambda: train.view.wall.steps == [0, 5, 8])
    assert train.view.wall.step == 8


def test_a_damaged_log_and_a_missing_preview_harm_nothing(open_train, tiny_project) -> None:
    with tiny_project.metrics_path.open("ab") as file:
        file.write(
            b'{"step": 12, "loss": NaN}\n{"step": 14}\n\x00garbage\n{"step": 16, "loss": 0.5}'
        )
    tiny_project.preview_path(5).write_bytes(b"no picture")
    train = open_train(tiny_project)
    train.wait(lambda: train.series.steps.tolist() == [2, 4, 6, 8, 10, 16])
    tiny_project.preview_path(0).unlink()
    train.find(train.window, QSlider, "train.history").setValue(1)
    train.wait(lambda: not train.window.session.jobs.is_busy())
    assert train.text("train.wall_step") == "step 5"
    assert train.find(train.window, PictureView, "train.wall").image().isNull()


# what can be set


def test_a_run_without_checkpoint_locks_the_model_too(open_train, new_project, fake) -> None:
    """Else its first checkpoint would not fit the project's settings."""
    fake(until_stopped(started(), step(1)))
    train = open_train(new_project)
    train.click("train.start")
    assert not train.find(train.window, QComboBox, "train.effort").isEnabled()
    wider = with_settings(new_project.config, ["model.model_channels=16"])
    assert not train.window.session.change_config(wider)
    assert Project.open(new_project.path).config == new_project.config
    train.click("train.stop")
    train.wait(lambda: train.job is None)
    train.wait(train.find(train.window, QComboBox, "train.effort").isEnabled)
