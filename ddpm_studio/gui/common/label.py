"""Words on the window, and how style sheets tell them apart."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QWidget

from ddpm_studio.gui.common.elided_label import ElidedLabel


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
