"""A look at this machine is short, honest about what it tried, and leaves nothing behind."""

import time
from collections.abc import Callable, Generator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.text import with_settings
from ddpm_studio.errors import StudioError, TrainingError
from ddpm_studio.events import Progress, Work
from ddpm_studio.training import Trainer
from ddpm_studio.training.planning import probe as module
from ddpm_studio.training.planning.probe import Probe, probe

SECONDS = 600  # more than the slowest machine needs


def drain(events: Generator[Progress, None, Probe]) -> tuple[list[Progress], Probe]:
    seen = []
    while True:
        try:
            seen.append(next(events))
        except StopIteration as end:
            return seen, end.value


@pytest.fixture(scope="module", autouse=True)
def few_steps_are_timed() -> Iterator[None]:
    """Of each size; how long they take is nowhere compared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_SECONDS", 0.02)
        yield


@pytest.fixture(scope="module")
def found(tiny: Callable[..., StudioConfig]) -> tuple[list[Progress], Probe, float]:
    """Two tiny sizes, with the seconds that it took; it had far longer."""
    configs = {"tiny": tiny(), "wide": tiny("model.model_channels=32", "train.batch_size=8")}
    started = time.monotonic()
    return *drain(probe(configs, device="cpu", seconds=SECONDS)), time.monotonic() - started


def test_every_size_has_its_speed_and_memory(found: tuple[list[Progress], Probe, float]) -> None:
    _, result, _ = found
    assert [outlook.name for outlook in result.outlooks] == ["tiny", "wide"]
    tiny, wide = result.outlooks
    assert tiny.is_measured
    assert tiny.fits
    assert tiny.settings == ()
    assert min(tiny.step_seconds, wide.step_seconds) > 0
    assert 0 < tiny.memory < wide.memory < result.memory_free
    assert tiny.flops < wide.flops
    assert (result.device, result.precision, result.left_out) == ("cpu", "float32", ())


def test_the_speed_of_a_size_is_that_of_its_steps(
    tiny: Callable[..., StudioConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine whose every picture takes a tenth of a second."""
    now = [0.0]
    clock = SimpleNamespace(monotonic=lambda: now[0], perf_counter=lambda: now[0])

    # the real one, in a clock of the test
    real = module._trainer

    def trainer_of(config: StudioConfig, count: int, device: torch.device) -> Trainer:
        def train_step() -> None:
            now[0] += 0.1 * count

        trainer = real(config, count, device)
        monkeypatch.setattr(trainer, "train_step", train_step)
        return trainer

    monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(module, "_trainer", trainer_of)
    configs = {"tiny": tiny(), "more": tiny("train.batch_size=8")}
    _, result = drain(probe(configs, device="cpu", seconds=SECONDS))
    assert [outlook.is_measured for outlook in result.outlooks] == [True, True]
    found = [outlook.step_seconds for outlook in result.outlooks]
    assert found == pytest.approx([0.4, 0.8])


def test_it_says_how_far_it_is(found: tuple[list[Progress], Probe, float]) -> None:
    events, _, seconds = found
    assert seconds < SECONDS
    assert [event.done for event in events] == sorted(event.done for event in events)
    assert all(0 <= event.done <= event.total == SECONDS for event in events)
    assert {"the speed of tiny", "the memory that wide takes"} <= {event.now for event in events}


def test_threads_are_as_before(tiny: Callable[..., StudioConfig]) -> None:
    threads = torch.get_num_threads()
    events = probe({"tiny": tiny()}, device="cpu")
    next(events)
    events.close()
    drain(probe({"tiny": tiny()}, device="cpu", seconds=SECONDS))
    assert torch.get_num_threads() == threads


def test_what_takes_too_long_is_estimated_from_the_work_it_is(
    tiny: Callable[..., StudioConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STARTING_SECONDS", 1000.0)
    configs = {"tiny": tiny(), "more": tiny("train.batch_size=8")}
    _, result = drain(probe(configs, device="cpu", seconds=SECONDS))
    tiny_, more = result.outlooks
    assert not tiny_.is_measured
    assert more.step_seconds == pytest.approx(tiny_.step_seconds * more.flops / tiny_.flops)
    assert more.flops == 2 * tiny_.flops


def test_without_time_the_smallest_is_looked_at_all_the_same(
    tiny: Callable[..., StudioConfig],
) -> None:
    _, result = drain(
        probe({"tiny": tiny(), "more": tiny("train.batch_size=8")}, device="cpu", seconds=0.01)
    )
    assert [outlook.name for outlook in result.outlooks] == ["tiny"]
    assert result.left_out == ("more",)


def test_with_little_memory_the_settings_change(
    tiny: Callable[..., StudioConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny("train.batch_size=8", "pictures.size=32", "train.preview_count=1")
    _, much = drain(probe({"one": config}, device="cpu", seconds=SECONDS))
    monkeypatch.setattr(module, "free_memory", lambda _: int(much.outlooks[0].memory / 0.9) - 1)
    _, little = drain(probe({"one": config}, device="cpu", seconds=SECONDS))
    (outlook,) = little.outlooks
    assert outlook.fits
    assert outlook.memory < much.outlooks[0].memory
    assert with_settings(config, outlook.settings) == outlook.config
    assert outlook.settings[0] == "train.accumulation=2"


def test_running_out_of_memory_is_an_answer(
    tiny: Callable[..., StudioConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = module._trainer

    def fail(config: StudioConfig, *rest: Any) -> Any:
        if config.pictures.size == 8:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return real(config, *rest)

    monkeypatch.setattr(module, "_trainer", fail)
    _, result = drain(probe({"tiny": tiny()}, device="cpu", seconds=SECONDS))
    assert not result.outlooks[0].fits
    assert not result.outlooks[0].is_measured

    monkeypatch.setattr(module, "preset", lambda _: tiny())
    with pytest.raises(TrainingError, match="no memory left on CPU"):
        drain(probe({"tiny": tiny()}, device="cpu", seconds=SECONDS))


def test_an_unknown_device_is_a_sentence(tiny: Callable[..., StudioConfig]) -> None:
    with pytest.raises(StudioError, match="no device 'toaster'"):
        drain(probe({"tiny": tiny()}, device="toaster"))


def test_half_of_the_threads_are_taken_where_they_are_faster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on processors whose second half is hyper-threads; here the speed is told, not real."""
    threads = [8]
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads[-1])
    monkeypatch.setattr(torch, "set_num_threads", threads.append)
    for slowdown, best in ((2.0, 4), (0.5, 8)):
        # the choice of threads alone, on a machine that is told
        look = module._Probing(torch.device("cpu"), 20)
        threads[:] = [8]

        def steps(*_: Any, slowdown: float = slowdown) -> Generator[Progress, None, list]:
            yield Progress(Work.PROBING, 0, 20, "")
            return [slowdown if threads[-1] == 8 else 1.0] * 3

        monkeypatch.setattr(look, "_steps", steps)
        list(look.warm_up())
        assert threads[-1] == best
