"""Copies among the pictures of a folder: the same bytes, or the same picture saved anew.

What a picture looks like is kept in a few bytes: a tiny copy of it, and 64 bits to compare.
"""

import base64
import hashlib
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ddpm_studio.data.picture_facts import MINI_SIZE, PictureFacts
from ddpm_studio.storage import JsonCache

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Weights = Callable[[int, int], Floats]

KIND = "groups of copies"
FORMAT_VERSION = 1
FILE_NAME = "copies.json"
RULES = 1  # rises when the same pictures make other groups
WORTH_KEEPING = 500  # pictures: fewer are compared sooner than the file is read
MINI_BYTES = MINI_SIZE * MINI_SIZE * 3
MINI_TEXT = MINI_BYTES // 3 * 4  # characters of base64
MOST_BITS = 5  # of 64 in which the hashes of copies differ
# levels, root mean square, by which thumbnails differ once they are equally bright
MOST_OFF = 1.6
MOST_OFF_BRIGHTER = 0.4  # more for each level of brightness, as what is white cannot be brighter
MOST_OFF_EVER = 5.0
LEAST_OFF = 0.6  # is what rounding does to the flattest picture
MOST_OFF_PART = 0.12  # and as a part of the thumbnail's own contrast
OFF_AT_ONE = 4.0  # times as much where they differ most
MOST_BRIGHTER = 28.0  # levels, in the mean
GAINS = (0.84, 1 / 0.84)  # how much more contrast a copy may have
ASPECT_SLACK = 0.01  # beside what rounding to whole pixels does
BLOCK = 64  # pictures that are compared with all others at once
MOST_PAIRS = 50_000  # of thumbnails that are compared at once
GREY = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
BAND = 1 << 18  # values that are averaged at once, so that large pictures need little memory
PHASH_SIDE = 32  # pixels: finer detail than this has no say in the hash
WAVES = 8  # of the lowest frequencies along a side
SILENT = 1e-2  # levels: weaker waves are those of one colour, and of rounding


def known_groups(facts: Sequence[PictureFacts], cache: Path) -> list[list[int]]:
    """`group_copies`, but of the same pictures in the same order only once.

    To compare 20,000 pictures takes a while.
    """
    if len(facts) < WORTH_KEEPING:
        return group_copies(facts)
    about = [f"{f.digest} {f.phash} {f.mini} {f.width} {f.height} {f.damage}" for f in facts]
    text = "\n".join([str(RULES), *about])
    key = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()

    def understand(values: dict[str, Any]) -> list[list[int]] | None:
        groups = [[int(place) for place in group] for group in values["groups"]]
        is_whole = all(0 <= place < len(facts) for group in groups for place in group)
        return groups if values["key"] == key and is_whole else None

    kept = JsonCache(cache / FILE_NAME, KIND, FORMAT_VERSION)
    groups = kept.read(understand)
    if groups is None:
        groups = group_copies(facts)
        with suppress(OSError):  # it can be found again
            kept.write({"key": key, "groups": groups})
    return groups


def group_copies(facts: Sequence[PictureFacts]) -> list[list[int]]:
    """The groups of copies, as places in `facts`; a picture without a copy is in no group.

    Exact copies have the same bytes; near copies are one picture scaled, compressed again or a
    bit brighter. The first of a group is the one to keep: that with most pixels, then one that is
    not damaged, then the first. All others are near to that one, not only to one another, so no
    chain of small changes becomes a group. Groups are ordered by their first member's place.
    """
    order = sorted(
        range(len(facts)),
        key=lambda k: (-facts[k].width * facts[k].height, bool(facts[k].damage), k),
    )
    exact: dict[str, list[int]] = defaultdict(list)
    for place in order:
        exact[facts[place].digest].append(place)
    unlike = [places[0] for places in exact.values()]
    keepers = _near_copies([facts[place] for place in unlike])
    groups: dict[int, list[int]] = {}
    for place, keeper in zip(unlike, keepers, strict=True):
        groups.setdefault(unlike[keeper], []).extend(exact[facts[place].digest])
    found = [[kept, *sorted(set(places) - {kept})] for kept, places in groups.items()]
    return sorted(group for group in found if len(group) > 1)


