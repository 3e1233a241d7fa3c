"""Each sampler proposes the number of steps that it usually takes, and a person's own stays."""

import random

import pytest
from PySide6.QtWidgets import QComboBox, QSpinBox

from ddpm_studio.config import SampleConfig
from ddpm_studio.gui.generate.controls import SampleControls
from ddpm_studio.samplers import SAMPLERS


@pytest.fixture
def controls(session, qtbot):
    own = session.theme, session.settings, session.checkpoints
    controls = SampleControls(*own, random.Random(0))
    controls.set_timesteps(1000)
    qtbot.addWidget(controls)
    return controls


def choose(controls, sampler):
    combo = controls.findChild(QComboBox, "generate.sampler")
    combo.setCurrentIndex(combo.findData(sampler))


def steps(controls):
    return controls.findChild(QSpinBox, "generate.steps")


def test_another_sampler_proposes_its_usual_steps(controls):
    assert steps(controls).value() == SAMPLERS["ddim"].usual_steps
    for sampler in (*SAMPLERS, "ddim"):
        choose(controls, sampler)
        assert steps(controls).value() == SAMPLERS[sampler].usual_steps


def test_what_a_person_has_set_stays(controls):
    steps(controls).setValue(33)
    for sampler in SAMPLERS:
        choose(controls, sampler)
        assert steps(controls).value() == 33


def test_a_model_of_few_timesteps_takes_no_more_than_it_has(controls):
    controls.set_timesteps(40)
    choose(controls, "ddpm")
    assert steps(controls).value() == 40
    choose(controls, "dpmpp_2m")
    assert steps(controls).value() == SAMPLERS["dpmpp_2m"].usual_steps


def test_all_settings_can_be_put_in_and_are_not_changed_by_proposals(controls):
    for sampler in SAMPLERS:
        sample = SampleConfig(sampler, 17, 0.3, "linspace", "beta", clip=False, seed=12)
        controls.set_sample(sample)
        assert controls.sample_config(controls.seed.number.value()) == sample
        usual = SampleConfig(sampler, SAMPLERS["ddim"].usual_steps, seed=3)
        controls.set_sample(usual)
        assert controls.sample_config(controls.seed.number.value()) == usual
    controls.set_which("model")
    assert controls.which == "model"


def test_other_settings_say_that_the_pictures_would_change(controls, qtbot):
    sample = controls.sample_config(controls.seed.number.value() + 1)
    with qtbot.waitSignal(controls.changed):
        controls.set_sample(sample)
