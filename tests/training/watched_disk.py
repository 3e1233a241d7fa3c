"""A layer between the program and the disk that notes every change, and lets chosen ones fail."""

import builtins
import errno
import io
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from safetensors import SafetensorError

from ddpm_studio.training import checkpoints

HARMLESS_WHEN_FULL = ("remove", "rename", "keep names")  # they need no room


class Change(NamedTuple):
    """what: "open", "write", "keep", "keep names", "rename", "remove", "folder" or "cut"."""

    what: str
    path: Path
    target: Path | None = None  # of "rename"
    content: bytes = b""  # of the file, once it is kept


@dataclass
class Failure:
    """Which changes fail. once: only that of this number, else all from it on."""

    number: int
    code: int = errno.ENOSPC
    once: bool = False


@dataclass
class WatchedDisk:
    """All that is written below `folder` while it watches.

    on_failure: called with each change that failed.
    """

    folder: Path
    failure: Failure | None = None
    changes: list[Change] = field(default_factory=list)
    failed: list[Change] = field(default_factory=list)
    on_failure: Callable[[Change], None] = lambda _change: None
    open_files: dict[int, Path] = field(default_factory=dict)
    first_failed: int = -1  # the number of that change

    def does(self, what: str, path: Path, target: Path | None = None) -> None:
        """Note a change that is about to be made. Raises OSError if it is to fail."""
        content = path.read_bytes() if what == "keep" else b""
        change = Change(what, path, target, content)
        self.changes.append(change)
        failure = self.failure
        if failure is None or len(self.changes) - 1 < failure.number:
            return
        if failure.once and self.failed:
            return
        if failure.code == errno.ENOSPC and not failure.once and what in HARMLESS_WHEN_FULL:
            return
        if not self.failed:
            self.first_failed = len(self.changes) - 1
        self.failed.append(change)
        self.on_failure(change)
        raise OSError(failure.code, os.strerror(failure.code), str(path))

    def holds(self, path: Any) -> bool:
        if not isinstance(path, str | os.PathLike):
            return False
        return Path(os.fspath(path)).is_relative_to(self.folder)

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """From now on, until `patch` is undone."""
        opened = self._opened(io.open)
        patch.setattr(io, "open", opened)  # what pathlib calls
        patch.setattr(builtins, "open", opened)  # what Pillow calls
        patch.setattr(os, "open", self._os_open(os.open))
        patch.setattr(os, "fsync", self._fsync(os.fsync))
        patch.setattr(os, "close", self._close(os.close))
        patch.setattr(os, "mkdir", self._before("folder", os.mkdir))
        patch.setattr(os, "unlink", self._before("remove", os.unlink))
        patch.setattr(os, "replace", self._rename(os.replace))
        patch.setattr(checkpoints, "save_file", self._save_file(checkpoints.save_file))  # type: ignore[attr-defined]

    def _opened(self, real: Any) -> Any:
        def opened(file: Any, mode: str = "r", *others: Any, **named: Any) -> Any:
            if not (self.holds(file) and set(mode) & set("wax+")):
                return real(file, mode, *others, **named)
            raw = _Raw(self, Path(file), mode.replace("b", "").replace("t", ""))
            buffer = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
            return buffer if "b" in mode else io.TextIOWrapper(buffer, *others[1:], **named)

        return opened

    def _os_open(self, real: Any) -> Any:
        def os_open(path: Any, flags: int, *others: Any, **named: Any) -> int:
            if not self.holds(path):
                return int(real(path, flags, *others, **named))
            if flags & os.O_CREAT and not Path(path).exists():
                self.does("open", Path(path))
            handle = int(real(path, flags, *others, **named))
            self.open_files[handle] = Path(path)
            return handle

        return os_open

    def _fsync(self, real: Any) -> Any:
        def fsync(handle: int) -> None:
            if handle in self.open_files:
                path = self.open_files[handle]
                self.does("keep names" if path.is_dir() else "keep", path)
            real(handle)

        return fsync

    def _close(self, real: Any) -> Any:
        def close(handle: int) -> None:
            self.open_files.pop(handle, None)
            real(handle)

        return close

    def _before(self, what: str, real: Any) -> Any:
        def change(path: Any, *others: Any, **named: Any) -> None:
            is_new = Path(path).exists() == (what == "remove")  # else it changes nothing
            if self.holds(path) and is_new:
                self.does(what, Path(path))
            real(path, *others, **named)

        return change

    def _rename(self, real: Any) -> Any:
        def rename(path: Any, target: Any) -> None:
            if self.holds(target):
                self.does("rename", Path(path), Path(target))
            real(path, target)

        return rename

    def _save_file(self, real: Any) -> Any:
        """It writes in another language: here it fails before the first byte, or in the middle."""

        def save_file(tensors: Any, path: Any, metadata: Any) -> None:
            if not self.holds(path):
                real(tensors, path, metadata)
                return
            try:
                self.does("open", Path(path))
                real(tensors, path, metadata)
                self.does("write", Path(path))
            except OSError as error:
                if Path(path).exists():
                    os.truncate(path, Path(path).stat().st_size // 2)
                words = f"I/O error: {error.strerror} (os error {error.errno})"
                raise SafetensorError(words) from None

        return save_file


class _Raw(io.FileIO):
    """A file without a buffer, so that what is written here is what the system is asked for."""

    def __init__(self, disk: WatchedDisk, path: Path, mode: str) -> None:
        if not path.exists():
            disk.does("open", path)
        super().__init__(path, mode)
        self.disk, self.path = disk, path

    def write(self, data: Any) -> int:
        self.disk.does("write", self.path)
        return super().write(data)

    def truncate(self, size: int | None = None) -> int:
        self.disk.does("cut", self.path)
        return super().truncate(size)
