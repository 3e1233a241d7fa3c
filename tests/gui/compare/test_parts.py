"""What a comparison is made of: levels that meet, differences, and words."""

import dataclasses

import numpy as np
import pytest

from ddpm_studio.config import DiffusionConfig, SampleConfig
from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.compare.lock_step import GAIN, difference, lock_step
from ddpm_studio.gui.compare.run_label import RunLabel
from ddpm_studio.gui.generate.comparing import run_words
from ddpm_studio.recipe import Recipe
from ddpm_studio.sampling.trajectory import trajectory_moments


def moments(steps, spacing="leading", schedule="cosine"):
    process = NoiseSchedule.from_config(DiffusionConfig(schedule=schedule))
    return trajectory_moments(process, SampleConfig(num_inference_steps=steps, spacing=spacing))


def recipe(which="ema", **settings):
    sample = SampleConfig(**{"num_inference_steps": 50, "spacing": "trailing", **settings})
    return Recipe("p", "c", "s", 2353, which, "cpu", "float32", 0, sample)


@pytest.mark.parametrize(("first", "second"), [(50, 10), (10, 50), (1, 20), (250, 249)])
@pytest.mark.parametrize("spacing", ["leading", "trailing", "quadratic"])
def test_runs_of_any_length_stay_in_lock_step(first, second, spacing):
    leader, follower = moments(first), moments(second, spacing)
    positions = lock_step(leader, follower)
    assert len(positions) == first + 1
    assert list(positions) == sorted(positions)  # it never goes back
    assert positions[-1] == second  # the pictures meet
    for moment, position in zip(leader, positions, strict=True):
        apart = [abs(other.noise - moment.noise) for other in follower]
        assert apart[position] == min(apart)


def test_equal_runs_go_frame_by_frame():
    assert lock_step(moments(50), moments(50)) == tuple(range(51))


def test_pure_noise_meets_pure_noise():
    assert lock_step(moments(50, "trailing"), moments(10, "trailing"))[0] == 0


@pytest.mark.parametrize("channels", [1, 3])
def test_a_difference_is_the_distance_brightened(channels):
    random = np.random.default_rng(0)
    a, b = random.integers(0, 256, (2, 5, 6, 7, channels), np.uint8)
    expected = np.abs(a.astype(int) - b) * GAIN
    np.testing.assert_array_equal(
        difference(a, b), np.where(expected > 255 // GAIN * GAIN, 255, expected)
    )
    assert not difference(a, a).any()


def test_what_is_invisible_does_not_differ():
    a, b = np.zeros((2, 1, 2, 2, 4), np.uint8)
    a[..., :3] = 200  # another colour, but nothing of it is there
    assert not difference(a, b).any()
    b[0, 0, 0] = 0, 0, 0, 255  # there in one of them only
    apart = difference(a, b)
    assert (apart[0, 0, 0] == 255).all()
    assert not apart[0, 1].any()


def test_the_words_of_a_run():
    assert [words for words, _ in run_words(recipe())] == [
        "DDIM",
        "50 steps",
        "eta 0",
        "step 2,353",
        "averaged",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"num_inference_steps": 20}, ["50 steps"]),
        ({"eta": 0.25}, ["eta 0"]),
        ({"sampler": "dpmpp_2m"}, ["DDIM", "eta 0"]),
        ({"sampler": "ddpm", "num_inference_steps": 250}, ["DDIM", "50 steps", "eta 0"]),
        ({"which": "model"}, ["averaged"]),
        ({"spacing": "leading"}, ["trailing steps"]),
        ({"clip": False}, ["colours kept in range"]),
        ({}, []),
    ],
)
def test_what_differs_is_stressed_and_what_is_seldom_changed_only_said_then(changes, said):
    mine, other = run_words(recipe(), recipe(**changes)), run_words(recipe(**changes), recipe())
    assert [words for words, differs in mine if differs] == said
    assert not {words for words, differs in mine if not differs} - {words for words, _ in other}


def test_another_checkpoint_is_stressed():
    earlier = dataclasses.replace(recipe(), step=1000)
    assert ("step 1,000", True) in run_words(earlier, recipe())


def test_a_narrow_label_leaves_out_what_is_the_same(qapp, qtbot):
    label = RunLabel(Theme(qapp), "label", "A")
    qtbot.addWidget(label)
    words = [("DDIM", False), ("50 steps", True), ("eta 0", False), ("step 2,353", False)]
    label.set_words(words)
    # which words are left is only drawn
    assert label._fitting(2000) == [words[1], words[0], *words[2:]]  # what differs is first
    # which words are left is only drawn
    narrow = label._fitting(label._width([("50 steps", True), ("…", False)]) + 1)
    assert narrow == [("50 steps", True), ("…", False)]
    assert label.accessibleName() == "A: DDIM, 50 steps, eta 0, step 2,353"
