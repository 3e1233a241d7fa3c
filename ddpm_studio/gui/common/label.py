"""Words on the window, and how style sheets tell them apart."""

from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from ddpm_studio.gui.common.theme import Theme


def plain_tip(text: str) -> str:
    """For `setToolTip`, of a text that holds the name of a file or something a file says.

    Qt takes some texts for a page of the web; it is shown as it is.
    """
    return f"<p style='margin:0'>{escape(text)}</p>" if "<" in text else text


class ElidedLabel(QLabel):
    """The whole text is the tooltip when it does not fit."""

    def __init__(
        self, text: str = "", *, elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> None:
        """elide: where "…" stands."""
        super().__init__(text)
        self._elide = elide
        self.about = ""  # more to say of it in its tooltip, in plain words

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), self._elide, area.width())
        whole = self.text() if text != self.text() else ""
        tip = "\n".join(filter(None, (whole, self.about)))
        self.setToolTip(plain_tip(tip) if tip else "")
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(area, self.alignment(), text)


class Icon(QLabel):
    """A shipped icon in a colour of the palette, whatever the theme."""

    def __init__(self, theme: Theme, name: str, size: int, role: str = "muted") -> None:
        super().__init__()
        self._theme, self._size = theme, size
        self.show_icon(name, role)
        theme.changed.connect(self._draw)

    def show_icon(self, name: str, role: str) -> None:
        self._name, self._role = name, role
        self._draw()

    def _draw(self) -> None:
        ratio = self.devicePixelRatioF()
        self.setPixmap(self._theme.pixmap(self._name, self._size, self._role, ratio))


def label(
    text: str = "",
    kind: str = "",
    name: str = "",
    *,
    wrap: bool = False,
    plain: bool = False,
    elided: bool = False,
) -> QLabel:
    """kind: "heading", "muted", "caption", "warning", ...; wrap: over several lines.

    plain: the words come from a file or a person, and are shown as they are.
    elided: one line, which ends in "…" where the room ends.
    """
    words = ElidedLabel(text) if elided else QLabel(text)
    words.setObjectName(name)
    words.setProperty("kind", kind)
    words.setWordWrap(wrap)
    if plain:
        words.setTextFormat(Qt.TextFormat.PlainText)
    return words


def use_tabular_figures(widget: QWidget) -> None:
    """All digits as wide as each other, so that numbers that change do not tremble."""
    font = QFont(widget.font())
    font.setFeature(QFont.Tag("tnum"), 1)
    widget.setFont(font)


def small(font: QFont) -> QFont:
    """The same for captions that are painted; as large as style sheets have them."""
    result = QFont(font)
    result.setPixelSize(12)
    return result


def bold(font: QFont) -> QFont:
    """The same, a little stronger."""
    result = QFont(font)
    result.setWeight(QFont.Weight.DemiBold)
    return result


def set_kind(widget: QWidget, kind: str) -> None:
    """Style sheets are asked again only if it is another kind."""
    if widget.property("kind") != kind:
        widget.setProperty("kind", kind)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def say(line: QLabel, sentence: str, kind: str = "") -> None:
    """A sentence in a line that is there only while it has one. kind: if it is another one now."""
    if kind:
        set_kind(line, kind)
    line.setText(sentence)
    line.setVisible(bool(sentence))
