"""Finds the system libraries that Qt needs on Linux and lacks; apt installs them if it may."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

# Without a network apt must give up soon: the program trains without these libraries.
LIMITS = ["-oAcquire::Retries=1", "-oAcquire::http::Timeout=20", "-oDPkg::Lock::Timeout=60"]
APT = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--yes", *LIMITS]


def provide(venv: Path, is_asked: bool, call: Callable[[list[str]], int]) -> None:
    """Install what Qt lacks if asked to, or for root without a terminal; else say what and how."""
    missing = missing_libraries(venv)
    packages = sorted({debian_package(library) for library in missing})
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    has_apt = shutil.which("apt-get") is not None
    if missing and has_apt and (is_asked or not (sudo or os.isatty(0))):
        call([*sudo, *APT, "update"])
        call([*sudo, *APT, "install", "--no-install-recommends", *packages])
        missing = missing_libraries(venv)
    if missing:
        print(f"Qt lacks {', '.join(missing)}: no window opens, all else works.", file=sys.stderr)
        if has_apt:
            print("This installs them:", *sudo, "apt-get install", *packages, file=sys.stderr)


def missing_libraries(venv: Path) -> list[str]:
    """File names of shared libraries that Qt's own files ask for and the system has not."""
    if shutil.which("ldd") is None:
        return []
    # These load all that the window needs; desktops with Wayland have what its plugin needs.
    plugins = venv.glob("lib/python*/site-packages/PySide6/Qt/plugins/*/libqxcb*.so")
    listed = subprocess.run(["ldd", *map(str, plugins)], capture_output=True, text=True).stdout
    return sorted(set(re.findall(r"^\s*(\S+) => not found", listed, re.MULTILINE)))


def debian_package(library: str) -> str:
    """The package that holds this library, by the rule of Debian's policy (8.1) for its name."""
    name, _, version = library.lower().partition(".so.")
    if name in ("libglib-2.0", "libgthread-2.0"):
        return "libglib2.0-0"
    return f"{name}-{version}" if name[-1].isdigit() else f"{name}{version}"
