"""Work that goes on while its project is left, for tests."""

import itertools
import threading
import time

from ddpm_studio.events import TrainStarted, TrainStep


class Run:
    """A training that takes its time to save: until `may_end` is set."""

    def __init__(self, project=None, error=None):
        self.project, self.error = project, error
        self.is_working = self.is_saving = self.has_ended = False
        self.may_end = threading.Event()

    def __call__(self):
        try:
            if self.project is not None:
                with self.project.lock():
                    yield from self._work()
            else:
                yield from self._work()
        finally:
            self.has_ended = True

    def _work(self):
        try:
            self.is_working = True
            yield TrainStarted(0, None, None, "fake", "float32", 1000, 12)
            for number in itertools.count(1):
                time.sleep(0.002)
                yield TrainStep(number, 1.0, 1.0, 1e-3, 400.0, number * 0.01, None)
        finally:
            self.is_saving = True
            self.may_end.wait(10)
            if self.error is not None:
                raise self.error


def stop_left(session):
    [job] = [job for job in session.jobs.ending() if job.is_left]
    job.stop()


def counting(steps=5):
    """Work of a moment, that says when it began and ended."""
    moments = []

    def work():
        moments.append("began")
        for _ in range(steps):
            time.sleep(0.002)
            yield None
        moments.append("ended")

    return work, moments


def idle(session):
    return not session.jobs.is_busy()
