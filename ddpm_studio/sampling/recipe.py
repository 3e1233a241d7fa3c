"""A recipe: everything needed to make one picture again, as JSON text inside its file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ddpm_studio import __version__
from ddpm_studio.config import SampleConfig
from ddpm_studio.errors import StudioError
from ddpm_studio.storage import check_format

KIND = "recipe"
FORMAT_VERSION = 1


@dataclass(frozen=True)
class Recipe:
    """How one picture was made. seed: of this very picture, so `sample.seed` is left out."""

    project: str
    checkpoint: str  # file name
    checkpoint_sha256: str
    step: int
    which: str  # "ema" or "model"
    device: str
    precision: str
    seed: int
    sample: SampleConfig
    program_version: str = __version__

    def to_text(self) -> str:
        """JSON with the format version."""
        values = asdict(self)
        del values["sample"]["seed"]
        return json.dumps({"kind": KIND, "format_version": FORMAT_VERSION, **values})

    @classmethod
    def from_text(cls, text: str) -> Recipe:
        """Raises StudioError with one sentence if the text is no recipe that can be used."""
        try:
            values = check_format(json.loads(text), "The text", KIND, FORMAT_VERSION)
        except (ValueError, RecursionError) as error:
            raise StudioError(f"The text is not a recipe: {error}.") from error
        _check_entries(cls, values)
        for field in dataclasses.fields(cls):
            kind = "dict" if field.name == "sample" else field.type
            if type(values[field.name]).__name__ != kind:
                raise StudioError(f"The recipe's {field.name} is {values[field.name]!r}.")
        sample = values["sample"] | {"seed": values["seed"]}
        _check_entries(SampleConfig, sample)
        return cls(**values | {"sample": SampleConfig(**sample)})


def _check_entries(of: Any, values: dict[str, Any]) -> None:
    known = {field.name for field in dataclasses.fields(of)}
    if values.keys() != known:
        names = ", ".join(sorted(values.keys() ^ known))
        raise StudioError(f"The recipe has missing or unknown entries: {names}.")


def fingerprint(checkpoint: Path) -> str:
    """The SHA-256 of a checkpoint file, by which a recipe knows its model."""
    with checkpoint.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
