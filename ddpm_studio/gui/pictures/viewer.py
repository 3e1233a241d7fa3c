"""One file of the folder, seen large and whole, with the way to its neighbours and back."""

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QImage, QKeyEvent
from PySide6.QtWidgets import QFrame

from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.full_screen import FullScreen
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import Gap, column, holder, row, wide
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.common.zoom_bar import ZoomBar
from ddpm_studio.gui.common.zoom_view import LargeCanvas, View

STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
STEPS |= {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
BACK = (Qt.Key.Key_Escape, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
TURNS = {Qt.Key.Key_BracketLeft: -90, Qt.Key.Key_BracketRight: 90}
THROW = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class OriginalViewer(QFrame):
    """Left and Right go to the neighbours, Esc goes back."""

    back_wanted = Signal()
    step_wanted = Signal(int)  # -1: the one before, 1: the next
    toggled = Signal()  # leave it out, or take it back
    turn_wanted = Signal(int)  # degrees, clockwise

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("pictures.viewer")
        self.setProperty("kind", "canvas")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._full: FullScreen | None = None
        self.canvas = LargeCanvas()
        self.canvas.setObjectName("pictures.large")
        self._stage = holder(column(wide(self.canvas)))
        self._make_controls(theme)
        self._connect()
        self._set_view(View())

    def show_picture(
        self, name: str, size: QSize, image: QImage | None, neighbours: tuple[bool, bool]
    ) -> None:
        """Another one; better pixels may follow. size: of the file.

        neighbours: whether there is one before it, and one after it.
        """
        words = f"{name}  ·  {size.width():,} × {size.height():,} pixels"
        self._title.setText(words)
        self.setAccessibleName(words)
        self.canvas.setAccessibleName(words)
        for button, is_there in zip((self._previous, self._next), neighbours, strict=True):
            button.setEnabled(is_there)
        self._size = size
        self.show_pixels(image)

    def show_pixels(self, image: QImage | None) -> None:
        """Of the same picture: all of them, or fewer than the file has."""
        self.canvas.show_image(image, self._size)
        self._show_scale()

    def show_full(self) -> None:
        """On the whole screen; once more: back."""
        if self._full is not None:
            self._full.close()
            return
        self._full = FullScreen(self._stage, {"F11": self.show_full}, self)
        self._full.left.connect(self._on_full_left)

    def zoom(self, steps: int) -> None:
        """Nearer, or further away."""
        self._set_view(self.canvas.zoomed(steps))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in STEPS:
            self.step_wanted.emit(STEPS[key])
        elif key in BACK:
            self.back_wanted.emit()
        elif key in TURNS:  # on the whole screen the keys of the page are not heard
            self.turn_wanted.emit(TURNS[key])
        elif key in THROW:
            self.toggled.emit()
        elif key == Qt.Key.Key_F:
            self.show_full()
        elif key in (Qt.Key.Key_0, Qt.Key.Key_1):
            self._look_at(None if key == Qt.Key.Key_0 else 1.0)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom(-1 if key == Qt.Key.Key_Minus else 1)
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._full is not None:
            self._full.close()

    # private

    def _make_controls(self, theme: Theme) -> None:
        def icon(face: str, name: str, *words: str) -> IconButton:
            return IconButton(theme, face, f"pictures.large.{name}", *words)

        tip = "Back to the wall (Esc)"
        self._back = Button(theme, "All", "pictures.large.back", tip, icon="grid")
        self._title = label(kind="muted", name="pictures.large.title", elided=True, plain=True)
        self._previous = icon("chevron-left", "previous", "Previous", "Previous one (Left)")
        self._next = icon("chevron-right", "next", "Next", "Next one (Right)")
        self._zoom = ZoomBar(theme, "pictures.large")
        self._full_screen = icon("full-screen", "full", "Full screen", "Full screen (F, F11)")
        steps = Gap(4), self._previous, self._next, Gap(4)
        head = self._back, *steps, wide(self._title), self._zoom, self._full_screen
        bar = row(*head, margins=(12, 8, 12, 8), spacing=4)
        self._whole = column(bar, wide(self._stage), spacing=0, of=self)

    def _connect(self) -> None:
        self._back.clicked.connect(self.back_wanted)
        self._previous.clicked.connect(lambda: self.step_wanted.emit(-1))
        self._next.clicked.connect(lambda: self.step_wanted.emit(1))
        self._zoom.stepped.connect(self.zoom)
        self._zoom.scale_wanted.connect(self._look_at)
        self._full_screen.clicked.connect(self.show_full)
        self.canvas.viewed.connect(self._set_view)
        self.canvas.resized.connect(self._show_scale)

    def _look_at(self, scale: float | None) -> None:
        self._set_view(replace(self.canvas.view, scale=scale, middle=(0.5, 0.5)))

    def _set_view(self, view: View) -> None:
        self.canvas.set_view(view)
        self._show_scale()

    def _show_scale(self) -> None:
        self._zoom.show_scale(self.canvas.scale)

    def _on_full_left(self) -> None:
        self._full = None
        self._whole.addWidget(self._stage, 1)
        self._stage.show()
        self.setFocus()
