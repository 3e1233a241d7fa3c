"""How pictures are prepared: size, colours, background and flips, and why some of it is fixed."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QColorDialog, QFrame, QWidget

from ddpm_studio.config import PicturesConfig
from ddpm_studio.config.fields import settings_of
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.control_row import ControlRow, explain
from ddpm_studio.gui.common.form import Editor, Form
from ddpm_studio.gui.common.inputs import choice
from ddpm_studio.gui.common.label import Icon, label
from ddpm_studio.gui.common.layout import STRETCH, Placed, column, holder, row, wide
from ddpm_studio.gui.common.rings import has_ring
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures import work

SWATCH = 32  # points, with the ring around it
TRANSPARENT, KEEP = 4, "Keep transparency"  # channels of those, and how it is called
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
        self.colour = ""
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

    def set_colour(self, colour: str) -> None:
        """Show which one holds, without saying anything."""
        self.colour = colour.lower()
        for button in self._group.buttons():
            if isinstance(button, Swatch) and button.colour == self.colour:
                button.setChecked(True)
                self._other.set_colour("")
                return
        self._other.set_colour(self.colour)
        self._other.setChecked(True)

    def _on_clicked(self) -> None:
        swatch = self.sender()
        assert isinstance(swatch, Swatch)
        self._choose(swatch.colour)

    def _on_other(self) -> None:
        self.set_colour(self.colour)  # the click itself has chosen nothing yet
        dialog = QColorDialog(QColor(self.colour), self)
        dialog.setObjectName("pictures.background.dialog")
        dialog.setWindowTitle("Background of transparent pictures")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda colour: self._choose(colour.name()))
        dialog.open()

    def _choose(self, colour: str) -> None:
        before = self.colour
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
        is_ringed = has_ring(self)
        if self.isChecked() or is_ringed:
            role = "text" if is_ringed else "accent_text"
            painter.setPen(QPen(self._theme.colour(role), 2))
            painter.drawEllipse(QRectF(self.rect()).adjusted(2, 2, -2, -2))


class PictureSettings(QFrame):
    """Says what was chosen; its owner saves it and then shows it by `show_config`."""

    # what makes the settings that are wanted of those that hold, and what that is called
    chosen = Signal(object, str)
    other_settings_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self._size = choice("pictures.size", {})
        colour = ColourPicker(theme, "pictures.background")
        background = Editor(colour, colour, lambda: colour.colour, colour.set_colour, colour.chosen)
        self._form = Form(
            PicturesConfig(),
            "pictures",
            special={"background": background},
            called={"flip_horizontal": "flip"},
            without=("size",),  # which is width and height
            parent=self,
        )
        self._slower = label("Bigger is slower: 4 times for each doubling.", "caption", wrap=True)
        self._transparent = label("", "caption", "pictures.transparent", wrap=True)
        tip = "Let the model learn what is transparent, too, as pictures of the folder are"
        self._keep = Button(theme, KEEP, "pictures.keep_transparency", tip)
        self._transparent_count, self._count = 0, 0
        self._channels, self._is_locked = 0, False
        self._reason = label("", "caption", "pictures.locked", wrap=True)
        tip = "Make another project of the same folder, with a size and colours of its own"
        self._other = Button(
            theme, "New project with other settings…", "pictures.other_settings", tip
        )
        self._lay_out(theme)
        self._size.activated.connect(self._on_size)
        self._form.changed.connect(self._on_field)
        self._other.clicked.connect(self.other_settings_wanted)
        self._keep.clicked.connect(self.keep_transparency)

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
        self._form.set_value(config)
        self._channels = config.channels
        self._show_ground()

    def show_locked(self, reason: str) -> None:
        """Fix what shapes the model, and say why; '' frees it again."""
        self._size.setEnabled(not reason)
        self._form.editor("channels").control.setEnabled(not reason)
        self._reason.setText(reason)
        self._locked.setVisible(bool(reason))
        self._slower.setVisible(not reason)
        self._is_locked = bool(reason)
        self._show_ground()

    def show_transparent(self, count: int | None, total: int) -> None:
        """How many of so many pictures are transparent somewhere; None: not known yet."""
        self._transparent_count, self._count = count or 0, total
        self._transparent.setVisible(count is not None)
        self._show_ground()

    def keep_transparency(self) -> None:
        """As if it had been chosen."""
        self.chosen.emit(
            lambda config: work.with_pictures_setting(config, channels=TRANSPARENT), KEEP
        )

    def _show_ground(self) -> None:
        """What becomes of what is transparent; a background lies under it only if it is lost."""
        is_kept, count = self._channels == TRANSPARENT, self._transparent_count
        self._background.setVisible(not is_kept)
        self._keep.setVisible(bool(count) and not is_kept and not self._is_locked)
        if not count:
            words = "No picture here is transparent."
        elif count == self._count:
            words = "All pictures here are transparent in places"
        else:
            words = f"{count:,} of {self._count:,} pictures are transparent in places"
        if count:
            words += ", and that is kept." if is_kept else "; the background lies under them."
        self._transparent.setText(words)

    def _lay_out(self, theme: Theme) -> None:
        lock = Icon(theme, "lock", 16)
        self._locked = holder(column(row(lock, wide(self._reason)), self._other))
        about = settings_of(PicturesConfig)["size"]
        size = ControlRow(about.words, self._size, about.tip, about.term)
        self._background = self._form.row("background")
        left_keep = Placed(self._keep, align=Qt.AlignmentFlag.AlignLeft)
        mirrored = label("Good for few pictures, not for writing.", "caption", wrap=True)
        column(
            label("How they are prepared", "heading"),
            column(size, self._slower, spacing=4),
            column(self._form.row("channels"), self._transparent, left_keep, spacing=4),
            self._locked,
            self._form.row("crop"),
            self._form.row("copies"),
            self._background,
            column(self._form.row("flip_horizontal"), mirrored, spacing=4),
            *self._form.rest(),
            spacing=16,
            margins=16,
            of=self,
        )
        self._locked.hide()
        self._transparent.hide()

    def _on_field(self, key: str) -> None:
        value = self._form.editor(key).read()
        words = settings_of(PicturesConfig)[key].words.replace("&", "")
        self.chosen.emit(lambda config: work.with_pictures_setting(config, **{key: value}), words)

    def _on_size(self, _index: int) -> None:
        shape = self._size.currentData()
        width, height = (shape, shape) if isinstance(shape, int) else shape
        words = f"Size {width} × {height}"
        self.chosen.emit(lambda config: work.with_shape(config, width, height), words)
