"""A folder of files becomes one uint8 array on disk, and a report of what was left out."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.reader import (
    Picture,
    UnreadablePictureError,
    read_picture,
    warnings_become_notes,
)
from ddpm_studio.data.scan import FoundFile, LeftOut, scan_folder
from ddpm_studio.errors import PicturesError, StudioError
from ddpm_studio.events import PicturesProgress, PicturesReady
from ddpm_studio.storage import read_json, replacing, write_json

KIND = "prepared pictures"
FORMAT_VERSION = 1
CHUNK = 32  # files per progress event


@dataclass(frozen=True)
class TakenPicture:
    """A file that became a picture, and what was done to it."""

    name: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PictureSet:
    """pixels: uint8 (N, H, W, C), mapped from disk; taken[k] tells of pixels[k]."""

    pixels: np.ndarray
    taken: tuple[TakenPicture, ...]
    left_out: tuple[LeftOut, ...]


PrepareEvent = PicturesProgress | PicturesReady


def prepare_pictures(
    folder: Path, config: PicturesConfig, cache: Path
) -> Generator[PrepareEvent, None, PictureSet]:
    """Read every picture of a folder, or take the set from the cache if nothing has changed.

    Returns the set. Raises PicturesError if there is no folder or no picture in it.
    """
    found, unreachable = scan_folder(folder)
    key = _fingerprint(folder, config, found)
    cached = _load(cache, key, config)
    if cached is not None:
        yield PicturesReady(len(cached.taken), len(cached.left_out), True)
        return cached
    if not found:
        raise PicturesError(f"There is no file in {folder}; put some pictures there.")
    taken: list[TakenPicture] = []
    left_out = list(unreachable)
    cache.mkdir(parents=True, exist_ok=True)
    with replacing(cache / f"{key}.pixels") as temporary, temporary.open("wb") as file:
        for done, (name, picture) in enumerate(_read_all(folder, found, config), 1):
            if isinstance(picture, Picture):
                file.write(picture.pixels.tobytes())
                taken.append(TakenPicture(name, picture.notes))
            else:
                left_out.append(LeftOut(name, str(picture)))
            if done % CHUNK == 0 or done == len(found):
                yield PicturesProgress(done, len(found))
        _check_any(folder, taken, left_out)
    _forget_others(cache, key)
    write_json(
        cache / f"{key}.json",
        KIND,
        FORMAT_VERSION,
        {
            "taken": [asdict(picture) for picture in taken],
            "left_out": [asdict(file) for file in left_out],
        },
    )
    prepared = _load(cache, key, config)
    if prepared is None:
        raise PicturesError(f"The prepared pictures in {cache} cannot be read back.")
    yield PicturesReady(len(taken), len(left_out), False)
    return prepared


def _read_all(
    folder: Path, found: list[FoundFile], config: PicturesConfig
) -> Iterator[tuple[str, Picture | UnreadablePictureError]]:
    """Every file in order, decoded a few at a time (decoders let other threads run)."""

    def read(file: FoundFile) -> Picture | UnreadablePictureError:
        try:
            return read_picture(folder / file.name, config)
        except UnreadablePictureError as error:
            return error

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        for start in range(0, len(found), CHUNK):
            chunk = found[start : start + CHUNK]
            with warnings_become_notes():  # not around the yield: it holds for the process
                pictures = list(pool.map(read, chunk))
            yield from zip((file.name for file in chunk), pictures, strict=True)


def _check_any(folder: Path, taken: list[TakenPicture], left_out: list[LeftOut]) -> None:
    if not taken:
        first = left_out[0]
        raise PicturesError(
            f"None of the {len(left_out)} files in {folder} can be read as a picture "
            f"({first.name}: {first.reason})."
        )


def _fingerprint(folder: Path, config: PicturesConfig, found: list[FoundFile]) -> str:
    """Changes when a file, the folder or a setting that shapes pixels does."""
    facts = [
        str(folder),
        [*config.shape],
        config.background,
        [[file.name, file.size, file.modified_ns] for file in found],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:24]


def _load(cache: Path, key: str, config: PicturesConfig) -> PictureSet | None:
    """The cached set, or None if there is none or it is damaged: it can be made again."""
    channels, height, width = config.shape
    try:
        report = read_json(cache / f"{key}.json", KIND, FORMAT_VERSION)
        taken = tuple(TakenPicture(e["name"], tuple(e["notes"])) for e in report["taken"])
        left_out = tuple(LeftOut(e["name"], e["reason"]) for e in report["left_out"])
        path, shape = cache / f"{key}.pixels", (len(taken), height, width, channels)
        if path.stat().st_size != math.prod(shape):
            return None
        # copy-on-write: torch wants an array that it may write to, the file stays as it is
        return PictureSet(np.memmap(path, np.uint8, "c", shape=shape), taken, left_out)
    except (StudioError, OSError, ValueError, KeyError, TypeError):
        return None


def _forget_others(cache: Path, key: str) -> None:
    """Drop the prepared sets of other settings; they can be made again."""
    for path in cache.glob("[0-9a-f]*"):  # no temporary files: those may be somebody's
        if path.suffix in (".pixels", ".json") and path.stem != key:
            path.unlink(missing_ok=True)
