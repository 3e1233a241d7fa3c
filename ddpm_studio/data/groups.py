"""The groups of copies of a folder, kept in the cache: to compare 20,000 pictures takes a while."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ddpm_studio.data.copies import group_copies
from ddpm_studio.data.facts import PictureFacts
from ddpm_studio.errors import StudioError
from ddpm_studio.storage import read_json, write_json

KIND = "groups of copies"
FORMAT_VERSION = 1
FILE_NAME = "copies.json"
RULES = 1  # rises when the same pictures make other groups
WORTH_KEEPING = 500  # pictures: fewer are compared sooner than the file is read


def known_groups(facts: Sequence[PictureFacts], cache: Path) -> list[list[int]]:
    """`group_copies`, but of the same pictures in the same order only once."""
    if len(facts) < WORTH_KEEPING:
        return group_copies(facts)
    looks = [f"{f.digest} {f.look} {f.mini} {f.width} {f.height} {f.damage}" for f in facts]
    text = "\n".join([str(RULES), *looks])
    key = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()
    with suppress(StudioError, KeyError, TypeError, ValueError):
        values = read_json(cache / FILE_NAME, KIND, FORMAT_VERSION)
        if values["key"] == key:
            groups = [[int(place) for place in group] for group in values["groups"]]
            if all(0 <= place < len(facts) for group in groups for place in group):
                return groups
    groups = group_copies(facts)
    with suppress(OSError):  # it can be found again
        values = {"key": key, "groups": groups}
        write_json(cache / FILE_NAME, KIND, FORMAT_VERSION, values, indent=None)
    return groups
