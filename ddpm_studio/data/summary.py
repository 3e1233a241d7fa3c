"""What a folder says: how many pictures, of which sizes and colours, and what to expect of them."""

import base64
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ddpm_studio.data.picture_facts import MINI_SIZE, PictureFacts

Size = tuple[int, int]  # width, height
Colour = tuple[int, int, int]
Floats = npt.NDArray[np.float64]

NAMED_RATIOS = ((1, 1), (5, 4), (4, 3), (3, 2), (16, 9), (2, 1), (3, 1))
SAME_RATIO = 0.04  # natural logarithm, to a ratio with a name
ALIKE_RATIO = 0.14  # to the middle one
MOSTLY, WHOLLY = 0.6, 0.95  # of all pictures
COLOURS = 8
SMALLEST_SHARE = 0.01
SAME_COLOUR = 0.04  # in OKLab: a difference that is seen, but no other colour
BITS = 5  # of each channel by which colours are gathered first
ROUNDS = 12
MANY = 1000  # thumbnails, evenly spread over the folder, are enough for its colours
FAR_APART = 120.0  # levels between two pictures that have nothing in common
ALIKE_WORDS = ((0.6, "very alike"), (0.3, "somewhat alike"), (0.0, "very different"))

Setting = tuple[str, object]


@dataclass(frozen=True)
class Outlook:
    """What to expect of fewer than so many pictures, and the settings that follow."""

    below: float
    expectation: str
    advice: str
    settings: tuple[Setting, ...] = ()


FLIP: Setting = ("pictures.flip_horizontal", True)
NO_PICTURES = Outlook(1, "There are no pictures yet.", "Choose a folder with pictures.")
OUTLOOKS = (
    NO_PICTURES,
    Outlook(
        2,
        "One picture is learned by heart: what comes out will be that picture, or parts of it.",
        "Take many crops of a large picture, show it mirrored too, and hold the model back with "
        "some dropout.",
        (FLIP, ("model.dropout", 0.2)),
    ),
    Outlook(
        50,
        "So few pictures are soon learned by heart: expect near copies and blends of them.",
        "Show each picture mirrored too, hold the model back with some dropout, and keep an early "
        "checkpoint.",
        (FLIP, ("model.dropout", 0.2)),
    ),
    Outlook(
        500,
        "The look of your pictures will come out well, but a long training ends in copies: the "
        "best results lie in the middle of it.",
        "Show each picture mirrored too, and hold the model back with a little dropout.",
        (FLIP, ("model.dropout", 0.1)),
    ),
    Outlook(
        5000,
        "Enough for new pictures in the manner of yours; with very long training some will still "
        "be near copies.",
        "A little dropout lets you train for longer before pictures are copied.",
        (("model.dropout", 0.05),),
    ),
    Outlook(
        math.inf,
        "Enough for really new pictures: copies are rare, and quality grows with the size of the "
        "model and the time it trains.",
        "Nothing needs to hold the model back: train without dropout, and for as long as you can.",
        (("model.dropout", 0.0),),
    ),
)


