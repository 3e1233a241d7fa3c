"""Which part of one picture is used: a frame on it, how it ends up, and several crops of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QIcon,
    QImage,
    QKeySequence,
    QPainter,
    QPen,
    QPixmap,
    QShortcut,
    QStandardItemModel,
)
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QWidget

from ddpm_studio.config.pictures import CROP_WORDS
from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.control_row import ControlRow, explain
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.images import image_on
from ddpm_studio.gui.common.inputs import ComboBox
from ddpm_studio.gui.common.label import label, set_kind
from ddpm_studio.gui.common.layout import STRETCH, Gap, column, holder, row, wide
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.crop_frame import CropFrame, enlarged
from ddpm_studio.gui.pictures.crop_geometry import (
    WHOLE,
    Box,
    box_grid,
    free_box,
    largest_box,
    render,
    shape_of,
)
from ddpm_studio.gui.pictures.crop_keeping import ask_to_keep
from ddpm_studio.words import several

if TYPE_CHECKING:
    from ddpm_studio.choices import Crop
    from ddpm_studio.config import PicturesConfig
    from ddpm_studio.gui.pictures.work import Original

FOLDER, BOX, PAD, SMART = "folder", "box", "pad", "smart"
MODES = {**CROP_WORDS, BOX: "My own frame"}
SEEN_SIDE, LOW_SIDE, SEEN_MARGIN = 256, 144, 6  # points
LOW = 640  # points: a screen that has less below its title has no room for the larger one
SIDE_WIDTH = SEEN_SIDE + 2 * SEEN_MARGIN

THUMB = 52  # points
AS_ALL = "As all pictures"
HINT = "Drag the frame or its corners. Arrow keys move it, + and - change its size."
PART_TIP = (
    "Which part is used: the largest one that has the right shape, in the middle or where most "
    "detail is; all of the picture, with a border around it; or a frame of your own."
)


class CropEditor(Dialog):
    """Emits `chosen` with a tuple of Crop when it is used; () means as all pictures.

    It goes from picture to picture: what was chosen for one is used when another is wanted.
    """

    chosen = Signal(object)
    step_wanted = Signal(int)  # -1: the picture before, 1: the next one

    def __init__(
        self,
        theme: Theme,
        name: str,
        original: Original,
        crops: tuple[Crop, ...],
        config: PicturesConfig,
        parent: QWidget | None = None,
        *,
        focus: tuple[float, float] = (0.5, 0.5),
    ) -> None:
        """config: what the network sees, with its channels, and how all pictures are cropped.

        focus: the middle of what is most detailed, in parts of the sides.
        """
        super().__init__("crop", "Crop", parent)
        self._theme, self._config = theme, config
        self._channels, height, width = config.shape
        self._target, size = (width, height), (original.width, original.height)
        self._row = 0  # of the crop that is edited
        self._frame = CropFrame("crop.frame", original.pixels, size, width / height)
        self._make_controls()
        self._make_buttons()
        self._lay_out()
        self.show_picture(name, original, crops, focus)
        self._connect()
        self._frame.setFocus()

    def show_picture(
        self,
        name: str,
        original: Original,
        crops: tuple[Crop, ...],
        focus: tuple[float, float],
        neighbours: tuple[bool, bool] = (False, False),
    ) -> None:
        """Another one. neighbours: whether there is one before it, and one after it."""
        self._pixels, self._focus, self._before = original.pixels, focus, crops
        self._size = original.width, original.height
        self._shape = shape_of(self._size, self._target[0] / self._target[1])
        self._grid = box_grid(self._size, self._target)
        self._name.setText(PurePath(name).name)
        self._frame.show_picture(self._pixels, self._size)
        for button, is_there in zip((self._previous, self._next), neighbours, strict=True):
            button.setEnabled(is_there)
        self._show_fill()
        self._set_crops(list(crops), 0)  # none: as all pictures

    @property
    def crops(self) -> tuple[Crop, ...]:
        """What `chosen` would say now."""
        return tuple(self._crops)

    # building

    def _make_controls(self) -> None:
        self._seen_side = SEEN_SIDE if self.room.height() >= LOW else LOW_SIDE
        self._seen = label(kind="canvas", name="crop.seen")
        self._seen.setFixedSize(SIDE_WIDTH, self._seen_side + 2 * SEEN_MARGIN)
        self._seen.setAlignment(Qt.AlignmentFlag.AlignCenter)
        explain(self._seen, "As the network sees it", "All the pixels that the model learns from.")
        self._facts = label(name="crop.facts", wrap=True)
        self._facts.setFixedWidth(SIDE_WIDTH)
        self._facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._facts.setMinimumHeight(2 * self._facts.fontMetrics().lineSpacing())
        mode = MODES[self._config.crop]
        folder = f"{AS_ALL} ({mode[:1].lower()}{mode[1:]})"
        self._mode = ComboBox("crop.mode", {FOLDER: folder, **MODES})
        self._count = label(kind="label")
        self._list = CropList(self._theme)

    def _make_buttons(self) -> None:
        theme = self._theme
        tip = "Use one more part of this picture, as a picture of its own"
        self._add = Button(theme, "Add another crop", "crop.add", tip, icon="plus")
        self._fill = Button(theme, "Fill with crops", "crop.fill", "", icon="grid")
        words = "Previous picture", "Use this crop, and go to the picture before (Page Up)"
        self._previous = IconButton(theme, "chevron-left", "crop.previous", *words)
        words = "Next picture", "Use this crop, and go to the next picture (Page Down)"
        self._next = IconButton(theme, "chevron-right", "crop.next", *words)
        self._remove = IconButton(
            theme, "trash", "crop.remove", "Remove this crop", "Remove this crop (Delete)"
        )
        tip = "Forget the frames of this picture and crop it as all others are"
        self._as_folder = Button(theme, AS_ALL, "crop.as_folder", tip)
        self._cancel = Button(theme, "Cancel", "crop.cancel", "Change nothing (Esc)")
        self._use = Button(
            theme, "Use it", "crop.use", "Use this part of the picture", kind="primary"
        )
        self.set_buttons(self._cancel, self._use)

    def _show_fill(self) -> None:
        count, (width, height) = len(self._grid), self._target
        self._fill.setEnabled(count > 1)
        self._fill.setToolTip(
            f"Lay {count} crops of {width} × {height} pixels side by side over the picture"
            if count > 1
            else f"This picture is too small for several crops of {width} × {height} pixels"
        )

    def _lay_out(self) -> None:
        self._name = label(kind="heading", name="crop.name", elided=True, plain=True)
        heading = row(wide(self._name), self._previous, self._next, spacing=4)
        canvas = holder(column(self._frame, margins=4), "canvas")
        head = row(wide(self._count), self._remove, spacing=4)
        self._several = holder(column(head, self._list, spacing=4))
        left = column(wide(canvas), label(HINT, "caption"), self._several)
        right = column(
            label("As the network sees it", "label"),
            self._seen,
            self._facts,
            Gap(4),
            ControlRow("&Part", self._mode, PART_TIP, "pictures.crop"),
            Gap(4),
            self._add,
            self._fill,
            STRETCH,
        )
        both = row(wide(left), right, spacing=24)
        self.fill(heading, wide(both), foot=(self._as_folder, STRETCH, self._cancel, self._use))

    def _connect(self) -> None:
        self._frame.moved.connect(self._on_moved)
        self._frame.picked.connect(self._on_picked)
        self._mode.activated.connect(self._on_mode)
        self._list.currentRowChanged.connect(self._on_row)
        self._add.clicked.connect(self._on_add)
        self._fill.clicked.connect(self._on_fill)
        self._remove.clicked.connect(self._on_remove)
        self._as_folder.clicked.connect(lambda: self._finish(()))
        self._use.clicked.connect(lambda: self._finish(self.crops))
        self._theme.changed.connect(self._on_theme_changed)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self)
        delete.activated.connect(self._on_remove)
        for by, button, key in (
            (-1, self._previous, Qt.Key.Key_PageUp),
            (1, self._next, Qt.Key.Key_PageDown),
        ):
            button.clicked.connect(lambda _=False, by=by: self._on_step(by))
            QShortcut(QKeySequence(key), self).activated.connect(button.click)

    # what is shown

    def _current(self) -> Crop:
        return self._crops[self._row] if self._crops else _crop(self._config.crop)

    def _box_of(self, crop: Crop) -> Box | None:
        """The part that a crop takes; None: the whole picture, with a border."""
        if crop.mode == PAD:
            return None
        if crop.mode != BOX:
            return largest_box(self._shape, self._focus if crop.mode == SMART else (0.5, 0.5))
        left, top, width, height = crop.box
        # made for another shape: the middle of it that has the present one, as the engine takes it
        wide = min(width, self._shape * height)
        high = wide / self._shape
        return left + (width - wide) / 2, top + (height - high) / 2, wide, high

    def _refresh(self) -> None:
        """Show the current crop everywhere."""
        crop = self._current()
        box = self._box_of(crop)
        others = [each for place, each in enumerate(self._crops) if place != self._row]
        self._frame.set_box(box, [self._box_of(other) or WHOLE for other in others])
        seen = self._render(crop)
        self._seen.setPixmap(enlarged(seen, self._seen_side, self.devicePixelRatioF()))
        mode = crop.mode if self._crops else FOLDER
        self._mode.setCurrentIndex(self._mode.findData(mode))
        has_several = len(self._crops) > 1
        model = cast("QStandardItemModel", self._mode.model())
        model.item(0).setEnabled(not has_several)  # there is a button for that
        self._several.setVisible(has_several)
        self._count.setText(f"{several(len(self._crops), 'crop')} of this picture")
        if has_several:
            self._list.show_image(self._row, seen)
        self._say_facts(box)

    def _say_facts(self, box: Box | None) -> None:
        whole = box is None
        part = (1.0, 1.0) if box is None else box[2:]
        had = round(part[0] * self._size[0]), round(part[1] * self._size[1])
        is_short = [have < want for have, want in zip(had, self._target, strict=True)]
        is_enlarged = all(is_short) if whole else any(is_short)
        verb = "will be enlarged to" if is_enlarged else "is fitted into" if whole else "becomes"
        becomes = f"it {verb} {self._target[0]} × {self._target[1]}"
        if had == self._target:
            becomes = "they are used as they are"
        which = "The whole picture" if whole else "This part"
        self._facts.setText(f"{which} has {had[0]} × {had[1]} pixels; {becomes}.")
        set_kind(self._facts, "warning" if is_enlarged else "muted")

    def _fill_list(self) -> None:
        """A thumbnail for each crop, with the current one chosen."""
        self._list.show_images([self._render(crop) for crop in self._crops], self._row)

    def _render(self, crop: Crop) -> QImage:
        box = self._box_of(crop)
        pixels = render(self._pixels, box, self._target, self._config.background, self._channels)
        return image_on(pixels, premultiplied=True).copy()

    def _on_theme_changed(self) -> None:
        self._fill_list()
        self._refresh()

    # what a person does

    def _on_moved(self, box: Box) -> None:
        self._crops[self._row : self._row + 1] = [_crop(BOX, box)]
        self._refresh()

    def _on_picked(self, other: int) -> None:
        self._on_row(other if other < self._row else other + 1)
        self._list.setCurrentRow(self._row)

    def _on_row(self, row: int) -> None:
        if 0 <= row < len(self._crops) and row != self._row:
            self._row = row
            self._refresh()

    def _on_mode(self, _index: int) -> None:
        mode = str(self._mode.currentData())
        if mode == FOLDER:
            self._crops.clear()
        else:
            box = self._box_of(self._current()) or largest_box(self._shape)
            crop = _crop(BOX, box) if mode == BOX else _crop(mode)
            self._crops[self._row : self._row + 1] = [crop]
        self._refresh()

    def _on_add(self) -> None:
        largest = largest_box(self._shape)
        width = min((self._box_of(self._current()) or largest)[2], largest[2] / 2)
        crops = self._crops or [self._current()]
        taken = [self._box_of(crop) or WHOLE for crop in crops]
        self._set_crops([*crops, _crop(BOX, free_box(taken, self._shape, width))], len(crops))

    def _on_fill(self) -> None:
        self._set_crops([_crop(BOX, box) for box in self._grid], 0)

    def _on_remove(self) -> None:
        if len(self._crops) > 1:
            crops = self._crops[: self._row] + self._crops[self._row + 1 :]
            self._set_crops(crops, min(self._row, len(crops) - 1))

    def _set_crops(self, crops: list[Crop], row: int) -> None:
        from ddpm_studio.choices import MOST_CROPS

        self._add.setEnabled(len(crops) < MOST_CROPS)
        self._crops, self._row = crops, row
        self._fill_list()
        self._refresh()

    def _on_step(self, by: int) -> None:
        if self.crops != self._before:
            self._before = self.crops
            self.chosen.emit(self.crops)
        self.step_wanted.emit(by)

    def reject(self) -> None:
        """Esc, or the window's own cross: several crops are not thrown away without a question."""
        if self.crops == self._before or max(len(self.crops), len(self._before)) < 2:
            super().reject()
        else:
            ask_to_keep(self, len(self.crops), lambda: self._finish(self.crops))

    def _finish(self, crops: tuple[Crop, ...]) -> None:
        self.chosen.emit(crops)
        self.accept()


def _crop(mode: str, box: Box = WHOLE) -> Crop:
    from ddpm_studio.choices import Crop  # not at the top: numpy and PIL come with it

    return Crop(mode, box)


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
