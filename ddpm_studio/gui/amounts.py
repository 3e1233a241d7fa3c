"""How many, how large, how long and when, in words."""

from __future__ import annotations

import time


def several(count: int, what: str) -> str:
    """Such as "1 picture" or "3,120 pictures"."""
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"


def size_in_words(nbytes: float) -> str:
    """Such as "8 kB", "1.4 MB" or "12 GB"."""
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if nbytes >= 0.9995 * size:
            return f"{nbytes / size:.{1 if nbytes < 9.95 * size else 0}f} {unit}"
    return f"{max(1, round(nbytes / 1e3))} kB"


def duration_in_words(seconds: float) -> str:
    """Such as "40 s", "12 min" or "3 h 20 min"."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60:,} h {minutes % 60:02d} min"


def moment_in_words(seconds: float) -> str:
    """Such as "3 May 2031, 14:05"; seconds: since the epoch, as files tell it."""
    at = time.localtime(max(0.0, seconds))
    return f"{at.tm_mday} {time.strftime('%B %Y, %H:%M', at)}"
