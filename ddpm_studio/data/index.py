"""What is known of a folder's files, and the pixels made of them: kept in its cache."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ddpm_studio.choices import Choices
from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.decode.look import request_for
from ddpm_studio.data.derive import Deriver
from ddpm_studio.data.file_cache import KnownFiles
from ddpm_studio.data.isolation.process import Answer
from ddpm_studio.data.picture_facts import PictureFacts
from ddpm_studio.data.scan import FoundFile
from ddpm_studio.data.store import PictureStore, record_name
from ddpm_studio.data.verdict import crops_for

READER_VERSION = 2  # rises when the same file gives other pixels, notes or reasons
DECODE_SECONDS = 30.0  # for one file
FAILURES = {
    "crashed": "damaged: the decoder crashed over it",
    "took too long": f"it took more than {DECODE_SECONDS:.0f} s to decode",
}


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

    def derive(self, deriver: Deriver, file: FoundFile) -> bool:
        """Make the records of a picture from those of another size, where that loses nothing."""
        facts = self.facts(file)
        if facts is None:
            return False
        crops = crops_for(self.choices.of(file.name), self.config)
        return all(deriver.derive(facts, crop) for crop in crops)

    def request(self, file: FoundFile) -> dict[str, Any]:
        """What the decoders' process is asked about a file."""
        likely = self.known.likely_digests(file)
        known = [digest for digest in likely if self._has_all(file.name, digest)]
        path = os.path.join(self.folder, file.name)  # noqa: PTH118  (ten times as fast)
        return request_for(path, self.config, self.choices.of(file.name).crops, known)

    def take_in(self, file: FoundFile, answer: Answer) -> None:
        """What the decoders' process said of a file. Raises OSError."""
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
