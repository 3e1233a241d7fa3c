"""The report of a fault: shown before it is copied, and without names of people and files."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QPushButton

from ddpm_studio.errors import StudioError
from ddpm_studio.gui.common.errors import start_log
from ddpm_studio.gui.shell.report import read_report, without_names
from tests.gui.parts import named


def report_of(log) -> str:
    steps = read_report("1920 x 1080", "CPU, 2 threads", log)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


@pytest.fixture
def log(tmp_path):
    """The real log, of a logger of the program."""
    logger = logging.getLogger("ddpm_studio")
    before = list(logger.handlers)
    yield start_log(tmp_path)
    for handler in [one for one in logger.handlers if one not in before]:
        logger.removeHandler(handler)
        handler.close()


def test_an_error_is_told_without_the_names_in_it(log):
    logger = logging.getLogger("ddpm_studio.somewhere")
    try:
        raise StudioError("The file /home/ada/holidays/anna.png is damaged.")
    except StudioError:
        logger.exception("The job %s failed on %s", "train", "C:\\Users\\ada\\private.jpg")
    text = report_of(log)
    assert "ddpm_studio.errors.StudioError" in text or "StudioError" in text
    assert "ddpm_studio.somewhere" in text
    assert "in test_an_error_is_told_without_the_names_in_it" in text
    for name in ("ada", "anna", "holidays", "private"):
        assert name not in text


def test_an_empty_log_is_said(tmp_path):
    text = report_of(tmp_path / "none.log")
    assert "nothing is in the log" in text
    assert "torch" in text


NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=6, max_size=12)


@given(NAMES)
def test_no_path_comes_through(name):
    name = f"Q{name}Q"
    lines = [
        f'  File "/home/{name}/.venv/lib/python3.11/site-packages/torch/nn.py", line 3, in call',
        f'  File "/home/{name}/ddpm_studio/gui/session.py", line 3, in call',
        f'    open("/data/{name}/x")',
        f"FileNotFoundError: [Errno 2] No such file or directory: '/tmp/{name}/x.png'",
        f"ddpm_studio.errors.ImageError: flowers/{name}.png is damaged",
        f"2026-11-29 10:00:00,123 WARNING ddpm_studio.data: {name}.jpg was left out",
        f"and on a second line {name}",
    ]
    told = "\n".join(without_names(lines))
    assert name not in told
    assert "torch/nn.py" in told
    assert "ddpm_studio/gui/session.py" in told
    assert "FileNotFoundError" in told


def test_it_is_seen_before_it_is_copied(window, qtbot):
    QGuiApplication.clipboard().setText("before")
    window.show_report()
    text = named(window, QPlainTextEdit, "report.text")
    copy = named(text.window(), QPushButton, "report.copy")
    qtbot.waitUntil(copy.isEnabled)
    assert QGuiApplication.clipboard().text() == "before"
    copy.click()
    assert QGuiApplication.clipboard().text() == text.toPlainText()
    assert "DDPM Studio" in text.toPlainText()
    text.window().close()
