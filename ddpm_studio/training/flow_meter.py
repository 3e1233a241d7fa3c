"""How many bits a model without timesteps needs for pictures, by its probability flow."""

from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from ddpm_studio.config.fields import check
from ddpm_studio.diffusion import ContinuousProcess
from ddpm_studio.events import FlowBitsMeasured, Progress, Work
from ddpm_studio.sampling.flow_likelihood import dequantised, flow_bits, probes_like
from ddpm_studio.sampling.network import Network

FIRST_SEED = 1 << 42  # of probes and of places within a level
TOGETHER = 8  # pictures
USUAL_CALLS = 300  # of the network at a picture, to say what it will cost


@dataclass
class FlowMeter:
    """Measures a network on a few pictures at a time, and knows the mean of all so far.

    Each picture has its own probe and its own place within the levels of its values, the same
    whenever it is asked. Computed in float32, whatever the network usually takes: a solver that
    adapts its steps would chase rounding errors. Attribute: pictures (asked about so far).
    """

    network: Network
    variance: str | None = None  # there is none to choose here
    pictures: int = 0
    _bits: list[Tensor] = field(default_factory=list)
    _prior: list[Tensor] = field(default_factory=list)
    _calls: int = 0

    def __post_init__(self) -> None:
        allowed = "left out: this model has no steps back, and its likelihood is that of its flow"
        check(self.variance is None, "variance", self.variance, allowed)
        process = self.network.process
        assert isinstance(process, ContinuousProcess)  # `meter_of` sees to it
        self._process = process.to("cpu")

    @property
    def looks(self) -> int:
        """At each picture, about: as many as its way needs."""
        return USUAL_CALLS

    def look(self, picture: np.ndarray) -> int:
        """At one as a rehearsal; how often."""
        x = torch.from_numpy(picture).permute(2, 0, 1)[None].double()
        with torch.enable_grad():
            x = (x / 127.5 - 1).requires_grad_()
            t = torch.full((1,), 0.5, dtype=torch.float64)
            torch.autograd.grad(self._predict(x, t).sum(), x)
        return 1

    def measure(self, pictures: np.ndarray) -> Generator[Progress, None, None]:
        """Ask about some more: uint8 (N, H, W, C). Those that are left halfway do not count."""
        total = len(pictures)
        yield Progress(Work.BITS, 0, total)
        for first in range(0, total, TOGETHER):
            some = torch.from_numpy(pictures[first : first + TOGETHER]).permute(0, 3, 1, 2)
            seeds = [FIRST_SEED + self.pictures + index for index in range(len(some))]
            found = flow_bits(
                self._predict,
                self._process,
                dequantised(some, _places(some, seeds)),
                probes_like(some.double(), seeds),
                prediction=self.network.config.diffusion.prediction,
            )
            self._bits.append(found.of_levels)
            self._prior.append(found.prior)
            self._calls += int(found.calls.sum())
            self.pictures += len(some)
            yield Progress(Work.BITS, first + len(some), total)

    def so_far(self, step: int, of: str) -> FlowBitsMeasured | None:
        """The mean over all pictures that were asked about; None if none was. step: of training."""
        if not self.pictures:
            return None
        bits = torch.cat(self._bits)
        spread = float(bits.std()) if len(bits) > 1 else 0.0
        return FlowBitsMeasured(
            *(step, of, self.pictures, float(bits.mean()), spread / self.pictures**0.5),
            prior=float(torch.cat(self._prior).mean()),
            looks=self._calls,
        )

    def _predict(self, x_t: Tensor, t: Tensor) -> Tensor:
        """As autograd can follow it, in float32; the rest is computed in float64 on the CPU."""
        device = self.network.device
        seen = self._process.normalised(x_t, t).float().to(device)
        return self.network.model(seen, t.to(device)).double().cpu()


def _places(pictures: Tensor, seeds: list[int]) -> Tensor:
    """Within the level of each value, from 0 to 1: float64 like the pictures."""
    drawn = []
    for seed in seeds:
        generator = torch.Generator().manual_seed(seed)
        drawn.append(torch.rand(pictures.shape[1:], dtype=torch.float64, generator=generator))
    return torch.stack(drawn)
