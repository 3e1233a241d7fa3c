"""What the folder says: how many pictures, of what kind, and what to expect from them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QToolTip, QWidget

from ddpm_studio.config.text import all_settings, value_of
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.control_row import explain, tooltip
from ddpm_studio.gui.common.label import label, say
from ddpm_studio.gui.common.layout import Placed, column, holder, line
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.project import is_locked

if TYPE_CHECKING:
    from ddpm_studio.config import StudioConfig
    from ddpm_studio.data.summary import FolderSummary

STRIP_HEIGHT, METER_HEIGHT, RADIUS = 28, 8, 6.0
ROWS = {  # the words before each
    "folder.count": "Pictures",
    "folder.sizes": "Sizes",
    "folder.aspect": "Shape",
    "folder.kinds": "Of these",
}
LABEL_WIDTH = 72  # points of the left column
FLIP = "pictures.flip_horizontal"
SETTING_WORDS = {"model.dropout": "dropout", FLIP: "mirroring"}

Colour = tuple[int, int, int]
Setting = tuple[str, object]  # dotted path, value


class FolderPanel(QFrame):
    """Says which settings are wanted; its owner changes them and tells by `set_current`."""

    settings_wanted = Signal(object)  # ((dotted path, value), ...)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "panel")
        self._summary: FolderSummary | None = None
        self._config: StudioConfig | None = None
        self._is_locked = False
        self._make_parts(theme)
        self._lay_out()
        self._use.clicked.connect(self._on_use)
        self.clear()

    def clear(self) -> None:
        """Nothing is known yet."""
        self._summary = None
        self._known.hide()
        self._empty.show()

    def set_summary(self, summary: FolderSummary) -> None:
        """Show what a folder says."""
        self._summary = summary
        sizes, aspect = _sentence(summary.sizes).replace(" x ", " × "), _sentence(summary.aspect)
        said = _count_words(summary.count, summary.left_out), sizes, aspect, _kind_words(summary)
        for name, words in zip(ROWS, said, strict=True):
            self._rows[name].setText(words)
            self._rows[name].setVisible(bool(words))
            self._labels[name].setVisible(bool(words))
        self._palette.set_colours(summary.palette, summary.shares)
        self._palette_part.setVisible(bool(summary.palette))
        self._alike.set_value(summary.alike, summary.alike_words)
        self._alike_words.setText(_sentence(summary.alike_words))
        self._alike_part.setVisible(bool(summary.alike_words) and summary.count > 1)
        say(self._expectation, summary.expectation)
        say(self._advice, summary.advice)
        self._show_use()
        self._empty.hide()
        self._known.show()

    def show_counts(self, taken: int, left_out: int) -> None:
        """By what was chosen since the summary was made."""
        self._rows["folder.count"].setText(_count_words(taken, left_out))

    def set_current(self, config: StudioConfig | None) -> None:
        """The settings that hold; what follows from the folder is offered if it differs."""
        self._config = config
        self._show_use()

    def set_locked(self, is_locked: bool) -> None:
        """Whether what shapes the model is fixed: it is not offered then, but explained."""
        self._is_locked = is_locked
        self._show_use()

    def _make_parts(self, theme: Theme) -> None:
        empty = "Known as soon as the pictures have been read."
        self._empty = label(empty, "muted", "folder.empty", wrap=True)
        self._labels = {name: label(words, "muted", wrap=True) for name, words in ROWS.items()}
        self._rows = {name: label(name=name, wrap=True) for name in ROWS}
        self._palette = PaletteStrip(theme, "folder.palette")
        self._alike = AlikeMeter(theme, "folder.alike")
        self._alike_words = label(kind="caption", wrap=True)
        self._expectation = label(name="folder.expectation", wrap=True)
        self._advice = label(kind="muted", name="folder.advice", wrap=True)
        self._fixed = label(kind="caption", wrap=True)
        self._use = Button(theme, "", "folder.use", "")

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self._rows.items()):
            self._labels[name].setFixedWidth(LABEL_WIDTH)
            grid.addWidget(self._labels[name], row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
        self._palette_part = _part(QLabel("Colours"), self._palette)
        self._alike_part = _part(QLabel("How alike they are"), self._alike, self._alike_words)
        words = _part(self._expectation, self._advice, self._fixed)
        use = Placed(self._use, align=Qt.AlignmentFlag.AlignLeft)
        parts = (grid, self._palette_part, self._alike_part, line(), words, use)
        self._known = holder(column(*parts, spacing=12))
        heading = label("What the folder says", "heading")
        column(heading, self._empty, self._known, spacing=12, margins=16, of=self)

    def _show_use(self) -> None:
        free, fixed = self._offered()
        self._use.setVisible(bool(free))
        say(self._fixed, _fixed_words(fixed))
        term = "<br>".join(escape(f"{path} = {value}") for path, value in free)
        self._use.setText(_use_words(free))
        self._use.setToolTip(tooltip("Set this for the project.", term))

    def _offered(self) -> tuple[tuple[Setting, ...], tuple[Setting, ...]]:
        """The settings that follow and are other ones now: those that are free, and the fixed."""
        if self._config is None or self._summary is None:
            return (), ()
        known = all_settings(self._config)  # another kind of model may lack some
        others = [
            (path, value)
            for path, value in self._summary.settings
            if path in known and value_of(self._config, path) != value
        ]
        free = [one for one in others if not (self._is_locked and is_locked(one[0]))]
        return tuple(free), tuple(one for one in others if one not in free)

    def _on_use(self) -> None:
        free, _ = self._offered()
        if free:
            self.settings_wanted.emit(free)


class PaletteStrip(QWidget):
    """The colours of the folder side by side, each as wide as its share."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFixedHeight(STRIP_HEIGHT)
        self.setMouseTracking(True)
        self._theme = theme
        self._colours: tuple[Colour, ...] = ()
        self._ends: tuple[float, ...] = ()  # where each colour ends, 0 to 1
        theme.changed.connect(self.update)
        self.set_colours((), ())

    def set_colours(self, colours: Sequence[Colour], shares: Sequence[float]) -> None:
        """colours: red, green and blue, 0 to 255. shares: of each; they need not add up to 1."""
        total = sum(shares) or 1.0
        ends, so_far = [], 0.0
        for share in shares:
            so_far += share / total
            ends.append(so_far)
        self._colours, self._ends = tuple(colours), tuple(ends)
        words = ", ".join(self._words(place) for place in range(len(self._colours)))
        explain(self, "Colours of the pictures", words)
        self.setToolTip("")  # each colour has its own
        self.update()

    def words_at(self, x: float) -> str:
        """What the colour there is, and its share; '' outside of the strip."""
        for place, end in enumerate(self._ends):
            if 0 <= x < end * self.width():
                return self._words(place)
        return ""

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = self.words_at(event.pos().x())
            below = event.globalPos() + QPoint(0, STRIP_HEIGHT // 2)
            QToolTip.showText(below, words, self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(frame, RADIUS, RADIUS)
        painter.setClipPath(shape)
        start, ratio = 0.0, self.devicePixelRatioF()
        for colour, end in zip(self._colours, self._ends, strict=True):
            stop = round(end * self.width() * ratio) / ratio  # no seams between them
            painter.fillRect(QRectF(start, 0, stop - start, self.height()), QColor(*colour))
            start = stop
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.colour("border"), 1))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def _words(self, place: int) -> str:
        share = self._ends[place] - (self._ends[place - 1] if place else 0.0)
        percent = f"{100 * share:.0f} %" if share >= 0.01 else "less than 1 %"
        return f"{QColor(*self._colours[place]).name()}  {percent}"


