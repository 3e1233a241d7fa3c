"""Search on the page Made: how many are found, and the way back where none is."""

from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton


def test_while_names_are_searched_the_headline_says_how_many_are_found(drive, made):
    driver = drive(made)
    before = driver.count.text()
    search = driver.get(QLineEdit, "made.search")
    search.setText("seed00001")  # 16 to 19, and not 20
    assert driver.count.text() == "4 of 5"
    search.setText("seed000020")
    assert driver.count.text() == "1 of 5"
    search.clear()
    assert driver.count.text() == before
    driver.choose(0)
    driver.actions.star()
    driver.settle()
    driver.show.setCurrentIndex(driver.show.findData("starred"))
    search.setText("seed")
    assert driver.count.text() == "1 of 1"  # of those that are shown without it


def test_a_search_without_a_hit_says_so_and_can_be_cleared(drive, made):
    driver = drive(made)
    search = driver.get(QLineEdit, "made.search")
    clear = driver.get(QPushButton, "made.clear_search")
    assert not clear.isVisible()
    search.setFocus()
    driver.qtbot.keyClicks(search, "zzz")
    assert driver.text("made.nothing_shown") == "Nothing here has “zzz” in its name or recipe."
    assert driver.count.text() == "0 of 5"
    assert clear.isVisible()
    driver.click("made.clear_search")
    assert search.text() == ""
    assert len(driver.shown) == 5
    assert not clear.isVisible()
    assert QApplication.focusWidget() is driver.wall


def test_a_name_that_only_another_choice_shows_is_not_denied(drive, made):
    driver = drive(made)
    driver.get(QLineEdit, "made.search").setText("seed000020")
    driver.show.setCurrentIndex(driver.show.findData("films"))
    assert "Another choice above shows more" in driver.text("made.nothing_shown")
    assert driver.get(QPushButton, "made.clear_search").isVisible()
    driver.get(QLineEdit, "made.search").clear()
    assert not driver.get(QPushButton, "made.clear_search").isVisible()
