"""What is known of the files of a folder, kept in the cache: facts by content, content by name."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.picture_facts import PictureFacts
from ddpm_studio.data.scan import FoundFile
from ddpm_studio.moved import KNOWN_FILE, KNOWN_KIND, KNOWN_VERSION
from ddpm_studio.storage import JsonCache

MOST_LIKELY = 64  # contents are offered for one file


class KnownFiles:
    """Facts, or the reason why there are none. Damaged notes are forgotten: they can be remade."""

    def __init__(self, cache: Path, config: PicturesConfig, version: int) -> None:
        self._file = JsonCache(cache / KNOWN_FILE, KNOWN_KIND, KNOWN_VERSION)
        # what else decides whether a file is taken
        self._limits = [version, config.smallest_side, config.max_megapixels]
        self._digests: dict[str, tuple[int, int, str]] = {}  # name -> size, time, digest
        self._facts: dict[str, PictureFacts] = {}
        self._reasons: dict[str, str] = {}
        self._frames: dict[str, list[float]] = {}
        self._likely: dict[tuple[int, int], list[str]] = {}  # size, time (-1: any) -> digests
        self._is_changed = False
        self._file.read(self._understand)
        self._note_likely()

    def digest(self, file: FoundFile) -> str:
        """Of a file that has not changed since it was read; else ""."""
        size, modified_ns, digest = self._digests.get(file.name, (-1, -1, ""))
        return digest if (size, modified_ns) == (file.size, file.modified_ns) else ""

    def facts(self, digest: str) -> PictureFacts | None:
        return self._facts.get(digest)

    def reason(self, digest: str) -> str:
        """Why nothing can be made of files with this content; "" if something can."""
        return self._reasons.get(digest, "")

    def likely_digests(self, file: FoundFile) -> list[str]:
        """Contents known from before that a new or changed file may have.

        First its own, if it was only touched, then those of files of its size and time, one of
        which may have had another name, then others of its size; a bounded number.
        """
        size, _, digest = self._digests.get(file.name, (-1, -1, ""))
        own = [digest] if size == file.size else []
        of_time = self._likely.get((file.size, file.modified_ns), [])
        of_size = self._likely.get((file.size, -1), [])
        return list(dict.fromkeys([*own, *of_time, *of_size]))[:MOST_LIKELY]

    def learn(
        self, file: FoundFile, digest: str, facts: PictureFacts | None, reason: str = ""
    ) -> None:
        """What a look has told; facts of None with no reason: as known already."""
        self._digests[file.name] = (file.size, file.modified_ns, digest)
        if facts is not None:
            self._facts[digest] = facts
        elif reason:
            self._reasons[digest] = reason
        self._is_changed = True

    def learn_facts(self, facts: PictureFacts) -> None:
        """Of a picture that is no file, such as the frame of a video."""
        self._facts[facts.digest] = facts
        self._is_changed = True

    def frames(self, digest: str) -> list[float] | None:
        """At which seconds frames of a video were taken; None if it was not, or cannot be, read."""
        return self._frames.get(digest)

    def learn_frames(self, digest: str, seconds: Sequence[float], reason: str = "") -> None:
        """The counterpart of `frames`; or with a reason why there are none."""
        if reason:
            self._reasons[digest] = reason
        else:
            self._frames[digest] = list(seconds)
        self._is_changed = True

    def keep_only(self, names: Iterable[str]) -> None:
        """Forget files that are gone, but not yet what was in them: they may come back."""
        kept = {name: self._digests[name] for name in names if name in self._digests}
        if len(kept) == len(self._digests):
            return
        gone = {digest for _, _, digest in self._digests.values()}
        gone -= {digest for _, _, digest in kept.values()}
        self._digests, self._is_changed = kept, True
        if len(self._facts) > 2 * max(1000, len(kept)):
            for digest in gone:
                self._facts.pop(digest, None)
                self._reasons.pop(digest, None)

    def save(self) -> None:
        """Raises OSError."""
        if not self._is_changed:
            return
        values = {
            "limits": self._limits,
            "files": self._digests,
            "facts": {digest: facts.to_list() for digest, facts in self._facts.items()},
            "reasons": self._reasons,
            "frames": self._frames,
        }
        self._file.write(values)
        self._is_changed = False

    def _understand(self, values: dict[str, Any]) -> None:
        if values["limits"] != self._limits:
            return
        digests = {name: _known(entry) for name, entry in values["files"].items()}
        facts = {digest: PictureFacts.from_list(entry) for digest, entry in values["facts"].items()}
        reasons = {str(digest): str(why) for digest, why in values["reasons"].items()}
        frames = {str(k): [float(second) for second in v] for k, v in values["frames"].items()}
        # all of it or nothing
        self._digests, self._facts, self._reasons, self._frames = digests, facts, reasons, frames

    def _note_likely(self) -> None:
        for size, modified_ns, digest in self._digests.values():
            for key in ((size, modified_ns), (size, -1)):
                likely = self._likely.setdefault(key, [])
                if len(likely) < MOST_LIKELY:
                    likely.append(digest)


def _known(entry: list[Any]) -> tuple[int, int, str]:
    size, modified_ns, digest = entry
    return int(size), int(modified_ns), str(digest)
