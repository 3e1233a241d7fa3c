"""Videos of a folder as a source of pictures: frames of those that the artist has chosen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ddpm_studio.choices import Crop
from ddpm_studio.data.decode.look import request_for
from ddpm_studio.data.index import PictureIndex
from ddpm_studio.data.isolation.pool import DecoderPool
from ddpm_studio.data.picture_facts import PictureFacts
from ddpm_studio.data.scan import FoundFile
from ddpm_studio.data.store import record_name
from ddpm_studio.data.verdict import Readable

VIDEO_OFFER = "a video; single frames of it can be taken as pictures"
HANDLER = "ddpm_studio.data.video.read:frames_at_request"
MOST_FRAMES = 2000  # of one video
SECONDS = 3600.0  # for one video
PULSE = 0.2  # seconds
FRAME = "{} at {:g} s"  # the name of a picture that is a frame


class VideoSource:
    """Reads frames into the store, and knows which there are."""

    def __init__(self, index: PictureIndex) -> None:
        self._index, self._choices = index, index.choices
        self._known, self._store = index.known, index.store

    def must_look(self, file: FoundFile) -> bool:
        """Whether frames of it are wanted that are not in the cache."""
        if not self._choices.of(file.name).seconds:
            return False
        seconds, reason = self._known.frames(self._digest(file))
        if reason or seconds is None:
            return not reason
        return any(self._store.row(self._record(file, second)) < 0 for second in seconds)

    def look(self, file: FoundFile) -> Iterator[None]:
        """Read its frames in a process of its own; yields now and then, so that it can end."""
        digest = self._digest(file)
        request = {
            **request_for(self._index.folder / file.name, self._index.config),
            "every": self._choices.of(file.name).seconds,
            "most": MOST_FRAMES,
        }
        with DecoderPool(HANDLER, workers=1, seconds=SECONDS) as pool:
            for answered in pool.run_with_pulse([(0, request)], PULSE):
                if answered is None:
                    yield None
                    continue
                _, answer = answered
                reason = answer.failure or answer.values.get("reason", "")
                if reason:
                    self._known.learn_frames(digest, None, f"its frames cannot be read: {reason}")
                else:
                    frames = answer.values["frames"]
                    self._take_in(digest, frames, answer.data)
                    seconds = [frame["second"] for frame in frames]
                    self._known.learn_frames(digest, seconds, "")

    def frames(self, file: FoundFile) -> tuple[list[Readable], str]:
        """The frames that are there, or the reason why there are none."""
        if not self._choices.of(file.name).seconds:
            return [], VIDEO_OFFER
        digest = self._digest(file)
        seconds, reason = self._known.frames(digest)
        found = []
        for second in seconds or []:
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

    def _record(self, file: FoundFile, second: float) -> str:
        return record_name(f"{self._digest(file)}@{second:g}", self._crop)

    @property
    def _crop(self) -> Crop:
        return Crop(self._index.config.crop)
