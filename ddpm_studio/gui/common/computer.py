"""What computes on this machine, and what a person wants to compute."""

import os
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.jobs import COMPUTER
from ddpm_studio.gui.common.settings import Settings

Wish = tuple[str, int, str]  # device, threads (0: as many as PyTorch takes), precision
KEYS = "computer/device", "computer/threads", "computer/precision"


@dataclass(frozen=True)
class Computer:
    """words: what computes, for people. devices, precisions: what could be chosen instead.

    card: the maker of one that lies idle since this PyTorch computes on processors only, command:
    what changes that; both "" if there is none.
    """

    words: str
    devices: dict[str, str]  # by name, in words
    precisions: tuple[str, ...]  # of the device that is chosen
    most_threads: int
    card: str = ""
    command: str = ""


class ComputerChoice(QObject):
    """Remembers what a person wants. Attributes: known (None until the engine is imported)."""

    changed = Signal(object)  # Computer

    def __init__(self, jobs: JobRunner, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs, self._settings = jobs, settings
        self.known: Computer | None = None

    @property
    def wish(self) -> Wish:
        device, threads, precision = KEYS
        get = self._settings.get
        return get(device, "auto"), max(0, get(threads, 0)), get(precision, "auto")

    def choose(self, wish: Wish) -> None:
        """From now on, and next time; what runs already goes on as it began."""
        if wish == self.wish:
            return
        for key, value in zip(KEYS, wish, strict=True):
            self._settings.set(key, str(value))
        steps = partial(choose_computer, wish)
        job = self._jobs.start(COMPUTER, steps, quiet=True, replace=True)
        job.succeeded.connect(self.learn)

    def learn(self, computer: Computer) -> None:
        """That is what computes now."""
        self.known = computer
        self.changed.emit(computer)


def choose_computer(wish: Wish) -> Generator[str, None, Computer]:
    """What "auto" means to the engine from now on; imports it."""
    import torch

    from ddpm_studio import device

    yield "computer"
    device.compute_with(device.Computing(*wish))
    chosen, card = device.select_device(), device.unused_card()
    return Computer(
        device.describe_device(chosen),
        {name: device.describe_device(torch.device(name)) for name in device.available_devices()},
        tuple(device.precisions_of(chosen)),
        os.cpu_count() or 1,
        card,
        device.command_for(card) if card else "",
    )
