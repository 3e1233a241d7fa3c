"""Remarks go by themselves; errors, and what somebody is reading, stay."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from ddpm_studio.errors import StudioError
from ddpm_studio.gui.common import names, notice_line, passing
from ddpm_studio.gui.common.layout import column, holder
from ddpm_studio.gui.common.notice_line import UndoNotice
from ddpm_studio.gui.shell import banner as banner_module
from ddpm_studio.gui.shell.banner import Banner


@pytest.fixture
def quick(monkeypatch):
    """Seconds are milliseconds here."""
    monkeypatch.setattr(banner_module.Passing.begin, "__defaults__", (8,))
    monkeypatch.setattr(notice_line, "PASS_MS", 8)
    monkeypatch.setattr(notice_line, "WITH_UNDO_MS", 30)
    monkeypatch.setattr(passing, "READ_MS", 2)


def test_a_notice_goes_by_itself_and_an_error_stays(window, find, quick, qtbot):
    banner = find(window, Banner, "window.banner")
    window.session.notice("No program here shows films of this kind.")
    assert banner.isVisible()
    qtbot.waitUntil(lambda: not banner.isVisible())
    window.session.notice("Something else.")
    window.session.report(StudioError("It went wrong."))  # before the notice is gone
    qtbot.wait(30)
    assert banner.isVisible()
    assert banner.sentence == "It went wrong."
    window.show_page(names.NAV_TRAIN)
    assert banner.isVisible()


def test_a_notice_that_was_read_is_not_taken_to_another_page(window, find, monkeypatch, qtbot):
    banner = find(window, Banner, "window.banner")
    window.session.notice("One that belongs to the page that it leads to.")
    window.show_page(names.NAV_GENERATE)
    assert banner.isVisible()
    monkeypatch.setattr(passing, "READ_MS", 0)
    window.show_page(names.NAV_GENERATE)  # no other page
    assert banner.isVisible()
    window.show_page(names.NAV_START)
    assert not banner.isVisible()


@pytest.fixture
def notice(session, quick, qtbot):
    """Below a field that has the focus."""
    notice, field = UndoNotice(session.theme, "notice", "notice.undo"), QLineEdit()
    page = holder(column(field, notice))
    qtbot.addWidget(page)
    page.show()
    field.setFocus()
    yield notice
    page.hide()  # it had to stay until now


def test_what_was_done_is_said_for_a_while_and_longer_if_it_can_be_undone(notice, qtbot):
    notice.say("1 picture taken back.", False)
    assert notice.isVisible()
    qtbot.waitUntil(lambda: not notice.isVisible())
    notice.say("1 picture moved to the trash.", True)
    qtbot.wait(12)
    assert notice.isVisible()
    assert notice.findChild(QLabel, "notice").text() == "1 picture moved to the trash."
    qtbot.waitUntil(lambda: not notice.isVisible())


def test_what_has_the_focus_does_not_go(notice, qtbot):
    notice.say("1 picture taken back.", True)
    undo = notice.findChild(object, "notice.undo")
    undo.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.wait(60)
    assert notice.isVisible()
