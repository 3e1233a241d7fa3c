"""The values that an axis of a sheet can have: those offered, those chosen, kept for next time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from ddpm_studio.config import WEIGHTS
from ddpm_studio.errors import ConfigError
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.sheets import AXES, Axis, Value

KEY = "sheet"  # in the settings
USUAL: dict[str, tuple[tuple[Value, ...], tuple[Value, ...]]] = {  # offered, and chosen at first
    "steps": ((5, 10, 20, 50, 100, 250), (5, 10, 20, 50)),
    "eta": ((0.0, 0.25, 0.5, 0.75, 1.0), (0.0, 0.5, 1.0)),
    "sampler": (tuple(SAMPLERS), tuple(SAMPLERS)),
    "weights": (tuple(WEIGHTS), tuple(WEIGHTS)),
}


@dataclass
class Values:
    """Of one axis. notes: why a value has a star."""

    offered: list[Value]
    chosen: set[Value]
    notes: Mapping[Value, str] = field(default_factory=dict)


class AxisValues(QObject):
    """Of all axes, for both sides of a sheet. `changed` names the one that has other values.

    Seeds and checkpoints belong to a project, so they are not kept.
    """

    changed = Signal(str)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._values = {key: Values([], set()) for key in AXES}
        self._values |= {key: self._remembered(key) for key in USUAL}
        self.most_steps = 1000

    def of(self, key: str) -> Values:
        return self._values[key]

    def chosen(self, key: str) -> tuple[Value, ...]:
        """In the order that they are offered in."""
        values = self._values[key]
        return tuple(value for value in values.offered if value in values.chosen)

    def choose(self, key: str, value: Value, is_chosen: bool) -> None:
        """Take a value in or out; one of a person's own is offered from now on."""
        values = self._values[key]
        if value not in values.offered:
            values.offered = _in_order([*values.offered, value])
        (values.chosen.add if is_chosen else values.chosen.discard)(value)
        if key in USUAL:
            self._settings.set(f"{KEY}/{key}", [str(value) for value in self.chosen(key)])
        self.changed.emit(key)

    def offer(
        self,
        key: str,
        offered: Sequence[Value],
        chosen: Sequence[Value],
        notes: Mapping[Value, str] | None = None,
    ) -> None:
        """What there is; `chosen` is chosen of it, unless something of it is already."""
        kept = self._values[key].chosen & set(offered)
        self._values[key] = Values(list(offered), kept or set(chosen), notes or {})
        self.changed.emit(key)

    def set_most_steps(self, most: int) -> None:
        """No sampler takes more steps than the model was trained for."""
        self.most_steps, steps = most, self._values["steps"]
        steps.offered = [value for value in steps.offered if int(value) <= most] or [most]
        steps.chosen &= set(steps.offered)
        self.changed.emit("steps")

    def _remembered(self, key: str) -> Values:
        offered, chosen = USUAL[key]
        known = {str(value): value for value in offered}
        words = self._settings.get(f"{KEY}/{key}", list[str]())
        kept = [known[word] if word in known else _own(key, word) for word in words]
        values = [value for value in kept if value is not None]
        if not values:
            return Values(list(offered), set(chosen))
        own = [value for value in values if value not in offered]
        return Values(_in_order([*offered, *own]) if own else list(offered), set(values))


def _in_order(values: list[Value]) -> list[Value]:
    """Numbers by size; words stay as they are."""
    numbers = [value for value in values if not isinstance(value, str)]
    return list[Value](sorted(numbers)) if len(numbers) == len(values) else values


def _own(key: str, word: str) -> Value | None:
    """A number of a person's own, as it was kept; None if it is odd."""
    try:
        return Axis(key, (float(word) if key == "eta" else int(word),)).values[0]
    except (ValueError, ConfigError):
        return None
