"""Frames of a video as prepared pictures, for the isolated process."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image

from ddpm_studio.choices import Crop
from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.decode.fit import fit
from ddpm_studio.data.decode.look import config_from, facts_of
from ddpm_studio.data.video.film import VideoError
from ddpm_studio.data.video.read import read_frames


def frames_at_request(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """JSON in; facts and second of every frame as JSON out, and all their pixels."""
    config: PicturesConfig = config_from(request["config"])
    frames: list[dict[str, Any]] = []
    pixels: list[bytes] = []
    try:
        for frame in read_frames(Path(request["path"]), request["every"], request["most"]):
            upright, facts = facts_of(Image.fromarray(frame.pixels), "video", config)
            frames.append({"second": frame.seconds, "facts": asdict(facts)})
            pixels.append(fit(upright, Crop(config.crop), config).tobytes())
    except VideoError as error:
        return {"reason": str(error)}, b""
    return {"frames": frames}, b"".join(pixels)
