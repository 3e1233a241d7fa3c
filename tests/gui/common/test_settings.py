"""What comes back at the next start."""

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from ddpm_studio.gui.common.inputs import ComboBox, DoubleSpinBox, Slider, SpinBox, Switch
from ddpm_studio.gui.common.settings import MOST_RECENT, Settings


def again(settings):
    settings.save()
    return Settings(settings.path)


@pytest.mark.parametrize("value", [True, False, 0, 7, -3, 0.1, 1e-4, "dark", "", "a, b", ["x"], []])
def test_values_come_back_as_the_type_they_had(settings, value):
    settings.set("some/key", value)
    kind = type(value)
    default = {bool: not value, int: 99, float: 9.9, str: "?", list: ["?"]}[kind]
    assert again(settings).get("some/key", default) == value
    assert type(again(settings).get("some/key", default)) is kind


@pytest.mark.parametrize(
    ("stored", "default"), [("many", 3), ("maybe", True), ("", 0.5), (["a", "b"], 3)]
)
def test_a_value_that_makes_no_sense_is_as_if_there_were_none(settings, stored, default):
    settings.set("some/key", stored)
    assert again(settings).get("some/key", default) == default


def test_a_damaged_file_is_as_if_there_were_none(tmp_path):
    path = tmp_path / "window.ini"
    path.write_bytes(b"\x00\xff[[[not an ini\n=\n")
    assert Settings(path).get("theme", "system") == "system"
    assert Settings(path).recent_projects == []


def test_the_latest_project_comes_first_and_each_only_once(settings):
    for number in range(MOST_RECENT + 5):
        settings.add_recent_project(Path(f"/p/{number}"))
    settings.add_recent_project(Path("/p/10"))
    recent = again(settings).recent_projects
    assert recent[:2] == [Path("/p/10"), Path(f"/p/{MOST_RECENT + 4}")]
    assert len(recent) == len(set(recent)) == MOST_RECENT
    settings.forget_recent_project(Path("/p/10"))
    assert Path("/p/10") not in again(settings).recent_projects


def test_bytes_come_back(settings):
    settings.set_bytes("geometry", QByteArray(b"\x00\x01\xff"))
    assert again(settings).get_bytes("geometry") == QByteArray(b"\x00\x01\xff")


def make_controls(qtbot):
    combo = ComboBox()
    for data, text in (("ddim", "Fast"), ("ddpm", "Slow")):
        combo.addItem(text, data)
    controls = [SpinBox(1, 100), DoubleSpinBox(0, 1), Slider(0, 10), Switch("On"), combo]
    for control in controls:
        qtbot.addWidget(control)
    return controls


def test_controls_come_back_with_their_last_values(qtbot, settings):
    spin, double, slider, switch, combo = make_controls(qtbot)
    for number, control in enumerate((spin, double, slider, switch, combo)):
        settings.remember(control, f"control/{number}")
    spin.setValue(50)
    double.setValue(0.25)
    slider.setValue(7)
    switch.setChecked(True)
    combo.setCurrentIndex(1)
    later = again(settings)
    spin, double, slider, switch, combo = controls = make_controls(qtbot)
    for number, control in enumerate(controls):
        later.remember(control, f"control/{number}")
    assert spin.value() == 50
    assert double.value() == 0.25
    assert slider.value() == 7
    assert switch.isChecked()
    assert combo.currentData() == "ddpm"
