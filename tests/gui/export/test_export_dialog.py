"""The export dialog writes films that decode to the frames of the engine."""

import threading
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QToolButton,
)

from ddpm_studio.errors import ExportError
from ddpm_studio.events import Progress, Work
from ddpm_studio.export.images import enlarge, picture_grid
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import EXPORT, SAMPLE
from ddpm_studio.gui.export import work
from ddpm_studio.gui.export.dialog import ExportDialog
from ddpm_studio.gui.export.preview import FilmPreview
from ddpm_studio.gui.export.sources import FilmedDenoising
from ddpm_studio.gui.frames.store import PRED_X_0, X_T
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.generate.grid import SampleGrid
from ddpm_studio.sampling.trajectory import Moment, TrajectoryFrame
from tests.gui.fitting import places

LEFT = Qt.MouseButton.LeftButton
STEPS = 5


def make_trajectory(count=3, size=(6, 4), channels=3):
    """Smooth pictures, which MP4 keeps well; x_t and pred_x_0 differ."""
    height, width = size
    y, x, k = np.mgrid[0:height, 0:width, 0:channels]
    trajectory = Trajectory([Moment(i, 5 - i, 1 - i / 5) for i in range(STEPS + 1)], range(count))
    for index in range(STEPS + 1):
        x_t = np.stack([20 * y + 10 * x + 15 * k + 12 * index + 5 * n for n in range(count)])
        trajectory.add(
            TrajectoryFrame(index, 5 - index, x_t.astype(np.uint8), (250 - x_t).astype(np.uint8))
        )
    return trajectory


class Driver:
    def __init__(self, dialog, find, qtbot):
        self.dialog, self.find, self.qtbot = dialog, find, qtbot
        self.format = find(dialog, QComboBox, "export.format")
        self.what = find(dialog, QComboBox, "export.what")
        self.number = find(dialog, QSpinBox, "export.number")
        self.show = find(dialog, QComboBox, "export.show")
        self.fps = find(dialog, QSpinBox, "export.fps")
        self.hold = find(dialog, QDoubleSpinBox, "export.hold")
        self.size = find(dialog, QSpinBox, "export.size")
        self.loop_back = find(dialog, QAbstractButton, "export.loop_back")
        self.path = find(dialog, QLineEdit, "export.path")
        self.save = find(dialog, QPushButton, "export.save")
        self.cancel = find(dialog, QPushButton, "export.cancel")
        self.message = find(dialog, QLabel, "export.message")
        self.facts = find(dialog, QLabel, "export.facts")
        self.preview = find(dialog, FilmPreview, "export.preview")

    def choose(self, suffix):
        self.format.setCurrentIndex(self.format.findData(suffix))

    def export(self):
        """Press the button and wait; where the film is."""
        path = Path(self.path.text())
        self.qtbot.mouseClick(self.save, LEFT)
        self.qtbot.waitUntil(lambda: self.message.text().startswith("Saved"))
        return path


@pytest.fixture
def make_dialog(session, find, qtbot, tmp_path):
    made = []

    def make(trajectory, **arguments):
        filmed = FilmedDenoising(trajectory, **arguments)
        dialog = ExportDialog(session, filmed, folder=tmp_path / "gallery", name="flowers")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.open()
        made.append(dialog)
        return Driver(dialog, find, qtbot)

    yield make
    for dialog in made:
        dialog.reject()
    qtbot.waitUntil(lambda: session.jobs.get(EXPORT) is None)


def decode(path):
    """All frames of a file, (N, H, W, 3) uint8, and the seconds that it lasts."""
    if path.suffix == ".mp4":
        with av.open(path) as container:
            stream = container.streams.video[0]
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
            return np.array(frames), len(frames) / float(stream.average_rate)
    with Image.open(path) as image:
        frames, seconds = [], 0.0
        for frame in ImageSequence.Iterator(image):
            frames.append(np.asarray(frame.convert("RGB")))
            seconds += frame.info["duration"] / 1000
    return np.array(frames), seconds


def expected_frames(trajectory, chosen, scale, show=X_T):
    frames = [picture_grid(pixels[list(chosen)]) for pixels in trajectory.frames(show)]
    return np.array(
        [np.broadcast_to(f, (*f.shape[:2], 3)) for f in enlarge(np.array(frames), scale)]
    )


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("suffix", "most"), [(".gif", 40), (".webp", 0), (".png", 0), (".mp4", 12)]
)
def test_a_film_decodes_to_the_frames(make_dialog, suffix, most, channels):
    """Exactly, where the format can; GIF has 256 colours, MP4 halves the colour's resolution."""
    trajectory = make_trajectory(channels=channels)
    driver = make_dialog(trajectory)
    driver.choose(suffix)
    driver.fps.setValue(10)
    driver.hold.setValue(0.5)
    driver.size.setValue(8)
    path = driver.export()
    frames, seconds = decode(path)
    expected = expected_frames(trajectory, range(3), 8)
    assert frames.shape[1:] == (96, 64, 3)
    assert f"64 × 96 pixels  ·  {STEPS + 6} frames  ·  1.1 s" in driver.facts.text()
    assert seconds == pytest.approx(1.1, abs=0.02)
    difference = np.abs(frames[: STEPS + 1].astype(int) - expected)
    assert difference.mean() <= most / 4
    assert difference.max() <= most or suffix == ".mp4"


