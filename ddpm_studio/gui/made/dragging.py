"""What is dragged away to another program: files, and of a single picture its pixels; copies."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QWidget

SEEN = 96  # points of the picture under the mouse, along its longer side


def mime_of(paths: Sequence[Path], image: QImage | None) -> QMimeData:
    """For the clipboard and for what is dragged."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    if image is not None:
        mime.setImageData(image)
    return mime


def drag_away(
    source: QWidget, paths: Sequence[Path], image: QImage | None, seen: QImage | None
) -> None:
    """Nothing happens if the mouse was let go meanwhile. seen: what is drawn under the mouse."""
    if not QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
        return
    drag = QDrag(source)
    drag.setMimeData(mime_of(paths, image))
    if seen is not None:
        keep, how = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        pixmap = QPixmap.fromImage(seen.scaled(SEEN, SEEN, keep, how))
        drag.setPixmap(pixmap)
        drag.setHotSpot(QPoint(pixmap.width() // 2, pixmap.height() // 2))
    drag.exec(Qt.DropAction.CopyAction)
