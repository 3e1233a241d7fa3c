"""One step after another: what goes in, what changes, and from what it follows."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from ddpm_studio.nn.ema import ema_decay
from ddpm_studio.training import Trainer
from ddpm_studio.training.trainer import StepResult, learning_rate_at, new_model

MakeTrainer = Callable[..., Trainer]


def losses(trainer: Trainer, steps: int) -> list[float]:
    return [trainer.train_step().loss for _ in range(steps)]


def test_the_same_seed_gives_the_same_training(make_trainer: MakeTrainer) -> None:
    one, same, other = (make_trainer(f"train.seed={seed}") for seed in (1, 1, 2))
    torch.rand(5)  # nobody else's randomness matters
    assert losses(one, 5) == losses(same, 5)
    assert losses(other, 5) != losses(make_trainer("train.seed=1"), 5)


def test_weights_follow_from_the_seed_alone(tiny: Callable[..., Any]) -> None:
    torch.rand(1)
    one = new_model(tiny(), 3)
    torch.rand(1)
    same, other = new_model(tiny(), 3), new_model(tiny(), 4)
    assert all(map(torch.equal, one.parameters(), same.parameters()))
    assert not all(map(torch.equal, one.parameters(), other.parameters()))


def test_reset_is_the_state_of_a_new_trainer(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer("model.dropout=0.2")
    first = losses(trainer, 4)
    trainer.rate_scale = 0.5
    trainer.reset()
    assert (trainer.step, trainer.rate_scale) == (0, 1)
    assert losses(trainer, 4) == first


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_one_picture_is_learned(precision: str, make_trainer: MakeTrainer) -> None:
    """A folder of 1 picture, and a batch larger than it, in every precision."""
    picture = torch.full((1, 8, 8, 3), 200, dtype=torch.uint8)
    trainer = make_trainer(
        f"train.precision={precision}", "train.learning_rate=5e-3", pictures=picture
    )
    values = losses(trainer, 60)
    assert sum(values[-10:]) < 0.5 * sum(values[:10])
    assert trainer.is_finite()


@pytest.mark.parametrize(
    "settings",
    [
        ["pictures.channels=1"],
        ["pictures.height=16"],
        ["pictures.size=16", "pictures.height=8", "model.channel_mult=1,2"],
        ["diffusion.prediction=eps", "diffusion.schedule=linear", "diffusion.min_snr_gamma=0"],
        ["diffusion.prediction=x_0"],
        ["train.batch_size=1"],
        ["model.attention_resolutions=8", "model.mid_attention=true"],
    ],
)
def test_all_kinds_of_pictures_and_models_train(
    settings: list[str], make_trainer: MakeTrainer
) -> None:
    trainer = make_trainer("train.learning_rate=3e-3", *settings)
    before = [parameter.clone() for parameter in trainer.parameters]
    values = losses(trainer, 6)
    assert all(0 < value < 100 for value in values)
    changed = [not torch.equal(a, b) for a, b in zip(before, trainer.parameters, strict=True)]
    assert all(changed)


@pytest.mark.parametrize("accumulation", [2, 4, 8])
def test_accumulation_is_the_whole_batch(accumulation: int, make_trainer: MakeTrainer) -> None:
    """The same loss and gradient to 1e-6, from the same randomness."""
    settings = ["train.batch_size=8", "pictures.flip_horizontal=true", "train.max_grad_norm=1e9"]
    whole = make_trainer(*settings)
    parts = make_trainer(*settings, f"train.accumulation={accumulation}")
    for _ in range(3):
        one, gradients = step_and_gradients(whole)
        other, others = step_and_gradients(parts)
        assert other.loss == pytest.approx(one.loss, abs=1e-6)
        assert other.grad_norm == pytest.approx(one.grad_norm, rel=1e-5)
        gaps = [(a - b).abs().max().item() for a, b in zip(gradients, others, strict=True)]
        assert max(gaps) < 1e-6
        parts.model.load_state_dict(whole.model.state_dict())  # so that gaps do not add up


def step_and_gradients(trainer: Trainer) -> tuple[StepResult, list[Tensor]]:
    """One step, and what the optimizer was given."""
    gradients: list[Tensor] = []

    def look(*_arguments: Any) -> None:
        gradients.extend(trainer.flat.split(trainer.flat.whole.grad.clone()))

    handle = trainer.optimizer.register_step_pre_hook(look)
    result = trainer.train_step()
    handle.remove()
    return result, gradients


def test_accumulation_takes_less_memory_at_once(make_trainer: MakeTrainer) -> None:
    """The network sees the batch in parts."""
    trainer = make_trainer("train.batch_size=8", "train.accumulation=4")
    sizes = []
    trainer.model.register_forward_pre_hook(lambda _model, inputs: sizes.append(len(inputs[0])))
    trainer.train_step()
    assert sizes == [2, 2, 2, 2]


def test_the_gradient_is_that_of_the_loss(make_trainer: MakeTrainer) -> None:
    """Central differences along the gradient."""
    trainer = make_trainer("train.learning_rate=1e-3")
    losses(trainer, 3)  # away from the zeros of the start
    x_0 = trainer.batch(torch.arange(4))
    t, eps = trainer.noise(x_0)
    gradients = torch.autograd.grad(trainer.loss(x_0, t, eps), trainer.parameters)
    norm = torch.stack([gradient.square().sum() for gradient in gradients]).sum().sqrt()
    values = []
    for sign in (1, -1):
        moved = copy.copy(trainer)
        moved.model = moved.network = copy.deepcopy(trainer.model)
        for parameter, gradient in zip(moved.model.parameters(), gradients, strict=True):
            parameter.data.add_(gradient / norm, alpha=sign * 1e-2)
        values.append(moved.loss(x_0, t, eps).item())
    assert (values[0] - values[1]) / 2e-2 == pytest.approx(norm.item(), rel=1e-2)


def test_a_batch_is_the_pictures_between_minus_one_and_one(make_trainer: MakeTrainer) -> None:
    pictures = torch.zeros(3, 8, 8, 3, dtype=torch.uint8)
    pictures[1], pictures[2, :, :, 0] = 255, 255
    x_0 = make_trainer(pictures=pictures).batch(torch.tensor([2, 0, 1]))
    assert x_0.shape == (3, 3, 8, 8)
    assert x_0.dtype == torch.float32
    assert torch.equal(x_0[0, 0], torch.ones(8, 8))
    assert torch.equal(x_0[0, 1:], -torch.ones(2, 8, 8))
    assert torch.equal(x_0[1], -torch.ones(3, 8, 8))
    assert torch.equal(x_0[2], torch.ones(3, 8, 8))


def slope() -> Tensor:
    """Dark on the left, bright on the right."""
    row = torch.arange(0, 256, 32, dtype=torch.uint8)
    return row[None, None, :, None].expand(1, 8, 8, 3).contiguous()


def test_half_of_the_pictures_are_mirrored_left_to_right(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer("pictures.flip_horizontal=true", pictures=slope())
    x_0 = trainer.batch(torch.zeros(2000, dtype=torch.long))
    is_mirrored = x_0[:, 0, 0, 0] > 0
    assert 900 < int(is_mirrored.sum()) < 1100
    original = make_trainer(pictures=slope()).batch(torch.zeros(1, dtype=torch.long))[0]
    assert torch.equal(x_0[is_mirrored][0], original.flip(2))
    assert torch.equal(x_0[~is_mirrored][0], original)


def test_pictures_are_mirrored_only_when_that_is_chosen(make_trainer: MakeTrainer) -> None:
    x_0 = make_trainer(pictures=slope()).batch(torch.zeros(50, dtype=torch.long))
    assert torch.equal(x_0, x_0[:1].expand_as(x_0))


def drawn(trainer: Trainer, steps: int) -> list[int]:
    """The pictures that the next steps take; each picture is of one level, its number."""
    levels: list[int] = []
    batch = trainer.batch

    def look(indices: Tensor) -> Tensor:
        x_0 = batch(indices)
        levels.extend(((x_0[:, 0, 0, 0] + 1) * 127.5).round().int().tolist())
        return x_0

    trainer.batch = look  # type: ignore[method-assign]
    losses(trainer, steps)
    return levels


def test_pictures_are_seen_by_their_weights(tiny: Callable[..., Any]) -> None:
    """In the same order by a trainer that begins at a later step, as after a stop."""
    pictures = torch.arange(5, dtype=torch.uint8)[:, None, None, None].expand(5, 8, 8, 3)
    weights = torch.tensor([0.5, 1, 1, 2, 4])  # 17 in a round, 4 in a batch

    def make() -> Trainer:
        return Trainer(tiny(), pictures.contiguous(), torch.device("cpu"), weights)

    seen = drawn(make(), 17)
    assert [seen.count(picture) for picture in range(5)] == [4, 8, 8, 16, 32]
    later = make()
    later.step = 10
    assert drawn(later, 7) == seen[40:]


def test_timesteps_and_noise_are_drawn_evenly(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    t, eps = trainer.noise(torch.zeros(4000, 3, 8, 8))
    counts = torch.bincount(t, minlength=20)
    assert len(counts) == 20
    assert bool(((counts > 130) & (counts < 270)).all())
    assert abs(eps.mean().item()) < 0.01
    assert eps.std().item() == pytest.approx(1, abs=0.01)


def test_the_average_starts_at_the_weights_and_trails_them(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer("train.ema_width=0.2")
    expected: list[Tensor] = []
    for step in range(1, 5):
        trainer.train_step()
        keep = ema_decay(step, 0.2)
        weights = [parameter.detach().clone() for parameter in trainer.parameters]
        expected = [
            keep * old + (1 - keep) * new
            for old, new in zip(expected or weights, weights, strict=True)
        ]
        for average, value in zip(trainer.averages, expected, strict=True):
            assert torch.allclose(average, value, atol=1e-7)


def test_gradients_are_clipped(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer("train.max_grad_norm=1e-3", "train.batch_size=2")
    result, gradients = step_and_gradients(trainer)
    assert result.grad_norm > 1e-2
    norm = torch.stack([gradient.norm() for gradient in gradients]).norm()
    assert norm.item() == pytest.approx(1e-3, rel=1e-3)


def test_the_rate_warms_up_and_then_stays(tiny: Callable[..., Any]) -> None:
    config = tiny("train.learning_rate=1e-3", "train.warmup_steps=9")
    rates = [learning_rate_at(config, step) for step in range(12)]
    assert rates[:10] == pytest.approx([1e-4 * (step + 1) for step in range(10)])
    assert rates[10:] == [1e-3, 1e-3]


def test_the_rate_falls_as_the_root_when_that_is_chosen(tiny: Callable[..., Any]) -> None:
    config = tiny("train.learning_rate=1e-3", "train.warmup_steps=0", "train.decay_after=100")
    rates = {step: learning_rate_at(config, step) for step in (0, 100, 400, 10_000)}
    assert rates == pytest.approx({0: 1e-3, 100: 1e-3, 400: 5e-4, 10_000: 1e-4})


def test_the_optimizer_runs_at_that_rate(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer("train.learning_rate=1e-3", "train.warmup_steps=4")
    trainer.rate_scale = 0.5
    for step in range(6):
        result = trainer.train_step()
        assert result.learning_rate == learning_rate_at(trainer.config, step) / 2
        assert trainer.optimizer.param_groups[0]["lr"] == result.learning_rate


def test_float16_steps_are_those_of_float32_to_its_precision(make_trainer: MakeTrainer) -> None:
    """The scaler's scale must not be seen in the loss, nor in the gradient."""
    half, single = make_trainer("train.precision=fp16"), make_trainer()
    assert half.scaler.is_enabled()
    assert not single.scaler.is_enabled()
    for _ in range(4):
        one, other = half.train_step(), single.train_step()
        assert one.applied
        assert one.loss == pytest.approx(other.loss, rel=2e-2)
        assert one.grad_norm == pytest.approx(other.grad_norm, rel=5e-2)
    assert all(parameter.dtype == torch.float32 for parameter in half.parameters)


@pytest.mark.parametrize("place", ["weights", "averages", "moments"])
def test_one_number_that_is_not_finite_is_found(place: str, make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    trainer.train_step()
    assert trainer.is_finite()
    moments = [state["exp_avg_sq"] for state in trainer.optimizer.state.values()]
    tensors = {"weights": trainer.parameters, "averages": trainer.averages, "moments": moments}
    tensors[place][-1].data.view(-1)[-1] = float("inf")
    assert not trainer.is_finite()
