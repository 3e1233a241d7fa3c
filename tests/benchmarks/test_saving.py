"""What checkpoints cost a training, at the default cadence; run by hand:

pytest tests/benchmarks/test_saving.py -n 0 -s
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ddpm_studio.config.presets import preset
from ddpm_studio.data.sample_pictures import write_sample_pictures
from ddpm_studio.events import CheckpointSaved
from ddpm_studio.project import Project
from ddpm_studio.training import Trainer, saver, train
from ddpm_studio.training.evaluation import Evaluation
from ddpm_studio.training.held_out import HeldOut
from ddpm_studio.training.saver import Saver

PICTURES = 200
SECONDS = 120.0
MOST = 0.02  # of the time, for saving and for steps that are slower beside it
pytestmark = pytest.mark.timeout(600)

Span = tuple[float, float]


@dataclass
class Watch:
    """When what was at work, in seconds of the clock."""

    spans: dict[str, list[Span]] = field(default_factory=dict)
    written: list[tuple[float, float]] = field(default_factory=list)  # state of, on disk at

    def timed(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        spans = self.spans.setdefault(name, [])

        def run(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return real(*arguments, **named)
            finally:
                spans.append((started, time.perf_counter()))

        return run

    def total(self, name: str) -> float:
        return sum(end - start for start, end in self.spans[name])

    def overlaps(self, span: Span, name: str) -> bool:
        return any(start < span[1] and span[0] < end for start, end in self.spans[name])


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    finish = Saver.finish  # a generator, which waits in its first step
    monkeypatch.setattr(Saver, "finish", watch.timed("waiting", lambda own: [*finish(own)]))
    for place, name, what in (
        (Trainer, "is_finite", "checking"),
        (Saver, "begin", "copying"),
        (Trainer, "train_step", "steps"),
        (HeldOut, "measure", "held-out loss"),
        (saver, "write_checkpoint", "writing beside"),
    ):
        monkeypatch.setattr(place, name, watch.timed(what, getattr(place, name)))
    real = Evaluation.at_preview

    def at_preview(own: Evaluation) -> Iterator[Any]:
        steps = real(own)
        step = watch.timed("previews", lambda: next(steps, None))
        while (event := step()) is not None:
            yield event

    monkeypatch.setattr(Evaluation, "at_preview", at_preview)
    return watch


def test_saving_costs_less_than_two_per_cent(watch: Watch, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    for _ in write_sample_pictures(pictures, PICTURES):
        pass
    project = Project.create(tmp_path / "project", pictures, preset("sketch"))
    list(train(project, device="cpu", steps=30))  # all is loaded and prepared
    for spans in watch.spans.values():
        spans.clear()
    started = time.perf_counter()
    events = list(train(project, device="cpu", seconds=SECONDS))
    taken = time.perf_counter() - started
    saved = [event for event in events if isinstance(event, CheckpointSaved)]
    saving = sum(watch.total(name) for name in ("checking", "copying", "waiting"))
    slower = slowed_down(watch)
    size, count = saved[-1].path.stat().st_size / 1e6, len(watch.spans["steps"])
    print(f"\n{len(saved)} checkpoints of {size:.0f} MB in {taken:.0f} s, {count} steps")
    for name in watch.spans:
        print(f"  {name:16s} {watch.total(name):8.2f} s  {watch.total(name) / taken:7.2%}")
    print(f"saving on the training thread: {saving / taken:.2%}")
    print(f"steps that are slower beside the writer: {slower / taken:.2%}")
    print(f"together: {(saving + slower) / taken:.2%}, at most {MOST:.0%}")
    print(f"most at risk: {at_risk(watch, started, started + taken):.1f} s")
    assert (saving + slower) / taken < MOST
    assert at_risk(watch, started, started + taken) <= project.config.train.checkpoint_seconds


def slowed_down(watch: Watch) -> float:
    """Seconds that steps beside the writer took longer than those around them, as a mean."""
    beside = [span for span in watch.spans["steps"] if watch.overlaps(span, "writing beside")]
    alone = [end - start for start, end in watch.spans["steps"] if (start, end) not in beside]
    usual = statistics.fmean(alone)
    return sum(end - start - usual for start, end in beside)


def at_risk(watch: Watch, started: float, ended: float) -> float:
    """The longest time between a copied state and the moment when the next one was on disk."""
    copied = [started, *(start for start, _ in watch.spans["copying"])]
    ready = [*(end for _, end in watch.spans["writing beside"]), ended]
    return max(late - early for early, late in zip(copied, ready, strict=True))
