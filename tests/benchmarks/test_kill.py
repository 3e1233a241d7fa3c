"""A hundred kills -9 at random moments; run by hand:

pytest tests/benchmarks/test_kill.py -n 0 -s
"""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ddpm_studio.project import Project
from ddpm_studio.storage import TEMPORARY_PREFIX
from ddpm_studio.training import TrainEvent
from ddpm_studio.training.metrics import read_log
from tests.training.conftest import assert_same_state, make_project, pictures, train_for  # noqa: F401 - fixtures
from tests.training.test_kill import EVERY, SETTINGS, Forker, forker, kill_and_go_on, newest_step  # noqa: F401

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL"),
    pytest.mark.timeout(1800),
]
KILLS = 100


def test_after_a_hundred_kills_training_ends_as_if_there_had_been_none(
    forker: Forker,  # noqa: F811
    make_project: Callable[..., Project],  # noqa: F811
    train_for: Callable[..., list[TrainEvent]],  # noqa: F811
    assert_same_state: Callable[[Path, Path], None],  # noqa: F811
) -> None:
    """Bit for bit, with the same losses in the log, and nothing left behind."""
    killed, whole = make_project("killed", *SETTINGS), make_project("whole", *SETTINGS)
    hits = kill_and_go_on(forker, killed, KILLS, seed=1)
    last = newest_step(killed) + EVERY
    train_for(killed, EVERY)
    train_for(whole, last)
    assert_same_state(killed.checkpoint_path(last), whole.checkpoint_path(last))
    losses = [[line["loss"] for line in read_log(p.metrics_path).steps] for p in (killed, whole)]
    assert losses[0] == losses[1]
    assert not list(killed.path.rglob(f"{TEMPORARY_PREFIX}*"))
    kills = len(forker.lives)
    print(f"\n{kills} kills, {hits} of them while a checkpoint was written; {last} steps")