@dataclass(frozen=True)
class FolderSummary:
    """All that the panel about a folder shows; `settings` are names and values of StudioConfig."""

    count: int
    left_out: int
    sizes: str  # "640 x 480 to 4000 x 3000, mostly 1200 x 900"
    aspect: str  # "mostly landscape 4:3", "square", "mixed"
    ratio: float  # width / height for a model of them; 1 if mixed
    palette: tuple[Colour, ...]  # up to 8 colours, that with the largest share first
    shares: tuple[float, ...]  # of the palette; they add up to 1
    alike: float  # 0 .. 1
    alike_words: str  # "" for less than two pictures
    grey: int
    transparent: int
    pixel_art: int
    expectation: str
    advice: str
    settings: tuple[Setting, ...]

    @property
    def is_transparent(self) -> bool:
        """Whether most of the pictures are, in places."""
        return 2 * self.transparent > self.count

    def shape_for(self, longer: int, stride: int) -> Size:
        """Width and height for a model: multiples of `stride`, the longer side at most `longer`.

        But at least `stride`; square if the pictures have many shapes.
        """
        long = max(1, longer // stride) * stride
        short = max(1, round(long * min(self.ratio, 1 / self.ratio) / stride)) * stride
        return (long, short) if self.ratio >= 1 else (short, long)


def summarise(facts: Sequence[PictureFacts], left_out: int) -> FolderSummary:
    """What the pictures that are taken say together."""
    count = len(facts)
    sizes = [(fact.width, fact.height) for fact in facts]
    ordered = sorted(sizes, key=lambda size: (size[0] * size[1], size)) or [(0, 0)]
    typical, share = _typical(ordered)
    minis = _minis(facts)
    palette, shares = _palette(minis.reshape(-1, 3))
    alike = _alikeness(minis)
    aspect, ratio = _aspect(sizes)
    outlook = next(outlook for outlook in OUTLOOKS if count < outlook.below)
    return FolderSummary(
        count=count,
        left_out=left_out,
        sizes=_sizes_in_words(ordered[0], ordered[-1], typical, share, count) if count else "",
        aspect=aspect,
        ratio=ratio,
        palette=palette,
        shares=shares,
        alike=alike,
        alike_words=next(word for least, word in ALIKE_WORDS if alike >= least)
        if count > 1
        else "",
        grey=sum(fact.is_grey for fact in facts),
        transparent=sum(fact.has_alpha for fact in facts),
        pixel_art=sum(fact.pixel_scale > 0 for fact in facts),
        expectation=outlook.expectation,
        advice=outlook.advice,
        settings=outlook.settings,
    )


def _typical(ordered: Sequence[Size]) -> tuple[Size, float]:
    """The most frequent size with its share, or else the middle one. ordered: by area."""
    size, times = Counter(ordered).most_common(1)[0]
    share = times / len(ordered)
    return (size if share >= 0.3 else ordered[len(ordered) // 2]), share


def _sizes_in_words(smallest: Size, largest: Size, typical: Size, share: float, count: int) -> str:
    small, large, usual = (f"{width} x {height}" for width, height in (smallest, largest, typical))
    if share == 1:
        return f"all {small}" if count > 1 else small
    return f"{small} to {large}, {'mostly' if share > 0.5 else 'typically'} {usual}"


def _aspect(sizes: Sequence[Size]) -> tuple[str, float]:
    """In words, and as the ratio that a model for them should have."""
    if not sizes:
        return "", 1.0
    wide, high = np.array(sizes, np.float64).T
    ratios = np.log(wide / high)
    middle = float(np.median(ratios))
    share = float((np.abs(ratios - middle) <= ALIKE_RATIO).mean())
    if share < MOSTLY:
        return "mixed", 1.0
    named = {long / short: f"{long}:{short}" for long, short in NAMED_RATIOS}
    nearest = min(named, key=lambda ratio: abs(math.log(ratio) - abs(middle)))
    has_name = abs(math.log(nearest) - abs(middle)) <= SAME_RATIO
    if has_name and nearest == 1:
        words, ratio = "square", 1.0
    else:
        name = named[nearest] if has_name else f"{math.exp(abs(middle)):.2f}:1"
        kind = "landscape" if middle > 0 else "portrait"
        words = f"{kind} {name if middle > 0 else ':'.join(reversed(name.split(':')))}"
        ratio = math.exp(math.copysign(math.log(nearest), middle) if has_name else middle)
    return (words if share >= WHOLLY else f"mostly {words}"), ratio


def _minis(facts: Sequence[PictureFacts]) -> npt.NDArray[np.uint8]:
    """The thumbnails of up to MANY pictures: uint8 (N, 192)."""
    known = [fact.mini for fact in facts if fact.mini]
    chosen = "".join(known[:: max(1, math.ceil(len(known) / MANY))])
    return np.frombuffer(base64.b64decode(chosen), np.uint8).reshape(-1, MINI_SIZE**2 * 3)


def _alikeness(minis: npt.NDArray[np.uint8]) -> float:
    """1: all pictures are the same; 0: two of them differ as much as two of chance do."""
    if len(minis) < 2:
        return 1.0
    # the mean square difference of two is twice the variance
    apart = math.sqrt(2 * float(minis.var(0, dtype=np.float32).mean()))
    return max(0.0, 1 - apart / FAR_APART)


def _palette(pixels: npt.NDArray[np.uint8]) -> tuple[tuple[Colour, ...], tuple[float, ...]]:
    """Up to COLOURS colours and their shares. pixels: uint8 (N, 3).

    k-means in OKLab, over the colours of a coarse grid; it begins with the most frequent one and
    goes on with those that matter most and are far from all before, so nothing is left to chance.
    """
    if not len(pixels):
        return (), ()
    levels = (pixels >> (8 - BITS)).astype(np.intp)
    cell = (levels[:, 0] << BITS | levels[:, 1]) << BITS | levels[:, 2]
    weights = np.bincount(cell, minlength=1 << 3 * BITS)
    used = np.flatnonzero(weights)
    sums = [np.bincount(cell, channel, len(weights))[used] for channel in pixels.T]
    weight = weights[used].astype(np.float64)
    points = _to_oklab(np.stack(sums, 1) / weight[:, None])
    # roots, or the shades of one paper would leave no place for what is drawn on it
    pull = np.sqrt(weight)
    centres = _first_centres(points, pull)
    for _ in range(ROUNDS):
        nearest = _squared(points, centres).argmin(1)
        share = np.bincount(nearest, weight, len(centres))
        kept = share >= SMALLEST_SHARE * weight.sum()
        total = np.bincount(nearest, pull, len(centres))[kept, None]
        moved = [np.bincount(nearest, pull * axis, len(centres))[kept] for axis in points.T]
        centres = np.stack(moved, 1) / total
    nearest = _squared(points, centres).argmin(1)
    share = np.bincount(nearest, weight, len(centres)) / weight.sum()
    order = np.argsort(-share, kind="stable")
    colours = _to_srgb(centres[order])
    return tuple((r, g, b) for r, g, b in colours.tolist()), tuple(share[order].tolist())


def _first_centres(points: Floats, weight: Floats) -> Floats:
    centres = points[[weight.argmax()]]
    while len(centres) < COLOURS:
        away = _squared(points, centres).min(1)
        score = np.where(away > SAME_COLOUR**2, away * weight, 0)
        if not score.any():
            break
        centres = np.concatenate([centres, points[[score.argmax()]]])
    return centres


def _squared(points: Floats, centres: Floats) -> Floats:
    """Squared distances: (N, 3) and (K, 3) to (N, K)."""
    cross = points @ centres.T
    return (points**2).sum(1)[:, None] - 2 * cross + (centres**2).sum(1)


# OKLab (Ottosson, 2020): linear sRGB to cone responses, and their cube roots to L, a, b
CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _to_oklab(colours: Floats) -> Floats:
    """0 .. 255 (N, 3) to L, a, b."""
    encoded = colours / 255
    low = encoded <= 0.04045
    linear = np.where(low, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ CONES.T) @ LAB.T


def _to_srgb(lab: Floats) -> npt.NDArray[np.uint8]:
    linear = np.clip((lab @ np.linalg.inv(LAB).T) ** 3 @ np.linalg.inv(CONES).T, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return (encoded * 255 + 0.5).astype(np.uint8)
