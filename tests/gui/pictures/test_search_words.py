"""Search on the page Pictures: how many are found, and the way back where none is."""

from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton


def test_the_headline_counts_what_is_found_and_a_search_without_a_hit_can_be_cleared(page) -> None:
    before = page.headline
    assert before.startswith("12 taken, 1 left out")
    search = page.get(QLineEdit, "filter.text")
    clear = page.get(QPushButton, "pictures.clear_search")
    search.setFocus()
    page.qtbot.keyClicks(search, "flower_1")
    assert page.headline == "2 of 12"
    page.qtbot.keyClicks(search, "zz")
    assert page.text("pictures.nothing_shown") == "No name contains “flower_1zz”."
    assert page.headline == "0 of 12"
    page.click("pictures.clear_search")
    assert search.text() == ""
    assert page.headline == before
    assert len(page.shown) == 12
    assert not clear.isVisible()
    assert QApplication.focusWidget() is page.wall


def test_a_file_that_was_left_out_is_not_denied(page) -> None:
    page.get(QLineEdit, "filter.text").setText("broken")
    assert "Another choice above shows more" in page.text("pictures.nothing_shown")
    assert page.get(QPushButton, "pictures.clear_search").isVisible()
