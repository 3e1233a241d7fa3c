"""A file that is dropped from another program."""

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget


def local_file(data: QMimeData) -> Path | None:
    """The first local file or folder of what is dropped or pasted."""
    for url in data.urls():
        if QUrl(url).isLocalFile():
            return Path(url.toLocalFile())
    return None


class FileDrop(QObject):
    """Lets a file be dropped on a widget, as long as it is wanted there.

    What was dragged out of this program itself is not taken. Nobody asks the disk what it is.
    """

    dropped = Signal(object)  # Path

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        widget.installEventFilter(self)
        widget.setAcceptDrops(True)

    def set_wanted(self, is_wanted: bool) -> None:
        """Else what lies around the widget may take it."""
        self._widget.setAcceptDrops(is_wanted)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent):  # a drop event's base, so it is asked first
            path = local_file(event.mimeData())
            if event.source() is None and path is not None and path.suffix:
                event.acceptProposedAction()
            else:  # a folder is for the window
                event.ignore()
            return True
        if event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent):
            path = local_file(event.mimeData())
            if path is not None:
                event.acceptProposedAction()
                self.dropped.emit(path)
            return True
        return False
