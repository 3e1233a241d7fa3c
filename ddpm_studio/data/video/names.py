"""Which files are videos, by name: `video` itself takes a decoder along."""

from __future__ import annotations

ENDINGS = (
    ".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mpg", ".mpeg", ".wmv", ".3gp", ".mts",
    ".m2ts", ".ogv", ".flv",
)  # fmt: skip


def is_video_name(name: str) -> bool:
    """By the ending; moving GIFs and WebPs are pictures."""
    return name.lower().endswith(ENDINGS)
