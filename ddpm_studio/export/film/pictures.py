"""A film's frames as they are written: enlarged, and with their captions."""

from dataclasses import replace
from functools import cached_property
from io import BytesIO

import numpy as np
from PIL import PngImagePlugin

from ddpm_studio.config.enlargement import Enlargement
from ddpm_studio.errors import ExportError
from ddpm_studio.export.film.captions import (
    CaptionSpace,
    caption_mask,
    caption_space,
    caption_strip,
)
from ddpm_studio.export.film.frames import Film
from ddpm_studio.export.film.options import AS_PICTURE, CRISP, FilmOptions
from ddpm_studio.export.images import check_longest, enlarged, on_background, to_image


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
        return self.enlargement.size_of(width, height)

    @cached_property
    def enlargement(self) -> Enlargement:
        """How large the picture becomes; on a canvas, as there is room above a caption."""
        if self.canvas is None:
            return self.options.enlargement
        height, width, _ = self.film.shape
        return Enlargement.within(self.canvas, width, height, self.options.fit == CRISP)

    @cached_property
    def canvas(self) -> tuple[int, int] | None:
        """(width, height) of what the picture lies in the middle of, without the caption."""
        size = self.options.canvas_size
        if size is None:
            return None
        return size[0], size[1] - (self.space.height if self.space else 0)

    @property
    def corner(self) -> tuple[int, int]:
        """(left, top) of the picture on the canvas, in pixels."""
        canvas, size = self.canvas or self.picture_size, self.picture_size
        return (canvas[0] - size[0]) // 2, (canvas[1] - size[1]) // 2

    @property
    def without_canvas(self) -> FilmOptions:
        """The same picture by itself, as large."""
        how = self.enlargement
        return replace(self.options, canvas=AS_PICTURE, scale=how.scale, width=how.width)

    @cached_property
    def space(self) -> CaptionSpace | None:
        """The room for captions, if there are any."""
        if not (self.options.caption and self.film.captions):
            return None
        size = self.options.canvas_size or self.picture_size
        return caption_space(self.film.captions, size[0])

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) with the caption."""
        width, height = self.canvas or self.picture_size
        return width, height + (self.space.height if self.space else 0)

    def composed(self, index: int) -> np.ndarray:
        """Frame i, not enlarged: uint8 (H, W, C). What lies on a canvas is opaque."""
        frame = self.film.compose(index)
        if frame.shape != self.film.shape:
            raise ExportError("The frames of a film must be of one size, all grey or all colour.")
        if self.options.canvas_size is not None and frame.shape[2] == 4:
            opaque = np.full_like(frame[..., :1], 255)
            return np.concatenate([on_background(frame, self.options.background), opaque], -1)
        return frame

    def enlarged(self, index: int) -> np.ndarray:
        """Frame i without its caption: uint8 (H, W, C)."""
        return enlarged(self.composed(index), self.enlargement)

    def mask(self, index: int) -> np.ndarray | None:
        """Where the caption of frame i has ink: uint8 (H, W); None if there is none."""
        return None if self.space is None else caption_mask(self.film.captions[index], self.space)

    def frame(self, index: int) -> np.ndarray:
        """Frame i as it is written: uint8 (height, width, C) of `size`."""
        picture, mask = self._on_canvas(self.enlarged(index)), self.mask(index)
        if mask is None:
            return picture
        strip = caption_strip(mask, self.options.background, picture.shape[2])
        return np.concatenate([picture, strip])

    def _on_canvas(self, picture: np.ndarray) -> np.ndarray:
        if self.canvas is None:
            return picture
        height, width, channels = picture.shape
        nothing = np.zeros(self.canvas[::-1], np.uint8)
        whole = caption_strip(nothing, self.options.background, channels).copy()
        left, top = self.corner
        whole[top : top + height, left : left + width] = picture
        return whole

    def png_frame(self, index: int) -> bytes:
        """The compressed pixels of frame i."""
        chunks = PngImagePlugin.getchunks(to_image(self.frame(index)))
        return b"".join(data for name, data, _ in chunks if name == b"IDAT")

    def webp_frame(self, index: int) -> bytes:
        """Frame i, lossless, as the chunk that a still picture's file holds."""
        file = BytesIO()
        to_image(self.frame(index)).save(file, "WEBP", lossless=True, method=3)
        return file.getvalue()[12:]  # behind RIFF, its size, WEBP
