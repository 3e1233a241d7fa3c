"""What is known of every kind of model: a row here, and a file in `models` that knows torch."""

from dataclasses import dataclass

from ddpm_studio.config.kind import KindConfig
from ddpm_studio.config.model import ModelConfig
from ddpm_studio.errors import ConfigError

DDPM = "ddpm"  # what has no name on disk
NAME = "kind"  # under which it is on disk, beside the settings of the section


@dataclass(frozen=True)
class KindRow:
    """One kind of model. name: on disk, for `--set model.kind=`, and of its file in `models`.

    title, tip: for who chooses between them. config: the class of its section of the settings,
    by which it is known, so that each kind has one of its own.
    """

    name: str
    title: str
    tip: str
    config: type[KindConfig]


_ROWS = (
    KindRow(DDPM, "DDPM", "Learns in fixed steps how noise turns into pictures.", ModelConfig),
)
KINDS = {row.name: row for row in _ROWS}


def row_of(model: KindConfig) -> KindRow:
    """The kind that a section `model` is of."""
    return next(row for row in KINDS.values() if row.config is type(model))


def row_named(name: object) -> KindRow:
    """Raises a ConfigError that says which kinds there are."""
    if not isinstance(name, str) or name not in KINDS:
        raise ConfigError(
            f"There is no kind of model {name!r} in this version of the program; "
            f"it knows {', '.join(KINDS)}."
        )
    return KINDS[name]
