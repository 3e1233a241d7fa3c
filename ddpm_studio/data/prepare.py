"""A folder of files becomes one uint8 array on disk, and a report of what was left out."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.reader import Picture, UnreadablePictureError, read_picture
from ddpm_studio.data.scan import FoundFile, LeftOut, scan_folder
from ddpm_studio.errors import PicturesError, StudioError
from ddpm_studio.events import Note, PicturesProgress, PicturesReady
from ddpm_studio.storage import read_json, remove_unfinished, replacing, write_json

KIND = "prepared pictures"
FORMAT_VERSION = 1
READER_VERSION = 1  # rises when the same file gives other pixels, notes or reasons
TOLD = 100  # files that were left out are named at most
PROGRESS_EVENTS = 200  # for a whole folder, about
ABANDONED_AFTER = 3600.0  # seconds: by then nobody writes to an unfinished file any more


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


PrepareEvent = PicturesProgress | PicturesReady | Note


def prepare_pictures(
    folder: Path, config: PicturesConfig, cache: Path
) -> Generator[PrepareEvent, None, PictureSet]:
    """Read every picture of a folder, or take the set from the cache if nothing has changed.

    Returns the set. Raises PicturesError if there is no folder, no picture in it, or no room
    for the set in `cache`.
    """
    found, unreachable = scan_folder(folder)
    key = _fingerprint(config, found, unreachable)
    cached = _load(cache, key, config)
    if cached is not None:
        yield PicturesReady(len(cached.taken), len(cached.left_out), True)
        yield from _tell(cached.left_out, cache / f"{key}.json", 0)
        return cached
    if not found and not unreachable:
        raise PicturesError(f"There is no file in {folder}; put some pictures there.")
    try:
        prepared = yield from _prepare(folder, config, cache, key, found, unreachable)
    except OSError as error:
        raise PicturesError(
            f"The prepared pictures cannot be written to {cache}: {error.strerror or error}."
        ) from error
    yield PicturesReady(len(prepared.taken), len(prepared.left_out), False)
    yield from _tell(prepared.left_out, cache / f"{key}.json", TOLD)
    return prepared


def _tell(left_out: tuple[LeftOut, ...], report: Path, named: int) -> Iterator[Note]:
    """What was left out: the first `named` files one by one, the others by the report."""
    for file in left_out[:named]:
        yield Note(f"{file.name} was left out: {file.reason}")
    others = len(left_out[named:])
    if others:
        files = f"{others}{' more' * (named > 0)} file{'s were' if others > 1 else ' was'}"
        yield Note(f"{files} left out; the reasons are in {report}")


def _prepare(
    folder: Path,
    config: PicturesConfig,
    cache: Path,
    key: str,
    found: list[FoundFile],
    unreachable: list[LeftOut],
) -> Generator[PrepareEvent, None, PictureSet]:
    taken: list[TakenPicture] = []
    left_out = list(unreachable)
    every = max(1, len(found) // PROGRESS_EVENTS)
    cache.mkdir(parents=True, exist_ok=True)
    remove_unfinished(cache, ABANDONED_AFTER)
    with replacing(cache / f"{key}.pixels") as temporary, temporary.open("wb") as file:
        for done, (name, picture) in enumerate(_read_all(folder, found, config), 1):
            if isinstance(picture, Picture):
                file.write(picture.pixels.tobytes())
                taken.append(TakenPicture(name, picture.notes))
            else:
                left_out.append(LeftOut(name, str(picture)))
            if done % every == 0 or done == len(found):
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

    workers = min(8, os.cpu_count() or 1)
    waiting: deque[tuple[str, Future[Picture | UnreadablePictureError]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for file in found:
            waiting.append((file.name, pool.submit(read, file)))
            if len(waiting) > 2 * workers:  # no further ahead, so that memory stays bounded
                name, picture = waiting.popleft()
                yield name, picture.result()
        for name, picture in waiting:
            yield name, picture.result()


def _check_any(folder: Path, taken: list[TakenPicture], left_out: list[LeftOut]) -> None:
    if not taken:
        first = left_out[0]
        raise PicturesError(
            f"None of the {len(left_out)} files in {folder} can be read as a picture "
            f"({first.name}: {first.reason})."
        )


def _fingerprint(config: PicturesConfig, found: list[FoundFile], unreachable: list[LeftOut]) -> str:
    """Changes when a file or a setting that shapes pixels does; not when the folder moves."""
    facts = [
        READER_VERSION,
        config.shape,
        config.background,
        [(file.name, file.size, file.modified_ns) for file in found],
        [(file.name, file.reason) for file in unreachable],
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
            with suppress(OSError):  # Windows keeps files that are still mapped somewhere
                path.unlink()
