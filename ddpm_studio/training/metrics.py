"""The log of a project's training: metrics.jsonl, one JSON object a line, append only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


class MetricsLog:
    """Appends lines; each is handed to the system whole, so a kill costs at most the last."""

    def __init__(self, path: Path, resumed_at: int) -> None:
        """Say that training goes on after step `resumed_at`: what was logged later is void."""
        self._path = path
        self._end_broken_line()
        self.append({"resumed_at": resumed_at})

    def append(self, values: dict[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")

    def _end_broken_line(self) -> None:
        """Start on a line of our own after a process was killed in the middle of one."""
        if self._path.exists() and not self._path.read_bytes().endswith(b"\n"):
            with self._path.open("ab") as file:
                file.write(b"\n")


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """The logged steps in order, without those that were lost when training went back.

    Lines that a kill left broken are passed over.
    """
    if not path.exists():
        return []
    steps: list[dict[str, Any]] = []
    for entry in _entries(path.read_text("utf-8", errors="replace").splitlines()):
        if "resumed_at" in entry:
            steps = [known for known in steps if known["step"] <= entry["resumed_at"]]
        elif isinstance(entry.get("step"), int):
            steps.append(entry)
    return steps


def _entries(lines: Iterable[str]) -> Iterable[dict[str, Any]]:
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry
