"""What is known of a folder's files, and the pixels made of them: kept in its cache."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ddpm_studio.choices import Choices, Crop
from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.decode.fit import Upright, fit
from ddpm_studio.data.decode.look import request_for
from ddpm_studio.data.file_cache import KnownFiles
from ddpm_studio.data.isolation.process import CRASHED, TOO_LONG, TOO_MUCH_MEMORY, Answer
from ddpm_studio.data.picture_facts import PictureFacts
from ddpm_studio.data.scan import FoundFile
from ddpm_studio.data.store import PictureStore, record_name
from ddpm_studio.data.verdict import crops_for

READER_VERSION = 4  # rises when the same file gives other pixels, notes or reasons
DECODE_SECONDS = 30.0  # of computing, for one file
FAILURES = {
    CRASHED: "damaged: the decoder crashed over it",
    TOO_LONG: f"it took more than {DECODE_SECONDS:.0f} s to decode; look again to try once more",
}
OF_THE_MACHINE = {TOO_LONG, TOO_MUCH_MEMORY}  # a busy one; another time the file may be well


class PictureIndex:
    """The cache of facts and the store of pixels, and what a folder's files are to them.

    Attributes: known (what was read of files), store (prepared pictures), both for any file of
    the folder; who uses the index knows which files there are.
    """

    def __init__(self, folder: Path, config: PicturesConfig, cache: Path, choices: Choices) -> None:
        self.folder, self.config, self.choices = folder, config, choices
        self.known = KnownFiles(cache, config, READER_VERSION)
        self.store = PictureStore.of(config, cache, READER_VERSION)
        self._unreadable: dict[str, str] = {}  # by name: reasons that hold only now

    def facts(self, file: FoundFile) -> PictureFacts | None:
        """Of a picture that was read and has not changed since."""
        digest = self.known.digest(file)
        return self.known.facts(digest) if digest else None

    def reason(self, file: FoundFile) -> str:
        """Why a file has no facts; "" if it was not read yet."""
        return self.known.reason(self.known.digest(file)) or self._unreadable.get(file.name, "")

    def is_complete(self, file: FoundFile) -> bool:
        """Whether all that is wanted of a file is there, or why it cannot be."""
        digest = self.known.digest(file)
        if not digest:
            return False
        return bool(self.known.reason(digest)) or self._has_all(file.name, digest)

    def row(self, file: FoundFile) -> int | None:
        """Of a picture's first crop in the store; None if nothing is known of it."""
        facts = self.facts(file)
        return None if facts is None else self.store.row(self._records(file.name, facts.digest)[0])

    def derive(self, file: FoundFile) -> bool:
        """Make the records of a picture from those of other settings, where that loses nothing."""
        facts = self.facts(file)
        if facts is None or not self._deriver.is_useful:
            return False
        crops = crops_for(self.choices.of(file.name), self.config)
        return all(self._deriver.derive(facts, crop) for crop in crops)

    @cached_property
    def _deriver(self) -> Deriver:
        return Deriver(self.store, self.config)

    def request(self, file: FoundFile) -> dict[str, Any]:
        """What the decoders' process is asked about a file."""
        likely = self.known.likely_digests(file)
        known = [digest for digest in likely if self._has_all(file.name, digest)]
        path = os.path.join(self.folder, file.name)  # noqa: PTH118  (ten times as fast)
        choice = self.choices.of(file.name)
        crops = crops_for(choice, self.config) if choice.turn else choice.crops
        return request_for(path, self.config, crops, known)

    def take_in(self, file: FoundFile, answer: Answer) -> None:
        """What the decoders' process said of a file. Raises OSError."""
        values = answer.values
        if answer.failure:
            reason = FAILURES.get(answer.failure, answer.failure)
            if answer.failure in OF_THE_MACHINE:  # never remembered
                self._unreadable[file.name] = reason
                return
            self.known.learn(file, f"{file.name} {file.size} {file.modified_ns}", None, reason)
        elif "same" in values:
            self.known.learn(file, values["same"], None)
        elif "reason" in values:
            if values["digest"]:
                self.known.learn(file, values["digest"], None, values["reason"])
            else:  # the disk's or the system's fault: it may be better next time
                self._unreadable[file.name] = values["reason"]
        else:
            facts = PictureFacts.from_list(values["facts"])
            if words := " ".join(values.get("stderr", "").split()):  # said to nobody in particular
                notes = (*facts.notes, f"its decoder said: {words[:120]}")
                facts = dataclasses.replace(facts, notes=notes)
            self.known.learn(file, facts.digest, facts)
            self.store.append_missing(self._records(file.name, facts.digest), answer.data)

    def save(self, names: Iterable[str]) -> None:
        """Keep what was read. names: of all files that there are. Raises OSError."""
        self.known.keep_only(names)
        self.store.save()
        self.known.save()

    def _records(self, name: str, digest: str) -> list[str]:
        crops = crops_for(self.choices.of(name), self.config)
        return [record_name(digest, crop) for crop in crops]

    def _has_all(self, name: str, digest: str) -> bool:
        return all(self.store.row(record) >= 0 for record in self._records(name, digest))


class Deriver:
    """Makes records of a store from those of others, only if not one bit is lost by it.

    Two cases: a grey picture kept in three equal channels gives its one channel; a picture that
    was kept whole and unscaled, because it has just that size, is as good as its file.
    """

    def __init__(self, store: PictureStore, config: PicturesConfig) -> None:
        self._store, self._config = store, config
        self._others: list[tuple[PictureStore, np.ndarray]] = []
        for other in store.others():
            if other.background == store.background and other.shape[0] >= store.shape[0]:
                with suppress(OSError, ValueError):  # it went meanwhile
                    self._others.append((other, other.array()))

    @property
    def is_useful(self) -> bool:
        return bool(self._others)

    def derive(self, facts: PictureFacts, crop: Crop) -> bool:
        """Put the record of a picture into the store; whether that could be done."""
        record = record_name(facts.digest, crop)
        if self._store.row(record) >= 0:
            return True
        for other, pixels in self._others:
            made = self._from(other, pixels, facts, crop, record)
            if made is not None:
                self._store.append(record, made.tobytes())
                return True
        return False

    def _from(
        self, other: PictureStore, pixels: np.ndarray, facts: PictureFacts, crop: Crop, record: str
    ) -> np.ndarray | None:
        channels, height, width = other.shape
        mine = self._store.shape[0]
        is_one_of_three = channels == 3 and mine == 1 and facts.is_grey
        if channels != mine and not is_one_of_three:
            return None
        row = other.row(record)
        if row >= 0 and other.shape[1:] == self._store.shape[1:]:
            return pixels[row][..., :mine]
        row = other.row(record_name(facts.digest, Crop("centre")))
        is_whole = (facts.width, facts.height) == (width, height)
        if row < 0 or not is_whole or channels == 4 or facts.damage:
            return None
        image = Image.fromarray(pixels[row][..., 0] if channels == 1 else pixels[row])
        box = (0.0, 0.0, float(width), float(height))
        upright = Upright(image, box, width, height, facts.focus, facts.pixel_scale)
        return fit(upright, crop, self._config)
