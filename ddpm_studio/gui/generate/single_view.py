"""One generated picture, as large as it can be, with the way to its neighbours and back."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.inputs import Switch
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import Gap, row, wide
from ddpm_studio.gui.common.picture_menu import is_bare
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.compare.view import CompareView
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.generate.canvas import PictureCanvas

BACK = "All pictures"


class PictureViewer(PictureCanvas):
    """Left and Right go to the next picture, Space plays, C chooses, Esc goes back.

    Attributes: head (the row of its controls, for whoever gives it a place).
    """

    back_wanted = Signal()
    play_wanted = Signal()
    index_changed = Signal(int)
    choose_wanted = Signal(int)  # the picture whose mark changes
    menu_wanted = Signal(int, object, object)  # the picture, its Trajectory, where on the screen

    def __init__(self, theme: Theme, settings: Settings, compare: CompareView) -> None:
        super().__init__(compare)
        self.setObjectName("generate.single")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._is_terse = self._is_narrow = False
        self.head = QWidget()
        self._make_controls(theme)
        self._lay_out()
        settings.remember(self._smooth, "generate/smooth")
        self.set_smooth(self._smooth.isChecked())
        self._smooth.toggled.connect(self.set_smooth)

    @property
    def _seeds(self) -> tuple[int, ...]:
        return self.trajectory.seeds if self.trajectory is not None else ()

    def set_trajectory(self, trajectory: Trajectory | None) -> None:
        last = len(trajectory.seeds) - 1 if trajectory is not None else self.index
        self.set_picture(trajectory, min(self.index, last))
        self._refresh()

    def show_picture(self, index: int) -> None:
        """Show another picture of the trajectory."""
        if not 0 <= index < len(self._seeds):
            return
        self.set_picture(self.trajectory, index)
        self._refresh()
        self.index_changed.emit(index)

    def set_terse(self, is_terse: bool, is_narrow: bool = False) -> None:
        """Leave room for the rest of the row; is_narrow: as much as can be."""
        self._is_terse, self._is_narrow = is_terse, is_narrow
        self._back.set_words(BACK, has_room=not is_terse)
        self._row.setSpacing(2 if is_narrow else 8)
        self._refresh()

    def set_chosen(self, is_chosen: bool) -> None:
        """Whether this picture is one of the chosen."""
        self._choose.setChecked(is_chosen)

    def _make_controls(self, theme: Theme) -> None:
        self._back = Button(theme, BACK, "generate.back", "Back to the grid (Esc)", icon="grid")
        words = "Previous picture", "Previous picture (Left)"
        self._previous = IconButton(theme, "chevron-left", "generate.previous", *words)
        words = "Next picture", "Next picture (Right)"
        self._next = IconButton(theme, "chevron-right", "generate.next", *words)
        self._title = label(kind="muted", elided=True)
        self._smooth = Switch("Smooth")
        self._smooth.setObjectName("generate.smooth")
        self._smooth.setAccessibleName("Smooth enlargement")
        self._smooth.setToolTip(
            "Enlarge softly and to full size, or pixel by pixel (bilinear or nearest neighbour)"
        )
        self._choose = Switch("Choose")
        self._choose.setObjectName("generate.choose")
        self._choose.setAccessibleName("Choose this picture")
        self._choose.setToolTip("One of the pictures to save (C)")
        self._back.clicked.connect(self.back_wanted)
        self._previous.clicked.connect(lambda: self.show_picture(self.index - 1))
        self._next.clicked.connect(lambda: self.show_picture(self.index + 1))
        self._choose.clicked.connect(lambda: self.choose_wanted.emit(self.index))

    def _lay_out(self) -> None:
        go = self._back, Gap(8), self._previous, self._next, Gap(4)
        switches = self._choose, Gap(8), self._smooth
        margins = 0, 0, 8, 0
        self._row = row(*go, wide(self._title), *switches, margins=margins, of=self.head)

    def _refresh(self) -> None:
        count = len(self._seeds)
        self._previous.setEnabled(self.index > 0)
        self._next.setEnabled(self.index < count - 1)
        if count:
            seed = self._seeds[self.index]
            which = f"{self.index + 1} of {count}"
            words = f"{'' if self._is_terse else 'Picture '}{which}  ·  seed {seed}"
            self._title.setText(f"{self.index + 1} / {count}" if self._is_narrow else words)
            self.setAccessibleName(f"Picture {which}, large")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.pointed is not None:
            self.menu_wanted.emit(self.index, self.pointed, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Up:
                self.show_picture(self.index - 1)
            case Qt.Key.Key_Right | Qt.Key.Key_Down:
                self.show_picture(self.index + 1)
            case Qt.Key.Key_Space:
                self.play_wanted.emit()
            case Qt.Key.Key_C if is_bare(event):
                self.choose_wanted.emit(self.index)
            case Qt.Key.Key_Escape:
                self.back_wanted.emit()
            case _:
                super().keyPressEvent(event)
