"""Several processes, on one machine or more, that train one model together.

PyTorch's own `torchrun` starts them: `torchrun --nproc-per-node 2 -m ddpm_studio train PROJECT`.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from ddpm_studio.device import select_device
from ddpm_studio.torchrun import is_one_of_several, place_on_machine

PATIENCE = timedelta(hours=12)  # the others wait while the leader decodes pictures or previews


@dataclass(frozen=True)
class Team:
    """Who this process is among those that train together; alone unless torchrun says otherwise.

    All of them hold the same weights and make the same steps, each on its own part of the batch;
    the leader alone writes.
    """

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def wrap(self, model: nn.Module) -> nn.Module:
        """The model with gradients that are the mean over all processes."""
        return model if self.size == 1 else DistributedDataParallel(model)

    def adding_up(self, network: nn.Module, is_last: bool) -> AbstractContextManager[None]:
        """Around a part of the batch: gradients travel with the last part only."""
        if self.size == 1 or is_last:
            return nullcontext()
        return cast(AbstractContextManager[None], cast(DistributedDataParallel, network).no_sync())

    def share(self, whole: Tensor) -> Tensor:
        """This process's part of what all drew alike: (N * size, ...) -> (N, ...)."""
        return whole.chunk(self.size)[self.rank]

    def mean(self, value: Tensor) -> Tensor:
        """The mean over all processes."""
        if self.size > 1:
            dist.all_reduce(value)
            value = value / self.size
        return value

    def gathered(self, value: Tensor) -> Tensor:
        """What all processes have, in the order of `share`: (N, ...) -> (N * size, ...)."""
        if self.size == 1:
            return value
        parts = [torch.empty_like(value) for _ in range(self.size)]
        dist.all_gather(parts, value.contiguous())
        return torch.cat(parts)

    def leader_says(self, answer: bool, device: torch.device) -> bool:
        """The leader's answer to a question that clocks or disks may answer differently."""
        if self.size == 1:
            return answer
        said = torch.tensor(int(answer), device=device)
        dist.broadcast(said, 0)
        return bool(said)

    def wait(self) -> None:
        """Until all have come as far as here."""
        if self.size > 1:
            dist.barrier()

    @contextmanager
    def leader_first(self) -> Iterator[None]:
        """Around something that the others begin only when the leader has done it."""
        if not self.leads:
            self.wait()
        yield
        if self.leads:
            self.wait()


def own_device(name: str) -> torch.device:
    """The device of that name; "auto" gives each process of a machine a graphics card of its own.

    Raises StudioError that lists the devices of this machine.
    """
    device = select_device(name)
    if name != "auto" or device.type == "cpu" or not is_one_of_several():
        return device
    return select_device(f"{device.type}:{place_on_machine()}")


@contextmanager
def joined_team(device: torch.device) -> Iterator[Team]:
    """The processes that torchrun started, or just this one."""
    if not is_one_of_several():
        yield Team()
        return
    if device.type != "cpu":
        torch.accelerator.set_device_index(device)
    dist.init_process_group(dist.get_default_backend_for_device(device), timeout=PATIENCE)
    try:
        yield Team(dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()
