"""A run of training as it may look after an hour, without training: for pictures of the window."""

import math
import time
from collections.abc import Generator, Iterator, Sequence

import numpy as np
import torch
from PIL import Image

from ddpm_studio import events as ev
from ddpm_studio.config import SampleConfig
from ddpm_studio.project import Project
from ddpm_studio.training.keep import Look

BAD_NEWS = (
    "The loss was not a finite number, so training went back from step 5005 to 4000 and goes on "
    "with a learning rate of 0.0005."
)
HALVED = (
    "There was not enough memory at step 1400, so the batch goes through the model in 2 parts from "
    "now on; what it learns is the same."
)


class FakeRun:
    """Its losses scatter, pictures grow out of noise, memory runs short, and it may go back."""

    def __init__(self, project: Project, *, is_over: bool, goes_back: bool) -> None:
        self._project, self._is_over, self._goes_back = project, is_over, goes_back
        self._rng = np.random.default_rng(0)
        paths = sorted(project.pictures.iterdir())[:16]
        images = [np.asarray(Image.open(path).resize((32, 32))) for path in paths]
        self._pictures = np.stack(images)
        self.step = self.last_step = 4700 if goes_back else 5000

    def events(self) -> Iterator[object]:
        yield ev.TrainStarted(0, None, 7200.0, "CPU, 8 threads", "float32", 1, 60)
        for step in range(1, 5001):
            yield self._step(step)
            if step == 1400:
                yield ev.BatchHalved(step, 2, HALVED)
            if step % 500 == 0:
                yield self._measured(step)
                yield self._preview(step)
                time.sleep(0.06)  # each in a batch of its own, so that all are shown
        yield ev.CheckpointSaved(5000, self._project.checkpoint_path(5000))
        if self._goes_back:
            for step in range(5001, 5006):
                yield ev.StepSkipped(step, f"Step {step} was skipped: its loss was not finite.")
            yield ev.RolledBack(5005, 4000, 5e-4, BAD_NEWS)
            for step in range(4001, self.last_step + 1):
                yield self._step(step, 5e-4)
        while not self._is_over:
            yield ev.Progress(ev.Work.PREVIEW, 9, 25, step=self.last_step)
            time.sleep(0.01)

    def _step(self, step: int, rate: float = 1e-3) -> ev.TrainStep:
        rng = self._rng
        loss = (0.4 * step**-0.3 + 0.01) * math.exp(rng.normal(0, 0.3))
        seconds, speed = 0.9 * step, (142.0 if step < 1400 else 128.0) * rng.normal(1, 0.03)
        pull = (0.3 + 2 * step**-0.4) * math.exp(rng.normal(0, 0.4))
        memory = int(3.1e9 if step < 300 else 3.4e9 if step < 1400 else 2.2e9)
        return ev.TrainStep(step, loss, pull, rate, speed, seconds, 7200 - seconds, memory)

    def _measured(self, step: int) -> ev.HeldOutMeasured:
        loss = 0.42 * step**-0.3 + 0.012 + max(0, step - 3000) * 4e-6
        return ev.HeldOutMeasured(step, loss, (2.3 * loss, 1.2 * loss, 0.4 * loss, 0.1 * loss))

    def _preview(self, step: int) -> ev.PreviewSaved:
        share = min(1.0, step / 4500) ** 0.7
        return ev.PreviewSaved(step, self._project.samples / "none.png", self._noisy(share))

    def _noisy(self, share: float) -> np.ndarray:
        """So much of the pictures, and noise for the rest."""
        noise = self._rng.integers(0, 256, self._pictures.shape)
        return (share * self._pictures + (1 - share) * noise).astype(np.uint8)

    def paint(self, seeds: Sequence[int], steps: int) -> Generator[ev.BothPainted, None, Look]:
        """As `Live.paint`: the plain weights are a little behind the average."""
        for done in range(steps + 1):
            share = done / steps
            both = [self._noisy(share * part)[: len(seeds)] for part in (0.97, 0.88)]
            yield ev.BothPainted(self.last_step, done, steps, *both)
        return Look(self.last_step, SampleConfig(), torch.device("cpu"), torch.float32)
