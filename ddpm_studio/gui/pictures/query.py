"""Which pictures of a folder are shown, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ddpm_studio.gui.wall.filter_bar import Query, Shows, matching
from ddpm_studio.gui.wall.name_order import name_key

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.gui.pictures.entries import WallEntry

NAME, COLOUR, PIXELS, DATE = "name", "colour", "pixels", "date"
TAKEN, LEFT_OUT, LOW, COPIES, CHANGED = "taken", "left_out", "low", "copies", "changed"
GREY_CHROMA = 0.03  # OKLab: below it people see a grey
HUE_BANDS = 24
FIRST_HUE = 5.0  # degrees in OKLab: the circle begins with red and ends with pink
LMS_FROM_RGB = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
LAB_FROM_LMS = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


@dataclass(frozen=True)
class PictureQuery(Query):
    """What is asked for of the pictures of a folder."""

    sort: str = NAME  # or COLOUR, PIXELS, DATE


SHOWN: Shows[WallEntry] = {
    TAKEN: lambda entry: entry.is_taken,
    LEFT_OUT: lambda entry: not entry.is_taken,
    LOW: lambda entry: entry.is_low,
    COPIES: lambda entry: entry.is_copy,
    CHANGED: lambda entry: entry.is_changed,
}


def choose(entries: Sequence[WallEntry], query: Query) -> list[int]:
    """The positions in `entries` of what is asked for, in the order that is asked for.

    Equal ones keep the order of `entries`, whichever way they are sorted; copies stand beside
    each other.
    """
    rows = matching(entries, query, SHOWN)
    if query.label:
        rows = [row for row in rows if entries[row].label == query.label]
    keys = _keys([entries[row] for row in rows], query.sort)
    order = sorted(range(len(rows)), key=keys.__getitem__, reverse=query.descending)
    rows = [rows[place] for place in order]
    if query.show == COPIES:
        rows.sort(key=lambda row: entries[row].group)
    return rows


def colour_keys(colours: Sequence[tuple[int, int, int]]) -> list[float]:
    """Sorts as a paint box: greys from dark to light, then around the circle of hues.

    colours: red, green and blue, 0 to 255. Hue alone would put dark and light side by side at
    random. So the circle is cut into bands; in each one lightness goes up, in the next one down.
    """
    import numpy as np

    if not len(colours):
        return []
    lightness, a, b = _oklab(np.asarray(colours, np.float64) / 255).T
    hue = (np.degrees(np.arctan2(b, a)) - FIRST_HUE) % 360
    band = np.floor(hue * HUE_BANDS / 360).clip(0, HUE_BANDS - 1)
    within = np.where(band % 2 == 0, lightness, 1 - lightness)
    is_grey = np.hypot(a, b) < GREY_CHROMA
    keys: list[float] = np.where(is_grey, lightness, 2 * band + 2 + within).tolist()
    return keys


def _oklab(rgb: np.ndarray) -> np.ndarray:
    """Lightness, a and b (N, 3) of sRGB (N, 3) in 0 .. 1 (Björn Ottosson, 2020)."""
    import numpy as np

    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab: np.ndarray = np.cbrt(linear @ np.array(LMS_FROM_RGB).T) @ np.array(LAB_FROM_LMS).T
    return lab


def _keys(entries: Sequence[WallEntry], sort: str) -> Sequence[Any]:
    """What each is sorted by."""
    if sort == COLOUR:
        return colour_keys([entry.colour for entry in entries])
    if sort == PIXELS:
        return [entry.width * entry.height for entry in entries]
    if sort == DATE:
        return [entry.modified for entry in entries]
    return [name_key(entry.name) for entry in entries]
