"""Some frames of a film at a time, from a process that opens files for the program.

`frames_at_request` is the far side of `data.isolation.DecoderPool`. The film that was asked for
last stays open there, so that what follows needs nothing to be decoded again.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ddpm_studio.gallery.cover import pixels_of, within
from ddpm_studio.gallery.moving import Moving, opened

if TYPE_CHECKING:
    from ddpm_studio.data.isolation.pool import DecoderPool

HANDLER = "ddpm_studio.gallery.playing:frames_at_request"
PIECE_SECONDS = 0.15  # after which a piece is sent as it is
PIECE_BYTES = 8 << 20
PIECE_FRAMES = 32

Key = tuple[str, int, int]  # a path, nanoseconds, bytes


class _Desk:
    """Has one film open: the newest."""

    def __init__(self) -> None:
        self._film: Moving | None = None
        self._key: Key | None = None

    def frames(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Frames from "first" on: uint8 (N, H, W, 4) as bytes, premultiplied, N from 0 on.

        With them "shape", "delays" in milliseconds, "count": how many there are as far as is
        known, "is_end": no more follow, "width" and "height" of the film. request: with "path",
        and "side": the longer one at the most. Raises OSError or ValueError.
        """
        film = self._opened(Path(request["path"]))
        first, side = request["first"], request["side"]
        frames: list[np.ndarray] = []
        delays: list[float] = []
        until, nbytes, is_end = time.monotonic() + PIECE_SECONDS, 0, False
        while not frames or (
            time.monotonic() < until
            and len(frames) < PIECE_FRAMES
            and nbytes + frames[0].nbytes <= PIECE_BYTES
        ):
            found = film.read(first + len(frames))
            if found is None:
                is_end = True
                break
            frames.append(pixels_of(within(found[0], side, side), 4))
            delays.append(found[1])
            nbytes += frames[-1].nbytes
        pixels = np.stack(frames) if frames else np.zeros((0, 1, 1, 4), np.uint8)
        about = {"shape": pixels.shape, "delays": delays, "is_end": is_end, "count": film.count}
        size = {"width": film.size[0], "height": film.size[1]}
        return {**about, **size}, pixels.tobytes()

    def _opened(self, path: Path) -> Moving:
        about = path.stat()
        key = str(path), about.st_mtime_ns, about.st_size
        if self._film is None or key != self._key:
            if self._film is not None:
                self._film.close()
                self._film = None
            self._film, self._key = opened(path), key
        return self._film


frames_at_request = _Desk().frames  # what this process keeps between two requests


def new_pool() -> DecoderPool:
    """What reads films; close it in the end."""
    from ddpm_studio.data.isolation.pool import DecoderPool

    return DecoderPool(HANDLER, workers=1)
