"""How many files were left out, which, why, and where they are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.theme import Theme
from ddpm_studio.gui.widgets.button import Button
from ddpm_studio.gui.widgets.left_out_list import ROW_HEIGHT, LeftOutList

LEAST_HEIGHT = 2 * ROW_HEIGHT
INDENT = 8  # as the words in the list, whose selection reaches beyond them


class LeftOutPanel(QFrame):
    """Says which file is wanted in its folder."""

    show_wanted = Signal(str)  # name

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self._count = QLabel()
        self._count.setObjectName(names.PICTURES_LEFT_OUT_COUNT)
        self._count.setProperty("kind", "heading")
        self._list = LeftOutList(theme, names.PICTURES_LEFT_OUT)
        self._list.setMinimumHeight(LEAST_HEIGHT)
        self._show = Button(
            theme,
            "Show in folder",
            names.PICTURES_SHOW_IN_FOLDER,
            "Open the folder that holds the chosen file",
            icon="folder-open",
        )
        self._none = QLabel("Every file in the folder became a picture.")
        self._none.setProperty("kind", "muted")
        self._none.setWordWrap(True)
        self._none.setAlignment(Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setContentsMargins(INDENT, 0, INDENT, 0)
        words.setSpacing(8)
        words.addWidget(self._count)
        words.addWidget(self._none)
        below = QVBoxLayout()
        below.setContentsMargins(INDENT, 0, INDENT, 0)
        below.addWidget(self._show)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 12, 8, 16)
        layout.setSpacing(8)
        layout.addLayout(words)
        layout.addWidget(self._list, 1)
        layout.addLayout(below)
        self._list.show_wanted.connect(self.show_wanted)
        self._show.clicked.connect(self._on_show)
        self.set_files(())

    def set_files(self, files: Sequence[tuple[str, str]]) -> None:
        """files: (name, reason) of each one that was left out."""
        self._list.set_files(files)
        has_files = bool(files)
        if len(files) == 1:
            self._count.setText("1 file left out")
        else:
            self._count.setText(f"{len(files):,} files left out" if files else "Nothing left out")
        self._list.setVisible(has_files)
        self._show.setVisible(has_files)
        self._none.setVisible(not has_files)
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Preferred, policy.Expanding if has_files else policy.Maximum)

    def _on_show(self) -> None:
        self.show_wanted.emit(self._list.chosen_name)
