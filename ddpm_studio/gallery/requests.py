"""What the process that opens files of the gallery is asked; `first_look` answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

HANDLER = "ddpm_studio.gallery.first_look:look_at_request"
COVER, WHOLE = "cover", "whole"  # fill the shape; or fit into it, never enlarged


def request_for(path: Path, width: int, height: int, channels: int, how: str) -> dict[str, Any]:
    """For `look_at_request`. channels: 3, on white where it is transparent, or 4."""
    return {
        "path": str(path),
        "width": width,
        "height": height,
        "channels": channels,
        "how": how,
    }
