"""What the process that decodes is asked, as JSON; `looking` answers."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ddpm_studio.choices import Crop
from ddpm_studio.config import PicturesConfig


def request_for(
    path: Path | str, config: PicturesConfig, crops: Sequence[Crop] = (), known: Sequence[str] = ()
) -> dict[str, Any]:
    """For `looking.look_at_request`, with the arguments of `looking.look_at`."""
    request: dict[str, Any] = {"path": str(path), "config": _text(config)}
    if crops:
        request["crops"] = [dataclasses.asdict(crop) for crop in crops]
    if known:
        request["known"] = list(known)
    return request


@lru_cache(maxsize=8)
def _text(config: PicturesConfig) -> str:
    return json.dumps(dataclasses.asdict(config))
