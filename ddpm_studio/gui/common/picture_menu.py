"""The one order, the words and the keys of what is done with a picture by right click."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from ddpm_studio.gui.common.menu import Menu

WORDS = {  # by the name of an act: words, keys, icon
    "copy": ("Copy", "Ctrl+C", "copy"),
    "save": ("Save", "Ctrl+S", "export"),
    "keep": ("Keep", "K", "keep"),
    "compare": ("Compare", "V", "compare"),
    "export": ("Export film…", "", "film"),
    "folder": ("Show in folder", "", "folder-open"),
    "full_screen": ("Full screen", "F11", "full-screen"),
}


@dataclass(frozen=True)
class Act:
    """do: what it does. words: if they are not the usual ones."""

    do: Callable[[], object]
    is_possible: bool = True
    words: str = ""


def add_acts(menu: Menu, acts: Mapping[str, Act]) -> None:
    """Those of `WORDS` that there are, always in the same order."""
    for name, (usual, keys, icon) in WORDS.items():
        act = acts.get(name)
        if act is not None:
            words = act.words or usual
            entry = menu.add(f"{words}\t{keys}" if keys else words, icon, act.do)
            entry.setEnabled(act.is_possible)


def is_bare(event: QKeyEvent) -> bool:
    """Whether a letter was pressed alone; with Ctrl, Alt or Meta it is somebody else's."""
    keys = Qt.KeyboardModifier
    return not event.modifiers() & (
        keys.ControlModifier | keys.AltModifier | keys.MetaModifier | keys.ShiftModifier
    )
