"""Fields that ignore the scroll wheel unless they are focused, and draw their own chevrons."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QSlider,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionSlider,
    QToolTip,
    QWidget,
)

from ddpm_studio.gui.common.layout import row, wide
from ddpm_studio.gui.common.rings import has_ring

CHEVRON = 4.0  # half its width, in pixels
TEXT_MARGIN = 8
COMBO_FRAME = 40  # points of a list that its padding and its chevron take
DISABLED = 0.5  # how much of a control is seen that cannot be used

TICKS = 1000  # places of the slider
NUMBER_WIDTH = 84


if TYPE_CHECKING:
    _Widget = QWidget
else:
    _Widget = object  # a class of Qt's own comes after it


class _Calm(_Widget):
    """What does not change under the wheel unless it is focused: the page under it scrolls then."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ComboBox(_Calm, QComboBox):
    """A list to choose from."""

    def __init__(
        self,
        name: str = "",
        entries: Mapping[Any, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """entries: a value, and its words."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not by the wheel
        for value, words in (entries or {}).items():
            self.addItem(words, value)

    @property
    def room(self) -> int:
        """Points for the words of what is chosen."""
        return self.width() - COMBO_FRAME

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """Words that have no room lose their middle; style sheets would cut them off."""
        super().initStyleOption(option)
        elide, words = Qt.TextElideMode.ElideMiddle, option.currentText
        option.currentText = self.fontMetrics().elidedText(words, elide, self.room)

    def event(self, event: QEvent) -> bool:
        words = self.currentText()
        if (
            isinstance(event, QHelpEvent)
            and event.type() == QEvent.Type.ToolTip
            and self.fontMetrics().horizontalAdvance(words) > self.room
        ):
            tip = f"<p style='margin:0'><b>{escape(words)}</b></p>{self.toolTip()}"
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        draw_chevron(self, QPointF(self.width() - 16, self.height() / 2), 1)


def choice(name: str, entries: Mapping[Any, str], chosen: object = None) -> ComboBox:
    """A list as wide as its place, not as its longest entry. chosen: a value; None: the first."""
    combo = ComboBox(name, entries)
    combo.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(8)
    if chosen is not None:
        combo.setCurrentIndex(combo.findData(chosen))
    return combo


class _Spin(_Calm):
    """Two arrows over the buttons."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        x, middle = self.width() - 13.0, self.height() / 2
        draw_chevron(self, QPointF(x, middle - 6), -1, CHEVRON - 1)
        draw_chevron(self, QPointF(x, middle + 6), 1, CHEVRON - 1)


class SpinBox(_Spin, QSpinBox):
    """A whole number."""

    def __init__(self, lowest: int, highest: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(lowest, highest)
        _prepare(self)


class DoubleSpinBox(_Spin, QDoubleSpinBox):
    """A number with a fraction."""

    def __init__(
        self, lowest: float, highest: float, decimals: int = 2, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setDecimals(decimals)
        self.setRange(lowest, highest)
        _prepare(self)


def _prepare(spin: QSpinBox | QDoubleSpinBox) -> None:
    spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    spin.lineEdit().setTextMargins(TEXT_MARGIN, 0, 0, 0)  # style sheets do not reach it


class Slider(_Calm, QSlider):
    """A horizontal slider. A press beside its handle brings it there, and it can be dragged on."""

    def __init__(self, lowest: int, highest: int, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(lowest, highest)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        handle = self._part(QStyle.SubControl.SC_SliderHandle)
        is_beside = not handle.left() <= x <= handle.right()
        if event.button() == Qt.MouseButton.LeftButton and is_beside:
            groove = self._part(QStyle.SubControl.SC_SliderGroove)
            place, span = x - groove.left() - handle.width() / 2, groove.width() - handle.width()
            value = QStyle.sliderValueFromPosition(
                self.minimum(), self.maximum(), round(place), span, self._option().upsideDown
            )
            self.setValue(value)
            handle = self._part(QStyle.SubControl.SC_SliderHandle)
        # Qt would go a page further if the press were not on the handle
        x = min(max(x, handle.left() + 1.0), handle.right() - 1.0)
        y = float(handle.center().y())
        on_handle = QMouseEvent(
            event.type(),
            QPointF(x, y),
            event.globalPosition(),
            event.button(),
            event.buttons(),
            event.modifiers(),
        )
        super().mousePressEvent(on_handle)
        event.setAccepted(on_handle.isAccepted())

    def _option(self) -> QStyleOptionSlider:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return option

    def _part(self, part: QStyle.SubControl) -> QRect:
        """Where the handle or the groove is."""
        complex_control = QStyle.ComplexControl.CC_Slider
        return self.style().subControlRect(complex_control, self._option(), part, self)


class Switch(QCheckBox):
    """On or off, as a switch with its words beside it."""

    WIDTH, HEIGHT, GAP = 34, 20, 8

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.text())
        width = self.WIDTH + 4 + (self.GAP + words if self.text() else 0)
        return QSize(width, max(self.HEIGHT + 4, self.fontMetrics().height()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, _position: object) -> bool:
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(DISABLED)
        role, colours = QPalette.ColorRole, self.palette()
        track = QRectF(2, (self.height() - self.HEIGHT) / 2, self.WIDTH, self.HEIGHT)
        radius = self.HEIGHT / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.color(role.Highlight if self.isChecked() else role.Mid))
        painter.drawRoundedRect(track, radius, radius)
        x = track.right() - radius if self.isChecked() else track.left() + radius
        painter.setBrush(colours.color(role.HighlightedText if self.isChecked() else role.Window))
        painter.drawEllipse(QPointF(x, track.center().y()), radius - 4, radius - 4)
        if has_ring(self):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colours.color(role.Text), 2))
            painter.drawRoundedRect(track.adjusted(-1, -1, 1, 1), radius + 1, radius + 1)
        # of the same group for both states: a style sheet gives a disabled one the bright colour
        painter.setPen(colours.color(QPalette.ColorGroup.Active, role.WindowText))
        words = self.rect().adjusted(self.WIDTH + 4 + self.GAP, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())


def draw_chevron(widget: QWidget, centre: QPointF, down: int, half: float = CHEVRON) -> None:
    """down: 1 for an arrow that points down, -1 for one that points up."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(widget.palette().color(QPalette.ColorRole.PlaceholderText), 1.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    tip = centre + QPointF(0, down * half / 2)
    wings = -down * half
    painter.drawPolyline([tip + QPointF(-half, wings), tip, tip + QPointF(half, wings)])


class SliderNumber(QWidget):
    """The number holds the value; the slider follows it, and a person may move either.

    bend: 1 for an even slider; 2 gives its lower end more room. The slider may end below the
    largest number that can be typed.
    """

    def __init__(
        self, number: SpinBox | DoubleSpinBox, name: str, *, most: float = 1.0, bend: float = 1.0
    ) -> None:
        super().__init__()
        self.number = number
        self.number.setObjectName(name)
        self.number.setFixedWidth(NUMBER_WIDTH)
        self.slider = Slider(0, TICKS)
        self.slider.setObjectName(f"{name}.slider")
        self._most, self._bend = most, bend
        self._is_following = False
        row(wide(self.slider), number, spacing=12, of=self)
        self.slider.valueChanged.connect(self._on_slid)
        number.valueChanged.connect(self._on_number_changed)
        self._on_number_changed()

    def set_most(self, most: float) -> None:
        """Where the slider ends; the number's own range is its own matter."""
        self._most = most
        self._on_number_changed()

    def set_words(self, label: str, tip: str) -> None:
        """The slider's words; those of the number are its row's."""
        self.slider.setAccessibleName(label)
        self.slider.setToolTip(tip)

    def _on_slid(self, place: int) -> None:
        if self._is_following:
            return
        low = self.number.minimum()
        value = low + (self._most - low) * (place / TICKS) ** self._bend
        self._is_following = True  # the slider stays where the hand is
        if isinstance(self.number, SpinBox):
            self.number.setValue(round(value))
        else:
            self.number.setValue(value)
        self._is_following = False

    def _on_number_changed(self) -> None:
        if self._is_following:
            return
        low = self.number.minimum()
        part = (self.number.value() - low) / max(1e-9, self._most - low)
        self._is_following = True
        self.slider.setValue(round(TICKS * min(1.0, max(0.0, part)) ** (1 / self._bend)))
        self._is_following = False
