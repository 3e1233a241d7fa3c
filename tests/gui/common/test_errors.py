"""Errors as sentences, and errors that nobody caught."""

import logging
import sys
import threading

import pytest

from ddpm_studio.errors import ExportError
from ddpm_studio.gui.common.errors import LOG_NAME, UncaughtErrors, describe_failure, start_log


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ExportError("The film cannot be written."), "The film cannot be written."),
        (OSError(28, "No space left on device", "a.png"), "No space left on device (a.png)"),
        (MemoryError(), "not enough memory"),
        (ZeroDivisionError("division by zero"), "Something unexpected went wrong"),
    ],
)
def test_every_error_is_one_sentence_with_details(error, words):
    failure = describe_failure(error)
    assert words in failure.sentence
    assert "\n" not in failure.sentence
    assert type(error).__name__ in failure.details


@pytest.fixture
def uncaught(qtbot):
    errors = UncaughtErrors()
    errors.install()
    yield errors
    errors.uninstall()


def test_an_error_that_nobody_caught_in_a_thread_is_heard_in_the_gui_thread(qtbot, uncaught):
    heard = []
    uncaught.caught.connect(lambda failure: heard.append((failure, threading.current_thread())))

    def wrong():
        raise ValueError("x")

    thread = threading.Thread(target=wrong)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(heard))
    failure, where = heard[0]
    assert "ValueError: x" in failure.sentence
    assert where is threading.main_thread()


def test_hooks_are_given_back():
    before = sys.excepthook, threading.excepthook
    errors = UncaughtErrors()
    errors.install()
    assert sys.excepthook != before[0]
    errors.uninstall()
    assert (sys.excepthook, threading.excepthook) == before


def test_warnings_are_logged_to_a_file_that_cannot_grow_forever(tmp_path):
    logger = logging.getLogger("ddpm_studio")
    handlers = list(logger.handlers)
    try:
        path = start_log(tmp_path / "logs")
        logging.getLogger("ddpm_studio.gui.common.jobs").warning("something odd")
        assert path == tmp_path / "logs" / LOG_NAME
        assert "something odd" in path.read_text()
    finally:
        for handler in set(logger.handlers) - set(handlers):
            logger.removeHandler(handler)
            handler.close()


def test_a_log_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    assert start_log(tmp_path / "file" / "logs") is None
