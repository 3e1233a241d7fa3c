"""The frames of a film that was made here, one by one, of whatever kind its file is.

Only for a process that opens files for the program; see `data.isolation`.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from PIL import Image

from ddpm_studio.data.video.film import opened_video
from ddpm_studio.errors import StudioError
from ddpm_studio.export.film.kinds import KINDS, kind_of
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.gallery.made import FIRST_FRAME, FRAME

FORMATS = ("JPEG", *(kind.pillow for kind in KINDS if kind.pillow))  # that Pillow may open
MOST_PIXELS = 1 << 26  # of a file
DAMAGED = "damaged, or no picture at all"
PATIENCE = 6.0  # seconds on the way to a frame far behind; then the one that was reached will do
FEWEST_MS, USUAL_MS = 20, 100  # of a frame; viewers show one that says less for so long


class Moving(ABC):
    """A film or a picture that is open. size: (width, height). count: frames; may be a guess."""

    size: tuple[int, int]
    count: int

    def __init__(self) -> None:
        self.keeps = ExitStack()

    @abstractmethod
    def read(self, index: int) -> tuple[Image.Image, float] | None:
        """A frame as RGBA and how many milliseconds it is shown; None: it ended before.

        One frame after the other is quick. Raises OSError or ValueError.
        """

    @abstractmethod
    def still(self, part: float = 1.0) -> Image.Image:
        """The frame that is so far in it, 1: the last; or one before it, if that takes too long."""

    def close(self) -> None:
        self.keeps.close()

    def _place(self, part: float) -> int:
        return min(self.count - 1, int(part * self.count))


def opened(path: Path) -> Moving:
    """What a file holds. Raises OSError or ValueError for what cannot be shown."""
    kind = kind_of(path.suffix)
    if kind is not None and not kind.pillow:
        return _Video(path)
    if path.name == FIRST_FRAME:
        return _Folder(path)
    return _Pages(path)


class _Pages(Moving):
    """GIF, WebP, APNG, or a single picture."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._image = self.keeps.enter_context(Image.open(path, formats=FORMATS))
        self.size = self._image.size
        if self.size[0] * self.size[1] > MOST_PIXELS:
            self.close()
            raise ValueError("too large to be shown")
        self.count = getattr(self._image, "n_frames", 1)

    def read(self, index: int) -> tuple[Image.Image, float] | None:
        if index >= self.count:
            return None
        try:
            self._image.seek(index)
        except EOFError:
            return None
        frame = self._image.convert("RGBA")
        delay = float(self._image.info.get("duration") or 0)
        return frame, delay if delay >= FEWEST_MS else USUAL_MS

    def still(self, part: float = 1.0) -> Image.Image:
        last, until = self._place(part), time.monotonic() + PATIENCE
        frame = self._image.convert("RGBA")
        for index in range(1, last + 1):
            try:
                self._image.seek(index)
                frame = self._image.convert("RGBA")
            except (EOFError, OSError, ValueError):  # what is whole is shown
                break
            if time.monotonic() > until:
                break
        return frame


class _Folder(Moving):
    """A film of a PNG for each frame. What is said of its speed stands in its recipe."""

    def __init__(self, first: Path) -> None:
        super().__init__()
        self._paths = sorted(one for one in first.parent.iterdir() if FRAME.fullmatch(one.name))
        self.count = len(self._paths)
        self._delay = 1000 / _fps_of(first)
        with Image.open(first, formats=FORMATS) as image:
            self.size = image.size

    def read(self, index: int) -> tuple[Image.Image, float] | None:
        if index >= self.count:
            return None
        page = _Pages(self._paths[index])
        try:
            return page.still(), self._delay
        finally:
            page.close()

    def still(self, part: float = 1.0) -> Image.Image:
        found = self.read(self._place(part))
        if found is None:
            raise ValueError(DAMAGED)
        return found[0]


class _Video(Moving):
    """What FFmpeg reads. It goes forward; for an earlier frame it begins again."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._begin()
        self._seconds = self._film.frame_seconds
        self.count = max(1, round((self._film.said_seconds or 0.0) / self._seconds))
        first = next(self._frames, None)
        if first is None:
            self.close()
            raise ValueError(DAMAGED)
        self.size = first[1].size
        self._begin()

    def _begin(self) -> None:
        self.close()
        try:
            self._film = self.keeps.enter_context(opened_video(self._path))
        except StudioError as error:
            raise ValueError(str(error)) from error
        self._frames, self._next = self._decoded(), 0.0

    def _decoded(self) -> Iterator[tuple[float, Image.Image]]:
        try:
            for second, frame in self._film.frames():
                image = Image.fromarray(frame.to_ndarray(format="rgb24"))
                yield second, image
        except StudioError as error:
            raise ValueError(str(error)) from error

    def read(self, index: int) -> tuple[Image.Image, float] | None:
        if index < self._next:
            self._begin()
        self._film.wanted = (index - 0.5) * self._seconds  # what is before it may be left out
        for second, image in self._frames:
            if second >= self._film.wanted:
                self._next = index + 1
                return image.convert("RGBA"), self._seconds * 1000
        self._next = math.inf
        return None

    def still(self, part: float = 1.0) -> Image.Image:
        middle = part * self.count * self._seconds
        self._film.wanted = math.inf if part == 1 else middle
        until, image = time.monotonic() + PATIENCE, None
        for second, frame in self._film.frames():
            image = frame
            if (part < 1 and second >= middle) or time.monotonic() > until:
                break
        if image is None:
            raise ValueError(DAMAGED)
        return Image.fromarray(image.to_ndarray(format="rgb24")).convert("RGBA")


def _fps_of(path: Path) -> float:
    try:
        film = read_recipe(path).film or {}
    except StudioError:
        film = {}
    fps = film.get("fps")
    return float(fps) if isinstance(fps, int | float) and fps > 0 else FilmOptions().fps
