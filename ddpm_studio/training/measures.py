"""What is asked about unseen pictures while a model learns, from one budget of time.

The held-out loss and the bits have the same share of it each, so that what is dear is asked less
often. Both take the averaged weights and leave training's state alone; the leader alone asks.
"""

import math
from collections.abc import Generator, Iterator

from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.events import BitsMeasured, HeldOutMeasured, Note, Progress
from ddpm_studio.training.failures import is_out_of_memory
from ddpm_studio.training.held_out import BANDS, HeldOut
from ddpm_studio.training.likelihood import BitsMeter
from ddpm_studio.training.metrics import Journal
from ddpm_studio.training.preview import averaged_model
from ddpm_studio.training.rhythm import Spent, is_affordable, share_of_each
from ddpm_studio.training.stopwatch import Stopwatch
from ddpm_studio.training.trainer import Trainer

FORWARD = 0.5  # of a training step, that its forward half takes at most
BITS_PICTURES = 16
BITS_LOOKS = 24  # at each, of all its timesteps: neighbours are alike

Asked = Generator[Progress | BitsMeasured | Note, None, None]


class Measures:
    """The same questions every time, so that their curves have no lottery."""

    def __init__(
        self, trainer: Trainer, held_out: HeldOut, journal: Journal, watch: Stopwatch
    ) -> None:
        self._trainer = trainer
        self._held_out = held_out
        self._journal = journal
        self._watch = watch
        self._asked_step = 0  # when the held-out loss was measured last
        self._loss, self._bits = Spent(), Spent()
        asks = len(held_out) > 0 and trainer.team.leads
        self._asks_loss = asks
        self._asks_bits = asks and isinstance(trainer.process, NoiseSchedule)

    @property
    def loss_seconds(self) -> float:
        """What the held-out loss takes: as before, else as much as is to be expected; 0: never."""
        if not self._asks_loss:
            return 0.0
        return self._loss.mean or self._expected(BANDS * len(self._held_out))

    @property
    def bits_ahead(self) -> float:
        """What bits take if they are due before the end of the next step; 0: they are not."""
        soon = self._watch.seconds + self._watch.step_seconds
        return self._bits_seconds if self._is_due(soon) else 0.0

    @property
    def loss_every(self) -> float | None:
        """Seconds of training between two of them at the least; None: never."""
        return self.loss_seconds / self._share if self._asks_loss else None

    @property
    def bits_every(self) -> float | None:
        return self._bits_seconds / self._share if self._asks_bits else None

    @property
    def _bits_seconds(self) -> float:
        looks = min(BITS_PICTURES, len(self._held_out)) * BITS_LOOKS
        return self._bits.mean or self._expected(looks)

    @property
    def _share(self) -> float:
        """Of the time, that each of those that are asked may take."""
        return share_of_each(self._asks_loss + self._asks_bits)

    def _expected(self, looks: int) -> float:
        """Seconds of so many looks of the network at a picture."""
        batch = self._trainer.config.train.batch_size
        return looks / batch * self._watch.step_seconds * FORWARD

    def at_loss(self, *, is_last: bool = False) -> Iterator[HeldOutMeasured | Note]:
        """Ask the same pictures with the same noise and timesteps, once at each step.

        Only where the budget allows it. is_last: nothing is trained after it, so that it may.
        """
        step, before = self._trainer.step, self._watch.seconds
        if not self._asks_loss or step == self._asked_step:
            return
        may = is_affordable(self._loss, self.loss_seconds, before, self._share, has_start=True)
        if not (may or is_last):
            return
        self._asked_step = step
        try:
            with self._watch.working():
                found = self._held_out.measure(averaged_model(self._trainer))
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            yield Note(f"There was too little memory to ask the unseen pictures at step {step}.")
            return
        self._loss.add(self._watch.seconds - before)
        if math.isfinite(found.loss):
            event = HeldOutMeasured(step, found.loss, found.bands)
            yield from self._journal.measured(event)
            yield event

    def between(self) -> Asked:
        """Measure bits if it is time for that; their seconds count, too."""
        before = self._watch.seconds
        if not self._is_due(before):
            return
        step = self._trainer.step
        meter = BitsMeter(averaged_model(self._trainer), most=BITS_LOOKS)
        asking = meter.measure(self._held_out.pictures[:BITS_PICTURES])
        while True:
            try:
                with self._watch.working():
                    event = next(asking, None)
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
                self._asks_bits = False
                yield Note(f"There was too little memory to measure bits at step {step}.")
                return
            if event is None:
                break
            yield Progress(event.what, event.done, event.total, step=step)
        self._bits.add(self._watch.seconds - before)
        found = meter.so_far(step, "held-out")
        if found is not None and math.isfinite(found.bits):
            yield from self._journal.measured_bits(found)
            yield found

    def _is_due(self, seconds: float) -> bool:
        """Bits wait until their share is saved up: at the very first they say little."""
        if not self._asks_bits or not self._watch.step_seconds:
            return False
        return is_affordable(self._bits, self._bits_seconds, seconds, self._share)
