"""What the Pictures page knows of every file: whether it is taken, why not, and how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddpm_studio.choices import Choices
from ddpm_studio.config import PicturesConfig
from ddpm_studio.gui.picture_query import COPIES, PictureQuery, choose

if TYPE_CHECKING:
    from ddpm_studio.data import PictureSet
    from ddpm_studio.data.facts import PictureFacts

OFFERED = ("damaged", "copy", "chosen")  # left out, but can be taken all the same
VIDEO = "video"
NO_COLOUR = (0, 0, 0)


@dataclass(frozen=True)
class WallEntry:
    """One picture on the wall. row: of its pixels in the store, -1 if there are none."""

    name: str
    row: int
    is_taken: bool
    kind: str = ""  # why it is left out, as in `LeftOut`
    reason: str = ""  # the same in words
    notes: tuple[str, ...] = ()
    weight: float = 1.0
    group: int = -1  # of pictures that are alike; -1: like no other
    is_low: bool = False
    is_changed: bool = False
    label: str = ""
    modified: float = 0.0
    colour: tuple[int, int, int] = NO_COLOUR
    facts: PictureFacts | None = None

    @property
    def is_copy(self) -> bool:
        return self.group >= 0

    @property
    def width(self) -> int:
        return self.facts.width if self.facts is not None else 0

    @property
    def height(self) -> int:
        return self.facts.height if self.facts is not None else 0

    @property
    def can_be_taken(self) -> bool:
        return self.is_taken or self.kind in OFFERED

    @property
    def words(self) -> str:
        """What was done to it, or why it is left out."""
        return "; ".join(self.notes) if self.is_taken else f"Left out: {self.reason}"


def entries_of(
    pictures: PictureSet, choices: Choices, config: PicturesConfig
) -> tuple[WallEntry, ...]:
    """Of every file with a verdict, in the order of their names."""
    from ddpm_studio.data.verdict import label_of

    _, height, width = config.shape
    group_of = {name: number for number, group in enumerate(pictures.groups) for name in group}

    def entry(
        name: str,
        row: int,
        facts: PictureFacts | None,
        notes: tuple[str, ...] = (),
        weight: float = 1.0,
        reason: str = "",
        kind: str = "",
    ) -> WallEntry:
        return WallEntry(
            name,
            row,
            not reason,
            kind,
            reason,
            notes,
            weight,
            group_of.get(name, -1),
            facts is not None and (facts.width < width or facts.height < height),
            name in choices.by_name,
            label_of(name),
            pictures.modified.get(name, 0.0),
            _colour(facts),
            facts,
        )

    found = [
        entry(one.name, one.row, one.facts, one.notes, one.weight) for one in pictures.taken
    ] + [
        entry(one.name, one.row, one.facts, (), 1.0, one.reason, one.kind)
        for one in pictures.left_out
    ]
    return tuple(sorted(found, key=lambda one: one.name))


def arranged(entries: Sequence[WallEntry], query: PictureQuery) -> list[int]:
    """As `choose`, but copies stand beside each other."""
    rows = choose(entries, query)
    if query.show == COPIES:
        rows.sort(key=lambda row: entries[row].group)
    return rows


def _colour(facts: PictureFacts | None) -> tuple[int, int, int]:
    if facts is None:
        return NO_COLOUR
    red, green, blue = facts.thumbnail.reshape(-1, 3).mean(0).round().astype(int).tolist()
    return red, green, blue