def test_one_picture_of_what_the_model_believes(make_dialog):
    trajectory = make_trajectory()
    driver = make_dialog(trajectory, current=1, show=PRED_X_0)
    assert driver.what.currentText() == "One picture"
    assert driver.number.value() == 2
    driver.choose(".webp")
    driver.size.setValue(3)
    frames, _ = decode(driver.export())
    np.testing.assert_array_equal(frames, expected_frames(trajectory, [1], 3, PRED_X_0))


def test_the_chosen_pictures_are_proposed_as_a_grid(make_dialog):
    trajectory = make_trajectory()
    driver = make_dialog(trajectory, chosen=(0, 2))
    assert driver.what.currentText() == "The 2 chosen, as a grid"
    driver.choose(".png")
    driver.size.setValue(2)
    frames, _ = decode(driver.export())
    np.testing.assert_array_equal(frames, expected_frames(trajectory, [0, 2], 2))


def test_and_back_to_noise_goes_the_same_way_back(make_dialog):
    trajectory = make_trajectory()
    driver = make_dialog(trajectory, current=0)
    driver.choose(".webp")
    driver.size.setValue(1)
    driver.fps.setValue(10)
    driver.hold.setValue(0.2)
    driver.qtbot.mouseClick(driver.loop_back, LEFT)
    frames, seconds = decode(driver.export())
    forth = expected_frames(trajectory, [0], 1)
    order = [0, 1, 2, 3, 4, 5, 4, 3, 2, 1]
    assert seconds == pytest.approx(len(order) / 10 + 0.2)
    np.testing.assert_array_equal(frames, forth[order])


def test_nothing_has_to_be_typed(make_dialog, tmp_path):
    """A free name is proposed, follows the format, and Enter is enough."""
    driver = make_dialog(make_trajectory())
    assert driver.path.text() == str(tmp_path / "gallery" / "flowers.gif")
    driver.qtbot.keyClick(driver.dialog, Qt.Key.Key_Return)
    driver.qtbot.waitUntil(lambda: driver.message.text().startswith("Saved flowers.gif, "))
    again = make_dialog(make_trajectory())
    assert again.path.text() == str(tmp_path / "gallery" / "flowers_2.gif")
    again.choose(".mp4")
    assert again.path.text() == str(tmp_path / "gallery" / "flowers.mp4")


def test_a_name_that_is_typed_is_kept_and_checked(make_dialog, tmp_path):
    driver = make_dialog(make_trajectory())
    driver.path.setFocus()
    driver.path.selectAll()
    driver.qtbot.keyClicks(driver.path, str(tmp_path / "mine.gif"))
    driver.choose(".webp")
    assert driver.path.text() == str(tmp_path / "mine.webp")
    for text, words in (
        ("", "needs a name"),
        (str(tmp_path / "mine.jpg"), "ends in .webp"),
        ("mine.webp", "must begin with a folder"),
    ):
        driver.path.setText(text)
        assert words in driver.message.text()
        assert not driver.save.isEnabled()
    (tmp_path / "old.webp").write_bytes(b"old")
    driver.path.setText(str(tmp_path / "old.webp"))
    assert "will be replaced" in driver.message.text()
    assert driver.save.isEnabled()


def test_the_enlargement_comes_near_to_512_pixels_and_never_beyond_4096(make_dialog):
    driver = make_dialog(make_trajectory(count=1, size=(64, 48)))
    assert driver.size.value() == 8
    assert driver.size.maximum() == 64
    assert "384 × 512 pixels" in driver.facts.text()
    driver = make_dialog(make_trajectory(count=9, size=(200, 200)))
    assert (driver.size.value(), driver.size.maximum()) == (1, 6)


def test_a_gif_is_not_faster_than_viewers_show_it(make_dialog):
    driver = make_dialog(make_trajectory())
    driver.fps.setValue(60)
    driver.hold.setValue(1)
    assert f"{STEPS + 51} frames  ·  1.1 s" in driver.facts.text()
    driver.choose(".webp")
    assert f"{STEPS + 61} frames" in driver.facts.text()


