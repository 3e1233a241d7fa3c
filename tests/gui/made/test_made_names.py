"""What things are called: by their seed, searched by what they tell, and by a name of one's own."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from ddpm_studio.gallery.stars import read_stars
from ddpm_studio.gui.common.button import Button


def seeds(driver):
    return [entry.seed for entry in driver.panel._tiles]  # those on the wall


def test_the_title_is_its_seed_and_the_file_stands_small_below(drive, made):
    driver = drive(made)
    driver.choose(0)
    assert driver.text("made.title") == "Seed 16"
    assert driver.text("made.line") == "step 10, DDIM 3, eta 0.25"
    assert driver.text("made.name") == driver.shown[0].rpartition("/")[2]
    tip = driver.wall.wall_model.tile(0).tip
    assert "<b>Seed 16</b><br>step 10, DDIM 3, eta 0.25<br>batch/" in tip


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("seed 18", [18]),
        ("Seed 1", [16, 17, 18, 19]),
        ("seed:20 ddim", [20]),
        ("step 10", [16, 17, 18, 19, 20]),
        ("step 308", []),
        ("eta 0.25", [16, 17, 18, 19, 20]),
        ("DDPM", []),
        ("batch seed000019", [19]),
    ],
)
def test_one_search_knows_seed_step_sampler_and_name(drive, made, words, found):
    driver = drive(made)
    driver.get(QLineEdit, "made.search").setText(words)
    assert seeds(driver) == found


def rename(driver, name):
    driver.key(Qt.Key.Key_F2)
    field = driver.get(QLineEdit, "made.new_name")
    field.selectAll()
    driver.qtbot.keyClicks(field, name)
    go = driver.get(Button, "made.rename.go")
    if go.isEnabled():
        driver.qtbot.mouseClick(go, Qt.MouseButton.LeftButton)
    driver.settle()
    return field


def test_a_picture_gets_a_name_keeps_its_star_and_undo_gives_the_old_one(drive, made):
    driver = drive(made)
    driver.choose(2)
    driver.key(Qt.Key.Key_S)
    old = driver.shown[2]
    rename(driver, "blue moon")
    driver.qtbot.waitUntil(lambda: "batch/blue moon.png" in driver.shown)
    driver.settle()
    assert (made.gallery / "batch" / "blue moon.png").exists()
    assert driver.panel.current.name == "batch/blue moon.png"
    assert driver.text("made.title") == "Seed 18"  # its recipe is inside
    assert read_stars(made.gallery)[0] == {"batch/blue moon.png"}
    driver.sort.setCurrentIndex(driver.sort.findData("seed"))
    assert seeds(driver) == [16, 17, 18, 19, 20]
    assert driver.text("made.notice") == "It is called blue moon.png now."
    driver.click("made.undo")
    driver.qtbot.waitUntil(lambda: old in driver.shown)
    driver.settle()
    assert read_stars(made.gallery)[0] == {old}
    assert not (made.gallery / "batch" / "blue moon.png").exists()


def test_a_name_that_is_taken_is_not_offered(drive, made):
    driver = drive(made)
    driver.choose(2)
    other = driver.shown[0].rpartition("/")[2].removesuffix(".png")
    field = rename(driver, other)
    dialog = field.window()
    assert dialog.message.text() == f"{other}.png is there already; choose another name."
    assert not driver.get(Button, "made.rename.go").isEnabled()
    driver.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert len(driver.shown) == 5


@pytest.mark.parametrize("size", [(900, 500), (1024, 640), (1280, 800)])
def test_at_no_size_are_words_printed_across_the_picture(drive, made, size):
    driver = drive(made)
    driver.window.resize(*size)
    driver.choose(1)
    picture = driver.details.picture
    title = driver.get(QLabel, "made.title")
    bottom = picture.mapTo(driver.details, picture.rect().bottomLeft()).y()
    assert title.mapTo(driver.details, QPoint()).y() > bottom
    again, words = driver.get(Button, "made.again"), driver.get(QLabel, "made.sentence").parent()
    area = words.parent()
    below = area.mapTo(driver.details, area.rect().bottomLeft()).y()
    assert again.y() > below  # what has no room there scrolls
    assert picture.height() >= 64
    assert driver.details.visibleRegion().boundingRect() == driver.details.rect()  # all of it
