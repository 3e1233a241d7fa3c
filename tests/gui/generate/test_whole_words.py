"""No words are cut off on the Generate page: not in lists, not in the labels of A and B."""

import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QAbstractButton, QPushButton, QStyleOptionComboBox, QWidget

from ddpm_studio.gui.common.choice_bar import ChoiceBar
from ddpm_studio.gui.common.inputs import ComboBox
from ddpm_studio.gui.common.label import bold
from ddpm_studio.gui.common.names import item
from ddpm_studio.gui.compare.run_label import RunLabel
from ddpm_studio.gui.generate.comparing import run_words
from ddpm_studio.gui.generate.stage_head import COMPARE_LABEL
from tests.checkpoints import copy_checkpoint
from tests.gui.parts import inner_scroll


@pytest.mark.parametrize("width", [900, 1024, 1280, 1920])
def test_every_choice_has_room_and_so_has_every_button(page, qtbot, width):
    page.generate()
    page.get(QPushButton, "generate.more").setChecked(True)
    page.window.resize(width, 700)
    shown = page.window.pages["nav.generate"]
    inner_scroll(shown).grab()
    combos = [one for one in shown.findChildren(ComboBox) if one.isVisible()]
    assert len(combos) > 6
    for combo in combos:
        if isinstance(combo, ChoiceBar):
            # which words have room is only drawn
            words = sum(combo.fontMetrics().horizontalAdvance(one) for one in combo._shown_words)
            assert words <= combo.width(), combo.objectName()
            continue
        for index in range(combo.count()):
            words = combo.fontMetrics().horizontalAdvance(combo.itemText(index))
            assert words <= combo.room, (combo.objectName(), combo.itemText(index))
    for button in shown.findChildren(QPushButton):
        if button.isVisible():
            words = button.fontMetrics().horizontalAdvance(button.text())
            assert words <= button.width() - 8, button.objectName()


def test_words_without_room_lose_their_middle_and_are_told_whole(qtbot):
    combo = ComboBox("odd", {1: "a very long thing that begins and has an end"})
    qtbot.addWidget(combo)
    combo.resize(120, 32)
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    assert option.currentText.startswith("a ")
    assert option.currentText.endswith("nd")
    assert "…" in option.currentText
    assert combo.fontMetrics().horizontalAdvance(option.currentText) <= combo.room


@pytest.mark.parametrize("width", [900, 1280, 1920])
def test_of_a_and_b_the_difference_is_seen_first(page, tiny_project, width):
    page.window.resize(width, 700)
    page.generate()
    copy_checkpoint(tiny_project, 20)
    page.window.session.checkpoint_saved.emit(20, tiny_project.checkpoint_path(20))
    page.qtbot.waitUntil(lambda: 20 in page.window.session.checkpoints.steps)
    page.click(page.get(QAbstractButton, "compare"))
    before = page.grid.trajectory
    page.checkpoint.setCurrentIndex(page.checkpoint.findData(20))
    page.wait_for_another(before)
    page.wait_until_done()
    for letter, step in (("a", "step 10"), ("b", "step 20")):
        shown = page.get(QWidget, item(COMPARE_LABEL, letter))
        assert isinstance(shown, RunLabel)
        # which words are left is only drawn
        assert shown._fitting(shown.width() - 28)[0] == (step, True)
        metrics = QFontMetricsF(bold(shown.font()))
        assert metrics.horizontalAdvance(step) <= shown.width() - 28
        assert step in shown.toolTip()
    assert run_words(before.recipe)[0][0] == "DDIM"  # the order of the others stays
