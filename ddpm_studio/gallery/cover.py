"""What a picture or film looks like, in a process that opens files for the program.

`look_at_request` is the far side of `data.isolation.DecoderPool`: a damaged file costs its own
answer, not the window.
"""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ddpm_studio.export.film.kinds import KINDS, kind_of
from ddpm_studio.export.images import on_background
from ddpm_studio.gallery.thumbnails import COVER

FORMATS = ("JPEG", *(kind.pillow for kind in KINDS if kind.pillow))  # that Pillow may open
MOST_PIXELS = 1 << 26  # of a file
DAMAGED = "damaged, or no picture at all"


def look_at_request(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The first frame: uint8 (H, W, C) as bytes, four channels premultiplied.

    With it: "shape" of these pixels, "width" and "height" of the file, "moves": whether more
    frames follow. Raises OSError or ValueError for what cannot be shown.
    """
    image, moves = _opened(Path(request["path"]))
    size = image.size
    wanted = request["width"], request["height"]
    image = _covering(image, *wanted) if request["how"] == COVER else _within(image, *wanted)
    pixels = _pixels(image, request["channels"])
    about = {"shape": pixels.shape, "width": size[0], "height": size[1], "moves": moves}
    return about, pixels.tobytes()


def _opened(path: Path) -> tuple[Image.Image, bool]:
    """The first frame as RGBA, and whether more follow."""
    kind = kind_of(path.suffix)
    if kind is not None and not kind.pillow:
        return _first_frame(path), True
    with Image.open(path, formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("too large to be shown")
        moves = bool(getattr(image, "is_animated", False))
        image.seek(0)
        return image.convert("RGBA"), moves


def _first_frame(path: Path) -> Image.Image:
    from ddpm_studio.data.video.film import opened_video

    with opened_video(path) as film:
        for _, frame in film.frames():
            return Image.fromarray(frame.to_ndarray(format="rgb24")).convert("RGBA")
    raise ValueError(DAMAGED)


def _covering(image: Image.Image, width: int, height: int) -> Image.Image:
    """Exactly this size; of another shape the middle. Small ones keep their pixels' edges."""
    if image.size == (width, height):
        return image
    scale = max(width / image.width, height / image.height)
    across, down = width / scale, height / scale
    left, top = (image.width - across) / 2, (image.height - down) / 2
    how = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.BOX
    box = (left, top, left + across, top + down)
    return image.resize((width, height), how, box)


def _within(image: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(1.0, width / image.width, height / image.height)
    if scale == 1:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def _pixels(image: Image.Image, channels: int) -> np.ndarray:
    pixels = np.asarray(image)
    if channels == 4:
        alpha = pixels[..., 3:]
        colour = (pixels[..., :3].astype(np.uint16) * alpha + 127) // 255
        return np.concatenate([colour.astype(np.uint8), alpha], -1)
    return on_background(pixels, "#ffffff")