def test_the_preview_plays_what_will_be_written(make_dialog):
    driver = make_dialog(make_trajectory(), current=0)
    driver.fps.setValue(60)
    driver.hold.setValue(0)
    driver.loop_back.setChecked(True)
    seen = set()

    def has_come_round():
        seen.add(driver.preview.tick)
        return seen >= {0, 5, 9}

    driver.qtbot.waitUntil(has_come_round)
    assert driver.preview.accessibleName()


def test_cancel_stops_at_once_and_leaves_nothing(make_dialog, session, monkeypatch, tmp_path):
    """The real writer, halted after its second frame."""
    from ddpm_studio.export.film import write as film

    goes_on, write = threading.Event(), film.write_film

    def slow(*arguments):
        for event in write(*arguments):
            yield event
            if event.done == 2:
                goes_on.wait(20)

    monkeypatch.setattr(film, "write_film", slow)
    driver = make_dialog(make_trajectory())
    bar = driver.find(driver.dialog, QProgressBar, "export.progress")
    driver.choose(".mp4")
    driver.qtbot.mouseClick(driver.save, LEFT)
    driver.qtbot.waitUntil(lambda: bar.value() > 0)
    assert bar.isVisible()
    driver.qtbot.mouseClick(driver.cancel, LEFT)
    assert driver.dialog.isVisible()
    goes_on.set()
    driver.qtbot.waitUntil(lambda: "nothing was written" in driver.message.text())
    assert list((tmp_path / "gallery").iterdir()) == []
    assert not bar.isVisible()
    assert driver.save.isEnabled()
    driver.qtbot.keyClick(driver.dialog, Qt.Key.Key_Escape)
    assert not driver.dialog.isVisible()


def test_what_was_complete_before_it_could_be_stopped_is_said_to_be_there(
    make_dialog, monkeypatch, tmp_path
):
    """The large page of a film strip is one step: a click during it comes too late."""
    from ddpm_studio.export.film import write as film

    writes, goes_on, write = threading.Event(), threading.Event(), film.write_strip

    def slow(*arguments):
        yield from write(*arguments)
        writes.set()
        goes_on.wait(20)

    monkeypatch.setattr(film, "write_strip", slow)
    driver = make_dialog(make_trajectory())
    driver.choose("strip")
    path = Path(driver.path.text())
    driver.qtbot.mouseClick(driver.save, LEFT)
    driver.qtbot.waitUntil(writes.is_set)
    driver.qtbot.mouseClick(driver.cancel, LEFT)
    goes_on.set()
    driver.qtbot.waitUntil(lambda: driver.save.isEnabled())
    assert path.is_file()
    words = driver.message.text()
    assert words.startswith(f"It was finished before it could be stopped. Saved {path.name}")
    assert driver.find(driver.dialog, QPushButton, "export.show_in_folder").isVisible()


def test_no_key_stops_what_a_click_has_begun(make_dialog, monkeypatch, tmp_path):
    goes_on, write = threading.Event(), work.write
    monkeypatch.setattr(
        work, "write", lambda *arguments: goes_on.wait(20) and (yield from write(*arguments))
    )
    driver = make_dialog(make_trajectory())
    path = Path(driver.path.text())
    driver.qtbot.mouseClick(driver.save, LEFT)
    assert not driver.cancel.hasFocus()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        driver.qtbot.keyClick(driver.dialog.focusWidget() or driver.dialog, key)
    goes_on.set()
    driver.qtbot.waitUntil(lambda: driver.message.text().startswith("Saved"))
    assert path.is_file()


def test_a_film_is_written_whole_although_its_project_is_left(
    make_dialog, session, new_project, monkeypatch
):
    goes_on, write = threading.Event(), work.write
    monkeypatch.setattr(
        work, "write", lambda *arguments: goes_on.wait(20) and (yield from write(*arguments))
    )
    session.open_project(new_project.path)
    driver = make_dialog(make_trajectory())
    path = Path(driver.path.text())
    driver.qtbot.mouseClick(driver.save, LEFT)
    session.close_project()
    assert not driver.dialog.isVisible()
    with driver.qtbot.waitSignal(session.noticed) as said:
        goes_on.set()
    assert said.args == [f"The export of flowers is finished: {path}."]
    assert len(decode(path)[0]) >= STEPS


def test_who_exports_before_the_size_is_known_still_learns_it(make_dialog):
    driver = make_dialog(make_trajectory())
    driver.choose(".mp4")
    facts = driver.find(driver.dialog, QLabel, "export.facts")
    assert facts.text().endswith("about …")
    driver.export()
    driver.qtbot.waitUntil(lambda: "about …" not in facts.text())
    assert "Saved" in driver.message.text()


