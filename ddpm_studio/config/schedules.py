"""What is known of every process from picture to noise: a row here, and one in `diffusion`."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Schedule:
    """One process. name: on disk. words: for who chooses between them.

    takes: the settings of the section `diffusion` that it alone looks at. is_continuous: t is real,
    and samplers that follow a differential equation can be used. losses: which can be learned.
    learns: the model learns a part of it, gamma(t).
    """

    name: str
    words: str
    takes: tuple[str, ...] = ()
    is_continuous: bool = False
    losses: tuple[str, ...] = ("simple", "hybrid", "vlb")
    learns: bool = False


CONTINUOUS: dict[str, Any] = {"is_continuous": True, "losses": ("simple", "vlb")}
_ROWS = (
    Schedule("linear", "linear", ("beta_start", "beta_end")),
    Schedule("cosine", "cosine"),
    Schedule("vp", "preserving (VP)", ("beta_min", "beta_max"), **CONTINUOUS),
    Schedule("ve", "exploding (VE)", ("sigma_min", "sigma_max"), **CONTINUOUS),
    Schedule(
        "learned",
        "learned (VDM)",
        ("gamma_0", "gamma_1"),
        is_continuous=True,
        losses=("vlb",),
        learns=True,
    ),
)
ROWS = {row.name: row for row in _ROWS}
SCHEDULES = tuple(ROWS)


def takers(setting: str) -> tuple[str, ...]:
    """The names of those that look at a setting; none if all do."""
    return tuple(row.name for row in _ROWS if setting in row.takes)
