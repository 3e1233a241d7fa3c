"""Trains in forked processes that are killed at given moments: torch is imported only once.

Reads one JSON order a line: {"project", "steps", "events", "in_write", "microseconds"}. A child
trains; after so many events, or as soon as it writes a checkpoint after that, and so many
microseconds later, it is killed with SIGKILL. Answers with one JSON line: what the child said
until then, and whether it ended by itself.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from ddpm_studio.events import PreviewSaved
from ddpm_studio.project import Project
from ddpm_studio.storage import TEMPORARY_PREFIX
from ddpm_studio.training import train

torch.set_num_threads(1)
torch.optim.AdamW([torch.zeros(1)])  # imports a lot, once, before any fork


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(obey(json.loads(line))), flush=True)


def obey(order: dict[str, Any]) -> dict[str, Any]:
    """Fork, listen, kill."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            tell_events(order, writing)
            code = 0
        finally:
            os._exit(code)  # nothing of the parent's is run twice
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = listen(pipe, order["events"])
        if order["in_write"]:
            wait_for_write(Path(order["project"], "checkpoints"))
        wait(order["microseconds"])
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        said += [json.loads(line) for line in pipe if line.endswith("\n")]
    return {"events": said, "code": os.waitstatus_to_exitcode(status)}


def tell_events(order: dict[str, Any], writing: int) -> None:
    """Train and write each event's kind and step, with what lies unfinished at that moment."""
    project = Project.open(order["project"])
    for event in train(project, device="cpu", steps=order["steps"]):
        assert not isinstance(event, PreviewSaved) or event.path.exists()
        fact = [type(event).__name__, getattr(event, "step", None), len(unfinished(project.path))]
        os.write(writing, (json.dumps(fact) + "\n").encode())


def unfinished(folder: Path) -> list[Path]:
    """But for what is remembered: others write there, too, so that is swept some seconds later."""
    return [one for one in folder.rglob(f"{TEMPORARY_PREFIX}*") if one.parent.name != "cache"]


def listen(pipe: Iterator[str], count: int) -> list[Any]:
    """The next events, fewer if there are no more."""
    return [json.loads(line) for _, line in zip(range(count), pipe, strict=False)]


def wait_for_write(checkpoints: Path) -> None:
    """Look at the folder until a temporary file appears in it, but not for ever."""
    end = time.monotonic() + 5
    while time.monotonic() < end and not unfinished(checkpoints):
        pass


def wait(microseconds: float) -> None:
    """Finer than sleep()."""
    end = time.perf_counter() + microseconds / 1e6
    while time.perf_counter() < end:
        pass


if __name__ == "__main__":
    main()
