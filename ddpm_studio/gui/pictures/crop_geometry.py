"""The geometry of frames on a picture, and what becomes of the part inside of one.

A box is left, top, width and height as parts (0 .. 1) of a picture's width and height, as in
`choices.Crop`. The shape of a frame is its width by its height in such parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

Box = tuple[float, float, float, float]
Handle = tuple[int, int]  # -1, 0 or 1 across and down: (1, 1) is the lower right corner

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
PILLOW_MODES = {1: "L", 3: "RGB", 4: "RGBa"}  # by channels; four are premultiplied


def shape_of(size: tuple[int, int], aspect: float) -> float:
    """The shape of frames with an aspect, on a picture of so many pixels (width, height)."""
    return aspect * size[1] / size[0]


def largest_box(shape: float, centre: tuple[float, float] = (0.5, 0.5)) -> Box:
    """The largest frame of a shape, as near to the centre as the picture's edges allow."""
    width, height = min(1.0, shape), min(1.0, 1 / shape)
    return _placed(centre[0] - width / 2, centre[1] - height / 2, width, height)


def moved(box: Box, by_x: float, by_y: float) -> Box:
    """The same frame elsewhere, but inside of the picture."""
    return _placed(box[0] + by_x, box[1] + by_y, box[2], box[3])


def scaled(box: Box, factor: float, shape: float, least: float) -> Box:
    """A larger or smaller frame around the same centre. least: its width."""
    width = _allowed(box[2] * factor, shape, least)
    centre = box[0] + box[2] / 2, box[1] + box[3] / 2
    return _placed(centre[0] - width / 2, centre[1] - width / shape / 2, width, width / shape)


def dragged(box: Box, handle: Handle, to: tuple[float, float], shape: float, least: float) -> Box:
    """The frame after one of its handles was dragged to a place; the opposite one stays."""
    across, down = handle
    left, top, width, height = box
    fixed_x = left + width if across < 0 else left
    fixed_y = top + height if down < 0 else top
    widths, room = [], min(1.0, shape)
    if across:
        widths.append((to[0] - fixed_x) * across)
        room = min(room, 1 - fixed_x if across > 0 else fixed_x)
    if down:
        widths.append((to[1] - fixed_y) * down * shape)
        room = min(room, shape * (1 - fixed_y if down > 0 else fixed_y))
    wide = min(_allowed(max(widths), shape, least), room)
    high = wide / shape
    new_left = (fixed_x - wide if across < 0 else fixed_x) if across else left + (width - wide) / 2
    new_top = (fixed_y - high if down < 0 else fixed_y) if down else top + (height - high) / 2
    return _placed(new_left, new_top, wide, high)


def free_box(taken: Sequence[Box], shape: float, width: float) -> Box:
    """A frame of a width where it covers least of the others."""
    height, steps = width / shape, [step / 8 for step in range(9)]
    places = [(x * (1 - width), y * (1 - height), width, height) for y in steps for x in steps]
    return min(places, key=lambda box: sum(_shared(box, other) for other in taken))


def box_grid(size: tuple[int, int], target: tuple[int, int]) -> tuple[Box, ...]:
    """Frames of exactly `target` pixels that do not touch, evenly over a picture of `size`.

    As many as fit, but at most MOST_CROPS; () if not even one does. (width, height) both.
    """
    from ddpm_studio.choices import MOST_CROPS

    most_across, most_down = size[0] // target[0], size[1] // target[1]
    shapes = [
        (across, min(most_down, MOST_CROPS // across))
        for across in range(1, min(most_across, MOST_CROPS) + 1)
        if most_down
    ]
    wanted = size[0] / size[1] * target[1] / target[0]
    # the most of them; then those that lie as evenly across as down
    across, down = max(
        shapes,
        key=lambda n: (n[0] * n[1], -max(n[0] / n[1] / wanted, wanted * n[1] / n[0])),
        default=(0, 0),
    )
    width, height = target[0] / size[0], target[1] / size[1]
    return tuple(
        _placed((x + 0.5) / across - width / 2, (y + 0.5) / down - height / 2, width, height)
        for y in range(down)
        for x in range(across)
    )


def render(
    pixels: np.ndarray, box: Box | None, target: tuple[int, int], background: str, channels: int = 3
) -> np.ndarray:
    """What the network sees of a part of a picture: uint8 (height, width, channels) of the target.

    pixels: uint8 (H, W, 3), or (H, W, 4) premultiplied, which lies on the background unless four
    channels are seen. box None: all of it, with the background (or nothing) around it. Scaled as
    the reader does.
    """
    import numpy as np
    from PIL import Image

    height, width, given = pixels.shape
    image = Image.frombytes(PILLOW_MODES[given], (width, height), pixels.tobytes())
    if channels == 4:
        image = image.convert("RGBA").convert("RGBa")
    else:
        if given == 4:
            ground = Image.new("RGBA", image.size, background)
            image = Image.alpha_composite(ground, image.convert("RGBA"))
        image = image.convert(PILLOW_MODES[channels])
    fitted = _scaled(image, box, target, (0, 0, 0, 0) if channels == 4 else background)
    return np.asarray(fitted, np.uint8).reshape(target[1], target[0], channels)


def _scaled(
    image: Image.Image, box: Box | None, target: tuple[int, int], ground: str | tuple[int, ...]
) -> Image.Image:
    """A part of an image, or all of it in the middle of the ground."""
    from PIL import Image

    lanczos = Image.Resampling.LANCZOS
    if box is not None:
        left, top = box[0] * image.width, box[1] * image.height
        right = min(image.width, left + box[2] * image.width)
        bottom = min(image.height, top + box[3] * image.height)
        return image.resize(target, lanczos, box=(left, top, right, bottom))
    scale = min(target[0] / image.width, target[1] / image.height)
    width = min(target[0], max(1, round(image.width * scale)))
    height = min(target[1], max(1, round(image.height * scale)))
    padded = Image.new(image.mode, target, ground)
    corner = (target[0] - width) // 2, (target[1] - height) // 2
    padded.paste(image.resize((width, height), lanczos), corner)
    return padded


def _allowed(width: float, shape: float, least: float) -> float:
    return min(max(width, least), 1.0, shape)


def _placed(left: float, top: float, width: float, height: float) -> Box:
    """The frame, moved into the picture. Rounding must not make it reach out by a hair."""
    width, height = min(1.0, width), min(1.0, height)
    return min(max(0.0, left), 1 - width), min(max(0.0, top), 1 - height), width, height


def _shared(first: Box, second: Box) -> float:
    """The area that both cover."""
    across = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    down = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    return max(0.0, across) * max(0.0, down)
