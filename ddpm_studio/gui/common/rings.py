"""The ring around what has the focus: for those who go about by keys, not after a click."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QSlider, QWidget

STYLED = (QAbstractButton, QComboBox, QSlider)  # style sheets look at their property "ring"
TAB = Qt.WidgetAttribute.WA_KeyboardFocusChange  # Qt sets it at a window when Tab was pressed
BY_KEYS = "by_keys"  # property of the application: keys moved the focus last, not the mouse


def has_ring(widget: QWidget) -> bool:
    """Whether a widget that draws itself draws its ring."""
    return widget.hasFocus() and bool(_application().property(BY_KEYS))


def show_ring(widget: QWidget) -> None:
    """A key was pressed that goes about within a widget, such as an arrow."""
    if not has_ring(widget):
        _application().setProperty(BY_KEYS, True)
        widget.update()


class Rings(QObject):
    """Knows of each change of the focus in the application, in dialogs, too."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        _application().setProperty(BY_KEYS, False)
        _application().focusChanged.connect(self._on_focus)

    def _on_focus(self, old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            _application().setProperty(BY_KEYS, False)
        elif now is not None and now.window().testAttribute(TAB):
            _application().setProperty(BY_KEYS, True)  # what takes the focus by itself keeps that
        for widget in (old, now):
            if isinstance(widget, STYLED):
                _show(widget, has_ring(widget))


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application


def _show(widget: QWidget, is_shown: bool) -> None:
    if bool(widget.property("ring")) != is_shown:
        widget.setProperty("ring", is_shown)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
