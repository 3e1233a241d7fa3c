"""Killed at any moment, training goes on from a whole checkpoint, as if nothing had happened."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch

from ddpm_studio.project import Project, step_of
from ddpm_studio.storage import TEMPORARY_PREFIX
from ddpm_studio.training import TrainEvent
from ddpm_studio.training.metrics import read_log

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")

KILLS = 12
MOST_KILLS = 60  # until one has hit the writing of a checkpoint
EVERY = 5  # steps between two checkpoints
SETTINGS = [
    f"train.checkpoint_every={EVERY}",
    "train.preview_every=7",
    "train.log_every=1",
    "model.dropout=0.1",
    # what a training has to keep beside weights: the losses by which it draws its timesteps
    "diffusion.variance=learned",
    "diffusion.loss=hybrid",
    "diffusion.resampling=true",
    "diffusion.num_timesteps=4",
]


@dataclass
class Life:
    """What one process did until it was killed. events: kind, step, unfinished files."""

    events: list[tuple[str, int | None, int]]
    code: int
    unfinished: list[Path]  # what it left behind

    def steps(self, kind: str) -> list[int]:
        return [step for name, step, _ in self.events if name == kind and step is not None]


@dataclass
class Forker:
    """The process that forks and kills."""

    process: "subprocess.Popen[str]"
    lives: list[Life] = field(default_factory=list)

    def live(self, project: Project, **order: Any) -> Life:
        """Train until killed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = {"project": str(project.path), "steps": None, "in_write": False} | order
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        left = list(project.path.rglob(f"{TEMPORARY_PREFIX}*"))
        life = Life([tuple(event) for event in answer["events"]], answer["code"], left)
        self.lives.append(life)
        return life


@pytest.fixture
def forker() -> Iterator[Forker]:
    command = [sys.executable, str(Path(__file__).with_name("forking_trainer.py"))]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES"},  # macOS distrusts forks
    ) as process:
        yield Forker(process)
        process.kill()


@pytest.fixture
def one_thread() -> Iterator[None]:
    """As in the forks, which cannot have more: sums of several threads have other last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
def test_killed_at_random_moments_training_always_goes_on(
    forker: Forker,
    make_project: Callable[..., Project],
    train_for: Callable[..., list[TrainEvent]],
    assert_same_state: Callable[[Path, Path], None],
) -> None:
    """Every restart finds a whole checkpoint; the end is bit for bit that of an undisturbed run.

    `tests/benchmarks/test_kill.py` does the same a hundred times.
    """
    killed, whole = make_project("killed", *SETTINGS), make_project("whole", *SETTINGS)
    kill_and_go_on(forker, killed, KILLS)
    last = newest_step(killed) + EVERY
    train_for(killed, EVERY)
    train_for(whole, last)
    left = [one for one in killed.path.rglob(f"{TEMPORARY_PREFIX}*") if one.parent != killed.cache]
    assert not left
    (killed.cache / f"{TEMPORARY_PREFIX}0123456789abcdef.json").touch()
    for one in killed.cache.glob(f"{TEMPORARY_PREFIX}*"):  # which others could be writing yet
        os.utime(one, (0, 0))
    train_for(killed, 0)
    assert not list(killed.path.rglob(f"{TEMPORARY_PREFIX}*"))
    assert_same_state(killed.checkpoint_path(last), whole.checkpoint_path(last))
    losses = [[line["loss"] for line in read_log(p.metrics_path).steps] for p in (killed, whole)]
    assert losses[0] == losses[1]


def kill_and_go_on(forker: Forker, killed: Project, kills: int, seed: int = 0) -> int:
    """Kill a training so often, or more often until one kill has hit the writing of a checkpoint.

    Returns how many did.
    """
    chance = random.Random(seed)
    hits = 0
    while len(forker.lives) < kills or (not hits and len(forker.lives) < MOST_KILLS):
        expected = newest_step(killed)
        before = forker.lives[-1] if forker.lives else None
        in_write = chance.random() < 0.5
        life = forker.live(
            killed,
            events=chance.randrange(2, 16) if in_write else chance.randrange(0, 40),
            in_write=in_write,
            microseconds=chance.uniform(0, 2000 if in_write else 20_000),
        )
        assert life.code == -9
        check_restart(life, expected)
        check_loss(before, expected)
        hits += any(path.parent == killed.checkpoints for path in life.unfinished)
    assert hits > 0
    return hits


def newest_step(project: Project) -> int:
    return max(map(step_of, project.checkpoint_paths()), default=0)


def check_restart(life: Life, expected: int) -> None:
    """It started from the newest checkpoint there was, whole, and swept up."""
    assert not life.steps("CheckpointSkipped")
    assert not [name for name, _, _ in life.events if name == "CheckpointSkipped"]
    for start in life.steps("TrainStarted"):
        assert start == expected
    assert {left for name, _, left in life.events if name == "TrainStarted"} <= {0}


def check_loss(life: Life | None, kept: int) -> None:
    """Of what a killed process did, only the steps since its last checkpoint are lost.

    The next checkpoint waits for the one that is being written, so two rounds are the most.
    """
    if life is None:
        return
    assert kept >= max(life.steps("CheckpointSaved"), default=0)
    assert max(life.steps("TrainStep"), default=kept) - kept <= 2 * EVERY


def test_killed_before_the_first_checkpoint_training_starts_anew(
    forker: Forker, make_project: Callable[..., Project]
) -> None:
    project = make_project("project", "train.checkpoint_every=1000")
    for events in (0, 3, 14, 20):
        life = forker.live(project, events=events, microseconds=0)
        assert life.steps("TrainStarted") in ([], [0])
    life = forker.live(project, steps=3, events=1000, microseconds=0)
    assert life.code == 0 or life.steps("CheckpointSaved") == [3]
    assert newest_step(project) == 3
