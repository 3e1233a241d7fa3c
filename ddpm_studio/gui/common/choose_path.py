"""Asking for a folder or a file: one native dialog for each, which never blocks the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def choose_folder(
    parent: QWidget, title: str, start: Path | str, chosen: Callable[[Path], object]
) -> None:
    """Ask for a folder that exists. chosen: called with it, unless the person cancels."""
    chooser = _chooser(parent, title, start, chosen)
    chooser.setFileMode(QFileDialog.FileMode.Directory)
    chooser.setOption(QFileDialog.Option.ShowDirsOnly)
    chooser.open()


def choose_file(
    parent: QWidget, title: str, start: Path | str, kinds: str, chosen: Callable[[Path], object]
) -> None:
    """Ask for a file that exists. kinds: as "Pictures (*.png *.webp)"."""
    chooser = _chooser(parent, title, start, chosen)
    chooser.setNameFilter(kinds)
    chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
    chooser.open()


def choose_new_file(
    parent: QWidget,
    title: str,
    start: Path,
    kinds: dict[str, str],
    chosen: Callable[[Path], object],
) -> None:
    """Ask where to write a file. start: the name that is proposed. kinds: words of each ending."""
    chooser = _chooser(parent, title, start.parent, chosen)
    chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    chooser.setNameFilters(list(kinds.values()))
    endings = {words: ending for ending, words in kinds.items()}
    chooser.filterSelected.connect(lambda words: chooser.setDefaultSuffix(endings[words]))
    suffix = start.suffix if start.suffix in kinds else next(iter(kinds))
    chooser.selectNameFilter(kinds[suffix])
    chooser.setDefaultSuffix(suffix)
    chooser.selectFile(start.name)
    chooser.open()


def _chooser(
    parent: QWidget, title: str, start: Path | str, chosen: Callable[[Path], object]
) -> QFileDialog:
    chooser = QFileDialog(parent, title, str(start))
    chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    chooser.fileSelected.connect(lambda path: chosen(Path(path)))
    return chooser
