"""Where a picture has most to show, and the largest part of a wanted shape that holds it."""

from functools import lru_cache

import numpy as np

from ddpm_studio.data.copies import GREY, Floats, area_average

Box = tuple[float, float, float, float]  # left, top, width and height, as parts of 0 .. 1
SIDE = 64  # pixels: detail is looked for in a copy that is no larger
PLAIN = 0.5  # levels: a picture with less mean contrast between neighbours is plain
CENTRE_PULL = 0.3  # how much less detail counts at the border than in the middle


def focus(pixels: np.ndarray) -> tuple[float, float]:
    """The middle of what is most detailed, as parts of width and height.

    pixels: uint8 (H, W, C) with C of 1, 3 or 4 (what is transparent has no detail). Of two equal
    details the one nearer to the middle wins; a plain picture gives (0.5, 0.5).
    """
    grey = _small_grey(pixels)
    if min(grey.shape) < 2:
        return 0.5, 0.5
    # contrast on the corners between four pixels
    inner = grey[1:, 1:]
    detail, across = inner - grey[:-1, 1:], inner - grey[1:, :-1]
    detail = np.abs(detail, out=detail) + np.abs(across, out=across)
    if detail.sum() < PLAIN * detail.size:
        return 0.5, 0.5
    # squared: a clear outline is worth more than much grain
    columns = np.einsum("yx,yx->x", detail, detail)
    rows = np.einsum("yx,yx->y", detail, detail)
    return _middle_of(columns), _middle_of(rows)


def box_around(focus: tuple[float, float], size: tuple[int, int], aspect: float) -> Box:
    """The largest box of an aspect (width / height) in a picture, as near to a place as it can be.

    focus: the place, as parts of width and height. size: (width, height).
    """
    own = size[0] / size[1]
    width, height = min(1.0, aspect / own), min(1.0, own / aspect)
    left = min(max(focus[0] - width / 2, 0.0), 1 - width)
    top = min(max(focus[1] - height / 2, 0.0), 1 - height)
    return left, top, width, height


def _small_grey(pixels: np.ndarray) -> Floats:
    """Brightness, 0 .. 255, of a copy of at most SIDE x SIDE pixels; nothing is middle grey."""
    height, width = pixels.shape[:2]
    scale = max(height, width) / SIDE
    if scale > 1:
        small = area_average(pixels, max(1, round(height / scale)), max(1, round(width / scale)))
    else:
        small = pixels.astype(np.float32)
    if small.shape[2] < 3:
        return small[..., 0]
    if small.shape[2] == 3:  # in one product, which is faster than one for each row
        return (small.reshape(-1, 3) @ GREY).reshape(small.shape[:2])
    grey = small[..., :3] @ GREY
    if small.shape[2] == 4:
        grey = 128 + (grey - 128) * (small[..., 3] / 255)
    return grey


def _middle_of(detail: Floats) -> float:
    """The middle of the half of a line, as a part of it, that has most detail. detail: (N,)."""
    count = len(detail)
    half = (count + 1) // 2
    halves, pull, places = _halves(count)
    start = int((halves @ detail * pull).argmax())
    part = detail[start : start + half]
    # corner k lies between the pixels k and k + 1
    return float(part @ places[start : start + half] / part.sum()) / (count + 1)


@lru_cache(maxsize=256)
def _halves(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What to weigh the corners of a line with.

    (starts, count): 1 for those in each half of it; (starts,): what each half counts;
    (count,): 1, 2, 3 ..., where they lie.
    """
    half = (count + 1) // 2
    starts = np.arange(count - half + 1)
    after = np.arange(count) - starts[:, None]
    off_centre = np.abs(np.linspace(-1, 1, len(starts)))
    is_inside = (after >= 0) & (after < half)
    return is_inside.astype(np.float64), 1 - CENTRE_PULL * off_centre, np.arange(1.0, count + 1)
