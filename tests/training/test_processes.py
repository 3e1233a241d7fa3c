"""Several processes that train together do what one does with all of their batches."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from ddpm_studio.project import Project
from ddpm_studio.torchrun import is_leader
from ddpm_studio.training import TrainEvent
from ddpm_studio.training.metrics import read_log
from ddpm_studio.training.processes import Team
from tests.training.conftest import read_state

STEPS = 6
MakeProject = Callable[..., Project]
TrainFor = Callable[..., list[TrainEvent]]

pytestmark = pytest.mark.skipif(
    not torch.distributed.is_available() or not torch.distributed.is_gloo_available(),
    reason="this PyTorch has no gloo, through which processes of a CPU talk",
)


def torchrun(project: Project, *words: str, processes: int = 2) -> subprocess.CompletedProcess[str]:
    """As a user would, on this machine alone."""
    command = [
        sys.executable, "-m", "torch.distributed.run", "--standalone",
        f"--nproc-per-node={processes}", "-m", "ddpm_studio",
        "train", str(project.path), "--device", "cpu", "--json", *words,
    ]  # fmt: skip
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=500)


def test_two_processes_are_one_with_the_double_batch(
    make_project: MakeProject, train_for: TrainFor
) -> None:
    """To 1e-5, over parts of a batch, mirrored pictures, a resume and held-out pictures.

    The rate is low because Adam divides gradients by their size: where they are nothing but
    rounding, so are the steps.
    """
    settings = [
        "pictures.flip_horizontal=true", "train.accumulation=2", "train.checkpoint_every=4",
        "train.preview_every=3", "train.log_every=1", "train.held_out_share=0.2",
        "train.learning_rate=2e-4",
    ]  # fmt: skip
    alone = make_project("alone", *settings, "train.batch_size=8")
    together = make_project("together", *settings, "train.batch_size=4")
    train_for(alone, STEPS)
    for steps in (STEPS - 2, 2):
        done = torchrun(together, "--steps", str(steps))
        assert done.returncode == 0, done.stderr
    (one, _), (other, _) = (read_state(p.checkpoint_path(STEPS)) for p in (alone, together))
    for name in one:
        difference = (one[name].double() - other[name].double()).abs().max().item()
        assert difference <= 1e-5, name
    losses = [[line["loss"] for line in read_log(p.metrics_path).steps] for p in (alone, together)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)
    files = [sorted(path.name for path in p.samples.iterdir()) for p in (alone, together)]
    assert files[0] == files[1]
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [entry["step"] for entry in told if entry["event"] == "TrainStep"] == [STEPS - 1, STEPS]


def test_settings_and_time_are_those_of_the_leader(make_project: MakeProject) -> None:
    """The clocks of processes differ, but none makes a step more than another and hangs."""
    project = make_project("project")
    done = torchrun(project, "--minutes", "0.02", "--set", "train.batch_size=2")
    assert done.returncode == 0, done.stderr
    assert Project.open(project.path).config.train.batch_size == 2
    assert len(project.checkpoint_paths()) == 1


def test_what_is_wrong_is_said_once(make_project: MakeProject, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = torchrun(make_project("project", images=empty), "--steps", "2")
    assert done.returncode == 1
    assert done.stderr.count("put some pictures there") == 1


def test_a_process_that_nobody_called_together_is_alone() -> None:
    whole = torch.arange(8)
    assert is_leader()
    assert Team().leads
    assert torch.equal(Team().share(whole), whole)
    assert Team().leader_says(True, torch.device("cpu"))


def test_parts_of_a_batch_are_different_and_complete() -> None:
    whole = torch.arange(12)
    parts = [Team(rank, 3).share(whole) for rank in range(3)]
    assert torch.equal(torch.cat(parts), whole)
