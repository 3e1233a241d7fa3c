"""A folder of files becomes a set of pictures on disk, and a report of what was left out."""

import os
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from ddpm_studio.choices import Choices
from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.index import DECODE_SECONDS, PictureIndex
from ddpm_studio.data.isolation.pool import DecoderPool
from ddpm_studio.data.isolation.process import Answer
from ddpm_studio.data.scan import FoundFile, LeftOut, is_video_name, scan_folder
from ddpm_studio.data.verdict import Readable, TakenPicture, copies_among, judge
from ddpm_studio.data.video.source import VIDEO_OFFER, VideoSource
from ddpm_studio.errors import PicturesError, refused_as
from ddpm_studio.events import (
    Note,
    PicturesFound,
    PicturesReady,
    PicturesSeen,
    PrepareEvent,
    Progress,
    Work,
)
from ddpm_studio.storage import ABANDONED_AFTER, remove_unfinished

TOLD = 100  # files that were left out are named at most
TOLD_EVERY = 0.1  # seconds between two words on how far it is ...
TOLD_FIRST, SOON = 0.02, 0.5  # ... but so many at first, when somebody waits for the first row
WAIT_SECONDS = 0.1
PULSE = 0.2  # seconds without an answer, after which it can be stopped all the same
MOST_WORKERS = 8  # processes
WORTH_A_WORKER = 24  # pictures: to start a process takes a quarter of a second
MILLION = 1_000_000
WORKER_BYTES, BYTES_PER_PIXEL = 1000 * MILLION, 6  # of address space


@dataclass(frozen=True)
class PictureSet:
    """store: uint8 (M, H, W, C), mapped from disk; picture k of the set is store[rows[k]].

    taken[k] tells of picture k. The channels of the store may be more than those of the set,
    if the folder turned out to be grey: `pixels` and `channels` say what counts.
    """

    store: np.ndarray
    taken: tuple[TakenPicture, ...]
    left_out: tuple[LeftOut, ...]
    channels: int
    groups: tuple[tuple[str, ...], ...] = ()  # names of pictures that are alike, the kept first
    modified: Mapping[str, float] = field(default_factory=dict)  # seconds since 1970, by name

    def __len__(self) -> int:
        return len(self.taken)

    @cached_property
    def rows(self) -> np.ndarray:
        """int64 (N,)."""
        return np.array([picture.row for picture in self.taken], np.int64)

    @cached_property
    def weights(self) -> np.ndarray:
        """float64 (N,): how often each is seen, 1 for most."""
        return np.array([picture.weight for picture in self.taken], np.float64)

    @property
    def records(self) -> np.ndarray:
        """The store with the channels of the set: uint8 (M, H, W, C)."""
        return self.store[..., : self.channels]

    @property
    def pixels(self) -> np.ndarray:
        """uint8 (N, H, W, C): the set in order; a copy, unless it lies so on disk."""
        if np.array_equal(self.rows, np.arange(len(self.store))):
            return self.records
        return self.records[self.rows]


Key = tuple[int, FoundFile]  # its place among all that were found


def prepare_pictures(
    folder: Path,
    config: PicturesConfig,
    cache: Path,
    choices: Choices | None = None,
    pool: DecoderPool | None = None,
    *,
    may_be_empty: bool = False,
    tell_left_out: bool = True,
) -> Generator[PrepareEvent, None, PictureSet]:
    """Read every picture of a folder that is not in the cache yet; what was read stays there.

    pool: whose processes decode; None for new ones. may_be_empty: a folder without any picture
    is no error. tell_left_out: as notes, beside the report in the set that is returned.
    Raises PicturesError if there is no folder, no picture in it, or no room for the set in
    `cache`.
    """
    preparation = Preparation(folder, config, cache, choices or Choices(), pool)
    with refused_as(PicturesError, f"The prepared pictures cannot be written to {cache}"):
        prepared = yield from preparation.run()
    if not may_be_empty and not prepared.taken:
        raise none_taken(folder, prepared.left_out)
    yield PicturesReady(len(prepared), len(prepared.left_out), not preparation.has_looked)
    if tell_left_out:
        yield from _tell(prepared.left_out, TOLD if preparation.has_looked else 0)
    return prepared


