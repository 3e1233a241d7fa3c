"""What the Pictures page knows of every file: whether it is taken, why not, and how it looks."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from ddpm_studio.choices import Choices, Crop, PictureChoice
from ddpm_studio.config import PicturesConfig

if TYPE_CHECKING:
    from ddpm_studio.data import PictureSet
    from ddpm_studio.data.picture_facts import PictureFacts
    from ddpm_studio.data.scan import LeftOut
    from ddpm_studio.data.verdict import TakenPicture

OFFERED = ("damaged", "copy", "chosen", "made")  # left out, but can be taken all the same
VIDEO = "video"
NO_COLOUR = (0, 0, 0)
WEIGHT_BADGES = {0.5: "½ ×", 1.0: "", 2.0: "2 ×", 4.0: "4 ×"}

Colour = tuple[int, int, int]


class WallEntry(NamedTuple):
    """One picture on the wall. row: of its pixels in the store, -1 if there are none.

    A tuple, since 20,000 of them are made at once.
    """

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
    colour: Colour = NO_COLOUR  # its mean
    facts: PictureFacts | None = None  # of it as it is turned
    crop: Crop = Crop()  # what its pixels are
    still_turned: int = 0  # degrees clockwise by which its pixels have to be turned to be so

    @property
    def is_copy(self) -> bool:
        return self.group >= 0

    @property
    def turn(self) -> int:
        """Degrees clockwise, by choice."""
        return self.crop.turn

    @property
    def content(self) -> str:
        """The same for the same file, as long as it does not change."""
        return self.facts.digest if self.facts is not None else ""

    @property
    def width(self) -> int:
        return self.facts.width if self.facts is not None else 0

    @property
    def height(self) -> int:
        return self.facts.height if self.facts is not None else 0

    @property
    def can_be_taken(self) -> bool:
        return self.is_taken or self.kind in (*OFFERED, VIDEO)

    @property
    def video(self) -> str:
        """The name of the video that it is a frame of; "" if it is a file of its own."""
        is_frame = self.facts is not None and self.facts.digest.startswith("video-")
        return self.name.rpartition(" at ")[0] if is_frame else ""

    @property
    def has_file(self) -> bool:
        """Whether it is a file of its own that can be looked at."""
        return self.facts is not None and not self.video

    @property
    def words(self) -> str:
        """What was done to it, or why it is left out."""
        if self.is_taken:
            return "; ".join(self.notes)
        is_said = self.reason.startswith("left out")  # "left out by you"
        return _sentence(self.reason) if is_said else f"Left out: {self.reason}"

    @property
    def tip(self) -> str:
        """Rich text: its name, and under it the words."""
        below = f"<br><i>{escape(self.words)}</i>" if self.words else ""
        return f"<p style='margin:0'>{escape(self.name)}{below}</p>"

    @property
    def badge(self) -> str:
        """How often it is seen, if not once like others."""
        return WEIGHT_BADGES[self.weight]

    @property
    def is_faint(self) -> bool:
        return not self.is_taken


def entries_of(
    pictures: PictureSet, choices: Choices, config: PicturesConfig
) -> tuple[WallEntry, ...]:
    """Of every file with a verdict, in the order of their names."""
    from ddpm_studio.data.verdict import crops_for, label_of

    _, height, width = config.shape
    group_of = {name: number for number, group in enumerate(pictures.groups) for name in group}
    seen = {one.facts.digest: one.facts for one in pictures.taken}
    seen |= {one.facts.digest: one.facts for one in pictures.left_out if one.facts is not None}
    colour_of = _colours(list(seen.values()))

    def entry(one: TakenPicture | LeftOut, *, crop: Crop, **values: Any) -> WallEntry:
        name, facts = one.name, one.facts
        return WallEntry(
            name,
            one.row,
            crop=crop,
            facts=facts,
            group=group_of.get(name, -1),
            is_low=facts is not None and (facts.width < width or facts.height < height),
            is_changed=name in choices.by_name,
            label=label_of(name),
            modified=pictures.modified.get(name, 0.0),
            colour=NO_COLOUR if facts is None else colour_of[facts.digest],
            **values,
        )

    found = [
        entry(one, is_taken=True, notes=one.notes, weight=one.weight, crop=one.crop)
        for one in pictures.taken
    ]
    for lost in pictures.left_out:
        crop = crops_for(choices.of(lost.name), config)[0]
        found.append(entry(lost, is_taken=False, reason=lost.reason, kind=lost.kind, crop=crop))
    return tuple(sorted(found, key=lambda one: one.name))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _colours(facts: Sequence[PictureFacts]) -> dict[str, Colour]:
    """The mean of each picture, by digest; all at once, as one by one they would take long."""
    import numpy as np

    if not facts:
        return {}
    thumbnails = np.frombuffer(b"".join(b64decode(one.mini) for one in facts), np.uint8)
    means = thumbnails.reshape(len(facts), -1, 3).mean(1).round().astype(int).tolist()
    return {one.digest: tuple(mean) for one, mean in zip(facts, means, strict=True)}


# what will be shown after a choice, before the folder was read again to confirm it


def foreseen(
    entries: Sequence[WallEntry], before: Choices, after: Choices, config: PicturesConfig
) -> tuple[WallEntry, ...]:
    """The entries as other choices will make them, as far as that is sure without reading.

    before: the choices that the entries were made with. A new crop or frames of a video need
    the file, and whether a picture is a copy needs the others: these wait for the reading.
    """
    names = {*before.by_name, *after.by_name}
    others = {name for name in names if before.of(name) != after.of(name)}
    found: list[WallEntry] = []
    for entry in entries:
        if entry.name in others:
            entry = _foreseen(entry, before.of(entry.name), after, config)
            if not entry.is_taken and found and found[-1].name == entry.name:
                continue  # of several crops that are left out, the file remains
        found.append(entry)
    return tuple(found)


def _foreseen(
    entry: WallEntry, before: PictureChoice, choices: Choices, config: PicturesConfig
) -> WallEntry:
    after = choices.of(entry.name)
    if after.turn != before.turn:
        entry = _turned(entry, after.turn, config)
    if after.state != before.state:
        if after.state == "out" and entry.is_taken:
            entry = _left_out(entry)
        elif _is_taken_now(entry, after):
            entry = _taken(entry, after, config)
    weight = after.weight if entry.is_taken else 1.0
    return entry._replace(weight=weight, is_changed=entry.name in choices.by_name)


def _turned(entry: WallEntry, turn: int, config: PicturesConfig) -> WallEntry:
    """As it will be seen; its pixels are turned where that has their shape."""
    from ddpm_studio.data.picture_facts import notes_on

    if entry.facts is None:
        return entry
    by, (_, height, width) = (turn - entry.turn) % 360, config.shape
    facts = entry.facts.turned(by)
    return entry._replace(
        facts=facts,
        crop=replace(entry.crop.carried(by), turn=turn),
        notes=notes_on(facts, config, turn) if entry.is_taken else (),
        is_low=facts.width < width or facts.height < height,
        still_turned=by if by == 180 or height == width else 0,
    )


def _is_taken_now(entry: WallEntry, after: PictureChoice) -> bool:
    if entry.is_taken or entry.kind not in OFFERED:
        return False
    facts = entry.facts
    is_whole = facts is not None and not facts.damage and not facts.is_made
    return after.state == "in" or (after.state == "auto" and entry.kind == "chosen" and is_whole)


def _left_out(entry: WallEntry) -> WallEntry:
    from ddpm_studio.data.verdict import BY_CHOICE  # not at the top: numpy and PIL come with it

    return entry._replace(is_taken=False, kind="chosen", reason=BY_CHOICE, notes=(), group=-1)


def _taken(entry: WallEntry, choice: PictureChoice, config: PicturesConfig) -> WallEntry:
    from ddpm_studio.data.picture_facts import notes_on
    from ddpm_studio.data.verdict import crops_for

    notes = () if entry.facts is None else notes_on(entry.facts, config, choice.turn)
    crop = crops_for(choice, config)[0]
    return entry._replace(is_taken=True, kind="", reason="", notes=notes, crop=crop)
