"""What must happen before Qt is imported. Imports neither Qt nor torch itself."""

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

# the order in which torch itself loads them
RUNTIME_DLLS = ("vcruntime140.dll", "msvcp140.dll", "vcruntime140_1.dll")

NO_SCREEN = (
    "There is no screen here to open a window on; the commands work without one, "
    "see: ddpm-studio --help"
)


def load_runtime_before_qt(platform: str = sys.platform) -> bool:
    """On Windows, load torch's first library, so that Qt and a later `import torch` agree.

    Qt brings its own, older Microsoft runtime. If that one is loaded first, torch's c10.dll fails
    to initialise (WinError 1114, torch 2.9 and later). Importing torch before Qt avoids that, but
    costs seconds before the first window. It is enough that c10.dll, which takes milliseconds,
    is in the process with the runtime it wants: libraries that are loaded are not loaded again.
    So c10.dll comes first, then Qt and the window, then the rest of torch on a thread.

    Elsewhere this does nothing. True if c10.dll was loaded.
    """
    if platform != "win32":
        return False
    found = importlib.util.find_spec("torch")  # finds the folder without importing it
    if found is None or found.origin is None:
        return False
    folder = Path(found.origin).parent / "lib"
    add_folder = getattr(os, "add_dll_directory", None)
    try:
        if add_folder is not None:
            add_folder(str(folder))
        for name in RUNTIME_DLLS:
            ctypes.CDLL(name)
        ctypes.CDLL(str(folder / "c10.dll"))
    except OSError:  # torch's own import says it better, in the window
        return False
    return True


def missing_display(environment: dict[str, str], platform: str = sys.platform) -> str:
    """Why there can be no window here, as a sentence; '' if there can. Qt itself would abort."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if platform.startswith(("linux", "freebsd")) and not any(environment.get(n) for n in names):
        return NO_SCREEN
    return ""


def dead_display(environment: dict[str, str], platform: str = sys.platform) -> str:
    """The same if there is the name of a screen, but nothing answers to it. Qt itself would abort.

    To be asked last: it opens what Qt opens a moment later.
    """
    if not platform.startswith(("linux", "freebsd")):
        return ""
    wayland = environment.get("WAYLAND_DISPLAY", "")
    usual = "wayland;xcb" if wayland else "xcb"
    chosen = (environment.get("QT_QPA_PLATFORM") or usual).split(";")
    return (
        "" if any(_answers(name.partition(":")[0], environment) for name in chosen) else NO_SCREEN
    )


def _answers(name: str, environment: dict[str, str]) -> bool:
    """Whether one of Qt's platforms can be begun with; True where that cannot be told."""
    if name == "xcb":
        return _answers_x11(environment.get("DISPLAY", ""))
    if name.startswith("wayland"):
        display = environment.get("WAYLAND_DISPLAY", "")
        has_place = display.startswith("/") or bool(environment.get("XDG_RUNTIME_DIR"))
        return has_place and _answers_wayland(display)
    plugins = _plugins()
    return plugins is None or any(plugins.glob(f"libq{name}*"))


def _answers_x11(display: str) -> bool:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(display.encode() or None, None))
    is_dead = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not is_dead


def _answers_wayland(display: str) -> bool:
    try:
        wayland = ctypes.CDLL("libwayland-client.so.0")
    except OSError:
        return True
    wayland.wl_display_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(wayland.wl_display_connect(display.encode() or None))
    if connection:
        wayland.wl_display_disconnect(connection)
    return bool(connection)


def _plugins() -> Path | None:
    """The folder of Qt's platforms; None for a Qt of the system, which knows its own."""
    found = importlib.util.find_spec("PySide6")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "Qt" / "plugins" / "platforms"
    return folder if folder.is_dir() else None


def missing_library(environment: dict[str, str], platform: str = sys.platform) -> str:
    """Which library Qt lacks to open a window under X11, as a sentence; '' if none. Else Qt aborts.

    What is loaded here for a look is what Qt loads a moment later.
    """
    chosen = environment.get("QT_QPA_PLATFORM", "")
    is_x11 = chosen.startswith("xcb") or (not chosen and not environment.get("WAYLAND_DISPLAY"))
    found = importlib.util.find_spec("PySide6")
    if not platform.startswith("linux") or not is_x11 or found is None or found.origin is None:
        return ""
    plugin = Path(found.origin).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    if not plugin.exists():  # Qt of the system, which knows what it needs
        return ""
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return (
            f"Qt cannot open a window here ({error}); this installs what is missing: "
            "python3 packaging/bootstrap.py --system run"
        )
    return ""
