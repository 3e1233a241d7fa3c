"""Of every file one verdict: taken, and how, or left out, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ddpm_studio.choices import Crop, PictureChoice, everywhere
from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.copies import known_groups
from ddpm_studio.data.decode.made import MADE
from ddpm_studio.data.picture_facts import PictureFacts, notes_on, reason_of_damage
from ddpm_studio.data.scan import LeftOut
from ddpm_studio.data.store import PictureStore, record_name

BY_CHOICE = "left out by you"


@dataclass(frozen=True)
class TakenPicture:
    """A picture of the set, and what was done to it. row: of its pixels in the store.

    facts: of the picture as it is seen, turned by `crop.turn`.
    """

    name: str
    notes: tuple[str, ...]
    facts: PictureFacts
    weight: float = 1.0
    row: int = -1
    crop: Crop = Crop()  # noqa: RUF009  (frozen)


@dataclass(frozen=True)
class Readable:
    """A file with facts: a picture, or the frame of a video. facts: before it is turned."""

    name: str
    facts: PictureFacts
    choice: PictureChoice


def crops_for(choice: PictureChoice, config: PicturesConfig) -> tuple[Crop, ...]:
    """Which parts of a picture are taken, turned how: the artist's, else the folder's one."""
    crops = choice.crops or (everywhere(config.crop),)
    if choice.turn:
        return tuple(replace(crop, turn=choice.turn) for crop in crops)
    return crops


def label_of(name: str) -> str:
    """The subfolder that a file is in, its label; "" at the top."""
    folders = name.replace("\\", "/").rsplit("/", 1)
    return folders[0] if len(folders) == 2 else ""


def judge(
    readable: Sequence[Readable],
    config: PicturesConfig,
    store: PictureStore,
    groups: Sequence[Sequence[str]],
) -> tuple[list[TakenPicture], list[LeftOut]]:
    """The verdicts on files that can be read. What the artist chose comes first.

    groups: the names of pictures that are alike, the one to keep first.
    """
    kept_one = config.copies == "one"
    copies = {copy: kept for kept, *others in groups for copy in others if kept_one}
    taken: list[TakenPicture] = []
    left_out: list[LeftOut] = []
    for file in readable:
        crops = crops_for(file.choice, config)
        rows = [store.row(record_name(file.facts.digest, crop)) for crop in crops]
        reason, kind = _why_left_out(file, copies, config)
        facts = file.facts.turned(file.choice.turn)
        if reason:
            left_out.append(LeftOut(file.name, reason, kind, facts, rows[0]))
            continue
        notes = notes_on(facts, config, file.choice.turn)
        taken.extend(
            TakenPicture(file.name, notes, facts, file.choice.weight, row, crop)
            for row, crop in zip(rows, crops, strict=True)
        )
    return taken, left_out


def copies_among(
    readable: Sequence[Readable], cache: Path, config: PicturesConfig
) -> list[list[str]]:
    """Groups of names of pictures that are alike, the one to keep first.

    cache: a folder in which the groups are kept.
    """
    # what is left out anyway must not take the place of a picture that it is like
    passed = {"out"} if config.made == "in" else {"out", "auto"}
    candidates = [
        file
        for file in readable
        if file.choice.state not in (passed if file.facts.is_made else {"out"})
    ]
    groups = known_groups([file.facts for file in candidates], cache)
    return [[candidates[index].name for index in group] for group in groups]


def _why_left_out(
    file: Readable, copies: Mapping[str, str], config: PicturesConfig
) -> tuple[str, str]:
    """Reason and kind; "" for what is taken."""
    if file.choice.state == "out":
        return BY_CHOICE, "chosen"
    if file.choice.state == "in":
        return "", ""
    if file.facts.is_made and config.made == "out":
        return f"{MADE}; it can be taken all the same", "made"
    if file.facts.damage:
        return reason_of_damage(file.facts), "damaged"
    if file.name in copies:
        return f"a copy of {copies[file.name]}", "copy"
    return "", ""