def new_pool(config: PicturesConfig, workers: int | None = None) -> DecoderPool:
    """Processes that decode pictures, each with enough memory for the largest that may come."""
    memory = WORKER_BYTES + BYTES_PER_PIXEL * MILLION * config.max_megapixels
    return DecoderPool(workers=workers, seconds=DECODE_SECONDS, memory=memory)


@dataclass
class Preparation:
    """The bookkeeping of one call of `prepare_pictures`."""

    folder: Path
    config: PicturesConfig
    cache: Path
    choices: Choices
    pool: DecoderPool | None
    has_looked: bool = False
    _told_at: float = 0.0
    _began_at: float = 0.0
    _seen: list[tuple[int, int]] = field(default_factory=list)  # file, row: not told yet

    def run(self) -> Generator[PrepareEvent, None, PictureSet]:
        found, unreachable = scan_folder(self.folder)
        yield PicturesFound(tuple(file.name for file in found))
        lock = FileLock(self.cache / "pictures.lock")
        yield from self._wait_for(lock)
        try:
            return (yield from self._prepare(found, unreachable))
        finally:
            lock.release()

    def _wait_for(self, lock: FileLock) -> Iterator[PrepareEvent]:
        """Two may read one folder at once, the window and a training: the second one waits."""
        self.cache.mkdir(parents=True, exist_ok=True)
        is_told = False
        while True:
            try:
                lock.acquire(timeout=0)
                return
            except Timeout:
                if not is_told:
                    yield Note("The pictures are being read already; waiting for that.")
                is_told = True
                yield Progress(Work.READING, 0, 0)
                time.sleep(WAIT_SECONDS)
            except OSError:  # a project on a disk that cannot be written: perhaps all is there
                return

    def _prepare(
        self, found: list[FoundFile], unreachable: list[LeftOut]
    ) -> Generator[PrepareEvent, None, PictureSet]:
        remove_unfinished(self.cache, ABANDONED_AFTER)
        self.index = PictureIndex(self.folder, self.config, self.cache, self.choices)
        self.videos = VideoSource(self.index)
        wanted = [(index, file) for index, file in enumerate(found) if self._must_look(file)]
        self.has_looked = bool(wanted)
        try:
            yield from self._look(found, wanted)
        finally:  # also when it is stopped: what was read need not be read again
            self.index.save(file.name for file in found)
        taken, left_out, groups = self._judge(found, unreachable)
        return PictureSet(
            self.index.store.array(),
            tuple(taken),
            tuple(left_out),
            self._channels(taken),
            tuple(map(tuple, groups)),
            {file.name: file.modified_ns / 1e9 for file in found},
        )

    def _must_look(self, file: FoundFile) -> bool:
        """Whether something about a file is not in the cache."""
        if is_video_name(file.name):
            return self.videos.must_look(file)
        return not self.index.is_complete(file)

    def _look(self, found: list[FoundFile], wanted: list[Key]) -> Iterator[PrepareEvent]:
        total, done = len(found), len(found) - len(wanted)
        if wanted and done:
            yield Progress(Work.READING, done, total)
        for key in self._read(wanted):
            if key is None:
                yield Progress(Work.READING, done, total)
            else:
                done += 1
                yield from self._tell_progress(*key, done, total)

    def _read(self, wanted: list[Key]) -> Iterator[Key | None]:
        """Each file when it is read, in whichever order; None meanwhile."""
        pictures: list[Key] = []
        videos: list[Key] = []
        for key in wanted:
            if self.index.derive(key[1]):
                yield key
            else:
                (videos if is_video_name(key[1].name) else pictures).append(key)
        for answered in self._answers(pictures):
            if answered is None:
                yield None
            else:
                key, answer = answered
                self.index.take_in(key[1], answer)
                yield key
        for key in videos:
            yield from self.videos.look(key[1])
            yield key

    def _answers(self, pictures: list[Key]) -> Iterator[tuple[Key, Answer] | None]:
        """Ask the decoders' processes; an answer for each picture, in order, None meanwhile."""
        if not pictures:
            return
        requests = ((key, self.index.request(key[1])) for key in pictures)
        if self.pool is not None:
            yield from self.pool.run_with_pulse(requests, PULSE)
            return
        workers = min(MOST_WORKERS, os.cpu_count() or 1, 1 + len(pictures) // WORTH_A_WORKER)
        with new_pool(self.config, workers) as pool:
            yield from pool.run_with_pulse(requests, PULSE)

    def _tell_progress(
        self, index: int, file: FoundFile, done: int, total: int
    ) -> Iterator[PrepareEvent]:
        row = self.index.row(file)
        if row is not None:
            self._seen.append((index, row))
        now = time.monotonic()
        self._began_at = self._began_at or now
        pause = TOLD_FIRST if now - self._began_at < SOON else TOLD_EVERY
        if now - self._told_at < pause and done < total:
            return
        store = self.index.store
        store.flush()
        seen = tuple(self._seen)
        self._seen.clear()
        yield PicturesSeen(store.path, store.shape, seen)
        yield Progress(Work.READING, done, total)
        self._told_at = time.monotonic()

    def _judge(
        self, found: list[FoundFile], unreachable: list[LeftOut]
    ) -> tuple[list[TakenPicture], list[LeftOut], list[list[str]]]:
        readable: list[Readable] = []
        left_out = list(unreachable)
        for file in found:
            if is_video_name(file.name):
                frames, reason = self.videos.frames(file)
                readable.extend(frames)
                if reason:
                    kind = "video" if reason == VIDEO_OFFER else "unreadable"
                    left_out.append(LeftOut(file.name, reason, kind))
                continue
            facts = self.index.facts(file)
            if facts is not None:
                readable.append(Readable(file.name, facts, self.choices.of(file.name)))
            else:
                reason = self.index.reason(file) or "it could not be read"
                left_out.append(LeftOut(file.name, reason))
        groups = copies_among(readable, self.cache, self.config)
        taken, others = judge(readable, self.config, self.index.store, groups)
        left_out = sorted([*left_out, *others], key=lambda file: file.name)
        return taken, left_out, groups

    def _channels(self, taken: list[TakenPicture]) -> int:
        """Those of the settings; if they leave it open, one for a folder that is all grey."""
        is_grey = bool(taken) and all(picture.facts.is_grey for picture in taken)
        return self.config.channels or (1 if is_grey else 3)


def none_taken(folder: Path, left_out: Sequence[LeftOut]) -> PicturesError:
    """What to say of a folder of which nothing can be taken."""
    if not left_out:
        return PicturesError(f"There is no file in {folder}; put some pictures there.")
    first = min(left_out, key=lambda file: file.name)
    files = "The one file" if len(left_out) == 1 else f"None of the {len(left_out):,} files"
    can = "cannot" if len(left_out) == 1 else "can"
    return PicturesError(
        f"{files} in {folder} {can} be taken as a picture ({first.name}: {first.reason})."
    )


def _tell(left_out: tuple[LeftOut, ...], named: int) -> Iterator[Note]:
    """What was left out: the first `named` files one by one, of the others how many."""
    for file in left_out[:named]:
        yield Note(f"{file.name} was left out: {file.reason}")
    others = len(left_out[named:])
    if others:
        files = f"{others}{' more' * (named > 0)} file{'s were' if others > 1 else ' was'}"
        yield Note(f"{files} left out; `ddpm-studio check` says why of each", len(left_out))
