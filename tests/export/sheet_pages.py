"""Reads back what is written into the page of a sheet."""

import json
from pathlib import Path
from typing import Any

from PIL import Image

from ddpm_studio.export.recipe.exif import EXIF_FOLDER, USER_COMMENT
from ddpm_studio.export.sheet_page import KEY


def read_about(path: Path) -> dict[str, Any] | None:
    """What `write_page` wrote into a file; None if there is nothing of the kind."""
    with Image.open(path) as image:
        text = image.info.get(KEY)
        comment = image.getexif().get_ifd(EXIF_FOLDER).get(USER_COMMENT)
    try:
        if isinstance(comment, bytes):
            values = json.loads(comment.removeprefix(b"ASCII\0\0\0"))
            values = values.get(KEY) if isinstance(values, dict) else None
        else:
            values = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return values if isinstance(values, dict) else None
