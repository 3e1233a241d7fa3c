"""What a name may do to the window: nothing; it is shown as it is, on one line."""

import logging

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QTextBrowser

from ddpm_studio.gui.common.empty_state import EmptyState
from ddpm_studio.gui.common.errors import start_log
from ddpm_studio.gui.common.label import ElidedLabel, plain_tip
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.shell.banner import Banner

NAMES = ["<h1>large</h1>", "<img src='/etc/hostname'>", "<a href='http://x'>x</a>", "a & b", "&lt;"]


@pytest.mark.parametrize("name", NAMES)
def test_a_tip_shows_the_name_itself(qapp, name: str) -> None:
    shown = QTextBrowser()
    tip = plain_tip(name)
    shown.setHtml(tip) if "<" in tip else shown.setPlainText(tip)
    assert shown.toPlainText() == name


def test_a_label_that_is_cut_has_such_a_tip(qtbot) -> None:
    label = ElidedLabel(f"{NAMES[0]} and much more than there is room for")
    qtbot.addWidget(label)
    label.resize(40, 20)
    label.grab()
    assert label.toolTip() == plain_tip(label.text())
    assert "<h1>" not in label.toolTip()


@pytest.mark.parametrize("name", NAMES)
def test_the_banner_and_what_stands_for_a_wall(qapp, qtbot, name: str) -> None:
    theme = Theme(qapp, "dark")
    banner, empty = Banner(theme), EmptyState(theme, "warning", "", "", name="empty")
    for widget in (banner, empty):
        qtbot.addWidget(widget)
    banner.show_notice(f"{name} a\x1b[2Jb\nc\u202ed")
    empty.set_words("These pictures cannot be used", name)
    words = banner.findChild(QLabel, "window.banner.text")
    assert words.text() == f"{name} a?[2Jb?c?d"
    said = [label for label in empty.findChildren(QLabel) if label.text() == name]
    for label in [words, *said]:
        assert label.textFormat() == Qt.TextFormat.PlainText
    assert said


def test_the_log_takes_names_of_any_bytes(tmp_path, capsys, monkeypatch) -> None:
    path = start_log(tmp_path)
    logger = logging.getLogger("ddpm_studio")
    monkeypatch.setattr(logger, "propagate", False)  # the report of a test takes no such names
    handler = logger.handlers[-1]
    try:
        logger.warning("a name such as %s", "a\udcff")
    finally:
        logger.removeHandler(handler)
        handler.close()
    assert "\\udcff" in path.read_text("utf-8")
    assert "Logging error" not in capsys.readouterr().err
