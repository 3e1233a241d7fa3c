"""The log of a project's training: metrics.jsonl, one JSON object a line, append only."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any


class MetricsLog:
    """Appends lines; each is handed to the system whole, so a kill costs at most the last."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, values: dict[str, Any]) -> None:
        """Log a step, whose number is "step", or that all after the step "resumed_at" is void.

        Raises OSError if the disk does not take it.
        """
        line = json.dumps(values).encode() + b"\n"
        with self._path.open("ab+") as file:
            if _is_inside_line(file):  # a kill or a full disk left it there
                line = b"\n" + line
            file.write(line)


def _is_inside_line(file: Any) -> bool:
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) != b"\n")


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """The logged steps in order, without those that were lost when training went back.

    Lines that a kill left broken are passed over.
    """
    if not path.exists():
        return []
    steps: list[dict[str, Any]] = []
    for entry in _entries(path.read_text("utf-8", errors="replace").split("\n")):
        resumed_at, step = entry.get("resumed_at"), entry.get("step")
        if isinstance(resumed_at, int):
            _drop_after(resumed_at, steps)
        elif isinstance(step, int):
            _drop_after(step - 1, steps)  # in case the disk did not take "resumed_at"
            steps.append(entry)
    return steps


def read_held_out(path: Path) -> list[tuple[int, float]]:
    """(step, loss) of every measurement on held-out pictures that still counts, in order."""
    if not path.exists():
        return []
    found: list[tuple[int, float]] = []
    for entry in _entries(path.read_text("utf-8", errors="replace").split("\n")):
        resumed_at, values = entry.get("resumed_at"), entry.get("held_out")
        if isinstance(resumed_at, int):
            found = [one for one in found if one[0] <= resumed_at]
        elif isinstance(values, dict):
            step, loss = values.get("step"), values.get("loss")
            if isinstance(step, int) and isinstance(loss, float):
                found = [one for one in found if one[0] < step]
                found.append((step, loss))
    return found


def _drop_after(step: int, steps: list[dict[str, Any]]) -> None:
    while steps and steps[-1]["step"] > step:
        steps.pop()


def _entries(lines: Iterable[str]) -> Iterable[dict[str, Any]]:
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry
