"""Whether a picture was made by this program: the recipe or the sheet that it carries says so."""

import re
from collections.abc import Mapping
from typing import Any

from ddpm_studio.recipe import KIND as RECIPE
from ddpm_studio.sheets import KIND as SHEET

MADE = "made by this program"
MOST_TEXT = 1 << 20  # bytes of one text; recipes are shorter
SAYS_SO = re.compile(rb'"kind"\s*:\s*"(?:%s|%s)"' % (RECIPE.encode(), SHEET.encode()))
ITS_OWN = b"program_version"  # what both have, and a cooking recipe has not


def is_made_here(info: Mapping[Any, Any]) -> bool:
    """info: the texts of a picture that Pillow has loaded, whatever else is among them."""
    return any(_says_so(value) for value in info.values())


def _says_so(value: object) -> bool:
    if isinstance(value, str):
        value = value[:MOST_TEXT].encode("utf-8", "replace")
    if not isinstance(value, bytes):
        return False
    text = value[:MOST_TEXT]
    return ITS_OWN in text and SAYS_SO.search(text) is not None
