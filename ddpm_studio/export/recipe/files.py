"""Reads the recipe out of a picture, a film or a JSON file, whoever the file comes from."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from ddpm_studio.errors import StudioError, reason_of
from ddpm_studio.export.film.kinds import HEAD_BYTES, STILL_NAMES, either, kind_in
from ddpm_studio.export.recipe.chunks import (
    COMMENT,
    MOST_BYTES,
    RECIPE_KEY,
    DamagedFileError,
    Source,
    Text,
)
from ddpm_studio.export.sheet_page import KEY as SHEET_KEY
from ddpm_studio.recipe import KIND, Recipe
from ddpm_studio.sheets import KIND as SHEET

FINGERPRINTS = ("checkpoint_sha256", "checkpoints_sha256")  # entries of what names a model
LONGEST_NAME = 60  # characters of a file name in a sentence
IS_RECIPE, IS_SHEET = (re.compile(rf'"kind"\s*:\s*"{kind}"') for kind in (KIND, SHEET))
KINDS = either([*STILL_NAMES, "JSON"])


class OtherKindError(DamagedFileError):
    """Whole, perhaps, but nothing that a recipe is written into."""


def read_recipe(path: Path) -> Recipe:
    """The recipe in a picture or film of a kind that is written here, or alone as JSON.

    What a file is, its first bytes say, not its name. Time and memory are bounded whatever is in
    it, and no pixel is decoded. Raises StudioError with one sentence, and nothing else: there is
    no recipe inside, it is malformed or of a newer version, the file is damaged or no picture.
    """
    name = shown_name(path)
    try:
        if path.exists() and not path.is_file():  # one could wait at a pipe for ever
            raise StudioError(f"{name} is not a file that could carry a recipe.")
        with path.open("rb") as file:
            return recipe_in(file, name)
    except (OSError, ValueError) as error:
        raise StudioError(f"{name} cannot be read: {reason_of(error)}.") from error


def recipe_in(file: IO[bytes], name: str) -> Recipe:
    """The same of an open file. name: what sentences call it. Raises OSError, too."""
    others = False
    try:
        for text in _texts(file):
            if text.key == RECIPE_KEY or IS_RECIPE.search(text.text) is not None:
                return _recipe(name, text.text)
            if text.key == SHEET_KEY or IS_SHEET.search(text.text) is not None:
                raise StudioError(
                    f"{name} is a sheet that compares settings, not a picture with one recipe; "
                    "its settings are written on it."
                )
            others = True
    except OtherKindError as error:
        raise StudioError(f"{name} {error}.") from error
    except DamagedFileError as error:
        raise StudioError(f"{name} {error}; no recipe was found in it.") from error
    notes = "notes of other programs, but " if others else ""
    raise StudioError(
        f"{name} carries {notes}no recipe of DDPM Studio; only files do that were saved by it "
        "with their recipe and not changed since."
    )


def notes_in(path: Path) -> dict[str, Any]:
    """The recipe, sheet or batch in a file, unchecked: the first that names its checkpoints.

    Quicker than `read_recipe`, and of a newer version's files, too. {}: there is none, or the file
    is damaged. Raises OSError.
    """
    with path.open("rb") as file, suppress(DamagedFileError):
        for text in _texts(file):
            values: Any = None
            with suppress(ValueError, RecursionError):
                values = json.loads(text.text)
            if isinstance(values, dict):
                notes = values.get(SHEET_KEY, values)  # as it stands in a WebP
                if isinstance(notes, dict) and not notes.keys().isdisjoint(FINGERPRINTS):
                    return notes
    return {}


def shown_name(path: Path) -> str:
    """A file's name as it stands in a sentence: on one line, and not too long."""
    name = "".join(letter if letter.isprintable() else "?" for letter in path.name)
    if len(name) <= LONGEST_NAME:
        return name or str(path)
    half = LONGEST_NAME // 2 - 1
    return f"{name[:half]}…{name[-half:]}"


def _recipe(name: str, text: str) -> Recipe:
    try:
        return Recipe.from_text(text)
    except StudioError as error:
        raise StudioError(f"The recipe in {name} cannot be used: {error}") from error


def _texts(file: IO[bytes]) -> Iterator[Text]:
    """Raises DamagedFileError and OSError."""
    head = file.read(HEAD_BYTES)
    kind = kind_in(head)
    if kind is not None:
        yield from kind.texts(Source(file))
        return
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):  # JSON
        raise OtherKindError(f"is not of a kind that holds a recipe ({KINDS})")
    file.seek(0)
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise DamagedFileError("is longer than a million characters")
    yield Text(COMMENT, data.decode("utf-8-sig", "replace"))
