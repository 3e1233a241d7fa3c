"""What the artist has chosen for single pictures: in or out, how often, which crop, turned how."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ddpm_studio.config import CROPS
from ddpm_studio.config.fields import check, check_choice
from ddpm_studio.errors import ConfigError, ProjectError, refused_as
from ddpm_studio.storage import read_json, write_json
from ddpm_studio.words import on_one_line

KIND = "choices"
FORMAT_VERSION = 1
FILE_NAME = "choices.json"
STATES = ("auto", "in", "out")
WEIGHTS = (0.5, 1.0, 2.0, 4.0)
TURNS = (0, 90, 180, 270)  # degrees, clockwise
MOST_CROPS = 64


Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Crop:
    """Which part of a picture is taken: one of CROPS, or "box" with its place.

    box: left, top, width and height, as parts (0 .. 1) of the width and height of the picture as
    it is seen: upright, and turned by `turn`, which it has of the `PictureChoice`.
    """

    mode: str = "centre"
    box: Box = (0.0, 0.0, 1.0, 1.0)
    turn: int = 0  # degrees clockwise, of TURNS

    def __post_init__(self) -> None:
        check_choice("crop.mode", self.mode, (*CROPS, "box"))
        check_choice("crop.turn", self.turn, TURNS)
        box = tuple(float(value) for value in self.box)
        left, top, width, height = box
        is_inside = all(math.isfinite(value) for value in box) and (
            min(left, top) >= -1e-6 and min(width, height) > 0
        )
        is_inside = is_inside and left + width <= 1 + 1e-6 and top + height <= 1 + 1e-6
        check(is_inside, "crop.box", self.box, "left, top, width and height within 0 .. 1")
        object.__setattr__(self, "box", box)

    def carried(self, degrees: int) -> Crop:
        """The same part of a picture that is turned by so much more, clockwise."""
        left, top, width, height = self.box
        for _ in range(degrees % 360 // 90):
            left, top, width, height = max(0.0, 1 - top - height), left, height, width
        return dataclasses.replace(self, box=(left, top, width, height))


@cache  # asked of every picture
def everywhere(mode: str) -> Crop:
    """The crop of a whole folder, one of CROPS."""
    return Crop(mode)


@dataclass(frozen=True)
class PictureChoice:
    """The artist's word on one file."""

    # auto: taken if it is whole and no copy of another; in: taken if it can be read at all
    state: str = "auto"
    weight: float = 1.0  # seen so many times as often as others
    crops: tuple[Crop, ...] = ()  # (): as the whole folder; several: as many pictures
    seconds: float = 0.0  # of a video: a frame every so many seconds; 0: it is not taken
    turn: int = 0  # degrees clockwise by which the upright picture is turned, of TURNS

    def __post_init__(self) -> None:
        check_choice("choice.state", self.state, STATES)
        check_choice("choice.weight", self.weight, WEIGHTS)
        check(len(self.crops) <= MOST_CROPS, "choice.crops", len(self.crops), f"up to {MOST_CROPS}")
        is_span = math.isfinite(self.seconds) and self.seconds >= 0
        check(is_span, "choice.seconds", self.seconds, "0 or more")
        check_choice("choice.turn", self.turn, TURNS)
        is_said_once = not any(crop.turn for crop in self.crops)
        check(is_said_once, "crop.turn", self.crops, "0: all of a picture is turned, or nothing")

    def turned(self, degrees: int) -> PictureChoice:
        """The same of a picture that is turned by so much more, clockwise; its crops go along."""
        crops = tuple(crop.carried(degrees) for crop in self.crops)
        return dataclasses.replace(self, turn=(self.turn + degrees) % 360, crops=crops)


NO_CHOICE = PictureChoice()


@dataclass(frozen=True)
class Choices:
    """The choices of a project, by the file's name below the pictures folder."""

    by_name: Mapping[str, PictureChoice] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = {name: choice for name, choice in self.by_name.items() if choice != NO_CHOICE}
        object.__setattr__(self, "by_name", MappingProxyType(kept))

    def of(self, name: str) -> PictureChoice:
        return self.by_name.get(name, NO_CHOICE)

    def changed(self, names: list[str], **values: Any) -> Choices:
        """The same, but with other values (`state="out"`) for some files."""
        changed = {name: dataclasses.replace(self.of(name), **values) for name in names}
        return Choices({**self.by_name, **changed})

    def turned(self, names: list[str], degrees: int) -> Choices:
        """The same, but with some files turned by so much more, clockwise."""
        turned = {name: self.of(name).turned(degrees) for name in names}
        return Choices({**self.by_name, **turned})


def read_choices(folder: Path) -> Choices:
    """The choices in a project's folder; none if nothing was chosen yet.

    Raises ProjectError if the file is there but damaged, or made by a newer program.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return Choices()
    values = read_json(path, KIND, FORMAT_VERSION)
    try:
        return Choices({name: _choice(entry) for name, entry in values["choices"].items()})
    except (ConfigError, KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        why = on_one_line(str(error), 400)
        raise ProjectError(
            f"{path} is damaged ({why}); remove it to begin with all pictures again."
        ) from error


def write_choices(folder: Path, choices: Choices) -> None:
    """Raises ProjectError if the file cannot be written."""
    values = {name: _to_json(choice) for name, choice in sorted(choices.by_name.items())}
    with refused_as(ProjectError, f"{folder} cannot be written"):
        write_json(folder / FILE_NAME, KIND, FORMAT_VERSION, {"choices": values})


def _choice(entry: dict[str, Any]) -> PictureChoice:
    values = dict(entry)
    crops = tuple(Crop(crop["mode"], tuple(crop["box"])) for crop in values.pop("crops", ()))
    return PictureChoice(crops=crops, **values)


def _to_json(choice: PictureChoice) -> dict[str, Any]:
    """Only what differs from the defaults, so that the file stays readable."""
    values = dataclasses.asdict(choice)
    values["crops"] = [{"mode": crop.mode, "box": crop.box} for crop in choice.crops]
    return {
        name: value
        for name, value in values.items()
        if getattr(choice, name) != getattr(NO_CHOICE, name)
    }
