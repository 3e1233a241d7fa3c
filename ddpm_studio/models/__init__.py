"""The kinds of models that can be trained: a file here, and a row in `config/kinds.py` for each."""

from importlib import import_module

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.kinds import row_of
from ddpm_studio.models.kind import Kind

__all__ = ["Kind", "kind_of"]


def kind_of(config: StudioConfig) -> Kind:
    """The kind whose settings are the section `model`: `KIND` of the file of its name."""
    kind: Kind = import_module(f"{__name__}.{row_of(config.model).name}").KIND
    return kind
