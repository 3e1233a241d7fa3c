"""Fields do not change under a wheel that only wants to scroll the page."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from ddpm_studio.gui.common.inputs import ComboBox, DoubleSpinBox, Slider, SpinBox, Switch
from ddpm_studio.gui.common.palette import DARK, LIGHT
from ddpm_studio.gui.common.theme import qt_palette


def make(kind):
    if kind == "combo":
        combo = ComboBox()
        combo.addItems(["a", "b", "c"])
        combo.setCurrentIndex(1)
        return combo, combo.currentIndex
    field = {"spin": SpinBox(0, 9), "double": DoubleSpinBox(0, 9), "slider": Slider(0, 9)}[kind]
    field.setValue(4)
    return field, field.value


def wheel(widget):
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, 0),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event


@pytest.mark.parametrize("kind", ["combo", "spin", "double", "slider"])
def test_the_wheel_changes_only_a_focused_field(qtbot, kind):
    field, value = make(kind)
    qtbot.addWidget(field)
    field.show()
    field.activateWindow()
    qtbot.waitUntil(field.isActiveWindow)
    field.clearFocus()
    before = value()
    event = wheel(field)
    assert value() == before
    assert not event.isAccepted()  # so that the page scrolls
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    wheel(field)
    assert value() != before


def test_a_switch_is_clicked_anywhere_and_by_the_space_bar(qtbot):
    switch = Switch("Mirror pictures")
    qtbot.addWidget(switch)
    switch.show()
    qtbot.mouseClick(
        switch, Qt.MouseButton.LeftButton, pos=QPoint(switch.width() - 4, switch.height() // 2)
    )
    assert switch.isChecked()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert not switch.isChecked()


@pytest.mark.parametrize("palette", [DARK, LIGHT])
def test_a_switch_that_cannot_be_used_looks_so(qtbot, palette):
    switch = Switch("Mirror pictures")
    qtbot.addWidget(switch)
    switch.setPalette(qt_palette(palette))
    for is_on in (False, True):
        switch.setChecked(is_on)
        looks = []  # how much its track differs from the ground
        for is_enabled in (True, False):
            switch.setEnabled(is_enabled)
            image = switch.grab().toImage()
            beside_knob = 10 if is_on else switch.WIDTH - 6
            track = image.pixelColor(beside_knob, switch.height() // 2).getRgb()
            ground = image.pixelColor(image.width() - 1, 0).getRgb()
            looks.append(sum(abs(one - other) for one, other in zip(track, ground, strict=True)))
        assert looks[1] < 0.7 * looks[0]


@pytest.mark.parametrize("before", [0, 5, 10])
def test_a_press_beside_the_handle_of_a_slider_brings_it_there(qtbot, before: int):
    slider = Slider(0, 10)
    qtbot.addWidget(slider)
    slider.resize(300, 24)
    slider.show()
    for x, value in ((1, 0), (150, 5), (298, 10), (150, 5), (1, 0)):
        slider.setValue(before)
        qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(x, 3))
        assert slider.value() == value


def test_the_words_of_a_switch_that_cannot_be_used_are_as_faint_as_it_is(session, qtbot):
    switch = Switch("Mirror pictures")
    qtbot.addWidget(switch)
    switch.show()

    def brightest():
        image = switch.grab().toImage()
        ground = image.pixelColor(switch.WIDTH + 6, 0).lightness()
        across = range(switch.WIDTH + 8, image.width())
        return max(
            abs(image.pixelColor(x, y).lightness() - ground)
            for x in across
            for y in range(image.height())
        )

    bright = brightest()
    switch.setEnabled(False)
    assert 0 < brightest() < 0.75 * bright
