"""How many, how large, how long, when and how good, in words: the same everywhere."""

import re
import time

# control characters, other ends of lines, and marks that turn the direction or show nothing; not
# the joiners that languages and emoji need
NOT_SHOWN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
KB, MB, GB = 2**10, 2**20, 2**30  # bytes


def several(count: float, what: str, many: str = "") -> str:
    """Such as "1 picture", "3,120 pictures" or "2 copies"; many: where it is not just an s more."""
    return f"1 {what}" if count == 1 else f"{count:,} {many or what + 's'}"


def in_short(value: object, most: int = 80) -> str:
    """A value from a file as a sentence can hold it: on one line, of at most so many characters."""
    try:
        words = repr(value)
    except ValueError:  # a whole number of thousands of digits
        return "a number without end"
    return words if len(words) <= most else f"{words[:most]}…"


def as_word(name: object) -> str:
    """A name from a file: as it is if it is a plain one, else as `in_short`."""
    is_plain = isinstance(name, str) and name.isidentifier() and len(name) < 80
    return str(name) if is_plain else in_short(name)


def on_one_line(text: str, most: int = 4000) -> str:
    """A sentence as terminals, logs and labels may have it, whatever names are in it.

    Control characters, line breaks and marks that turn the direction of writing become "?"; of an
    endless one the middle is left out.
    """
    if len(text) > most:
        text = f"{text[: most // 2]} … {text[-most // 2 :]}"
    return NOT_SHOWN.sub("?", text)


def size_in_words(nbytes: float) -> str:
    """Such as "8 kB", "1.4 MB" or "12 GB".

    A GB is 2^30 bytes, as memory is sold and as Windows, task managers, nvidia-smi and torch
    count it, since most sizes here are held against the memory of a graphics card. (File managers
    of macOS and some of Linux count by the thousand, and say 7 % more.)
    """
    if nbytes <= 0:
        return "0 kB"
    for unit, size in (("GB", GB), ("MB", MB)):
        if nbytes >= 999.5 / 1024 * size:
            digits = 1 if nbytes < 9.95 * size else 0
            return f"{nbytes / size:.{digits}f}".removesuffix(".0") + f" {unit}"
    return f"{max(1, round(nbytes / KB))} kB"


def duration_in_words(seconds: float) -> str:
    """Such as "40 s", "12 min", "3 h 20 min" or "9 days": for what is estimated."""
    if round(seconds) < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return _in_hours(minutes)
    days = minutes / (24 * 60)
    return f"{days:.{1 if days < 9.95 else 0}f}".removesuffix(".0") + " days"


def time_left(seconds: float) -> str:
    """Such as "8 s left" or "1 h 20 min left"."""
    return f"{duration_in_words(seconds)} left"


def elapsed_in_words(seconds: float) -> str:
    """Such as "8 s", "3 min 05 s" or "1 h 20 min": for what is over, and counts on."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return _in_hours(whole // 60)


def _in_hours(minutes: int) -> str:
    return f"{minutes // 60:,} h {minutes % 60:02d} min"


def clock(seconds: float) -> str:
    """A place in a film, as players show it: 1:05 or 2:03:04."""
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def moment_in_words(seconds: float) -> str:
    """Such as "3 May 2031, 14:05"; seconds: since the epoch, as files tell it."""
    at = time.localtime(max(0.0, seconds))
    return f"{at.tm_mday} {time.strftime('%B %Y, %H:%M', at)}"


def why_best(loss: float) -> str:
    """The reason for the star of the best checkpoint."""
    return f"lowest loss on pictures it never saw: {loss:.3g}"


def time_in_words(t: float) -> str:
    """A timestep, such as 600; or 0.6000 of a continuous process."""
    return f"{t:.4f}" if isinstance(t, float) else str(t)
