"""How many files were left out, which, why, and where they are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.left_out_list import ROW_HEIGHT, LeftOutList

LEAST_HEIGHT = 2 * ROW_HEIGHT
INDENT = 8  # as the words in the list, whose selection reaches beyond them


class LeftOutPanel(QFrame):
    """Says which file is wanted in its folder."""

    show_wanted = Signal(str)  # name
    take_wanted = Signal(str)  # name: take it all the same

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self._count = QLabel()
        self._count.setObjectName("pictures.left_out_count")
        self._count.setProperty("kind", "heading")
        self._list = LeftOutList(theme, "pictures.left_out")
        self._list.setMinimumHeight(LEAST_HEIGHT)
        self._show = Button(
            theme,
            "Show in folder",
            "pictures.show_in_folder",
            "Open the folder that holds the chosen file",
            icon="folder-open",
        )
        self._take = Button(
            theme,
            "Take it",
            "pictures.take",
            "Let the model see it all the same, as far as it can be read",
            icon="visible",
        )
        self._offered: set[str] = set()
        self._none = QLabel("Every file in the folder became a picture.")
        self._none.setProperty("kind", "muted")
        self._none.setWordWrap(True)
        self._none.setAlignment(Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setContentsMargins(INDENT, 0, INDENT, 0)
        words.setSpacing(8)
        words.addWidget(self._count)
        words.addWidget(self._none)
        below = QHBoxLayout()
        below.setContentsMargins(INDENT, 0, INDENT, 0)
        below.setSpacing(8)
        below.addWidget(self._show, 1)
        below.addWidget(self._take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 12, 8, 16)
        layout.setSpacing(8)
        layout.addLayout(words)
        layout.addWidget(self._list, 1)
        layout.addLayout(below)
        self._list.show_wanted.connect(self.show_wanted)
        self._show.clicked.connect(self._on_show)
        self._take.clicked.connect(self._on_take)
        self._list.selectionModel().currentChanged.connect(self._on_chosen)
        self.set_files(())

    def set_files(self, files: Sequence[tuple[str, str, bool]]) -> None:
        """files: name and reason of each one that was left out, and whether it can be taken."""
        self._offered = {name for name, _, is_offered in files if is_offered}
        self._list.set_files([(name, reason) for name, reason, _ in files])
        self._take.setVisible(bool(self._offered))
        self._on_chosen()
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

    def _on_chosen(self) -> None:
        self._take.setEnabled(self._list.chosen_name in self._offered)

    def _on_take(self) -> None:
        self.take_wanted.emit(self._list.chosen_name)

    def _on_show(self) -> None:
        self.show_wanted.emit(self._list.chosen_name)
