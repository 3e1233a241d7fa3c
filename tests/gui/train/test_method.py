"""The method under Advanced: one choice sets what the paper says, and its noise is drawn."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QLabel

from ddpm_studio.config.methods import CUSTOM, METHODS, method_of
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.method_choice import LOCKED_TIP
from ddpm_studio.gui.common.noise_curve import POINTS, NoiseCurve
from ddpm_studio.project import Project


@pytest.fixture
def train(open_train, new_project):
    train = open_train(new_project)
    train.click("train.advanced")
    return train


def shares(train) -> tuple[float, ...]:
    return train.find(train.window, NoiseCurve, "train.method_curve").present


def test_choosing_one_changes_the_project_and_every_setting_below(
    train, new_project, qtbot
) -> None:
    combo = train.find(train.window, QComboBox, "train.method")
    assert combo.currentData() == "denoising"
    qtbot.keyClick(combo, Qt.Key.Key_Down)
    qtbot.keyClick(combo, Qt.Key.Key_Down)
    assert combo.currentData() == "improved"
    diffusion = train.window.session.project.config.diffusion
    assert method_of(diffusion) == "improved"
    assert train.text("train.method_words") == METHODS["improved"].tip
    qtbot.waitUntil(lambda: not train.window.session.jobs.is_busy())
    assert method_of(Project.open(new_project.path).config.diffusion) == "improved"
    changed = train.find(train.window, QComboBox, names.item("train.setting", "diffusion.loss"))
    assert changed.currentData() == "hybrid"


def test_a_setting_by_hand_makes_it_custom_and_a_method_takes_that_back(train, qtbot) -> None:
    train.write("diffusion.min_snr_gamma", "1")
    combo = train.find(train.window, QComboBox, "train.method")
    assert combo.currentData() == CUSTOM
    assert "by hand" in train.text("train.method_words")
    train.choose("train.method", "denoising")
    assert combo.findData(CUSTOM) < 0
    assert train.window.session.project.config.diffusion.min_snr_gamma == 5.0


def test_its_noise_is_drawn(train, qtbot) -> None:
    qtbot.waitUntil(lambda: len(shares(train)) == POINTS)
    usual = shares(train)
    assert usual[0] < 0.1
    assert usual[-1] > 0.99
    assert list(usual) == sorted(usual)
    train.choose("train.method", "exploding")
    qtbot.waitUntil(lambda: shares(train) != usual)
    assert list(shares(train)) == sorted(shares(train))


def test_a_paper_is_one_click_away(train, qtbot, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: asked.append(url.toString()))
    papers = train.find(train.window, QLabel, "train.method_papers")
    assert "Ho et al. 2020" in papers.text()
    papers.linkActivated.emit(METHODS["denoising"].papers[0].where)
    assert asked == ["https://arxiv.org/abs/2006.11239"]


def test_a_trained_model_keeps_its_method(open_train, tiny_project) -> None:
    train = open_train(tiny_project)
    train.click("train.advanced")
    combo = train.find(train.window, QComboBox, "train.method")
    assert not combo.isEnabled()
    assert LOCKED_TIP in combo.toolTip()
