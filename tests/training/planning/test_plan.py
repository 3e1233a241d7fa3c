"""A plan for the time there is: the largest size that gets good, and no unfounded promise."""

import pytest

from ddpm_studio.cli.plan import machine_line, plan_lines, table_lines
from ddpm_studio.config import StudioConfig
from ddpm_studio.config.presets import PRESETS
from ddpm_studio.config.text import with_settings
from ddpm_studio.errors import TrainingError
from ddpm_studio.training.planning.plan import STEPS_NEEDED, make_plan, steps_needed
from ddpm_studio.training.planning.probe import Outlook, Probe

HOUR = 3600.0
SPEED = {"sketch": 0.1, "small": 0.5, "standard": 5.0, "large": 50.0}  # seconds of a step


def outlook(name: str, *settings: str, fits: bool = True, is_measured: bool = True) -> Outlook:
    config = with_settings(PRESETS[name], settings)
    memory = int(SPEED[name] * 2**30)
    return Outlook(name, config, settings, memory, fits, 1, SPEED[name], is_measured)


def machine(*outlooks: Outlook) -> Probe:
    found = outlooks or tuple(outlook(name) for name in PRESETS)
    return Probe("cpu", "CPU, 2 threads", "float32", 2, 8 * 2**30, found)


def test_every_preset_has_its_effort() -> None:
    assert STEPS_NEEDED.keys() == PRESETS.keys()
    assert all(0 < needed.rough < needed.good for needed in STEPS_NEEDED.values())
    # a figure is evidence only if it was measured, which needs a line in the README
    assert [name for name, needed in STEPS_NEEDED.items() if needed.evidence] == ["sketch"]


@pytest.mark.parametrize(
    ("hours", "name", "quality"),
    [
        (0.001, "sketch", "unfinished"),
        (0.04, "sketch", "rough"),
        (0.1, "sketch", "good"),
        (2, "small", "good"),
        (40, "standard", "good"),
        (700, "large", "good"),
    ],
)
def test_more_time_means_a_larger_size(hours: float, name: str, quality: str) -> None:
    plan = make_plan(machine(), hours * HOUR)
    assert (plan.name, plan.quality) == (name, quality)
    assert plan.steps * SPEED[name] <= hours * HOUR
    assert plan.seconds <= hours * HOUR
    assert plan.memory == int(SPEED[name] * 2**30)


def test_time_that_brings_nothing_known_is_not_asked_for() -> None:
    plan = make_plan(machine(outlook("sketch")), 100 * HOUR)
    assert plan.steps == 4 * STEPS_NEEDED["sketch"].good  # as far as it was measured
    assert plan.seconds < 0.5 * HOUR
    assert plan.expectation == "Expect good pictures."


def test_steps_that_are_made_need_not_be_made_again() -> None:
    only = machine(outlook("sketch"))
    fresh, good = make_plan(only, 60), STEPS_NEEDED["sketch"].good
    later = make_plan(only, 60, made=2000)
    assert (fresh.quality, later.quality) == ("unfinished", "good")
    assert later.steps == fresh.steps  # the minute is used either way
    assert later.alternatives[0].good_steps == good - 2000
    assert later.alternatives[0].fits_time
    assert not fresh.alternatives[0].fits_time
    done = make_plan(only, 10 * HOUR, made=50 * good)
    assert (done.quality, done.steps) == ("good", good)
    assert done.alternatives[0].good_seconds == 0
    assert "9,485 steps bring was never measured" in done.expectation
    assert list(table_lines(done.alternatives))[1].split()[3:5] == ["reached", "reached"]


def test_what_was_not_measured_is_called_a_guess() -> None:
    assert "guess" in make_plan(machine(), 2 * HOUR).expectation
    sure = make_plan(machine(outlook("sketch")), 2300 * 0.1 / 0.94)
    assert sure.expectation == "Expect good pictures."
    slow = make_plan(machine(outlook("sketch", is_measured=False)), 2300 * 0.1 / 0.94)
    assert "estimate" in slow.expectation


def test_too_little_time_is_answered_with_the_least_that_is_needed() -> None:
    plan = make_plan(machine(), 10)
    assert plan.expectation == (
        "This is too short for pictures: the least is about 2 min for rough ones, and "
        "4 min for good ones, of sketch."
    )
    assert "good ones take about 4 min of sketch" in make_plan(machine(), 150).expectation


def test_what_does_not_fit_into_memory_is_never_planned() -> None:
    probe = machine(outlook("sketch"), outlook("small", fits=False))
    assert make_plan(probe, 1000 * HOUR).name == "sketch"
    none = machine(outlook("sketch", fits=False), outlook("small", fits=False))
    with pytest.raises(TrainingError, match=r"sketch takes 102 MB, and 8 GB are free"):
        make_plan(none, HOUR)
    with pytest.raises(TrainingError, match="no time"):
        make_plan(machine(outlook("sketch")), HOUR, name="flowers")


def test_settings_that_make_it_fit_are_part_of_the_plan() -> None:
    changed = outlook("small", "train.accumulation=2", "train.gradient_checkpointing=true")
    plan = make_plan(machine(changed), 10 * HOUR)
    assert with_settings(PRESETS["small"], plan.settings) == changed.config
    assert [choice.name for choice in plan.alternatives] == ["small"]
    lines = list(plan_lines(plan))
    assert "--preset small --set train.accumulation=2" in lines[2]
    lines = list(plan_lines(plan, method="improved"))
    assert "--preset small --method improved --set train.accumulation=2" in lines[2]
    own = list(plan_lines(plan, "flowers"))
    assert own[2].startswith("ddpm-studio train flowers --steps ")
    assert own[2].endswith("--set train.gradient_checkpointing=true")


def test_more_pictures_may_use_more_steps() -> None:
    config = PRESETS["sketch"]
    steps = [steps_needed(config, count).good for count in (None, 20, 2563, 10_252, 10**9)]
    assert steps == [2300, 2300, 2300, 4600, 9200]


def test_settings_of_ones_own_are_judged_by_the_nearest_size_and_proven_by_nothing() -> None:
    own = with_settings(PRESETS["sketch"], ["pictures.size=40", "train.batch_size=32"])
    needed = steps_needed(own)
    assert (needed.rough, needed.good, needed.evidence) == (500, 1150, "")
    wide = with_settings(StudioConfig(), ["pictures.size=256", "pictures.height=64"])
    assert steps_needed(wide).good == 40_000  # 128 px in area: half the batch of standard
    assert steps_needed(PRESETS["sketch"]).evidence


def test_the_table_has_a_line_for_each() -> None:
    slow = outlook("large", fits=False, is_measured=False)
    probe = machine(outlook("sketch"), outlook("standard"), slow)
    plan = make_plan(probe, HOUR)
    lines = list(table_lines(plan.alternatives, ["huge"]))
    assert lines[0].split() == ["pictures", "rough", "good", "memory"]
    assert lines[1].startswith("sketch ")
    assert lines[1].endswith("102 MB  fits")
    assert lines[2].endswith("takes longer")
    assert "about 24 days ?" in lines[3]
    assert lines[3].endswith("not enough memory")
    assert lines[4].startswith("huge ")
    assert {line.split(":")[0] for line in lines[5:]} == {"about", "?"}
    assert machine_line(probe) == "CPU, 2 threads, in float32, 8 GB of memory free"
