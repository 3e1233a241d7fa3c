"""Files that are whole or not there at all: atomic writes, and JSON with a format version."""

import errno
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ddpm_studio.errors import StudioError
from ddpm_studio.words import in_short

T = TypeVar("T")

TEMPORARY_PREFIX = ".unfinished-"
TEMPORARY = TEMPORARY_PREFIX + "[0-9a-f]" * 8 + "*"  # as they are named here, nothing else
MOST_BYTES = 1 << 28  # of a JSON file; what is known of 100,000 pictures takes a fifth of it
ABANDONED_AFTER = 3600.0  # seconds: by then nobody writes to an unfinished file any more
# how a disk says that it did not take something; others only cannot flush the names in a folder
REFUSALS = (errno.EIO, errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success it is flushed and takes its place.

    The temporary name keeps the ending, so that writers that look at it see the right one.
    Whatever goes wrong, `path` is as it was and nothing is left beside it. When this is left
    without an error, not even a power cut takes the file away.
    """
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}{path.suffix}")
    try:
        yield temporary
        _flush(temporary)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):  # what went wrong first is what counts; `remove_unfinished` is next
            temporary.unlink(missing_ok=True)
        raise
    _flush_names(path.parent)


def make_lasting_folder(folder: Path, parents: bool = False) -> None:
    """Make a folder, if there is none, that not even a power cut takes away. Raises OSError."""
    ways = (folder, *folder.parents) if parents else (folder,)
    missing = [way for way in ways if not way.exists()]
    folder.mkdir(parents=parents, exist_ok=True)
    for way in reversed(missing):
        _flush_names(way.parent)


def write_atomically(path: Path, data: bytes) -> None:
    """Write all of `data` to `path`, or leave `path` as it was."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_json(
    path: Path, kind: str, format_version: int, values: dict[str, Any], indent: int | None = 2
) -> None:
    """Write `values` as JSON that says what kind of file it is, and of which version.

    indent: None for large files that nobody reads, which then are written ten times as fast.
    """
    whole = {"kind": kind, "format_version": format_version, **values}
    write_atomically(path, (json.dumps(whole, indent=indent) + "\n").encode())


def read_json(path: Path, kind: str, format_version: int) -> dict[str, Any]:
    """Read what `write_json` wrote, without the two fields that it added.

    Raises StudioError with one sentence if the file is missing, damaged, of another kind or
    written by a newer version of the program.
    """
    try:
        values = json.loads(read_bounded(path))
    except FileNotFoundError:
        raise StudioError(f"{path} is missing.") from None
    except OSError as error:
        raise StudioError(f"{path} cannot be read: {error.strerror}.") from error
    except RecursionError as error:
        raise StudioError(f"{path} is damaged: it is nested too deep.") from error
    except ValueError as error:
        raise StudioError(f"{path} is damaged: it is not valid JSON ({error}).") from error
    return check_format(values, str(path), kind, format_version)


def read_bounded(path: Path, most: int = MOST_BYTES) -> bytes:
    """All of a file of notes. Raises OSError, and ValueError for one that nobody has written."""
    if path.exists() and not (path.is_file() or path.is_dir()):  # one could wait at a pipe for ever
        raise ValueError("it is no file")
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError("it is longer than any that was written here")
    return data


class JsonCache(NamedTuple):
    """A JSON file that can be made again: what cannot be used counts as not there."""

    path: Path
    kind: str
    format_version: int

    def read(self, understand: Callable[[dict[str, Any]], T]) -> T | None:
        """What is made of the values; None if they are missing, damaged, or not understood."""
        try:
            return understand(read_json(self.path, self.kind, self.format_version))
        except (StudioError, OSError, ValueError, LookupError, TypeError, AttributeError):
            return None

    def write(self, values: dict[str, Any]) -> None:
        """In one line, since nobody reads it. Raises OSError."""
        write_json(self.path, self.kind, self.format_version, values, indent=None)


def check_format(values: object, source: str, kind: str, format_version: int) -> dict[str, Any]:
    """The values without kind and version, if both are what this program can read."""
    if not isinstance(values, dict) or values.get("kind") != kind:
        raise StudioError(f"{source} is not a {kind} of DDPM Studio.")
    found = values.get("format_version")
    if type(found) is not int or found < 1:
        raise StudioError(f"{source} is damaged: its format version is {in_short(found)}.")
    if found > format_version:
        raise StudioError(
            f"{source} was written by a newer DDPM Studio (format {in_short(found)}, this one "
            f"reads up to {format_version}); please update the program."
        )
    return {key: value for key, value in values.items() if key not in ("kind", "format_version")}


def remove_unfinished(folder: Path, idle_seconds: float = 0.0) -> None:
    """Delete temporary files and folders that a killed process left in a folder of ours.

    idle_seconds: spare those that were written to since, where others may be at work.
    """
    for leftover in folder.glob(TEMPORARY):
        with suppress(OSError):  # gone in the meantime, or still open on Windows
            if time.time() - leftover.lstat().st_mtime < idle_seconds:
                continue
            if leftover.is_dir() and not leftover.is_symlink():
                shutil.rmtree(leftover)
            else:
                leftover.unlink()


def _flush(file: Path) -> None:
    """Have the system write a file to the disk."""
    _sync(file, os.O_RDWR)


def _flush_names(folder: Path) -> None:
    """The same for the names in a folder, where the system can do that."""
    try:
        _sync(folder, os.O_RDONLY)
    except OSError as error:  # not on Windows, nor on some network drives
        if error.errno in REFUSALS:
            raise


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
