"""The order of names as people count."""

import re
from functools import lru_cache

from ddpm_studio.gui.wall.filter_bar import fold

KNOWN_NAMES = 65_536  # whose keys are kept, so that typing into the search stays fast
NUMBER_WIDTH = 20  # digits; longer numbers in names are sorted as text
_DIGITS = re.compile(r"(\d+)")


@lru_cache(maxsize=KNOWN_NAMES)
def name_key(name: str) -> str:
    """Sorts as people count: "leaf 2" before "leaf 10"."""
    parts = _DIGITS.split(fold(name))
    parts[1::2] = [number.zfill(NUMBER_WIDTH) for number in parts[1::2]]
    return "".join(parts)
