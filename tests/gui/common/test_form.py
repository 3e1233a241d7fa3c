"""A form has what stands at the fields of a dataclass, and no word or range of its own."""

from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from ddpm_studio.config.fields import check_fields, setting
from ddpm_studio.errors import ConfigError
from ddpm_studio.gui.common.form import Form
from ddpm_studio.gui.common.inputs import DoubleSpinBox, SliderNumber, SpinBox, Switch
from ddpm_studio.gui.common.layout import column
from ddpm_studio.gui.common.settings import Settings


@dataclass(frozen=True)
class Tea:
    cups: int = setting(2, "&Cups", "How many there are.", term="servings", least=1, most=8)
    litres: float = setting(0.5, "Water", "How much.", unit="l", least=0.2, most=2)
    kind: int = setting(1, "Kind", "Which leaves.", choices={0: "Green", 1: "Black"})
    is_sweet: bool = setting(False, "Sweet", "With honey.")
    name: str = setting("mine", "Name", "Whose it is.")
    minutes: tuple[int, ...] = setting((3,), "Minutes", "Of each brew.")
    pot: str = setting("blue")  # no form shows it
    heat: float = setting(0.8, "Heat", "How hot.", least=0, most=1)

    def __post_init__(self) -> None:
        check_fields(self, "tea")


@pytest.fixture
def form(qtbot):
    heat = SliderNumber(DoubleSpinBox(0, 1), "heat")
    form = Form(Tea(pot="red"), "tea", special={"heat": heat}, called={"is_sweet": "sweet"})
    form.page = QWidget()
    column(form.row("kind"), form.row("heat"), *form.rest(), of=form.page)
    qtbot.addWidget(form.page)
    form.page.show()
    return form


def test_every_field_with_words_has_an_editor_that_explains_itself(form) -> None:
    cups = form.page.findChild(SpinBox, "tea.cups")
    assert (cups.minimum(), cups.maximum(), cups.value()) == (1, 8, 2)
    assert cups.accessibleName() == "Cups"
    assert "How many there are." in cups.toolTip()
    assert "servings" in cups.toolTip()
    labels = [label.text() for label in form.page.findChildren(QLabel)]
    assert labels == ["Kind", "Heat", "&Cups", "Water", "Name", "Minutes"]
    litres = form.page.findChild(DoubleSpinBox, "tea.litres")
    assert litres.suffix() == " l"
    assert "litres" in litres.toolTip()  # where nothing else is said, what --set calls it
    combo = form.page.findChild(QComboBox, "tea.kind")
    assert [combo.itemText(index) for index in range(combo.count())] == ["Green", "Black"]
    assert form.page.findChild(Switch, "tea.sweet").text() == "Sweet"
    slider = form.editor("heat").whole.slider
    assert (slider.accessibleName(), slider.toolTip()) == ("Heat", "How hot.")
    assert form.value() == Tea(pot="red")


def test_what_is_set_is_the_value_and_is_said_by_name(form, qtbot) -> None:
    said: list[Any] = []
    form.changed.connect(said.append)
    for key, do in {
        "cups": lambda: form.editor("cups").control.setValue(5),
        "litres": lambda: form.editor("litres").control.setValue(1.25),
        "kind": lambda: form.editor("kind").control.setCurrentIndex(0),
        "is_sweet": lambda: form.editor("is_sweet").control.click(),
        "name": lambda: form.editor("name").control.setText("yours"),
        "minutes": lambda: form.editor("minutes").control.setText("2, 4"),
        "heat": lambda: form.editor("heat").whole.slider.setValue(500),
    }.items():
        do()
        assert said.pop() == key
        assert not said
    assert form.value() == Tea(5, 1.25, 0, True, "yours", (2, 4), "red", 0.5)


def test_other_settings_are_shown_without_a_word_and_to_the_last_digit(form) -> None:
    said: list[Any] = []
    form.changed.connect(said.append)
    tea = Tea(3, 0.323456, 0, True, "", (1, 2), "green", 0.98765)
    form.set_value(tea)
    assert form.value() == tea
    assert not said
    assert form.editor("minutes").control.text() == "1, 2"
    form.editor("litres").control.setValue(0.3)
    assert form.value().litres == 0.3


def test_what_cannot_be_is_refused_with_the_words_of_the_form(form, qtbot) -> None:
    line = form.page.findChild(QLineEdit, "tea.minutes")
    line.selectAll()
    qtbot.keyClicks(line, "some")
    with pytest.raises(ConfigError, match=r"^Minutes is 'some', but must be whole numbers"):
        form.value()


def test_the_key_of_a_label_leads_to_its_editor(form, qtbot) -> None:
    qtbot.keyClick(form.page, Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier)
    assert form.editor("cups").control.hasFocus()


def test_a_form_is_as_it_was_last_time(form, qtbot, settings: Settings) -> None:
    form.remember(settings)
    form.editor("cups").control.setValue(7)
    form.editor("is_sweet").control.click()
    form.editor("kind").control.setCurrentIndex(0)
    again = Form(Tea(), "tea", called={"is_sweet": "sweet"}, without=("heat",))
    again.remember(settings)
    assert again.value() == Tea(7, 0.5, 0, True)
    assert settings.get("tea/sweet", False)
    with pytest.raises(KeyError):
        again.editor("heat")
