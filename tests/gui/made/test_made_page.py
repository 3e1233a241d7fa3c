"""The wall of what was made: what is on it, what is known of it, and where it leads."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QMenu

from ddpm_studio.events import FileWritten
from ddpm_studio.gallery.stars import read_stars
from ddpm_studio.gui.common import names
from ddpm_studio.recipe import fingerprint
from ddpm_studio.training.pinned import pin

CTRL = Qt.KeyboardModifier.ControlModifier


def seeds(driver):
    return [int(name.rpartition("seed")[2][:-4]) for name in driver.shown]


def test_without_a_project_and_without_pictures_it_says_what_to_do(
    window, make_window, tiny_project, qtbot, find
):
    window.show_page(names.NAV_MADE)
    assert window.pages["nav.made"].is_empty
    other = make_window(tiny_project)
    other.show_page(names.NAV_MADE)
    qtbot.waitUntil(lambda: other.pages["nav.made"].is_empty)
    words = " ".join(label.text() for label in other.pages["nav.made"].findChildren(QLabel))
    assert "Nothing made yet" in words
    other.pages["nav.made"].main_action()
    assert other.current_page.objectName() == "page.generate"


def test_everything_is_there_newest_first_pixel_by_pixel(drive, made):
    driver = drive(made)
    assert seeds(driver) == [16, 17, 18, 19, 20]
    image = driver.wall.wall_model.image(0)
    times = image.width() // 8  # small pictures are kept as squares of whole pixels
    assert (image.width(), image.height()) == (8 * times, 8 * times)
    assert image.pixelColor(3 * times, 3 * times + times - 1).red() == 40
    assert driver.count.text().startswith("5 pictures  ·  ")


def test_order_and_search(drive, made):
    driver = drive(made)
    driver.sort.setCurrentIndex(driver.sort.findData("oldest"))
    assert seeds(driver) == [20, 19, 18, 17, 16]
    driver.sort.setCurrentIndex(driver.sort.findData("seed"))
    assert seeds(driver) == [16, 17, 18, 19, 20]
    driver.key(Qt.Key.Key_F, CTRL)
    driver.qtbot.keyClicks(QApplication.focusWidget(), "seed000018")
    assert seeds(driver) == [18]
    driver.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert len(seeds(driver)) == 5


def test_stars_are_given_by_a_key_kept_and_asked_for(drive, made):
    driver = drive(made)
    driver.choose(0, 3)
    driver.key(Qt.Key.Key_S)
    starred = {driver.shown[0], driver.shown[3]}
    assert driver.wall.wall_model.tile(0).badge == "★"  # at once
    driver.settle()
    assert read_stars(made.gallery) == (frozenset(starred), "")
    driver.show.setCurrentIndex(driver.show.findData("starred"))
    assert set(driver.shown) == starred
    driver.key(Qt.Key.Key_Z, CTRL)
    assert driver.shown == []
    driver.settle()
    assert read_stars(made.gallery)[0] == frozenset()
    assert "No stars yet" in driver.text("made.nothing_shown")


def test_the_recipe_is_told_in_words_and_used(drive, made):
    driver = drive(made)
    driver.choose(1)
    details = driver.details
    words = " ".join(label.text() for label in details.findChildren(QLabel))
    assert "step 10, averaged weights" in words
    assert "DDIM, 3 steps, eta 0.25" in words
    wanted = []
    driver.session.recipe_wanted.connect(lambda recipe, how: wanted.append((recipe.seed, how)))
    driver.click("made.again")
    assert driver.window.current_page.objectName() == "page.generate"
    driver.window.show_page(names.NAV_MADE)
    driver.click("made.use")
    assert wanted == [(17, "all"), (17, "without_seed")]


def test_a_picture_without_recipe_says_so(drive, tiny_project, painter):
    painter.save(tiny_project, "found.png")
    driver = drive(tiny_project)
    driver.choose(0)
    assert "recipe" in driver.text("made.sentence")
    assert not driver.is_seen("made.again")


def test_one_is_seen_large_and_the_arrows_lead_on(drive, made):
    driver = drive(made)
    driver.choose(0)
    driver.key(Qt.Key.Key_Return)
    assert driver.viewer.isVisible()
    canvas = driver.canvas
    assert canvas.image.pixelColor(0, 0).red() == 40
    assert canvas.picture_rect().width() % 8 == 0  # whole pixels
    driver.key(Qt.Key.Key_Right, widget=driver.viewer)
    driver.settle()
    assert "2 of 5" in driver.viewer.accessibleName()
    assert canvas.image.pixelColor(0, 0).red() == 30
    driver.key(Qt.Key.Key_Escape, widget=driver.viewer)
    assert driver.wall.isVisible()
    assert driver.wall.currentIndex().row() == 1


def test_what_a_job_saves_appears_at_once_without_a_look(drive, made, painter, qtbot):
    driver = drive(made)
    driver.watcher.watch(())
    path = painter.save(made, "new.png", seed=99)

    def saving():
        yield FileWritten(path)

    driver.session.jobs.start("save", saving)
    qtbot.waitUntil(lambda: "new.png" in driver.shown)
    assert driver.shown[0] == "new.png"
    driver.settle()
    assert driver.wall.wall_model.image(0) is not None


@pytest.mark.parametrize("sort", ["newest", "oldest", "seed"])
@pytest.mark.parametrize("text", ["", "batch"])
def test_what_arrives_takes_its_place_and_nothing_else_moves(
    drive, made, painter, qtbot, monkeypatch, sort, text
):
    driver = drive(made)
    driver.watcher.watch(())
    driver.sort.setCurrentIndex(driver.sort.findData(sort))
    driver.get(QLineEdit, "made.search").setText(text)
    driver.choose(1, 3)
    chosen = {entry.name for entry in driver.panel.selected}
    refreshed = []
    monkeypatch.setattr(driver.page, "_refresh", lambda: refreshed.append(True))
    for seed in (3, 30):
        paths = [painter.save(made, f"{place}/a_seed{seed}.png", seed) for place in ("x", "batch")]
        driver.files.add(paths)
        qtbot.waitUntil(lambda made=f"batch/a_seed{seed}.png": made in driver.shown)
    driver.settle()
    assert not refreshed
    assert {entry.name for entry in driver.panel.selected} == chosen
    assert driver.panel.current.name in chosen
    shown, counts, said = driver.shown, driver.show.itemText(0), driver.count.text()
    named = [driver.wall.wall_model.index(row).data() for row in range(len(shown))]
    assert named == shown
    monkeypatch.undo()
    # all of it anew, with which what was added bit by bit must agree
    driver.page._on_changed()
    assert (driver.shown, driver.show.itemText(0), driver.count.text()) == (shown, counts, said)
    driver.settle()
    model = driver.wall.wall_model
    assert all(model.image(row) is not None for row in range(len(shown)))


def test_what_is_older_than_others_comes_among_them(drive, made, painter, qtbot):
    driver = drive(made)
    driver.watcher.watch(())
    path = painter.save(made, "older.png")
    os.utime(path, (1_800_000_000,) * 2)
    driver.files.add([path])
    qtbot.waitUntil(lambda: "older.png" in driver.shown)
    assert driver.shown[-1] == "older.png"


def test_a_look_that_finds_nothing_new_leaves_the_wall_alone(drive, made, monkeypatch):
    driver = drive(made)
    refreshed = []
    monkeypatch.setattr(driver.page, "_refresh", lambda: refreshed.append(True))
    driver.key(Qt.Key.Key_F5)
    driver.settle()
    assert not refreshed


def test_what_others_do_to_the_folder_is_seen_by_a_look(drive, made, painter):
    driver = drive(made)
    gone = driver.shown[2]
    driver.choose(2)
    (made.gallery / gone).unlink()
    painter.save(made, "newer.png")
    driver.key(Qt.Key.Key_F5)
    driver.settle()
    assert gone not in driver.shown
    assert driver.shown[0] == "newer.png"


def test_broken_files_and_others_are_left_out_with_a_quiet_note(drive, made):
    (made.gallery / "broken.png").write_bytes(b"no picture")
    (made.gallery / "notes.txt").write_text("water the roses")
    driver = drive(made)
    assert len(driver.shown) == 5
    assert "1 file cannot be read" in driver.count.text()
    assert "1 other file left out" in driver.count.text()


def test_films_are_marked_shown_by_their_last_frame_and_played_by_the_system(drive, made, opened):
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("#c81e1e", "blue")]
    frames[0].save(made.gallery / "film.gif", save_all=True, append_images=frames[1:])
    frames[0].save(made.gallery / "moving.webp", save_all=True, append_images=frames[1:])
    driver = drive(made)
    driver.show.setCurrentIndex(driver.show.findData("films"))
    assert set(driver.shown) == {"film.gif", "moving.webp"}
    row = driver.shown.index("film.gif")
    assert driver.wall.wall_model.tile(row).badge == "Film"
    assert driver.wall.wall_model.image(row).pixelColor(2, 2).blue() == 255
    driver.choose(row)
    driver.menu_act("Play in another program")
    assert opened == [made.gallery / "film.gif"]


def test_copying_gives_the_file_and_the_pixels(drive, made):
    driver = drive(made)
    driver.choose(0)
    driver.key(Qt.Key.Key_C, CTRL)
    mime = QGuiApplication.clipboard().mimeData()
    assert [Path(url.toLocalFile()) for url in mime.urls()] == [made.gallery / driver.shown[0]]
    assert QGuiApplication.clipboard().image().pixelColor(0, 0).red() == 40
    driver.key(Qt.Key.Key_A, CTRL)
    driver.key(Qt.Key.Key_C, CTRL)
    assert len(QGuiApplication.clipboard().mimeData().urls()) == 5


def test_several_are_counted(drive, made):
    driver = drive(made)
    driver.key(Qt.Key.Key_A, CTRL)
    assert driver.count.text().startswith("5 pictures chosen")
    assert not driver.is_seen("made.again")


@pytest.mark.parametrize("with_recipe", [True, False])
def test_copies_are_saved_elsewhere_with_their_recipes_or_without(
    drive, made, tmp_path, qtbot, with_recipe
):
    driver, out = drive(made), tmp_path / "out"
    out.mkdir()
    driver.choose(0, 1)
    driver.actions.choose_place(with_recipe)
    [chooser] = driver.window.findChildren(QFileDialog)
    chooser.fileSelected.emit(str(out))
    chooser.close()
    qtbot.waitUntil(lambda: len(list(out.glob("*.png"))) == 2)
    qtbot.waitUntil(lambda: driver.session.jobs.get("made.copies") is None)
    for name in driver.shown[:2]:
        original, copy = (
            Image.open(folder / Path(name).name) for folder in (made.gallery / "batch", out)
        )
        np.testing.assert_array_equal(np.asarray(copy), np.asarray(original))
        assert ("ddpm_studio" in copy.text) == with_recipe
    assert "Saved 2 copies" in driver.text("made.notice")


def test_the_menu_offers_what_fits(drive, made):
    driver = drive(made)
    driver.choose(0)
    driver.actions.show_menu(driver.wall.mapToGlobal(driver.wall.rect().center()))
    [menu] = [one for one in driver.window.findChildren(QMenu) if one.isVisible()]
    words = [action.text().partition("\t")[0] for action in menu.actions()]
    assert {"Paint again", "Use its settings", "Use only its seed", "Move to the trash"} <= set(
        words
    )
    menu.close()


def test_the_second_time_nothing_is_decoded_again(drive, made, monkeypatch):
    from ddpm_studio.gui.made import work

    driver = drive(made)
    driver.session.open_project(made.path)
    driver.window.show_page(names.NAV_MADE)
    driver.settle()
    assert list(made.cache.glob("made_*.pixels"))

    class NoPool:
        def run_with_pulse(self, requests, _seconds):
            assert list(requests) == []
            yield from ()

    from contextlib import contextmanager

    @contextmanager
    def borrowed(_self):
        yield NoPool()

    monkeypatch.setattr(work.IdlePools, "borrowed", borrowed)
    driver.session.open_project(made.path)
    driver.window.show_page(names.NAV_MADE)
    driver.qtbot.waitUntil(
        lambda: (
            driver.wall.wall_model.rowCount() == 5 and driver.wall.wall_model.image(4) is not None
        )
    )


def test_a_recipe_whose_model_is_gone_says_so_before_it_is_pressed(drive, made, qtbot):
    made.checkpoint_paths()[-1].write_bytes(b"another model")
    driver = drive(made)
    driver.choose(2)
    qtbot.waitUntil(lambda: "Its model of step 10 is gone" in driver.text("made.sentence"))
    assert driver.is_seen("made.again")
    assert "\n" not in driver.text("made.sentence")


def test_one_whose_model_is_there_or_pinned_says_nothing(drive, made, qtbot):
    checkpoint = made.checkpoint_paths()[-1]
    pin(made, checkpoint, fingerprint(checkpoint), ["ema"])
    checkpoint.write_bytes(b"another model")
    driver = drive(made)
    driver.choose(2)
    qtbot.waitUntil(lambda: driver.is_seen("made.again"))
    jobs = driver.window.session.jobs
    qtbot.waitUntil(lambda: jobs.get("made.recipe") is None and jobs.get("made.model") is None)
    assert driver.text("made.sentence") == ""
