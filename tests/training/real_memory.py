"""What a training really takes, measured in a process of its own on Linux.

python -m tests.training.real_memory TRAINS PRESET SETTING ...: what `Taken` says.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import torch

from ddpm_studio.config.presets import preset
from ddpm_studio.config.text import with_settings
from ddpm_studio.device import freed_memory_kept, select_precision
from ddpm_studio.training import Trainer
from ddpm_studio.training.checkpoints import take_snapshot
from ddpm_studio.training.preview import averaged_model


@dataclass(frozen=True)
class Taken:
    """Bytes that the process grew by. steps: in two steps; training: with a look and a saving.

    is_bf16_quick: whether it was made with the kernels for bfloat16, which take memory, too.
    """

    steps: int
    training: int
    is_bf16_quick: bool


def real_memory(name: str, settings: list[str], *, trains: bool = True) -> Taken:
    """Of a preset with some settings. Only on Linux, whose account of a process it reads.

    trains: whether it goes on after two steps; else `Taken.training` is that of these.
    """
    command = [sys.executable, "-m", "tests.training.real_memory", str(trains), name, *settings]
    root = Path(__file__).parents[2]
    told = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    steps, training, is_quick = map(int, told.split())
    return Taken(steps, training, bool(is_quick))


def most() -> int:
    """The peak of this process so far."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024


def main(trains: str, name: str, *settings: str) -> None:
    cpu, config = torch.device("cpu"), with_settings(preset(name), settings)
    channels, height, width = config.pictures.shape
    before = most()
    with freed_memory_kept(cpu):
        trainer = Trainer(config, torch.zeros(64, height, width, channels, dtype=torch.uint8), cpu)
        for _ in range(2):
            trainer.train_step()
        steps = most() - before
        if trains == str(True):
            snapshot = take_snapshot(trainer, 1.0)
            trainer.train_step()
            noise = torch.zeros(config.train.preview_count, *config.pictures.shape)
            averaged_model(trainer).predict(noise, torch.zeros(len(noise), dtype=torch.long))
            assert snapshot.step == 2  # held until here, as while it is written
    print(steps, most() - before, int(select_precision("auto", cpu) == torch.bfloat16))


if __name__ == "__main__":
    main(*sys.argv[1:])
