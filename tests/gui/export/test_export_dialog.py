"""The export dialog writes films that decode to the frames of the engine."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QPushButton, QSpinBox, QToolButton

from ddpm_studio.errors import ExportError
from ddpm_studio.events import Progress, Work
from ddpm_studio.export.images import enlarge, picture_grid
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import SAMPLE
from ddpm_studio.gui.export import work
from ddpm_studio.gui.frames.store import PRED_X_0, X_T
from ddpm_studio.gui.generate.grid import SampleGrid
from tests.gui.export.conftest import STEPS, Driver, decode, make_trajectory

LEFT = Qt.MouseButton.LeftButton


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
