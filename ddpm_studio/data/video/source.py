"""Videos of a folder as a source of pictures: frames of those that the artist has chosen."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ddpm_studio.choices import Crop
from ddpm_studio.data.decode.look import request_for
from ddpm_studio.data.index import OF_THE_MACHINE, PictureIndex
from ddpm_studio.data.isolation.pool import DecoderPool
from ddpm_studio.data.picture_facts import PictureFacts
from ddpm_studio.data.scan import FoundFile
from ddpm_studio.data.store import record_name
from ddpm_studio.data.verdict import Readable

VIDEO_OFFER = "a video; single frames of it can be taken as pictures"
HANDLER = "ddpm_studio.data.video.read:frames_at_request"
MOST_FRAMES = 2000  # of one video
SECONDS = 7200.0  # of computing, by all threads, for one video
PULSE = 0.2  # seconds
FRAME = "{} at {:g} s"  # the name of a picture that is a frame


class VideoSource:
    """Reads frames into the store, and knows which there are."""

    def __init__(self, index: PictureIndex) -> None:
        self._index, self._choices = index, index.choices
        self._known, self._store = index.known, index.store
        self._unread: dict[str, str] = {}  # by digest: reasons that hold only now

    def must_look(self, file: FoundFile) -> bool:
        """Whether frames of it are wanted that are not in the cache."""
        if not self._choices.of(file.name).seconds:
            return False
        digest = self._digest(file)
        if self._known.reason(digest):
            return False
        seconds = self._known.frames(digest)
        if seconds is None:
            return True
        records = [record_name(f"{digest}@{second:g}", self._crop) for second in seconds]
        return any(self._store.row(record) < 0 for record in records)

    def look(self, file: FoundFile) -> Iterator[None]:
        """Read its frames in a process of its own; yields now and then, so that it can end."""
        digest = self._digest(file)
        request = {
            **request_for(self._index.folder / file.name, self._index.config),
            "every": self._choices.of(file.name).seconds,
            "most": MOST_FRAMES,
        }
        with DecoderPool(HANDLER, workers=1, seconds=SECONDS) as pool:
            answer = yield from pool.ask(request, PULSE)
        if reason := answer.failure or answer.values.get("reason", ""):
            sentence = f"its frames cannot be read: {reason}"
            if answer.failure in OF_THE_MACHINE:  # never remembered
                self._unread[digest] = sentence
            else:
                self._known.learn_frames(digest, (), sentence)
            return
        frames = answer.values["frames"]
        self._take_in(digest, frames, answer.data)
        self._known.learn_frames(digest, [frame["second"] for frame in frames])

    def frames(self, file: FoundFile) -> tuple[list[Readable], str]:
        """The frames that are there, or the reason why there are none."""
        if not self._choices.of(file.name).seconds:
            return [], VIDEO_OFFER
        digest = self._digest(file)
        reason, found = self._known.reason(digest) or self._unread.get(digest, ""), []
        for second in self._known.frames(digest) or ():
            facts = self._known.facts(f"{digest}@{second:g}")
            if facts is not None:
                name = FRAME.format(file.name, second)
                found.append(Readable(name, facts, self._choices.of(name)))
        return found, reason or ("" if found else "it has no frames that can be read")

    def _take_in(self, digest: str, frames: list[dict[str, Any]], data: bytes) -> None:
        records: list[str] = []
        for frame in frames:
            facts = PictureFacts.from_list(frame["facts"])
            facts = replace(facts, digest=f"{digest}@{frame['second']:g}")
            self._known.learn_facts(facts)
            records.append(record_name(facts.digest, self._crop))
        self._store.append_missing(records, data)

    def _digest(self, file: FoundFile) -> str:
        """Of a video by its name, size and time: to read all of it for that would take long."""
        every = self._choices.of(file.name).seconds
        facts = json.dumps([file.name, file.size, file.modified_ns, every])
        return f"video-{hashlib.sha256(facts.encode()).hexdigest()[:24]}"

    @property
    def _crop(self) -> Crop:
        return Crop(self._index.config.crop)
