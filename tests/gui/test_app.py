"""The program: what is imported when, how it ends, and what it says where there is no screen."""

import ctypes
import importlib.util
import os
import signal
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from ddpm_studio.gui.app import main
from ddpm_studio.gui.shell import startup
from ddpm_studio.gui.shell.startup import load_runtime_before_qt, missing_display, missing_library

LATE = ("torch", "numpy", "PIL", "av", "pyqtgraph")
SHOW = f"""
import gc, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
application = QApplication([])
from ddpm_studio.gui.app import create_window
window = create_window(settings=sys.argv[1])
found = []
window.painted.connect(lambda: found.extend(m for m in {LATE} if m in sys.modules))
window.session.warmed_up.connect(lambda name: print(found, "torch" in sys.modules, name))
window.session.warmed_up.connect(lambda name: window.close())
window.closed.connect(application.quit)
window.show()
application.exec()
print("left:", len(gc.get_objects()), "spared:", gc.get_freeze_count())
"""
RUN = """
import sys
from ddpm_studio.gui import app, main_window
shown = main_window.MainWindow.showEvent
def show_event(window, event):
    shown(window, event)
    window.painted.connect(lambda: print("painted", flush=True))
main_window.MainWindow.showEvent = show_event
sys.exit(app.main(sys.argv[1:]))
"""


def environment(tmp_path):
    places = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "HOME")
    return {
        **os.environ,
        **{name: str(tmp_path) for name in places},
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONUNBUFFERED": "1",
    }


def test_the_first_window_is_painted_before_anything_heavy_is_imported(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-c", SHOW, str(tmp_path / "window.ini")],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    first, last = answer.stdout.splitlines()
    found, has_torch, *device = first.split()
    assert (found, has_torch) == ("[]", "True")
    assert device
    # a full garbage collection, in which the window stands still, looks at little
    _, left, _, spared = last.split()
    assert int(left) < 0.2 * int(spared)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window_properly(tmp_path, tiny_project, number):
    program = subprocess.Popen(
        [sys.executable, "-c", RUN, str(tiny_project.path)],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "painted\n"
    program.send_signal(number)
    _, complaints = program.communicate(timeout=500)
    assert program.returncode == 130, complaints
    assert "Traceback" not in complaints
    assert (tmp_path / "ddpm-studio" / "window.ini").exists()  # geometry and recent project


def test_without_a_screen_there_is_a_sentence_and_no_crash(monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert missing_display({}, "linux")
    assert not missing_display({}, "darwin")
    assert not missing_display({"DISPLAY": ":0"}, "linux")
    assert main() == 1
    assert "no screen" in capsys.readouterr().err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11's plugin is on Linux only")
def test_where_qt_lacks_a_library_there_is_a_sentence_and_no_crash(monkeypatch):
    def fail(path):
        raise OSError("libxcb-cursor.so.0: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", fail)
    sentence = missing_library({"DISPLAY": ":0"})
    assert "libxcb-cursor.so.0" in sentence
    assert "packaging/bootstrap.py" in sentence
    assert not missing_library({"DISPLAY": ":0"}, "darwin")
    assert not missing_library({"QT_QPA_PLATFORM": "offscreen"})


def test_on_windows_the_first_library_of_torch_is_loaded_without_importing_it(
    monkeypatch, tmp_path
):
    loaded: list[Any] = []
    spec = SimpleNamespace(origin=str(tmp_path / "torch" / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    monkeypatch.setattr(ctypes, "CDLL", loaded.append)
    assert load_runtime_before_qt("win32")
    assert loaded == [*startup.RUNTIME_DLLS, str(tmp_path / "torch" / "lib" / "c10.dll")]


def test_elsewhere_nothing_is_loaded_early(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: pytest.fail(name))
    assert not load_runtime_before_qt("linux")
    assert not load_runtime_before_qt("darwin")
