"""What the settings of every kind of model have in common."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Self


def derived(default: Any, source: str) -> Any:
    """A field that StudioConfig fills in from another one, and that nobody sets by hand."""
    return field(default=default, metadata={"derived_from": source})


@dataclass(frozen=True)
class KindConfig:
    """The section `model` of one kind: what the others tell it, and what they ask of it."""

    in_channels: int = derived(3, "pictures.channels")
    image_size: int = derived(32, "pictures.size")  # pixels, the shorter side
    # numbers that say what was done to a picture
    augment_channels: int = derived(0, "train.augment")
    # whether it says how much noise each step back has, in as many channels again
    learns_variance: bool = derived(False, "diffusion.variance")

    @property
    def stride(self) -> int:
        """Width and height of a picture must be multiples of this."""
        return 1

    @property
    def allowed_sides(self) -> str:
        """The same in words."""
        return f"a multiple of {self.stride}"

    def check_derived(self) -> None:
        """Raise a ConfigError unless it fits what StudioConfig has filled in.

        Apart from `__post_init__`, because that is known only beside the pictures.
        """

    def adjust(self, values: dict[str, Any], shorter_side: int, given: Collection[str]) -> None:
        """Let follow what has to when other settings are written: changes `values` in place.

        self: as it was before. values: of this section, as they will be, `given` of them by
        dotted path. shorter_side: of a picture, in pixels, as it will be.
        """

    def like(self, other: KindConfig) -> Self:
        """With the values of another kind's section wherever both have a field."""
        known = {field.name for field in dataclasses.fields(self)}
        shared = known & {field.name for field in dataclasses.fields(other)}
        return dataclasses.replace(self, **{name: getattr(other, name) for name in shared})
