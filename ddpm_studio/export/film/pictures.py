"""A film's frames as they are written: enlarged, and with their captions."""

from functools import cached_property
from io import BytesIO

import numpy as np
from PIL import PngImagePlugin

from ddpm_studio.errors import ExportError
from ddpm_studio.export.film.captions import (
    CaptionSpace,
    caption_mask,
    caption_space,
    caption_strip,
)
from ddpm_studio.export.film.frames import Film
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.images import check_longest, enlarged, to_image


class FilmPictures:
    """Makes one frame at a time. Raises ExportError if there are none, or they are too large."""

    def __init__(self, film: Film, options: FilmOptions) -> None:
        self.film = film
        self.options = options
        if film.count < 1:
            raise ExportError("There is no frame to write.")
        if film.compose(0).ndim != 3 or film.shape[2] not in (1, 3, 4):
            raise ExportError("The frames of a film must be all grey or all in colour.")
        check_longest("film", self.size, "fewer pictures or a smaller enlargement")

    @property
    def picture_size(self) -> tuple[int, int]:
        """(width, height) without the caption."""
        height, width, _ = self.film.shape
        return self.options.enlargement.size_of(width, height)

    @cached_property
    def space(self) -> CaptionSpace | None:
        """The room for captions, if there are any."""
        if not (self.options.caption and self.film.captions):
            return None
        return caption_space(self.film.captions, self.picture_size[0])

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) with the caption."""
        width, height = self.picture_size
        return width, height + (self.space.height if self.space else 0)

    def composed(self, index: int) -> np.ndarray:
        """Frame i, not enlarged: uint8 (H, W, C)."""
        frame = self.film.compose(index)
        if frame.shape != self.film.shape:
            raise ExportError("The frames of a film must be of one size, all grey or all colour.")
        return frame

    def enlarged(self, index: int) -> np.ndarray:
        """Frame i without its caption: uint8 (H, W, C)."""
        return enlarged(self.composed(index), self.options.enlargement)

    def mask(self, index: int) -> np.ndarray | None:
        """Where the caption of frame i has ink: uint8 (H, W); None if there is none."""
        return None if self.space is None else caption_mask(self.film.captions[index], self.space)

    def frame(self, index: int) -> np.ndarray:
        """Frame i as it is written: uint8 (height, width, C) of `size`."""
        picture, mask = self.enlarged(index), self.mask(index)
        if mask is None:
            return picture
        strip = caption_strip(mask, self.options.background, picture.shape[2])
        return np.concatenate([picture, strip])

    def png_frame(self, index: int) -> bytes:
        """The compressed pixels of frame i."""
        chunks = PngImagePlugin.getchunks(to_image(self.frame(index)))
        return b"".join(data for name, data, _ in chunks if name == b"IDAT")

    def webp_frame(self, index: int) -> bytes:
        """Frame i, lossless, as the chunk that a still picture's file holds."""
        file = BytesIO()
        to_image(self.frame(index)).save(file, "WEBP", lossless=True, method=3)
        return file.getvalue()[12:]  # behind RIFF, its size, WEBP
