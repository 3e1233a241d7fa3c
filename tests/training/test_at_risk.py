"""What a crash can cost: never more than `checkpoint_seconds` of training, by a fake clock."""

import itertools
import random
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ddpm_studio.events import CheckpointSaved
from ddpm_studio.project import Project
from ddpm_studio.training.checkpoints import Snapshot
from ddpm_studio.training.saver import MARGIN
from tests.training.conftest import tiny_config
from tests.training.machine import Machine, train_on

AT_RISK = 60.0  # seconds, the default
FORWARD_STEPS = 20  # a preview of the settings below goes through the network so often
CADENCES = 6  # how many checkpoints are looked at, more or less


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Project:
    folder = tmp_path_factory.mktemp("at_risk") / "project"
    config = tiny_config(
        f"train.checkpoint_seconds={AT_RISK}", "train.checkpoint_every=1000000",
        "train.preview_every=150", "train.preview_steps=20", "train.preview_count=4",
        "train.log_every=100",
    )  # fmt: skip
    return Project.create(folder, pictures, config)


def steps_for(step_seconds: float) -> int:
    return min(600, int(CADENCES * AT_RISK / step_seconds) + 5)


@settings(max_examples=25)
@given(
    step=st.floats(0.3, 40), write=st.floats(0, 25), forward=st.floats(0.05, 1), seed=st.integers()
)
@example(step=50.0, write=5.0, forward=0.05, seed=0)  # steps far slower than the writing
@example(step=0.5, write=20.0, forward=0.3, seed=0)
def test_never_more_than_a_minute_is_at_risk(
    step: float, write: float, forward: float, seed: int, project: Project
) -> None:
    """Steps and writes that vary by a tenth, previews, and the time until a file is on disk."""
    preview = FORWARD_STEPS * step * forward
    machine = Machine(step, write, preview, MARGIN, chance=random.Random(seed))
    train_on(machine, project, steps=steps_for(step))
    # nothing can be saved within a step, nor within a preview or while another one is written
    least = (1 + MARGIN) * max(step + preview + 2 * write, 2 * step + write)
    assert machine.worst() <= max(AT_RISK, least)


@given(step=st.floats(0.3, 5), write=st.floats(0, 300))
@settings(max_examples=10)
def test_training_waits_for_no_slow_disk_on_its_way(
    step: float, write: float, project: Project
) -> None:
    """One file is written after another; only the last one is waited for.

    And one before a preview, in which nothing can be saved, if that does not take too long.
    """
    machine = Machine(step, write, 0.0)
    steps = steps_for(step)
    train_on(machine, project, steps=steps)
    ended = machine.made_at[steps]
    previews = 4 + steps // 150  # at the beginning there are more of them
    assert ended - steps * step <= (write * previews if write < AT_RISK / 2 else 0) + 1e-6
    assert machine.now - ended <= 2 * write
    assert machine.worst() <= max(AT_RISK, 2 * write + 2 * step)


def test_a_disk_that_is_full_for_a_while_is_asked_again(project: Project) -> None:
    """What is at risk grows by a minute for each time that it did not take it, and no more."""
    machine = Machine(1.0, 0.5, 0.0)
    machine.fails = lambda step: 100 < step < 200
    events = train_on(machine, project, steps=400)
    notes = [event for event in events if "tries to save again" in getattr(event, "message", "")]
    assert 1 <= len(notes) <= 3
    assert machine.worst() <= (1 + len(notes)) * AT_RISK
    assert [event for event in events if isinstance(event, CheckpointSaved)][-1].step == 400


def test_after_a_sleep_in_a_write_checkpoints_come_as_before(project: Project) -> None:
    """The write seemed to take eight hours, but the next ones do not."""
    machine = Machine(1.0, 0.5, 0.0)
    real, slept = machine.write_checkpoint, iter([8 * 3600.0])

    def write(path: Path, snapshot: Snapshot) -> None:
        real(path, snapshot)
        machine.asleep = next(slept, 0.0)
        machine.now += machine.asleep

    machine.write_checkpoint = write  # type: ignore[method-assign]
    train_on(machine, project, steps=400)
    steps = [step for _, step in machine.on_disk]
    between = [later - earlier for earlier, later in itertools.pairwise(steps)]
    assert sorted(between[:-1])[2] > 40  # the first comes early, and the one after the sleep
    assert max(between) <= AT_RISK
