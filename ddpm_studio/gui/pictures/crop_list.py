"""The crops of one picture, side by side, each as the network sees it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QWidget

from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.crop_frame import enlarged

THUMB = 52  # points


class CropList(QListWidget):
    """Small pictures; a ring is around the chosen one."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("crop.list")
        self.setFlow(QListView.Flow.LeftToRight)
        self.setIconSize(QSize(THUMB, THUMB))
        self.setGridSize(QSize(THUMB + 4, THUMB + 4))
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(THUMB + 20)  # with its scroll bar
        # the icons show what is chosen; a ground would run into their neighbours
        self.setStyleSheet("QListView::item:selected { background: transparent; }")
        explain(self, "The crops of this picture", "Each one is a picture of its own.")

    def show_images(self, images: Sequence[QImage], row: int) -> None:
        """Show these and choose one of them, without saying anything."""
        self.blockSignals(True)
        self.clear()
        for place, image in enumerate(images):
            item = QListWidgetItem(self._icon(image), "")
            item.setToolTip(f"Crop {place + 1} of {len(images)}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, item.toolTip())
            self.addItem(item)
        self.setCurrentRow(row)
        self.blockSignals(False)

    def show_image(self, row: int, image: QImage) -> None:
        """One of them looks different now."""
        self.item(row).setIcon(self._icon(image))

    def _icon(self, image: QImage) -> QIcon:
        """In its own colours when chosen, too, but with a ring."""
        small = enlarged(image, THUMB - 8, 1.0)
        icon = QIcon()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
            pixmap = QPixmap(THUMB, THUMB)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            area = small.rect()
            area.moveCenter(pixmap.rect().center())
            painter.drawPixmap(area, small)
            if mode == QIcon.Mode.Selected:
                painter.setPen(QPen(self._theme.colour("accent_text"), 2))
                painter.drawRect(area.adjusted(-2, -2, 2, 2))
            painter.end()
            icon.addPixmap(pixmap, mode)
        return icon
