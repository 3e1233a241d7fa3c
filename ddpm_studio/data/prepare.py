"""A folder of files becomes a set of pictures on disk, and a report of what was left out."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from ddpm_studio.choices import Choices
from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.decode.request import request_for
from ddpm_studio.data.derive import Deriver
from ddpm_studio.data.file_cache import KnownFiles
from ddpm_studio.data.isolation.pool import DecoderPool
from ddpm_studio.data.isolation.process import Answer
from ddpm_studio.data.picture_facts import PictureFacts
from ddpm_studio.data.scan import FoundFile, LeftOut, scan_folder
from ddpm_studio.data.store import PictureStore, record_name
from ddpm_studio.data.verdict import Readable, TakenPicture, copies_among, crops_for, judge
from ddpm_studio.data.video.source import VIDEO_OFFER, VideoSource
from ddpm_studio.errors import PicturesError
from ddpm_studio.events import Note, PicturesFound, PicturesReady, PicturesSeen, Progress, Work
from ddpm_studio.storage import ABANDONED_AFTER, remove_unfinished

READER_VERSION = 4  # rises when the same file gives other pixels, notes or reasons
TOLD = 100  # files that were left out are named at most
TOLD_EVERY = 0.1  # seconds between two words on how far it is ...
TOLD_FIRST, SOON = 0.02, 0.5  # ... but so many at first, when somebody waits for the first row
WAIT_SECONDS = 0.1
PULSE = 0.2  # seconds without an answer, after which it can be stopped all the same
MOST_WORKERS = 8  # processes
WORTH_A_WORKER = 24  # pictures: to start a process takes a quarter of a second
HANDLER = "ddpm_studio.data.decode.look:look_at_request"
DECODE_SECONDS = 30.0  # for one file
MILLION = 1_000_000
WORKER_BYTES, BYTES_PER_PIXEL = 1000 * MILLION, 6  # of address space
FAILURES = {
    "crashed": "damaged: the decoder crashed over it",
    "took too long": f"it took more than {DECODE_SECONDS:.0f} s to decode",
}


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


PrepareEvent = PicturesFound | PicturesSeen | Progress | PicturesReady | Note


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
    try:
        prepared = yield from preparation.run()
    except OSError as error:
        raise PicturesError(
            f"The prepared pictures cannot be written to {cache}: {error.strerror or error}."
        ) from error
    if not may_be_empty and not prepared.taken:
        raise none_taken(folder, prepared.left_out)
    yield PicturesReady(len(prepared), len(prepared.left_out), not preparation.has_looked)
    if tell_left_out:
        yield from _tell(prepared.left_out, TOLD if preparation.has_looked else 0)
    return prepared


def new_pool(config: PicturesConfig, workers: int | None = None) -> DecoderPool:
    """Processes that decode pictures, each with enough memory for the largest that may come."""
    memory = WORKER_BYTES + BYTES_PER_PIXEL * MILLION * config.max_megapixels
    return DecoderPool(HANDLER, workers=workers, seconds=DECODE_SECONDS, memory=memory)


class Preparation:
    """The bookkeeping of one call of `prepare_pictures`."""

    def __init__(
        self,
        folder: Path,
        config: PicturesConfig,
        cache: Path,
        choices: Choices,
        pool: DecoderPool | None,
    ) -> None:
        self.folder, self.config, self.cache, self.choices = folder, config, cache, choices
        self.pool = pool
        self.told_at = self.began_at = 0.0
        self.has_looked = False
        self.seen: list[tuple[int, int]] = []  # file, row: since they were last told

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
        self.known = KnownFiles(self.cache, self.config, READER_VERSION)
        self.store = PictureStore(self.cache, self.config, READER_VERSION)
        self.videos = VideoSource(self.folder, self.config, self.choices, self.known, self.store)
        wanted = [(index, file) for index, file in enumerate(found) if self._must_look(file)]
        self.has_looked = bool(wanted)
        try:
            yield from self._look(found, wanted)
        finally:  # also when it is stopped: what was read need not be read again
            self.known.keep_only(file.name for file in found)
            self.store.save()
            self.known.save()
        taken, left_out, groups = self._judge(found, unreachable)
        return PictureSet(
            self.store.array(),
            tuple(taken),
            tuple(left_out),
            self._channels(taken),
            tuple(map(tuple, groups)),
            {file.name: file.modified_ns / 1e9 for file in found},
        )

    def _must_look(self, file: FoundFile) -> bool:
        """Whether something about a file is not in the cache."""
        if self.videos.is_video(file.name):
            return self.videos.must_look(file)
        digest = self.known.digest(file)
        if not digest:
            return True
        return not self.known.reason(digest) and bool(self._missing(file.name, digest))

    def _missing(self, name: str, digest: str) -> list[str]:
        """The records of a picture that are not in the store."""
        crops = crops_for(self.choices.of(name), self.config)
        records = [record_name(digest, crop) for crop in crops]
        return [record for record in records if self.store.row(record) < 0]

    def _look(
        self, found: list[FoundFile], wanted: list[tuple[int, FoundFile]]
    ) -> Iterator[PrepareEvent]:
        total, done = len(found), len(found) - len(wanted)
        if not wanted:
            return
        if done:
            yield Progress(Work.READING, done, total)
        deriver = Deriver(self.store, self.config)
        pictures: list[tuple[int, FoundFile]] = []
        videos: list[tuple[int, FoundFile]] = []
        for index, file in wanted:
            if deriver.is_useful and self._derive(deriver, file):
                done += 1
                yield from self._tell_progress(index, file, done, total)
            else:
                (videos if self.videos.is_video(file.name) else pictures).append((index, file))
        for answered in self._answers(pictures):
            if answered is None:
                yield Progress(Work.READING, done, total)
                continue
            (index, file), answer = answered
            self._take_in(file, answer)
            done += 1
            yield from self._tell_progress(index, file, done, total)
        for index, file in videos:
            for _ in self.videos.look(file):
                yield Progress(Work.READING, done, total)
            done += 1
            yield from self._tell_progress(index, file, done, total)

    def _derive(self, deriver: Deriver, file: FoundFile) -> bool:
        """Make the records of a picture from those of another size, where that loses nothing."""
        digest = self.known.digest(file)
        facts = self.known.facts(digest) if digest else None
        if facts is None:
            return False
        crops = crops_for(self.choices.of(file.name), self.config)
        return all(deriver.derive(facts, crop) for crop in crops)

    def _answers(
        self, pictures: list[tuple[int, FoundFile]]
    ) -> Iterator[tuple[tuple[int, FoundFile], Answer] | None]:
        """Ask the decoders' processes; an answer for each picture, in order, None meanwhile."""
        if not pictures:
            return
        requests = ((key, self._request(key[1])) for key in pictures)
        if self.pool is not None:
            yield from self.pool.run_with_pulse(requests, PULSE)
            return
        workers = min(MOST_WORKERS, os.cpu_count() or 1, 1 + len(pictures) // WORTH_A_WORKER)
        with new_pool(self.config, workers) as pool:
            yield from pool.run_with_pulse(requests, PULSE)

    def _request(self, file: FoundFile) -> dict[str, Any]:
        known = [
            digest
            for digest in self.known.likely_digests(file)
            if not self._missing(file.name, digest)
        ]
        path = os.path.join(self.folder, file.name)  # noqa: PTH118  (ten times as fast)
        return request_for(path, self.config, self.choices.of(file.name).crops, known)

    def _take_in(self, file: FoundFile, answer: Answer) -> None:
        values = answer.values
        if answer.failure:
            reason = FAILURES.get(answer.failure, answer.failure)
            self.known.learn(file, f"{file.name} {file.size} {file.modified_ns}", None, reason)
        elif "same" in values:
            self.known.learn(file, values["same"], None)
        elif "reason" in values:
            if values["digest"]:
                self.known.learn(file, values["digest"], None, values["reason"])
            else:  # the disk's or the system's fault: it may be better next time
                self.unreadable[file.name] = values["reason"]
        else:
            facts = PictureFacts.from_list(values["facts"])
            if printed := values.get("stderr"):
                facts = with_words(facts, printed)
            self.known.learn(file, facts.digest, facts)
            crops = crops_for(self.choices.of(file.name), self.config)
            for number, crop in enumerate(crops):
                record = record_name(facts.digest, crop)
                if self.store.row(record) < 0:
                    start, size = number * self.store.nbytes, self.store.nbytes
                    self.store.append(record, answer.data[start : start + size])

    @cached_property
    def unreadable(self) -> dict[str, str]:
        """Reasons that hold only now."""
        return {}

    def _tell_progress(
        self, index: int, file: FoundFile, done: int, total: int
    ) -> Iterator[PrepareEvent]:
        digest = self.known.digest(file)
        if digest and self.known.facts(digest) is not None:
            crop = crops_for(self.choices.of(file.name), self.config)[0]
            self.seen.append((index, self.store.row(record_name(digest, crop))))
        now = time.monotonic()
        self.began_at = self.began_at or now
        pause = TOLD_FIRST if now - self.began_at < SOON else TOLD_EVERY
        if now - self.told_at < pause and done < total:
            return
        self.store.flush()
        seen = tuple(self.seen)
        self.seen.clear()
        yield PicturesSeen(self.store.path, self.store.shape, seen)
        yield Progress(Work.READING, done, total)
        self.told_at = time.monotonic()

    def _judge(
        self, found: list[FoundFile], unreachable: list[LeftOut]
    ) -> tuple[list[TakenPicture], list[LeftOut], list[list[str]]]:
        readable: list[Readable] = []
        left_out = list(unreachable)
        for file in found:
            choice = self.choices.of(file.name)
            if self.videos.is_video(file.name):
                frames, reason = self.videos.frames(file)
                readable.extend(frames)
                if reason:
                    kind = "video" if reason == VIDEO_OFFER else "unreadable"
                    left_out.append(LeftOut(file.name, reason, kind))
                continue
            digest = self.known.digest(file)
            facts = self.known.facts(digest) if digest else None
            if facts is not None:
                readable.append(Readable(file.name, facts, choice))
            else:
                reason = self.known.reason(digest) or self.unreadable.get(file.name, "")
                left_out.append(LeftOut(file.name, reason or "it could not be read"))
        groups = copies_among(readable, self.cache, self.config)
        taken, others = judge(readable, self.config, self.store, groups)
        left_out = sorted([*left_out, *others], key=lambda file: file.name)
        return taken, left_out, groups

    def _channels(self, taken: list[TakenPicture]) -> int:
        """Those of the settings; if they leave it open, one for a folder that is all grey."""
        is_grey = bool(taken) and all(picture.facts.is_grey for picture in taken)
        return self.config.channels or (1 if is_grey else 3)


def with_words(facts: PictureFacts, printed: str) -> PictureFacts:
    """With what a decoder said to nobody in particular as one more note."""
    words = " ".join(printed.split())
    if not words:
        return facts
    return dataclasses.replace(facts, notes=(*facts.notes, f"its decoder said: {words[:120]}"))


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
        yield Note(f"{files} left out; `ddpm-studio check` says why of each")
