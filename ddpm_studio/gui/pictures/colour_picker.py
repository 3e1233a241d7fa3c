"""A few colours to click on, and any other one by the system's dialog."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QColorDialog, QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.layout import STRETCH, row
from ddpm_studio.gui.common.theme import Theme

SWATCH = 32  # points, with the ring around it
COLOURS = (
    ("white", "White", "#ffffff"),
    ("grey", "Grey", "#808080"),
    ("black", "Black", "#000000"),
)


class ColourPicker(QWidget):
    """Says which colour was chosen, as #rrggbb; its owner then sets it."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._colour = ""
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        swatches = [
            Swatch(theme, names.item(name, key), label, f"{label} ({colour})", colour)
            for key, label, colour in COLOURS
        ]
        for swatch in swatches:
            swatch.clicked.connect(self._on_clicked)
        self._other = Swatch(
            theme, names.item(name, "other"), "Another colour", "Choose any other colour…", ""
        )
        self._other.clicked.connect(self._on_other)
        for swatch in (*swatches, self._other):
            self._group.addButton(swatch)
        row(*swatches, self._other, STRETCH, spacing=4, of=self)
        self.setFocusProxy(self._other)

    @property
    def colour(self) -> str:
        return self._colour

    def set_colour(self, colour: str) -> None:
        """Show which one holds, without saying anything."""
        self._colour = colour.lower()
        for button in self._group.buttons():
            if isinstance(button, Swatch) and button.colour == self._colour:
                button.setChecked(True)
                self._other.set_colour("")
                return
        self._other.set_colour(self._colour)
        self._other.setChecked(True)

    def _on_clicked(self) -> None:
        swatch = self.sender()
        assert isinstance(swatch, Swatch)
        self._choose(swatch.colour)

    def _on_other(self) -> None:
        self.set_colour(self._colour)  # the click itself has chosen nothing yet
        dialog = QColorDialog(QColor(self._colour), self)
        dialog.setObjectName("pictures.background.dialog")
        dialog.setWindowTitle("Background of transparent pictures")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda colour: self._choose(colour.name()))
        dialog.open()

    def _choose(self, colour: str) -> None:
        before = self._colour
        self.set_colour(colour)
        if colour != before:
            self.chosen.emit(colour)


class Swatch(QAbstractButton):
    """One colour, round; without a colour it is a plus."""

    def __init__(self, theme: Theme, name: str, label: str, tip: str, colour: str) -> None:
        super().__init__()
        self.setObjectName(name)
        explain(self, label, tip)
        self.setCheckable(True)
        self.setFixedSize(SWATCH, SWATCH)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._theme, self.colour = theme, colour
        theme.changed.connect(self.update)

    def set_colour(self, colour: str) -> None:
        self.colour = colour
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SWATCH, SWATCH)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = QRectF(self.rect()).adjusted(5.5, 5.5, -5.5, -5.5)
        hovered = self.underMouse() and self.isEnabled()
        painter.setPen(QPen(self._theme.colour("text" if hovered else "outline"), 1))
        painter.setBrush(QColor(self.colour) if self.colour else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(inner)
        if not self.colour:
            ratio = self.devicePixelRatioF()
            plus = self._theme.pixmap("plus", 14, "text" if hovered else "muted", ratio)
            painter.drawPixmap(self.rect().center().x() - 6, self.rect().center().y() - 6, plus)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.isChecked() or self.hasFocus():
            role = "text" if self.hasFocus() else "accent_text"
            painter.setPen(QPen(self._theme.colour(role), 2))
            painter.drawEllipse(QRectF(self.rect()).adjusted(2, 2, -2, -2))
