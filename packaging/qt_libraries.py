"""Finds the system libraries that Qt needs on Linux and lacks, and installs them with apt."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

# Wayland's plugin is left out: desktops that use it have its libraries.
QT_FILES = (
    "lib/libQt6Widgets.so.6",
    "lib/libQt6Svg.so.6",
    "plugins/platforms/libqoffscreen.so",
    "plugins/platforms/libqxcb.so",
    "plugins/xcbglintegrations/libqxcb-egl-integration.so",
    "plugins/xcbglintegrations/libqxcb-glx-integration.so",
)
# From ldd of these files on Debian 12; the names are the same in its neighbours.
DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}

_APT_OPTIONS = (
    # Without a network apt must give up soon: the program trains without these libraries.
    *("-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20"),
    *("-o", "Acquire::https::Timeout=20", "-o", "DPkg::Lock::Timeout=60"),
)
_APT_LIMIT_S = 300


def provide(venv: Path, log: Path, say: Callable[[str], None]) -> bool:
    """Whether Qt can load, if need be after installing what it lacks; never raises for lack of it.

    Nothing but the window needs Qt, so a failure is one sentence for the user and no more.
    """
    missing = missing_libraries(venv)
    if not missing:
        problem = problem_when_loading(venv)
        if problem:
            say(f"Qt does not load, so there will be no window: {problem}")
        return not problem
    say(missing_sentence(missing))
    packages = debian_packages(missing)
    apt = apt_command()
    if packages and apt:
        say(f"Installing them: apt-get install {' '.join(packages)}")
        apt_install(apt, packages, log)
        missing = missing_libraries(venv)
    if missing:
        say(advice(missing))
    return not missing


def missing_libraries(venv: Path) -> list[str]:
    """File names of shared libraries that Qt's own files ask for and the system has not."""
    folder = next(venv.glob("lib/python*/site-packages/PySide6/Qt"), None)
    if folder is None or shutil.which("ldd") is None:
        return []
    files = [str(folder / name) for name in QT_FILES if (folder / name).exists()]
    answer = subprocess.run(["ldd", *files], capture_output=True, text=True, check=False)
    return not_found(answer.stdout)


def not_found(ldd_output: str) -> list[str]:
    return sorted(set(re.findall(r"^\s*(\S+) => not found", ldd_output, re.MULTILINE)))


def problem_when_loading(venv: Path) -> str:
    """Import Qt in the environment's Python; returns the last line of its complaint, or ''."""
    answer = subprocess.run(
        [str(venv / "bin" / "python"), "-c", "import PySide6.QtSvg, PySide6.QtWidgets"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode == 0:
        return ""
    return (answer.stderr.strip().splitlines() or [f"exit code {answer.returncode}"])[-1]


def missing_sentence(libraries: Sequence[str]) -> str:
    if len(libraries) == 1:
        return f"Qt needs a system library that is missing: {libraries[0]}."
    return f"Qt needs {len(libraries)} system libraries that are missing: {', '.join(libraries)}."


def advice(libraries: Sequence[str]) -> str:
    packages = debian_packages(libraries)
    how = f" (Debian, Ubuntu: apt install {' '.join(packages)})" if packages else ""
    return f"Without them the window cannot open, all else works; install them by hand{how}."


def debian_packages(libraries: Iterable[str]) -> list[str]:
    """The packages that hold these libraries, as far as they are known."""
    return sorted({DEBIAN_PACKAGES[name] for name in libraries if name in DEBIAN_PACKAGES})


def apt_command() -> list[str]:
    """How to call apt-get with the rights it needs and without questions; [] if there is no way."""
    if shutil.which("apt-get") is None:
        return []
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *_APT_OPTIONS]
    if os.geteuid() == 0:
        return quiet
    if shutil.which("sudo") is None:
        return []
    allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n", *quiet] if allowed.returncode == 0 else []


def apt_install(apt: Sequence[str], packages: Sequence[str], log: Path) -> None:
    """Fetch the lists once, then the packages; what went wrong is in the log."""
    with log.open("a", encoding="utf-8") as output:
        for step in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
            try:
                subprocess.run(
                    [*apt, *step],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=_APT_LIMIT_S,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return
