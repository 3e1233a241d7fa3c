"""An amount: round numbers by the arrows, another unit with a number of its own, and all kept."""

from pathlib import Path

import pytest

from ddpm_studio.gui.common.amount import HOURS, MINUTES, STEPS, TIMES, AmountPicker, Unit
from ddpm_studio.gui.common.settings import Settings

UNITS = {**TIMES, STEPS: Unit("steps", 200, (100, 200, 500)), "endless": Unit("endless", 7)}


@pytest.fixture
def make_picker(qtbot, tmp_path: Path):
    settings = Settings(tmp_path / "settings.ini")

    def make() -> AmountPicker:
        picker = AmountPicker("an.amount", UNITS, HOURS, 1000, settings, ("a/number", "a/unit"))
        qtbot.addWidget(picker)
        return picker

    return make


def test_the_arrows_go_to_round_numbers_and_any_other_can_be_typed(make_picker) -> None:
    picker = make_picker()
    picker.number.setValue(7)
    picker.number.stepBy(1)
    assert picker.state == (HOURS, 8)
    picker.number.stepBy(-2)
    assert picker.state == (HOURS, 4)
    picker.number.setValue(1)
    picker.number.stepBy(-1)
    assert picker.state == (HOURS, 1)


def test_another_unit_proposes_a_number_and_says_how_long_it_is(make_picker, qtbot) -> None:
    picker = make_picker()
    assert picker.seconds == 2 * 3600
    with qtbot.waitSignal(picker.changed):
        picker.unit.setCurrentIndex(picker.unit.findData(MINUTES))
    assert picker.seconds == 30 * 60
    picker.unit.setCurrentIndex(picker.unit.findData(STEPS))
    assert (picker.state, picker.seconds) == ((STEPS, 200), None)
    picker.unit.setCurrentIndex(picker.unit.findData("endless"))
    assert picker.number.isHidden(), "there is nothing to count"


def test_it_is_as_it_was_the_next_time(make_picker) -> None:
    make_picker().set_state((STEPS, 321))
    again = make_picker()
    assert again.state == (STEPS, 321)
    again.number.stepBy(1)
    assert again.state == (STEPS, 500)