class AlikeMeter(QWidget):
    """A bar that is empty if all are different, and full if all are the same."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFixedHeight(METER_HEIGHT)
        self._theme, self.value = theme, 0.0
        theme.changed.connect(self.update)

    def set_value(self, value: float, words: str) -> None:
        """value: 0 to 1."""
        self.value = min(1.0, max(0.0, value))
        tip = f"{words} Empty: all are different. Full: all are the same."
        explain(self, "How alike the pictures are", tip.strip(), f"{self.value:.2f}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(track, METER_HEIGHT / 2, METER_HEIGHT / 2)
        painter.fillPath(shape, self._theme.colour("hover"))
        painter.setClipPath(shape)
        track.setWidth(self.value * self.width())
        painter.fillRect(track, self._theme.colour("muted"))


def _fixed_words(settings: Sequence[Setting]) -> str:
    """Why some of what is advised is not offered."""
    if not settings:
        return ""
    what = " and ".join(SETTING_WORDS.get(path, path) for path, _ in settings)
    is_or_are = "is" if len(settings) == 1 else "are"
    return f"{_sentence(what)} {is_or_are} fixed once training has begun: that takes a new project."


def _use_words(settings: Sequence[Setting]) -> str:
    """What a click will do: "Mirror pictures, dropout 0.1"."""
    words = [
        "mirror pictures" if path == FLIP else f"{SETTING_WORDS.get(path, path)} {value:g}"
        for path, value in settings
    ]
    return _sentence(", ".join(words))


def _count_words(taken: int, left_out: int) -> str:
    return f"{taken:,} taken" + (f", {left_out:,} left out" if left_out else "")


def _kind_words(summary: FolderSummary) -> str:
    kinds = (
        (summary.grey, "grey"),
        (summary.transparent, "transparent"),
        (summary.pixel_art, "pixel art"),
    )
    return ", ".join(f"{count:,} {words}" for count, words in kinds if count)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _part(*widgets: QWidget) -> QWidget:
    return holder(column(*widgets, spacing=4))
