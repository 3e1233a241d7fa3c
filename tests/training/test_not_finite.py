"""A number that is not finite, anywhere and at any step: never on disk, and all steps are made."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from torch import Tensor
from torch.utils.hooks import RemovableHandle

from ddpm_studio.events import CheckpointSaved, PicturesReady, RolledBack, StepSkipped, TrainStep
from ddpm_studio.project import Project
from ddpm_studio.training import Trainer, TrainEvent, saver, train
from ddpm_studio.training.checkpoints import Snapshot, write_checkpoint

NAN, INF = float("nan"), float("inf")
STEPS, EVERY = 6, 2
Spoil = Callable[[Trainer], None]
AssertFinite = Callable[[Iterable[Path]], None]


def put(tensor: Tensor, number: float) -> None:
    tensor.data[(-1,) * tensor.ndim] = number  # autograd need not know: memory does not ask


def weights(trainer: Trainer) -> None:
    put(trainer.parameters[2], NAN)


def averages(trainer: Trainer) -> None:
    put(trainer.averages[-1], -INF)


def moments(trainer: Trainer) -> None:
    for state in trainer.optimizer.state.values():  # none before the first step
        put(state["exp_avg"], NAN)


def squared_moments(trainer: Trainer) -> None:
    for state in trainer.optimizer.state.values():
        put(state["exp_avg_sq"], INF)


def gradient(trainer: Trainer) -> None:
    def once(value: Tensor) -> Tensor:
        handle.remove()
        return value * NAN

    handle: RemovableHandle = trainer.parameters[0].register_hook(once)


def loss(trainer: Trainer) -> None:
    real = trainer.loss

    def once(*arguments: Any, **named: Any) -> Any:
        del vars(trainer)["loss"]
        return real(*arguments, **named) * INF

    vars(trainer)["loss"] = once


PLACES = [weights, averages, moments, squared_moments, gradient, loss]


@pytest.fixture
def spoiled(
    make_project: Callable[..., Project], assert_finite: AssertFinite
) -> Callable[..., list[TrainEvent]]:
    """spoiled(spoil, step, times): a training in which the step after `step` begins spoiled."""
    project = make_project("project", f"train.checkpoint_every={EVERY}")
    list(train(project, device="cpu", steps=0))  # prepares the pictures

    def run(spoil: Spoil, step: int, times: int = 1) -> list[TrainEvent]:
        for path in project.checkpoint_paths():
            path.unlink()
        real, begun = Trainer.train_step, Counter[int]()

        def train_step(trainer: Trainer) -> Any:
            begun[trainer.step] += 1
            if trainer.step == step and begun[step] <= times:
                spoil(trainer)
            return real(trainer)

        events: list[TrainEvent] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Trainer, "train_step", train_step)
            for event in train(project, device="cpu", steps=STEPS):
                events.append(event)
                if isinstance(event, CheckpointSaved):
                    assert_finite([event.path])
        check(events, project, assert_finite)
        return events

    return run


def check(events: list[TrainEvent], project: Project, assert_finite: AssertFinite) -> None:
    made = [event.step for event in events if isinstance(event, TrainStep | StepSkipped)]
    assert made[-1] == STEPS
    assert project.checkpoint_paths()[-1] == project.checkpoint_path(STEPS)
    assert_finite(project.checkpoint_paths())


def went_back(events: list[TrainEvent]) -> int:
    return len([event for event in events if isinstance(event, RolledBack)])


@pytest.mark.parametrize("spoil", PLACES)
def test_spoiled_at_any_step_training_comes_to_its_end(
    spoil: Spoil, spoiled: Callable[..., list[TrainEvent]]
) -> None:
    """In the first step, in the last, right before and right after a checkpoint."""
    for step in range(STEPS):
        events = spoiled(spoil, step)
        is_skipped = spoil in (gradient, loss)
        has_moments = step > 0 or spoil in (weights, averages)
        assert went_back(events) == int(has_moments and not is_skipped)


@pytest.mark.parametrize("spoil", PLACES[:4])
def test_spoiled_again_right_after_going_back_it_does_so_too(
    spoil: Spoil, spoiled: Callable[..., list[TrainEvent]]
) -> None:
    for step in (1, 4):
        assert went_back(spoiled(spoil, step, times=2)) >= 2


@pytest.mark.parametrize("spoil", [weights, averages, moments])
def test_spoiled_while_a_checkpoint_is_written_that_one_is_good(
    spoil: Spoil,
    make_project: Callable[..., Project],
    assert_finite: AssertFinite,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is written is a copy: training goes back to it."""
    project = make_project("project", f"train.checkpoint_every={EVERY}")
    trainers: list[Trainer] = []
    real = Trainer.train_step

    def train_step(trainer: Trainer) -> Any:
        trainers.append(trainer)
        return real(trainer)

    def write(path: Path, snapshot: Snapshot) -> None:
        if snapshot.step == EVERY and not path.exists():
            spoil(trainers[-1])
        write_checkpoint(path, snapshot)

    monkeypatch.setattr(Trainer, "train_step", train_step)
    monkeypatch.setattr(saver, "write_checkpoint", write)
    events = list(train(project, device="cpu", steps=STEPS))
    (back,) = [event for event in events if isinstance(event, RolledBack)]
    assert back.to_step == EVERY
    check(events, project, assert_finite)


# pictures are whole numbers and cannot be spoiled so; the cache that holds them can


def overwrite(path: Path) -> None:
    path.write_bytes(b"\xff\x00\x7f" * (path.stat().st_size // 3))


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + bytes(1000))


def fill_with_zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def lose(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    ("name", "damage", "is_noticed"),
    [
        ("[0-9a-f]*.pixels", shorten, True),
        ("[0-9a-f]*.pixels", lose, True),
        ("[0-9a-f]*.json", fill_with_zeros, True),
        ("known.json", shorten, True),
        ("[0-9a-f]*.pixels", lengthen, False),
        ("[0-9a-f]*.pixels", overwrite, False),
    ],
)
def test_damage_in_the_cache_of_pictures_is_noticed_or_does_no_harm(
    name: str,
    damage: Callable[[Path], None],
    is_noticed: bool,
    make_project: Callable[..., Project],
    train_for: Callable[..., list[TrainEvent]],
    assert_finite: AssertFinite,
) -> None:
    """What is noticed is read again; overwritten pixels are pixels, too."""
    project = make_project()
    train_for(project, 1)
    (path,) = project.cache.glob(name)
    before = path.read_bytes()
    damage(path)
    events = train_for(project, STEPS - 1)
    (ready,) = [event for event in events if isinstance(event, PicturesReady)]
    assert (ready.taken, ready.from_cache) == (10, not is_noticed)
    assert not is_noticed or path.read_bytes() == before
    check(events, project, assert_finite)
