"""The card that opens on a click on a mark: a checkpoint and what to do with it, or an event."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.label import bold, label
from ddpm_studio.gui.common.layout import STRETCH, Gap, column, row, wide
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.plot.markers import CHECKPOINT, Group, Marker

WIDTH, AWAY = 264, 12
NAME = names.item(names.TRAIN_PLOT, "card")


@dataclass(frozen=True)
class CardWords:
    """What is said of a mark: a few words, and a sentence or two."""

    title: str
    text: str
    caption: str = ""


class MarkerCard(QFrame):
    """Lies over the plot until it is closed: Esc, the cross, or a click elsewhere."""

    checkpoint_chosen = Signal(int)  # generate from the checkpoint of this step
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(NAME)
        self.setProperty("kind", "card")
        self.setFixedWidth(WIDTH)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._group: Group | None = None
        self._place = 0  # in the group
        self._say: Callable[[Marker], CardWords] = lambda marker: CardWords(marker.kind, "")
        self._title, self._count = label("", "label"), label("", "caption")
        self._text, self._caption = label(wrap=True), label("", "caption", wrap=True)
        self._title.setFont(bold(self._title.font()))
        self._close = IconButton(theme, "close", names.item(NAME, "close"), "Close", size=16)
        self._before = IconButton(
            theme, "chevron-left", names.item(NAME, "before"), "The one before", size=16
        )
        self._after = IconButton(
            theme, "chevron-right", names.item(NAME, "after"), "The next one", size=16
        )
        tip = "New pictures, from what the model knew at this step"
        generate = "Generate from it", names.item(NAME, "generate"), tip
        self._generate = Button(theme, *generate, icon="generate")
        self._lay_out()
        self._close.clicked.connect(self.close_card)
        self._before.clicked.connect(lambda: self._turn(-1))
        self._after.clicked.connect(lambda: self._turn(1))
        self._generate.clicked.connect(self._on_generate)
        self.hide()

    @property
    def marker(self) -> Marker | None:
        """The one that is shown."""
        return None if self._group is None else self._group.markers[self._place]

    def show_group(
        self,
        group: Group,
        first: int,
        say: Callable[[Marker], CardWords],
        at: QPoint,
        inside: QRect,
    ) -> None:
        """Show the marks of a group one by one, beginning with its `first`.

        say: what there is to say of each. at: where the mark is, in the parent.
        """
        self._group, self._place, self._say = group, first, say
        self.refresh()
        left = min(max(inside.left(), at.x() - WIDTH // 2), max(0, inside.right() - WIDTH))
        top = at.y() - AWAY - self.height()
        self.move(left, max(inside.top(), top))
        self.show()
        self.raise_()
        chosen = self._generate if self._generate.isVisibleTo(self) else self._close
        chosen.setFocus()

    def close_card(self) -> None:
        if self._group is not None:
            self._group = None
            self.hide()
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape:
                self.close_card()
            case Qt.Key.Key_Left:
                self._turn(-1)
            case Qt.Key.Key_Right:
                self._turn(1)
            case _:
                event.ignore()

    def _lay_out(self) -> None:
        head = row(
            *(wide(self._title), self._before, self._count, self._after, self._close), spacing=0
        )
        for words in (self._text, self._caption):
            words.setContentsMargins(0, 0, 8, 0)
        column(
            *(head, self._text, self._caption, Gap(4), row(self._generate, STRETCH)),
            spacing=4,
            margins=(16, 8, 8, 16),
            of=self,
        )

    def refresh(self) -> None:
        """What is said may be other words now."""
        marker, group = self.marker, self._group
        if marker is None or group is None:
            return
        words = self._say(marker)
        self.setAccessibleName(words.title)
        for line, text in (
            (self._title, words.title),
            (self._text, words.text),
            (self._caption, words.caption),
        ):
            line.setText(text)
            line.setVisible(bool(text))
        count = len(group.markers)
        self._count.setText(f"{self._place + 1} of {count}")
        for widget in (self._before, self._count, self._after):
            widget.setVisible(count > 1)
        self._before.setEnabled(self._place > 0)
        self._after.setEnabled(self._place < count - 1)
        self._generate.setVisible(marker.kind == CHECKPOINT)
        bottom = self.geometry().bottom()
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.setFixedHeight(layout.heightForWidth(WIDTH))
        if self.isVisible():  # the foot stays at the mark
            self.move(self.x(), max(0, bottom - self.height() + 1))

    def _turn(self, way: int) -> None:
        if self._group is not None and 0 <= self._place + way < len(self._group.markers):
            self._place += way
            self.refresh()

    def _on_generate(self) -> None:
        marker = self.marker
        if marker is not None:
            self.close_card()
            self.checkpoint_chosen.emit(marker.step)
