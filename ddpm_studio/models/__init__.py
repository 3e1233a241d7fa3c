"""The kinds of models that can be trained: a file and a row here for each."""

from ddpm_studio.config import StudioConfig
from ddpm_studio.models.ddpm import DDPM
from ddpm_studio.models.kind import Kind

KINDS = (DDPM,)

__all__ = ["KINDS", "Kind", "kind_of"]


def kind_of(config: StudioConfig) -> Kind:
    """The kind whose settings are the section `model`."""
    return next(kind for kind in KINDS if kind.config is type(config.model))