def test_an_error_is_a_sentence_and_can_be_tried_again(make_dialog, monkeypatch, tmp_path):
    write = work.write

    def failing(path, wish):
        yield Progress(Work.WRITING, 1, 2)
        raise ExportError("The disk is full.")

    monkeypatch.setattr(work, "write", failing)
    driver = make_dialog(make_trajectory())
    said_elsewhere: list[Any] = []
    # whom it tells of failures
    driver.dialog._session.failed.connect(said_elsewhere.append)
    driver.qtbot.mouseClick(driver.save, LEFT)
    driver.qtbot.waitUntil(lambda: driver.message.text() == "The disk is full.")
    assert said_elsewhere == []  # once is enough
    monkeypatch.setattr(work, "write", write)
    assert driver.export().is_file()


def test_show_in_folder_shows_the_folder(make_dialog, tmp_path, qapp):
    class Watcher(QObject):
        shown = None

        @Slot(QUrl)
        def show(self, url):
            self.shown = Path(url.toLocalFile())

    watcher = Watcher()
    QDesktopServices.setUrlHandler("file", watcher, "show")
    driver = make_dialog(make_trajectory())
    button = driver.find(driver.dialog, QPushButton, "export.show_in_folder")
    assert not button.isVisible()
    driver.export()
    driver.qtbot.mouseClick(button, LEFT)
    QDesktopServices.unsetUrlHandler("file")
    assert watcher.shown == tmp_path / "gallery"


def test_another_place_can_be_chosen(make_dialog, tmp_path):
    driver = make_dialog(make_trajectory())
    driver.qtbot.mouseClick(driver.find(driver.dialog, QToolButton, "export.browse"), LEFT)
    chooser = driver.dialog.findChild(QFileDialog)
    chooser.fileSelected.emit(str(tmp_path / "elsewhere.gif"))
    chooser.reject()
    assert driver.export() == tmp_path / "elsewhere.gif"
    assert (tmp_path / "elsewhere.gif").is_file()


def test_format_speed_and_rest_come_back_if_they_were_exported(make_dialog):
    for _ in range(2):
        driver = make_dialog(make_trajectory())
        assert driver.format.currentData() == ".gif"  # what was cancelled left no trace
        driver.choose(".mp4")
        driver.fps.setValue(30)
        driver.hold.setValue(2.5)
    driver.export()
    again = make_dialog(make_trajectory())
    assert again.format.currentData() == ".mp4"
    assert (again.fps.value(), again.hold.value()) == (30, 2.5)


def test_from_the_page_with_what_is_chosen_there(make_window, tiny_project, find, qtbot):
    """Generate, choose two, export: GIF and MP4 of real frames, decoded again."""
    window = make_window(tiny_project)
    window.show_page(names.NAV_GENERATE)
    find(window, QSpinBox, "generate.count").setValue(4)
    find(window, QSpinBox, "generate.steps").setValue(STEPS)
    qtbot.mouseClick(find(window, QPushButton, "generate.run"), LEFT)
    qtbot.waitUntil(lambda: window.session.jobs.get(SAMPLE) is None)
    grid = find(window, SampleGrid, "generate.grid")
    grid.set_chosen({1, 2})
    for suffix in (".mp4", ".gif"):
        qtbot.mouseClick(find(window, QPushButton, "generate.export"), LEFT)
        driver = Driver(find(window, QDialog, "export"), find, qtbot)
        driver.choose(suffix)
        driver.hold.setValue(0)
        path = driver.export()
        assert path.parent == tiny_project.gallery
        frames, _ = decode(path)
        scale = driver.size.value()
        expected = expected_frames(grid.trajectory, [1, 2], scale)
        assert frames.shape == expected.shape
        assert np.abs(frames.astype(int) - expected).mean() < 25  # noise, in few colours
        qtbot.keyClick(driver.dialog, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: not window.findChildren(QDialog, "export"))


def test_no_control_moves_while_a_film_is_written(make_dialog, qtbot, monkeypatch):
    """One that is aimed at is still there when the click comes."""
    driver = make_dialog(make_trajectory(4))
    qtbot.waitUntil(lambda: "about …" not in driver.facts.text() and driver.facts.text() != "")
    before = places(driver.dialog)
    goes_on, write = threading.Event(), work.write

    def slow(*arguments):
        while not goes_on.wait(0.005):
            yield Progress(Work.WRITING, 1, 2)
        return (yield from write(*arguments))

    monkeypatch.setattr(work, "write", slow)
    qtbot.mouseClick(driver.save, LEFT)
    qtbot.waitUntil(lambda: driver.cancel.hasFocus())
    qtbot.wait(30)
    meanwhile = places(driver.dialog)
    goes_on.set()
    qtbot.waitUntil(lambda: driver.message.text().startswith("Saved"))
    qtbot.wait(30)
    afterwards = places(driver.dialog)
    del afterwards["export.show_in_folder"]  # it comes where there was nothing
    assert before == meanwhile == afterwards
