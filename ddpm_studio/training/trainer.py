"""One training step after another: network, optimizer, EMA and randomness, without files."""

import gc
import math
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from ddpm_studio.config import StudioConfig
from ddpm_studio.device import select_memory_format, select_precision
from ddpm_studio.diffusion import LossHistory
from ddpm_studio.models import kind_of
from ddpm_studio.nn import Ema, Model
from ddpm_studio.nn.model import initialise
from ddpm_studio.training.augment import augmented
from ddpm_studio.training.flat_parameters import FlatParameters
from ddpm_studio.training.processes import Team
from ddpm_studio.training.shuffle import shuffled_indices


@dataclass(frozen=True)
class StepResult:
    """What one step did; `applied` is False if it was skipped because it was not finite."""

    loss: float
    grad_norm: float
    learning_rate: float
    applied: bool


class Trainer:
    """Holds everything that a checkpoint holds, on one device.

    Attributes: model, parameters (its weights), averages (of each of them), optimizer, scaler,
    generator, step (steps taken so far, skipped ones included), rate_scale (1, halved whenever
    training had to go back), history (of losses, by which timesteps are drawn; None where all are
    drawn alike).
    """

    def __init__(
        self,
        config: StudioConfig,
        pictures: Tensor,
        device: torch.device,
        weights: Tensor | None = None,
        rows: Tensor | None = None,
        team: Team | None = None,
    ) -> None:
        """pictures: uint8 (N, H, W, C); weights: float (N,), how often each is seen, or all alike.

        rows: int64 (N,), where the pictures lie if `pictures` holds others, too.
        What weights may be is said at `shuffled_indices`. team: None for this process alone.
        """
        self.config = config
        self.team = team or Team()
        self.accumulation = config.train.accumulation  # may rise when memory runs out
        self.weights = weights
        self.device = device
        self.kind = kind_of(config)
        if rows is not None and device.type != "cpu":
            pictures, rows = pictures[rows], None  # no more than is needed goes to the device
        self.rows = rows
        self.count = len(pictures if rows is None else rows)
        self.pictures = pictures.to(device)
        self.precision = select_precision(config.train.precision, device)
        self.memory_format = select_memory_format(device, self.precision)
        self.reset()

    def reset(self) -> None:
        """The state at step 0, which follows from the seed alone."""
        train = self.config.train
        self.model = new_model(self.config, train.seed).to(self.device)
        self.model.to(memory_format=self.memory_format)  # type: ignore[call-overload]
        self.model.train()
        self.process = self.kind.process(self.config, self.model).to(self.device)
        self.flat = FlatParameters(self.model.parameters())
        self.parameters = self.flat.parameters
        self.network = self.team.wrap(self.model)
        self.ema = Ema([self.flat.whole], train.ema_width)
        self.averages = self.flat.split(self.ema.average[0])
        self.optimizer = torch.optim.AdamW(
            [self.flat.whole],
            lr=train.learning_rate,
            betas=(train.beta1, train.beta2),
            weight_decay=train.weight_decay,
            fused=self.device.type in ("cpu", "cuda", "xpu", "mps"),
        )
        self.scaler = torch.amp.GradScaler(
            self.device.type, enabled=self.precision == torch.float16
        )
        # noise is drawn on the device; a CPU generator would have to wait for every transfer
        self.generator = torch.Generator(self.device).manual_seed(train.seed)
        self.model.use_generator(self.generator)
        has_history = self.config.diffusion.resampling
        self.history = LossHistory(self.process.num_timesteps) if has_history else None
        self.step = 0
        self.rate_scale = 1.0

    def train_step(self) -> StepResult:
        """One optimizer step on `batch_size` pictures, of each process.

        If the loss or the gradient is not finite, weights and averages stay as they are.
        """
        train = self.config.train
        rate = learning_rate_at(self.config, self.step) * self.rate_scale
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        total = train.batch_size * self.team.size
        indices = shuffled_indices(self.count, train.seed, self.step, total, self.weights)
        drawn = self.drawn(self.batch(indices))
        loss = torch.zeros((), device=self.device)
        losses: list[Tensor] = []
        shares = [self.team.share(whole).chunk(self.accumulation) for whole in drawn]
        for number, part in enumerate(zip(*shares, strict=True), 1):
            with self.team.adding_up(self.network, number == self.accumulation):
                each = self.losses(*part)
                part_loss = self.weighed(each, part[1]).mean() / self.accumulation
                self.scaler.scale(part_loss).backward()
            loss += part_loss.detach()
            losses.append(each.detach())
        loss = self.team.mean(loss)
        self.flat.gather_gradients()
        self.scaler.unscale_(self.optimizer)
        grad_norm = torch.nn.utils.clip_grad_norm_(self.flat.whole, train.max_grad_norm)
        loss_value, norm_value = torch.stack([loss, grad_norm.to(loss.dtype)]).tolist()
        applied = math.isfinite(loss_value) and math.isfinite(norm_value)
        self.step += 1
        if applied:
            self.scaler.step(self.optimizer)
            self.ema.update([self.flat.whole], self.step)
            if self.history is not None:
                self.history.add(drawn[1], self.team.gathered(torch.cat(losses)))
        if self.scaler.is_enabled():
            self.scaler.update()
        return StepResult(loss_value, norm_value, rate, applied)

    def drawn(self, x_0: Tensor) -> tuple[Tensor, ...]:
        """What `loss` takes, for a whole batch: x_0, changed or not, t, eps and labels of that."""
        share = self.config.train.augment
        if not share:
            return (x_0, *self.noise(x_0))
        x_0, augment_labels = augmented(x_0, share, self.generator)
        x_0 = x_0.contiguous(memory_format=self.memory_format)
        return (x_0, *self.noise(x_0), augment_labels)

    @property
    def can_halve(self) -> bool:
        """Whether a batch can go through the network in smaller parts."""
        return self.team.size == 1 and self.accumulation < self.config.train.batch_size

    def halve(self) -> int:
        """Halve the parts, or nearly so; returns how many there are now."""
        size = self.config.train.batch_size
        parts = range(min(2 * self.accumulation, size), size + 1)
        self.accumulation = next(count for count in parts if size % count == 0)
        return self.accumulation

    def forget_gradients(self) -> None:
        """After a step that failed halfway; gives its memory back."""
        self.flat.forget_gradients()
        gc.collect()
        if self.device.type != "cpu":
            torch.accelerator.empty_cache()

    def noise(self, x_0: Tensor) -> tuple[Tensor, Tensor]:
        """A random timestep and the noise for each picture: t (N,), eps (N, C, H, W).

        Each t alone is uniform, or drawn as `history` has it, but together they are spread evenly
        over all of them, so that no batch is all easy or all hard (Kingma et al. 2021, appendix
        I.1).
        """
        count = len(x_0)
        start = torch.rand((), generator=self.generator, device=self.device)
        even = torch.arange(count, device=self.device) / count
        times = self.process.times if self.history is None else self.history.times
        t = times((start + even) % 1)
        eps = torch.empty(x_0.shape, device=self.device).normal_(generator=self.generator)
        return t, eps.contiguous(memory_format=self.memory_format)

    def loss(
        self, x_0: Tensor, t: Tensor, eps: Tensor, augment_labels: Tensor | None = None
    ) -> Tensor:
        """The mean loss of some pictures, as if all timesteps were drawn alike: a scalar."""
        return self.weighed(self.losses(x_0, t, eps, augment_labels), t).mean()

    def weighed(self, losses: Tensor, t: Tensor) -> Tensor:
        """Losses, (N,), that count the less, the more often their timestep is drawn."""
        return losses if self.history is None else losses * self.history.multipliers(t)

    def losses(
        self, x_0: Tensor, t: Tensor, eps: Tensor, augment_labels: Tensor | None = None
    ) -> Tensor:
        """The loss of each picture, (N,)."""

        def predict(x_t: Tensor, t: Tensor) -> Tensor:
            x_t = self.process.normalised(x_t, t)
            with self.autocast():
                output: Tensor = self.network(x_t, t, augment_labels)
            return output

        return self.kind.loss(self.config, self.process, predict, x_0, t, eps)

    def batch(self, indices: Tensor) -> Tensor:
        """x_0: float32 (N, C, H, W) in [-1, 1]; mirrored where that is chosen."""
        places = indices if self.rows is None else self.rows[indices]
        chosen = self.pictures[places.to(self.device)]
        x_0 = chosen.permute(0, 3, 1, 2).to(torch.float32).div_(127.5).sub_(1)
        x_0 = x_0.contiguous(memory_format=self.memory_format)
        if self.config.pictures.flip_horizontal:
            coin = torch.rand((len(x_0), 1, 1, 1), generator=self.generator, device=self.device)
            x_0 = torch.where(coin < 0.5, x_0.flip(3), x_0)
        return x_0

    def autocast(self) -> AbstractContextManager[None]:
        """The network's layers compute in the chosen precision, the loss in float32."""
        if self.precision == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, self.precision)

    def is_finite(self) -> bool:
        """Whether all weights, averages and optimizer moments are finite numbers."""
        tensors = [self.flat.whole.detach(), *self.ema.average, *self._moments().values()]
        norms = [torch.linalg.vector_norm(tensor, float("inf")) for tensor in tensors]
        return bool(torch.stack([norm.to(self.device) for norm in norms]).isfinite().all())

    def moments(self) -> dict[str, list[Tensor]]:
        """What the optimizer remembers of each parameter, by name; nothing before the first step.

        `step` is one number for all of them.
        """
        return {
            name: self.flat.split(value) if value.ndim else [value] * len(self.parameters)
            for name, value in self._moments().items()
        }

    def begin_moments(self) -> dict[str, list[Tensor]]:
        """The same, there to be written over."""
        whole = self.flat.whole
        self.optimizer.state[whole] = {
            "step": torch.zeros((), device=whole.device),
            "exp_avg": torch.zeros_like(whole),
            "exp_avg_sq": torch.zeros_like(whole),
        }
        return self.moments()

    def forget_moments(self) -> None:
        """As before the first step."""
        self.optimizer.state.pop(self.flat.whole, None)

    def _moments(self) -> dict[str, Tensor]:
        return self.optimizer.state.get(self.flat.whole, {})


def new_model(config: StudioConfig, seed: int) -> Model:
    """A network with fresh weights that follow from the seed."""
    model = kind_of(config).build(config)
    initialise(model, torch.Generator().manual_seed(seed))
    return model


def learning_rate_at(config: StudioConfig, step: int) -> float:
    """Linear warm-up, then constant, then falling as 1 / sqrt(step) after `decay_after`."""
    train = config.train
    warmup = min(1.0, (step + 1) / (train.warmup_steps + 1))
    decay = 1.0
    if train.decay_after:
        decay = (max(step, train.decay_after) / train.decay_after) ** -0.5
    return train.learning_rate * warmup * decay
