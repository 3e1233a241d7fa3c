"""The same training step as others write it, for comparison: same weights, same pictures."""

from collections.abc import Iterator

import torch
from diffusers import DDPMScheduler, UNet2DModel
from diffusers.optimization import get_scheduler
from diffusers.training_utils import EMAModel, compute_snr
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from ddpm_studio.diffusion import l_simple, min_snr_weights, prediction_target, q_sample
from ddpm_studio.nn.diffusers_names import diffusers_settings, to_diffusers
from ddpm_studio.training import Trainer


class DiffusersTrainer:
    """The step of diffusers' training scripts, v-prediction and min-SNR weights as in them.

    is_tuned: with everything fast that diffusers offers switched on (fused optimizer, foreach
    EMA, no DataLoader); otherwise exactly what their unconditional script does.
    """

    def __init__(self, trainer: Trainer, is_tuned: bool = True) -> None:
        """Take over settings, weights and pictures."""
        self.config, self.pictures = trainer.config, trainer.pictures
        self.precision, self.device = trainer.precision, trainer.device
        self.is_tuned = is_tuned
        self.model = UNet2DModel(**diffusers_settings(self.config.model))
        weights = to_diffusers(trainer.model.state_dict(), self.config.model)
        self.model.load_state_dict({name: tensor.clone() for name, tensor in weights.items()})
        self.model.to(self.device).train()
        self.schedule = DDPMScheduler(
            beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction"
        )
        train = self.config.train
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(),
            lr=train.learning_rate,
            betas=(train.beta1, train.beta2),
            weight_decay=train.weight_decay,
            **({"fused": True} if is_tuned else {}),
        )
        self.rate = get_scheduler(
            "cosine", self.optimizer, num_warmup_steps=500, num_training_steps=100_000
        )
        self.ema = EMAModel(self.model.parameters(), foreach=is_tuned)
        self.batches = shuffled(self.pictures, train.batch_size)

    def train_step(self) -> float:
        x_0 = self._chosen() if self.is_tuned else next(self.batches).to(self.device)
        total = self.schedule.config.num_train_timesteps
        t = torch.randint(total, (len(x_0),), device=self.device)
        loss = self.loss(x_0.contiguous(), t, torch.randn_like(x_0))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.train.max_grad_norm)
        self.optimizer.step()
        if not self.is_tuned:
            self.rate.step()
        self.optimizer.zero_grad()
        self.ema.step(self.model.parameters())
        return loss.item()

    def _chosen(self) -> Tensor:
        chosen = torch.randint(len(self.pictures), (self.config.train.batch_size,))
        return self.pictures[chosen].permute(0, 3, 1, 2).float() / 127.5 - 1

    def loss(self, x_0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        """v-prediction with min-SNR weights, as in diffusers' examples."""
        x_t = self.schedule.add_noise(x_0, eps, t)
        is_mixed = self.precision != torch.float32
        with torch.autocast(self.device.type, self.precision, enabled=is_mixed):
            output = self.model(x_t, t).sample
        target = self.schedule.get_velocity(x_0, eps, t)
        snr = compute_snr(self.schedule, t)
        weights = snr.clamp(max=self.config.diffusion.min_snr_gamma) / (snr + 1)
        error = torch.nn.functional.mse_loss(output.float(), target, reduction="none")
        return (error.mean(dim=(1, 2, 3)) * weights).mean()


class PlainTrainer:
    """A plain PyTorch loop around this program's network: DataLoader, AdamW, an EMA by hand."""

    def __init__(self, trainer: Trainer) -> None:
        """Take over settings, weights and pictures."""
        self.config, self.device = trainer.config, trainer.device
        self.precision, self.process = trainer.precision, trainer.process
        self.model = type(trainer.model)(self.config.model).to(self.device)
        self.model.load_state_dict(trainer.model.state_dict())
        self.average = [parameter.detach().clone() for parameter in self.model.parameters()]
        self.optimizer = torch.optim.AdamW(self.model.parameters(), self.config.train.learning_rate)
        self.batches = shuffled(trainer.pictures, self.config.train.batch_size)

    def train_step(self) -> float:
        diffusion = self.config.diffusion
        x_0 = next(self.batches).to(self.device)
        t = torch.randint(diffusion.num_timesteps, (len(x_0),), device=self.device)
        eps = torch.randn_like(x_0)
        is_mixed = self.precision != torch.float32
        with torch.autocast(self.device.type, self.precision, enabled=is_mixed):
            output = self.model(q_sample(self.process, x_0, t, eps), t)
        target = prediction_target(self.process, diffusion.prediction, x_0, t, eps)
        weights = min_snr_weights(
            self.process, diffusion.prediction, t, diffusion.min_snr_gamma
        ).float()
        loss = (l_simple(output.float(), target) * weights).mean()
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.train.max_grad_norm)
        self.optimizer.step()
        with torch.no_grad():
            for average, parameter in zip(self.average, self.model.parameters(), strict=True):
                average.mul_(0.999).add_(parameter, alpha=0.001)
        return loss.item()


class Pictures(Dataset[Tensor]):
    """What torchvision's ToTensor and Normalize would make of each picture."""

    def __init__(self, pictures: Tensor) -> None:
        self.pictures = pictures.cpu()

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> Tensor:
        return (self.pictures[index].permute(2, 0, 1).float() / 255 - 0.5) / 0.5


def shuffled(pictures: Tensor, batch_size: int) -> Iterator[Tensor]:
    """Batches without end."""
    loader = DataLoader(Pictures(pictures), batch_size, shuffle=True, drop_last=True)
    while True:
        yield from loader
