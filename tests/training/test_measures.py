"""What is asked about unseen pictures while training: one budget, the dear asked less often."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from ddpm_studio.events import BitsMeasured, HeldOutMeasured, TrainStep
from ddpm_studio.nn import UNet
from ddpm_studio.project import Project
from ddpm_studio.training import TrainEvent, train
from ddpm_studio.training import stopwatch as stopwatch_module
from ddpm_studio.training.evaluation import Evaluation
from ddpm_studio.training.held_out import HeldOut
from ddpm_studio.training.likelihood import BitsMeter
from ddpm_studio.training.measures import BITS_LOOKS
from ddpm_studio.training.metrics import MeasuredBits, MetricsLog, read_log
from ddpm_studio.training.rhythm import EVALUATION_SHARE, HEAD_START, SHARE

LEARNING = 3  # times as much as a look alone: there and back again
PICTURES = 10  # four of them are kept out


@dataclass
class Looks:
    """How often the network looked at a picture, and for what; a clock that only they move."""

    each: float  # seconds
    learning: float = 0.0
    loss: float = 0.0
    bits: float = 0.0
    painting: float = 0.0
    now: str = "painting"

    def add(self, count: int, learns: bool) -> None:
        what = "learning" if learns else self.now
        setattr(self, what, getattr(self, what) + count * (LEARNING if learns else 1))

    @property
    def asking(self) -> float:
        return self.loss + self.bits

    @property
    def all(self) -> float:
        return self.learning + self.asking + self.painting

    def perf_counter(self) -> float:
        return self.each * self.all


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    """Counts every call of the network for each of its pictures; on one thread, none for filling.

    The clock of training goes by them, so that a share of time is a share of looks.
    """
    counted = Looks(each=0.1)
    measure, between = HeldOut.measure, BitsMeter.measure

    def counting(model: UNet, x_t: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        counted.add(len(x_t), torch.is_grad_enabled())
        weights = torch.stack([parameter.mean() for parameter in model.parameters()])
        return x_t * weights.mean()  # in no time; how often is all that counts

    def loss(held_out: HeldOut, network: object) -> object:
        counted.now = "loss"
        found = measure(held_out, network)  # type: ignore[arg-type]
        counted.now = "painting"
        return found

    def bits(meter: BitsMeter, pictures: np.ndarray) -> Iterator[object]:
        counted.now = "bits"
        yield from between(meter, pictures)
        counted.now = "painting"

    monkeypatch.setattr(UNet, "forward", counting)
    monkeypatch.setattr(HeldOut, "measure", loss)
    monkeypatch.setattr(BitsMeter, "measure", bits)
    clock = SimpleNamespace(perf_counter=counted.perf_counter)
    monkeypatch.setattr(stopwatch_module, "time", clock)
    return counted


@pytest.mark.parametrize("size", [32, 64])
def test_questions_take_two_percent_and_the_dear_one_is_asked_less_often(
    size: int,
    looks: Looks,
    make_project: Callable[..., Project],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    for index in range(PICTURES):
        pixels = random.integers(0, 256, (size, size, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{index:02}.png")
    monkeypatch.setattr(Evaluation, "between", lambda _: iter(()))  # previews go by another share
    project = make_project(
        f"of {size}",
        *(f"pictures.size={size}", "diffusion.num_timesteps=1000", "train.held_out_share=0.4"),
        *("train.checkpoint_every=20", "train.preview_every=300", "train.preview_steps=1"),
        *("train.batch_size=16", "model.attention_resolutions="),
        images=folder,
    )
    events = list(train(project, device="cpu", steps=400))
    loss = [event for event in events if isinstance(event, HeldOutMeasured)]
    bits = [event for event in events if isinstance(event, BitsMeasured)]
    seconds = looks.each * looks.all
    assert seconds > 2 * HEAD_START  # what the first minutes may spend is spent
    last_one = looks.loss / len(loss)  # at the end, whatever it costs
    assert looks.asking <= EVALUATION_SHARE * looks.all + last_one
    assert looks.painting <= SHARE * looks.all
    assert len(loss) > len(bits) > 0
    assert looks.bits / len(bits) > 2 * last_one
    assert max(looks.loss, looks.bits) <= EVALUATION_SHARE / 2 * looks.all + last_one
    assert bits[0].looks <= BITS_LOOKS * 4
    logged = read_log(project.metrics_path).bits
    assert [one.step for one in logged] == [event.step for event in bits]
    assert logged[0].bits == bits[0].bits
    assert logged[0].parts == bits[0].parts
    said = [event for event in events if isinstance(event, TrainStep)][-1]
    assert said.bits_every is not None
    assert said.held_out_every is not None
    assert said.bits_every == pytest.approx(looks.each * looks.bits / len(bits) * 100, rel=0.1)
    assert said.held_out_every < said.bits_every


def test_what_measures_while_training_changes_nothing_of_it(
    make_project: Callable[..., Project],
    train_for: Callable[..., list[TrainEvent]],
    assert_same_state: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = [
        *("train.held_out_share=0.2", "model.dropout=0.2"),
        *("diffusion.variance=learned", "diffusion.loss=hybrid"),
    ]
    often, never = make_project("often", *options), make_project("never", *options)
    monkeypatch.setattr("ddpm_studio.training.rhythm.EVALUATION_SHARE", 1e9)
    events = train_for(often, 6)
    assert [event.step for event in events if isinstance(event, BitsMeasured)] == list(range(1, 7))
    monkeypatch.setattr("ddpm_studio.training.rhythm.EVALUATION_SHARE", 1e-12)
    events = train_for(never, 6)
    assert not [event for event in events if isinstance(event, BitsMeasured)]
    told = [event.step for event in events if isinstance(event, HeldOutMeasured)]
    assert told == [6]  # at its end, whatever it costs
    assert_same_state(often.checkpoint_path(6), never.checkpoint_path(6))


def test_without_unseen_pictures_nothing_is_asked(
    make_project: Callable[..., Project], train_for: Callable[..., list[TrainEvent]]
) -> None:
    events = train_for(make_project("all"), 3)
    said = [event for event in events if isinstance(event, TrainStep)]
    assert {(one.held_out_every, one.bits_every) for one in said} == {(None, None)}


def test_bits_that_are_void_or_nonsense_are_not_read(tmp_path) -> None:
    log = MetricsLog(tmp_path / "metrics.jsonl")
    event = BitsMeasured(0, "held-out", 3, 4.5, 0.1, 0.5, 1.0, (1, 2), (2.0, 1.0), "beta", 9)
    for step in (10, 20, 30):
        log.append({"bits": asdict(event) | {"step": step}})
    log.append({"resumed_at": 20})
    log.append({"bits": {"step": 25, "bits": "many"}})
    log.append({"bits": {"step": 26, "bits": 4, "error": 0, "prior": 0, "decoder": 1, "parts": 7}})
    kept = MeasuredBits(10, 4.5, 0.1, 0.5, 1.0, (1, 2), (2.0, 1.0))
    assert read_log(tmp_path / "metrics.jsonl").bits == [
        kept,
        kept._replace(step=20),
        MeasuredBits(26, 4.0, 0.0, 0.0, 1.0),
    ]
