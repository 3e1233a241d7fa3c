"""Pixel art: how it is recognised, and how it is brought to a size without a new colour."""

from collections.abc import Sequence

import numpy as np

FIRST_LOOK = (16, 256)  # rows and columns; most photos leave after these
MOST_COLOURS = 64  # of art at its own size
MOST_COLOURS_ENLARGED = 256  # whole blocks are good evidence already
PIXELS_PER_COLOUR = 16  # a small picture must do with fewer colours
LONGEST_SIDE = 256  # of art at its own size, pixels; larger ones are drawings, scans, screens
LONGEST_SIDE_ENLARGED = 1024
JUDGED_SIDE = 512  # of larger art only the middle is looked at
FEWEST_CHANGES = 8  # between neighbours; less is a shape or two, not a drawing
LEAST_EQUAL = 0.3  # of all neighbours have the same colour
FAR = 16  # levels of a channel between neighbours that make a hard edge
LEAST_FAR = 0.7  # of the neighbours that differ do so by a hard edge
MIXED_WITHIN = 24.0  # levels beside the straight line between two colours
MOST_MIXED = 0.2  # of all pixels
LEAST_ALONE = 0.75  # of the colours are also seen where they are no mixture


def pixel_scale(pixels: np.ndarray) -> int:
    """How many pixels one drawn pixel is wide; 0 if this is no pixel art.

    pixels: uint8 (H, W, 3 or 4). 1: a sprite at its own size, 8: one that was enlarged 8 times by
    nearest neighbour. Pixel art has few colours and hard edges; a smoothed edge shows as colours
    that are only ever seen between the two that they mix.
    """
    if not _may_be_art(_without_hidden_colours(_middle(pixels, *FIRST_LOOK))):
        return 0
    height, width = pixels.shape[:2]
    step = max(1, height // FIRST_LOOK[0])
    # a few whole rows tell whether the picture was enlarged, before all of it is looked at
    scale = _distance_of_edges(_without_hidden_colours(pixels[::step]), (width, height))
    if max(height, width) > (LONGEST_SIDE if scale == 1 else LONGEST_SIDE_ENLARGED * scale):
        return 0
    pixels = _without_hidden_colours(pixels)
    if scale != 1:
        scale = _distance_of_edges(pixels, (width, height))
        across = np.ascontiguousarray(pixels[:, ::scale]).swapaxes(0, 1)
        scale = _distance_of_edges(across, (scale,))
    art = pixels[::scale, ::scale]
    longest = LONGEST_SIDE if scale == 1 else LONGEST_SIDE_ENLARGED
    is_art = 8 <= max(art.shape[:2]) <= longest and _is_art(art, scale > 1)
    return scale if is_art else 0


def fit_pixel_art(
    pixels: np.ndarray, scale: int, width: int, height: int, mode: str, ground: Sequence[int]
) -> np.ndarray:
    """Pixel art at another size by nearest neighbour with whole factors: uint8 (height, width, C).

    pixels: uint8 (H, W, C); scale: what `pixel_scale` says of them. Art that is smaller than
    asked is enlarged as far as the whole of it fits. Of larger art every k-th pixel is taken:
    with mode "pad" so that the whole fits, with any other so that the middle fills the size.
    The rest is `ground`, C values; no other colour is new.
    """
    art = pixels[::scale, ::scale]
    high, wide = art.shape[:2]
    if wide <= width and high <= height:
        factor = min(width // wide, height // high)
        art = art.repeat(factor, 0).repeat(factor, 1)
    elif mode == "pad":
        step = max(-(-wide // width), -(-high // height))
        art = art[::step, ::step]
    else:
        step = max(1, min(wide // width, high // height))
        art = _centred(art, min(high, height * step), min(wide, width * step))[::step, ::step]
    fitted = np.empty((height, width, pixels.shape[2]), np.uint8)
    fitted[:] = ground
    _centred(fitted, *art.shape[:2])[:] = art
    return fitted


def _middle(pixels: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Some rows, spread over the picture, and the middle of them."""
    height, width = pixels.shape[:2]
    left = max(0, (width - columns) // 2)
    return pixels[:: max(1, height // rows), left : left + columns]


def _centred(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """The middle of that size, as a view."""
    top, left = (pixels.shape[0] - height) // 2, (pixels.shape[1] - width) // 2
    return pixels[top : top + height, left : left + width]


def _may_be_art(rows: np.ndarray) -> bool:
    """False for what is certainly no pixel art, such as most photos."""
    codes = _codes(rows)
    equal = np.count_nonzero(codes[:, 1:] == codes[:, :-1])
    if equal < LEAST_EQUAL / 2 * codes.size:
        return False
    return _count_colours(codes) <= MOST_COLOURS_ENLARGED


def _distance_of_edges(pixels: np.ndarray, lengths: tuple[int, ...]) -> int:
    """The largest number that divides `lengths` and the place of every change along the rows."""
    changes = (pixels[:, 1:] != pixels[:, :-1]).any(0).any(-1)
    places = np.flatnonzero(changes) + 1
    return int(np.gcd.reduce(np.append(places, lengths)))


def _without_hidden_colours(pixels: np.ndarray) -> np.ndarray:
    """What is wholly transparent becomes one colour."""
    if pixels.shape[2] == 3:
        return pixels
    return np.where(pixels[..., 3:] == 0, np.uint8(0), pixels)


def _is_art(art: np.ndarray, enlarged: bool) -> bool:
    """Whether the drawn pixels, uint8 (H, W, 3 or 4), have few colours and hard edges."""
    art = np.ascontiguousarray(
        _centred(art, min(art.shape[0], JUDGED_SIDE), min(art.shape[1], JUDGED_SIDE))
    )
    codes = _codes(art)
    colours = _count_colours(codes)
    most = min(
        MOST_COLOURS_ENLARGED if enlarged else MOST_COLOURS, 4 + codes.size // PIXELS_PER_COLOUR
    )
    if colours > most:
        return False
    flat = np.ascontiguousarray(art.reshape(codes.size, -1).T, np.float32)
    is_mixed = np.zeros(codes.size, bool)
    changes = far = pairs = 0
    for step, axis in ((codes.shape[1], 0), (1, 1)):  # down, and across
        differs = np.diff(codes, axis=axis) != 0
        if not differs.any():
            return False  # one colour, or stripes
        at = _places(differs, codes.shape)
        distance = np.abs(flat.take(at + step, 1) - flat.take(at, 1)).max(0)
        changes, pairs = changes + at.size, pairs + differs.size
        far += int(np.count_nonzero(distance >= FAR))
        both = differs[1:] & differs[:-1] if axis == 0 else differs[:, 1:] & differs[:, :-1]
        _mark_mixtures(is_mixed, flat, _places(both, codes.shape), step)
    if changes < FEWEST_CHANGES or changes > (1 - LEAST_EQUAL) * pairs:
        return False
    mixed = np.count_nonzero(is_mixed)
    if far < LEAST_FAR * changes or mixed > MOST_MIXED * codes.size:
        return False
    return not mixed or _count_colours(codes.reshape(-1)[~is_mixed]) >= LEAST_ALONE * colours


def _places(marked: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Where an array that is smaller by a row or column is true, as places of the flat picture."""
    places = np.flatnonzero(marked)
    if marked.shape[1] == shape[1]:
        return places
    return places + places // marked.shape[1] * (shape[1] - marked.shape[1])


def _mark_mixtures(is_mixed: np.ndarray, flat: np.ndarray, first: np.ndarray, step: int) -> None:
    """Mark the middle ones of three pixels in a row if it could be a mixture of its neighbours.

    flat: float32 (3 or 4, N); first: places of the first of the three, all unlike the next.
    """
    # take() gives rows one after the other in memory, which indexing does not
    before, middle, after = (flat.take(first + k * step, 1) for k in range(3))
    back, on = middle - before, after - middle
    between = (back * on).min(0) >= 0
    if len(flat) == 4:  # an outline is no mixture of the drawing and of nothing
        between &= (before[3] > 0) & (after[3] > 0)
    line = back + on
    length = np.maximum((line * line).sum(0), 1)
    beside = (back * back).sum(0) - (back * line).sum(0) ** 2 / length
    is_mixed[first[between & (beside <= MIXED_WITHIN**2)] + step] = True


def _codes(pixels: np.ndarray) -> np.ndarray:
    """One number for each colour: uint32 (H, W)."""
    codes = np.zeros((*pixels.shape[:2], 4), np.uint8)
    codes[..., : pixels.shape[2]] = pixels
    return codes.view(np.uint32)[..., 0]


def _count_colours(codes: np.ndarray) -> int:
    ordered = np.sort(codes, axis=None)
    return 1 + int(np.count_nonzero(ordered[1:] != ordered[:-1])) if ordered.size else 0
