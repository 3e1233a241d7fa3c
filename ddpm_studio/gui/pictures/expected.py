"""What the wall will show after a choice, before the folder was read again to confirm it."""

from __future__ import annotations

from collections.abc import Sequence

from ddpm_studio.choices import Choices, PictureChoice
from ddpm_studio.config import PicturesConfig
from ddpm_studio.gui.pictures.entries import OFFERED, WallEntry


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
    if after.state != before.state:
        if after.state == "out" and entry.is_taken:
            entry = _left_out(entry)
        elif _is_taken_now(entry, after):
            entry = _taken(entry, after, config)
    weight = after.weight if entry.is_taken else 1.0
    return entry._replace(weight=weight, is_changed=entry.name in choices.by_name)


def _is_taken_now(entry: WallEntry, after: PictureChoice) -> bool:
    if entry.is_taken or entry.kind not in OFFERED:
        return False
    is_whole = entry.facts is not None and not entry.facts.damage
    return after.state == "in" or (after.state == "auto" and entry.kind == "chosen" and is_whole)


def _left_out(entry: WallEntry) -> WallEntry:
    from ddpm_studio.data.verdict import BY_CHOICE  # not at the top: numpy and PIL come with it

    return entry._replace(is_taken=False, kind="chosen", reason=BY_CHOICE, notes=(), group=-1)


def _taken(entry: WallEntry, choice: PictureChoice, config: PicturesConfig) -> WallEntry:
    from ddpm_studio.data.decode.reader import notes_on
    from ddpm_studio.data.verdict import crops_for

    notes = () if entry.facts is None else notes_on(entry.facts, config)
    crop = crops_for(choice, config)[0]
    return entry._replace(is_taken=True, kind="", reason="", notes=notes, crop=crop)