def _near_copies(facts: Sequence[PictureFacts]) -> list[int]:
    """For each picture, the place of the one to keep of its copies; its own if it has none.

    facts: of unlike files, the ones to keep first.
    """
    keepers = list(range(len(facts)))
    plain: dict[tuple[str, float], int] = {}
    compared = []
    for place, fact in enumerate(facts):
        if len(fact.mini) != MINI_TEXT:
            continue
        if fact.phash:
            compared.append(place)
        else:  # of one colour: nothing but that colour and the shape can be compared
            keepers[place] = plain.setdefault(
                (fact.mini, round(fact.width / fact.height, 2)), place
            )
    likenesses = _Likenesses([facts[place] for place in compared])
    for keeper, copy in likenesses.pairs():
        keepers[compared[copy]] = compared[keeper]
    return keepers


class _Likenesses:
    """Thumbnails and hashes of many pictures, ready to be compared, the ones to keep first."""

    def __init__(self, facts: Sequence[PictureFacts]) -> None:
        minis = base64.b64decode("".join(fact.mini for fact in facts))
        self._minis = np.frombuffer(minis, np.uint8).reshape(-1, MINI_BYTES)
        self._phashes = np.array([fact.phash for fact in facts], np.uint64)
        sizes = np.array([(fact.width, fact.height) for fact in facts], np.float64).reshape(-1, 2)
        self._aspects = np.log(sizes[:, 0] / sizes[:, 1])
        self._slack = 1 / sizes.min(1, initial=np.inf)  # half a pixel of both sides
        away = self._minis - self._minis.mean(1, dtype=np.float32, keepdims=True)
        contrast = np.maximum(np.sqrt((away * away).mean(1)), 1e-3)
        self._units = away / (contrast * math.sqrt(MINI_BYTES))[:, None]
        most = np.maximum(LEAST_OFF / contrast, MOST_OFF_PART / GAINS[0])
        self._cosines = np.sqrt(np.maximum(1 - most**2, 0)) - 1e-4

    def pairs(self) -> list[tuple[int, int]]:
        """(picture to keep, copy of it): a copy is in one pair only, and keeps no other."""
        found: dict[int, int] = {}
        is_copy = np.zeros(len(self._phashes), bool)
        left, block = np.arange(len(self._phashes)), BLOCK
        while left.size > 1:
            heads = left[:block]
            ours, theirs = self._alike(heads, left)
            if ours.size > MOST_PAIRS and block > 1:
                block = max(1, block // 8)
                continue
            same = self._same(heads[ours], left[theirs])
            pairs = zip(heads[ours[same]].tolist(), left[theirs[same]].tolist(), strict=True)
            for head, other in pairs:
                if head not in found:
                    found.setdefault(other, head)
                    is_copy[other] = True
            left, block = left[block:], BLOCK
            left = left[~is_copy[left]]
        return [(head, other) for other, head in found.items()]

    def _alike(self, heads: Ints, left: Ints) -> tuple[Ints, Ints]:
        """Places in both of pairs with nearly the same hash, the picture to keep first."""
        bits = np.bitwise_count(self._phashes[heads, None] ^ self._phashes[left])
        alike = bits <= MOST_BITS
        if np.count_nonzero(alike) > MOST_PAIRS:  # so the hashes say little; all thumbnails do more
            alike &= self._units[heads] @ self._units[left].T >= self._cosines[left]
        ours, theirs = np.divmod(np.flatnonzero(alike), left.size)  # np.nonzero is slow in 2D
        later = theirs > ours
        return ours[later], theirs[later]

    def _same(self, one: Ints, other: Ints) -> npt.NDArray[np.bool_]:
        """Whether the pairs have one shape, and the same thumbnail but for some brightness."""
        slack = ASPECT_SLACK + self._slack[one] + self._slack[other]
        same = np.abs(self._aspects[one] - self._aspects[other]) <= slack
        a, b = self._minis[one].astype(np.float32), self._minis[other].astype(np.float32)
        mean_a, mean_b = a.mean(1, keepdims=True), b.mean(1, keepdims=True)
        brighter = np.abs(mean_a - mean_b)[:, 0]
        a, b = a - mean_a, b - mean_b
        power = np.maximum((a * a).sum(1), 1e-6)
        gain = (a * b).sum(1) / power
        off = b - gain[:, None] * a
        off_mean = np.sqrt((off * off).mean(1))
        most = np.minimum(MOST_OFF + MOST_OFF_BRIGHTER * brighter, MOST_OFF_EVER)
        most = np.clip(MOST_OFF_PART * np.sqrt(power / MINI_BYTES), LEAST_OFF, most)
        same &= (brighter <= MOST_BRIGHTER) & (gain >= GAINS[0]) & (gain <= GAINS[1])
        return same & (off_mean <= most) & (np.abs(off).max(1) <= OFF_AT_ONE * most)


def area_average(pixels: np.ndarray, height: int, width: int) -> Floats:
    """Every pixel counts by the area it covers: float32 (height, width, C), 0 .. 255.

    pixels: uint8 (H, W, C).
    """
    return _project(pixels, height, width, _areas)


def likeness(pixels: np.ndarray) -> tuple[npt.NDArray[np.uint8], int]:
    """A tiny copy and the perceptual hash of one picture. pixels: uint8 (H, W, 1 or 3).

    The copy: all of it, averaged, uint8 (8, 8, 3). The hash: 64 bits of which the same picture
    scaled, recompressed or a bit brighter changes few, the signs of the 8 x 8 lowest waves of a
    grey copy of 32 x 32 pixels, as in pHash (Zauner, 2010), but the first; 0 for one colour alone.
    """
    both = _project(pixels, MINI_SIZE + WAVES, MINI_SIZE + WAVES, _both)
    mini = (both[:MINI_SIZE, :MINI_SIZE] + 0.5).astype(np.uint8)
    waves = both[MINI_SIZE:, MINI_SIZE:]
    signs = (waves @ GREY if waves.shape[2] == 3 else waves[..., 0]) > SILENT
    signs[0, 0] = False  # the mean brightness is no likeness
    phash = int.from_bytes(np.packbits(signs).tobytes(), "big")
    return mini if mini.shape[2] == 3 else mini.repeat(3, 2), phash


def _project(pixels: np.ndarray, height: int, width: int, kind: Weights) -> Floats:
    """Weigh all rows and columns of uint8 (H, W, C) into float32 (height, width, C)."""
    high, wide, channels = pixels.shape
    down, across = kind(high, height), kind(wide, width)
    rows = max(1, BAND // (wide * channels))
    lines = pixels.reshape(high, -1)
    summed = down[:, :rows] @ lines[:rows].astype(np.float32)
    for top in range(rows, high, rows):
        summed += down[:, top : top + rows] @ lines[top : top + rows].astype(np.float32)
    # all channels in one large product, which is far faster than many narrow ones
    rows_of_one = summed.reshape(height, wide, channels).transpose(0, 2, 1).reshape(-1, wide)
    return (rows_of_one @ across.T).reshape(height, channels, width).transpose(0, 2, 1)


@lru_cache(maxsize=64)
def _areas(length: int, parts: int) -> Floats:
    """(parts, length): how much each of `length` pixels counts in each part; rows add up to 1."""
    edges = np.arange(parts + 1) * (length / parts)
    pixels = np.arange(length)
    covered = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return (np.maximum(covered, 0) * (parts / length)).astype(np.float32)


@lru_cache(maxsize=64)
def _both(length: int, _: int) -> Floats:
    """Those of the copy, and cosines of rising frequency over the average in PHASH_SIDE parts."""
    places = (np.arange(PHASH_SIDE) + 0.5) * (math.pi / PHASH_SIDE)
    cosines = np.cos(np.arange(WAVES)[:, None] * places) / PHASH_SIDE
    waves = (cosines @ _areas(length, PHASH_SIDE)).astype(np.float32)
    return np.concatenate((_areas(length, MINI_SIZE), waves))
