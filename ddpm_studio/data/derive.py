"""Records of other settings, put to use where decoding the file again would give the same."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from PIL import Image

from ddpm_studio.choices import Crop
from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.decode.fit import Upright, fit
from ddpm_studio.data.picture_facts import PictureFacts
from ddpm_studio.data.store import PictureStore, record_name


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
