"""How pictures are prepared: size, colours, background and flips, and why some of it is fixed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ddpm_studio.config import PicturesConfig
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.control_row import ControlRow, explain
from ddpm_studio.gui.common.inputs import ComboBox, Switch
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.colour_picker import ColourPicker

CHANNELS = (
    (0, "As the pictures are"),
    (3, "Colour"),
    (1, "Grey"),
    (4, "Colour and transparency"),
)
CROPS = (
    ("centre", "The middle"),
    ("smart", "Where most detail is"),
    ("pad", "All of it, with a border"),
)
COPIES = (("one", "Keep one of each"), ("all", "Keep all"))
SIZE_TIP = (
    "Every picture is cropped and scaled to this. Bigger shows more and is slower to learn: about "
    "4 times for each doubling. A model that suits the size comes with it."
)


class PictureSettings(QFrame):
    """Says what was chosen; its owner saves it and then shows it by `show_config`."""

    size_chosen = Signal(object)  # (width, height)
    channels_chosen = Signal(int)
    crop_chosen = Signal(str)
    copies_chosen = Signal(str)
    background_chosen = Signal(str)
    flip_chosen = Signal(bool)
    other_settings_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self._theme = theme
        self._make_controls()
        self._lay_out()
        self._size.activated.connect(self._on_size)
        self._channels.activated.connect(self._on_channels)
        self._crop.activated.connect(lambda _: self.crop_chosen.emit(self._crop.currentData()))
        self._copies.activated.connect(
            lambda _: self.copies_chosen.emit(self._copies.currentData())
        )
        self._background.chosen.connect(self.background_chosen)
        self._flip.clicked.connect(self.flip_chosen)
        self._other.clicked.connect(self.other_settings_wanted)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_config(self, config: PicturesConfig, shapes: Sequence[tuple[int, int]]) -> None:
        """Show the settings that hold, without saying anything.

        shapes: the (width, height) that can be chosen; the present one is among them.
        """
        self._size.clear()
        for width, height in shapes:
            # a square by its one side, as everywhere else
            shape = width if width == height else (width, height)
            self._size.addItem(f"{width} × {height} pixels", shape)
        _, height, width = config.shape
        here = [index for index in range(len(shapes)) if tuple(shapes[index]) == (width, height)]
        self._size.setCurrentIndex(here[0] if here else -1)
        self._channels.setCurrentIndex(self._channels.findData(config.channels))
        self._crop.setCurrentIndex(self._crop.findData(config.crop))
        self._copies.setCurrentIndex(self._copies.findData(config.copies))
        self._background.set_colour(config.background)
        self._flip.setChecked(config.flip_horizontal)

    def show_locked(self, reason: str) -> None:
        """Fix what shapes the model, and say why; '' frees it again."""
        self._size.setEnabled(not reason)
        self._channels.setEnabled(not reason)
        self._reason.setText(reason)
        self._locked.setVisible(bool(reason))
        self._slower.setVisible(not reason)

    def show_transparent(self, count: int | None) -> None:
        """How many of the pictures are transparent somewhere; None: not known yet."""
        self._transparent.setVisible(count is not None)
        if count is not None:
            several = "One picture here is" if count == 1 else f"{count:,} pictures here are"
            self._transparent.setText(
                f"{several} transparent in places." if count else "No picture here is transparent."
            )

    def _make_controls(self) -> None:
        self._size, self._channels = ComboBox(), ComboBox()
        self._size.setObjectName("pictures.size")
        self._channels.setObjectName("pictures.channels")
        for channels, label in CHANNELS:
            self._channels.addItem(label, channels)
        self._crop, self._copies = ComboBox(), ComboBox()
        self._crop.setObjectName("pictures.crop")
        self._copies.setObjectName("pictures.copies")
        for crop, label in CROPS:
            self._crop.addItem(label, crop)
        for copies, label in COPIES:
            self._copies.addItem(label, copies)
        self._background = ColourPicker(self._theme, "pictures.background")
        self._flip = Switch("Mirror at random")
        self._flip.setObjectName("pictures.flip")
        explain(
            self._flip,
            "Mirror at random",
            "Shows the model every picture mirrored half of the time. It helps small folders, "
            "but not where left and right matter, as in writing.",
            "horizontal flips",
        )
        self._slower = _caption("Bigger is slower: 4 times for each doubling.")
        self._transparent = _caption("")
        self._mirrored = _caption("Good for few pictures, not for writing.")
        self._reason = _caption("")
        self._reason.setObjectName("pictures.locked")
        self._other = Button(
            self._theme,
            "New project with other settings…",
            "pictures.other_settings",
            "Make another project of the same folder, with a size and colours of its own",
        )

    def _lay_out(self) -> None:
        heading = QLabel("How they are prepared")
        heading.setProperty("kind", "heading")
        self._lock_icon = QLabel()
        lock_row = QHBoxLayout()
        lock_row.setSpacing(8)
        lock_row.addWidget(self._lock_icon)
        lock_row.addWidget(self._reason, 1)
        self._locked = QWidget()
        locked = QVBoxLayout(self._locked)
        locked.setContentsMargins(0, 0, 0, 0)
        locked.setSpacing(8)
        locked.addLayout(lock_row)
        locked.addWidget(self._other)
        rows: tuple[tuple[QWidget, ...], ...] = (
            (ControlRow("&Size", self._size, SIZE_TIP, "pictures.size"), self._slower),
            (
                ControlRow(
                    "C&olours",
                    self._channels,
                    "Whether the model learns colours, only light and dark, or also which parts "
                    "are transparent.",
                    "pictures.channels: 0, 3, 1 or 4",
                ),
            ),
            (self._locked,),
            (
                ControlRow(
                    "C&rop",
                    self._crop,
                    "Which part of a picture is taken where its shape is another one. Each "
                    "picture can have a crop of its own: choose it on the wall.",
                    "pictures.crop",
                ),
            ),
            (
                ControlRow(
                    "Co&pies",
                    self._copies,
                    "Pictures that are alike but for size or quality: the best of them is kept, "
                    "or the model would see that one too often.",
                    "pictures.copies",
                ),
            ),
            (
                ControlRow(
                    "&Background",
                    self._background,
                    "Lies under pictures that are transparent in places.",
                    "pictures.background",
                ),
                self._transparent,
            ),
            (self._flip, self._mirrored),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addWidget(heading)
        for row in rows:
            part = QVBoxLayout()
            part.setSpacing(4)
            for widget in row:
                part.addWidget(widget)
            layout.addLayout(part)
        self._locked.hide()
        self._transparent.hide()

    def _on_size(self, _index: int) -> None:
        shape = self._size.currentData()
        self.size_chosen.emit((shape, shape) if isinstance(shape, int) else tuple(shape))

    def _on_channels(self, _index: int) -> None:
        self.channels_chosen.emit(self._channels.currentData())

    def _on_theme_changed(self) -> None:
        ratio = self.devicePixelRatioF()
        self._lock_icon.setPixmap(self._theme.pixmap("lock", 16, "muted", ratio))


def _caption(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("kind", "caption")
    label.setWordWrap(True)
    return label
