"""The device button: what computes, what could, and the command where a card lies idle."""

import dataclasses

import pytest
import torch
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSpinBox

from ddpm_studio import device
from ddpm_studio.gui.common.jobs import PICTURES
from tests.gui.parts import named


@pytest.fixture(autouse=True)
def as_it_was():
    yield
    device.compute_with(device.Computing())


def test_a_choice_holds_from_the_next_work_on(window, qtbot, settings):
    named(window, QPushButton, "status.device").click()
    threads = named(window, QSpinBox, "computer.threads")
    precision = named(window, QComboBox, "computer.precision")
    other = 2 if torch.get_num_threads() == 1 else 1
    threads.setRange(0, 2)  # on a machine with one core, too
    threads.setValue(other)
    precision.setCurrentIndex(precision.findData("fp32"))
    qtbot.waitUntil(lambda: not window.session.jobs.is_busy())
    assert window.session.device_name == f"CPU, {other} thread{'s' if other > 1 else ''}"
    assert named(window, QPushButton, "status.device").text() == window.session.device_name
    seen = []

    def look():
        yield None
        seen.append((torch.get_num_threads(), device.select_precision("auto", torch.device("cpu"))))

    window.session.jobs.start(PICTURES, look)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [(other, torch.float32)]
    assert window.session.computer.wish == ("auto", other, "fp32")
    threads.window().close()


def test_the_choice_is_there_next_time(make_window, settings, qtbot):
    for key, value in (("device", "cpu"), ("threads", "1"), ("precision", "fp32")):
        settings.set(f"computer/{key}", value)
    window = make_window()
    assert window.session.device_name == "CPU, 1 thread"
    assert device.select_precision("auto", torch.device("cpu")) is torch.float32


def test_a_device_that_is_gone_counts_as_the_best():
    device.compute_with(device.Computing("cuda:7", 0, "fp16"))
    assert device.select_device().type == device.available_devices()[0].partition(":")[0]


def test_a_named_precision_is_not_changed_by_the_choice():
    device.compute_with(device.Computing("auto", 0, "fp32"))
    assert device.select_precision("bf16", torch.device("cpu")) is torch.bfloat16


def test_an_idle_card_is_named_with_the_command_that_changes_that(window, qtbot):
    choices = window.session.computer
    choices.learn(dataclasses.replace(choices.known, card="NVIDIA", command="pip install x"))
    named(window, QPushButton, "status.device").click()
    assert "NVIDIA" in named(window, QLabel, "computer.card").text()
    named(window, QPushButton, "computer.copy").click()
    assert QGuiApplication.clipboard().text() == "pip install x"
    named(window, QPushButton, "computer.close").click()


@pytest.mark.skipif(torch.accelerator.is_available(), reason="no card lies idle here")
@pytest.mark.parametrize(
    ("numbers", "card"),
    [(["0x8086"], ""), (["0x8086", "0x10de"], "NVIDIA"), (["0x1002"], "AMD"), ([], "")],
)
def test_a_card_is_known_by_its_number(tmp_path, numbers, card):
    for place, number in enumerate(numbers):
        folder = tmp_path / f"card{place}" / "device"
        folder.mkdir(parents=True)
        (folder / "vendor").write_text(number + "\n")
    assert device.unused_card(tmp_path, "linux") == card
    if card:
        command = device.command_for(card)
        assert "install --force-reinstall torch --index-url" in command
        assert command.endswith(device.BUILDS[card])
