"""A choice among a few things, with all of their names in view."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ddpm_studio.gui.common.inputs import ComboBox
from ddpm_studio.gui.common.rings import has_ring
from ddpm_studio.gui.common.theme import Theme

HEIGHT, PADDING, RADIUS, INSET = 32, 12, 6.0, 3.0


@dataclass(frozen=True)
class Choice:
    """One of them. data: what the program knows it by.

    short: its name where room is scarce; middle: one between, "" for none.
    """

    data: str
    words: str
    short: str
    tip: str = ""
    middle: str = ""

    @property
    def names(self) -> tuple[str, str, str]:
        """The longest first."""
        return self.words, self.middle or self.words, self.short


class ChoiceBar(ComboBox):
    """A click chooses; so do the arrow keys, and Space goes to the next one."""

    def __init__(
        self,
        theme: Theme,
        label: str,
        choices: Sequence[Choice],
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        """label: what is chosen, for who cannot see it."""
        super().__init__(name, parent=parent)
        self.setAccessibleName(label)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._theme = theme
        self._choices: tuple[Choice, ...] = ()
        self._hovered = -1
        self._label = label
        self.setToolTip(label)
        self.set_choices(choices)
        self.currentIndexChanged.connect(self.update)
        theme.changed.connect(self.update)

    @property
    def chosen(self) -> str:
        return str(self.currentData())

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Offer these; what is chosen stays, if it is still there."""
        if tuple(choices) == self._choices:
            return
        chosen = self.currentData()
        self.blockSignals(True)
        self.clear()
        self._choices = tuple(choices)
        for choice in choices:
            self.addItem(choice.words, choice.data)
        index = max(0, self.findData(chosen))
        self.setCurrentIndex(index)
        self.blockSignals(False)
        if chosen is not None and self.currentData() != chosen:
            self.currentIndexChanged.emit(index)
        self.updateGeometry()
        self.update()

    # sizes

    def sizeHint(self) -> QSize:
        return QSize(round(self._width(self._names(0))), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._width(self._names(-1))), HEIGHT)

    def _names(self, level: int) -> list[str]:
        return [choice.names[level] for choice in self._choices]

    def _width(self, words: Sequence[str]) -> float:
        return sum(self.fontMetrics().horizontalAdvance(one) + 2 * PADDING for one in words)

    @property
    def _shown_words(self) -> list[str]:
        """The longest names that fit."""
        every = [self._names(level) for level in range(3)]
        fitting = (names for names in every if self._width(names) <= self.width() + 1)
        return next(fitting, every[-1])

    def areas(self) -> list[QRectF]:
        """Where each one lies."""
        words = self._shown_words
        spare = (self.width() - self._width(words)) / max(1, len(words))
        result, left = [], 0.0
        for one in words:
            width = self._width([one]) + spare
            result.append(QRectF(left, 0, width, self.height()))
            left += width
        return result

    # hand and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and index >= 0:
            self.setCurrentIndex(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position())
        if index != self._hovered:
            self._hovered = index
            tip = self._choices[index].tip if index >= 0 else ""
            self.setToolTip(tip or self._label)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        self.update()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        by = step.get(Qt.Key(event.key()))
        if by is not None:
            self.setCurrentIndex(min(self.count() - 1, max(0, self.currentIndex() + by)))
        elif event.key() == Qt.Key.Key_Space:
            self.showPopup()
        else:
            event.ignore()

    def showPopup(self) -> None:
        """All are in view already: go to the next one."""
        self.setCurrentIndex((self.currentIndex() + 1) % max(1, self.count()))

    def _index_at(self, point: QPointF) -> int:
        return next((i for i, area in enumerate(self.areas()) if area.contains(point)), -1)

    # drawing

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        focused = has_ring(self)
        painter.setPen(QPen(self._theme.colour("accent_text" if focused else "outline"), 1))
        painter.setBrush(self._theme.colour("raised"))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        painter.setFont(self.font())
        for index, (words, area) in enumerate(zip(self._shown_words, self.areas(), strict=True)):
            self._paint_one(painter, index, words, area)
        if focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("accent_text"), 2))
            painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def _paint_one(self, painter: QPainter, index: int, words: str, area: QRectF) -> None:
        is_chosen = index == self.currentIndex()
        if is_chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("selected" if self.isEnabled() else "hover"))
            painter.drawRoundedRect(
                area.adjusted(INSET, INSET, -INSET, -INSET), RADIUS - 2, RADIUS - 2
            )
        role = "text" if is_chosen or index == self._hovered else "muted"
        painter.setPen(self._theme.colour(role if self.isEnabled() else "disabled"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
