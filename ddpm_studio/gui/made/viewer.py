"""What was made, seen large, with the way to its neighbours and back, and how it is looked at."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QImage, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame

from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.full_screen import FullScreen
from ddpm_studio.gui.common.inputs import Switch
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import REST, Gap, column, row, wide
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.common.zoom_bar import ZoomBar
from ddpm_studio.gui.common.zoom_view import GROUNDS, View
from ddpm_studio.gui.made.film import FilmPlayer
from ddpm_studio.gui.made.stage import Stage
from ddpm_studio.gui.wall.filter_bar import Asks, Narrow

SLIDE_MS = 4000  # of a picture in a slide show
GROUND = Asks("made.ground", "Background", "What pictures are seen on.")
SMOOTH_TIP = "Blend the pixels softly, or show each as a crisp square"
SLIDES = "Slide show", "Slide show: one after the other, each for four seconds (P)"


class MadeViewer(QFrame):
    """Left and Right go to the neighbours, Esc goes back; shortcuts are the page's."""

    back_wanted = Signal()
    step_wanted = Signal(int)  # -1: the one before, 1: the next
    trash_wanted = Signal()
    appeared = Signal(bool)  # whether it is there now
    dragged = Signal()

    def __init__(self, theme: Theme, settings: Settings, player: FilmPlayer) -> None:
        super().__init__()
        self.setObjectName("made.viewer")
        self.setProperty("kind", "canvas")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._player = player
        self._full: FullScreen | None = None
        self._keys: Mapping[str, Callable[[], object]] = {}
        self._slides = QTimer(self, interval=SLIDE_MS)
        self.stage = Stage(theme, settings, player)
        self._make_controls(theme)
        settings.remember(self._smooth, "made/smooth")
        settings.remember(self._ground, "made/ground")
        self._lay_out()
        self._connect()
        self._set_view(View())
        self._on_look()

    def set_keys(self, keys: Mapping[str, Callable[[], object]]) -> None:
        """Shortcuts of the page, which hold on the full screen, too."""
        self._keys = keys

    def show_titles(self, titles: list[str], words: str, before: bool, after: bool) -> None:
        """What is being shown, one or two; its picture may come later. words: of it all."""
        self._title.setText(words)
        self.setAccessibleName(words)
        self.stage.set_titles(titles)
        self._previous.setEnabled(before)
        self._next.setEnabled(after)
        self._slide_show.setEnabled(after or self._slides.isActive())
        if not after:
            self._slide_show.setChecked(False)

    def show_image(self, image: QImage | None, size: QSize | None = None, at: int = 0) -> None:
        """None: it cannot be shown. size: that it takes, if the image is a smaller one of it."""
        self.stage.show_image(image, size, at)
        self._show_scale()

    def show_full(self) -> None:
        """On the whole screen; once more: back."""
        if self._full is not None:
            self._full.close()
            return
        self._full = FullScreen(self.stage, self._keys, self)
        self._full.left.connect(self._on_full_left)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key
        match event.key():
            case key.Key_Left | key.Key_Up:
                self.step_wanted.emit(-1)
            case key.Key_Right | key.Key_Down:
                self.step_wanted.emit(1)
            case key.Key_Escape | key.Key_Return | key.Key_Enter:
                self.back_wanted.emit()
            case key.Key_Space if self._player.file is not None:
                self._player.toggle()
            case key.Key_Delete | key.Key_Backspace:
                self.trash_wanted.emit()
            case key.Key_F:
                self.show_full()
            case key.Key_P:
                self._slide_show.click()
            case key.Key_0:
                self._look_at(None)
            case key.Key_1:
                self._look_at(1.0)
            case key.Key_Plus | key.Key_Equal:
                self.zoom(1)
            case key.Key_Minus:
                self.zoom(-1)
            case _:
                super().keyPressEvent(event)

    def zoom(self, steps: int) -> None:
        """Nearer, or further away."""
        self._set_view(self.stage.canvases[0].zoomed(steps))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.appeared.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._slide_show.setChecked(False)
        if self._full is not None:
            self._full.close()
        self.appeared.emit(False)

    # private

    def _make_controls(self, theme: Theme) -> None:
        self._back = Button(theme, "All", "made.back", "Back to the wall (Esc)", icon="grid")
        self._title = label(kind="muted", name="made.viewer.title", elided=True, plain=True)

        def icon(face: str, name: str, *words: str, checkable: bool = False) -> IconButton:
            return IconButton(theme, face, f"made.{name}", *words, checkable=checkable)

        self._previous = icon("chevron-left", "previous", "Previous", "Previous one (Left)")
        self._next = icon("chevron-right", "next", "Next", "Next one (Right)")
        self._slide_show = icon("slides", "slides", *SLIDES, checkable=True)
        self._full_screen = icon("full-screen", "full", "Full screen", "Full screen (F, F11)")
        self._zoom = ZoomBar(theme, "made")
        self._smooth = Switch("Smooth")
        self._smooth.setObjectName("made.smooth")
        self._smooth.setToolTip(SMOOTH_TIP)
        self._ground = Narrow(GROUND, GROUNDS)

    def _lay_out(self) -> None:
        steps = Gap(8), self._previous, self._next, Gap(4)
        above = self._back, *steps, wide(self._title), self._slide_show, self._full_screen
        self._whole = column(
            row(*above, margins=(12, 12, 12, 0), spacing=4),
            row(
                self._zoom,
                Gap(8),
                self._smooth,
                Gap(8),
                REST,
                self._ground,
                margins=(12, 4, 12, 4),
                spacing=4,
            ),
            wide(self.stage),
            spacing=0,
            of=self,
        )

    def _connect(self) -> None:
        self._back.clicked.connect(self.back_wanted)
        self._previous.clicked.connect(lambda: self.step_wanted.emit(-1))
        self._next.clicked.connect(lambda: self.step_wanted.emit(1))
        self._zoom.stepped.connect(self.zoom)
        self._zoom.scale_wanted.connect(self._look_at)
        self._smooth.toggled.connect(self._on_look)
        self._ground.currentIndexChanged.connect(self._on_look)
        self._slide_show.toggled.connect(self._on_slides)
        self._slides.timeout.connect(lambda: self.step_wanted.emit(1))
        self._full_screen.clicked.connect(self.show_full)
        self.stage.viewed.connect(self._set_view)
        self.stage.canvases[0].resized.connect(self._show_scale)
        self.stage.dragged.connect(self.dragged)

    def _look_at(self, scale: float | None) -> None:
        self._set_view(replace(self.stage.canvases[0].view, scale=scale, middle=(0.5, 0.5)))

    def _on_look(self) -> None:
        ground, is_smooth = str(self._ground.currentData()), self._smooth.isChecked()
        view = self.stage.canvases[0].view
        self._set_view(replace(view, ground=ground, is_smooth=is_smooth))

    def _set_view(self, view: View) -> None:
        self.stage.set_view(view)
        self._show_scale()

    def _show_scale(self) -> None:
        self._zoom.show_scale(self.stage.canvases[0].scale)

    def _on_slides(self, is_on: bool) -> None:
        (self._slides.start if is_on else self._slides.stop)()

    def _on_full_left(self) -> None:
        self._full = None
        self._whole.addWidget(self.stage, 1)
        self.stage.show()
        self.setFocus()
