"""A screen that does not answer, or a platform that Qt does not have, is one sentence, no abort."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ddpm_studio.gui.shell import startup
from ddpm_studio.gui.shell.startup import NO_SCREEN, dead_display
from ddpm_studio.project import FILE_NAME

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="X11 and Wayland")
DEAD = {
    "no server": {"DISPLAY": ":4242"},
    "no such name": {"DISPLAY": "nonsense"},
    "said to be X11": {"DISPLAY": ":4242", "QT_QPA_PLATFORM": "xcb"},
    "X11 without a name": {"QT_QPA_PLATFORM": "xcb"},
    "dead Wayland": {"WAYLAND_DISPLAY": "wayland-4242", "XDG_RUNTIME_DIR": "/nowhere"},
    "both dead": {"WAYLAND_DISPLAY": "wayland-4242", "DISPLAY": ":4242"},
    "no such platform": {"QT_QPA_PLATFORM": "nonsense"},
    "none of several": {"QT_QPA_PLATFORM": "nonsense;xcb", "DISPLAY": ":4242"},
}


@on_linux
@pytest.mark.parametrize("screen", DEAD.values(), ids=DEAD)
def test_it_says_what_no_display_gets(tmp_path: Path, screen: dict[str, str]) -> None:
    (tmp_path / FILE_NAME).write_text('{"kind": "project"}')
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    command = [sys.executable, "-m", "ddpm_studio", str(tmp_path)]
    ended = subprocess.run(
        command, env=environment | screen, capture_output=True, text=True, timeout=120
    )
    sentence = ended.stderr.strip()
    assert ended.returncode == 1
    # or that Qt lacks a library to look with
    assert sentence == NO_SCREEN or sentence.startswith("Qt cannot open a window here")


@on_linux
def test_what_needs_no_screen_is_let_through() -> None:
    assert dead_display({"QT_QPA_PLATFORM": "offscreen"}) == ""
    assert dead_display({"QT_QPA_PLATFORM": "xcb;minimal", "DISPLAY": ":4242"}) == ""
    assert dead_display({"QT_QPA_PLATFORM": "offscreen:enable_fonts"}) == ""


def test_elsewhere_there_always_is_a_screen() -> None:
    assert dead_display({}, "darwin") == ""
    assert dead_display({}, "win32") == ""


def test_one_of_two_that_answers_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "_answers_x11", lambda display: display == ":0")
    monkeypatch.setattr(startup, "_answers_wayland", lambda display: False)
    assert dead_display({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "linux") == ""
    monkeypatch.setattr(startup, "_answers_wayland", lambda display: True)
    wayland = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":1"}
    assert dead_display(wayland | {"XDG_RUNTIME_DIR": "/run/user/1000"}, "linux") == ""
    monkeypatch.setattr(startup, "_answers_wayland", lambda display: False)
    assert dead_display({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":1"}, "linux") == NO_SCREEN
