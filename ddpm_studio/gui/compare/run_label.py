"""What a run is called while it is compared: its letter and settings, bold where they differ."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ddpm_studio.gui.common.label import bold, plain_tip
from ddpm_studio.gui.common.theme import Theme

HEIGHT, DISC, GAP = 24, 20.0, 8.0
BETWEEN, MORE = "  ·  ", "…"

Word = tuple[str, bool]  # a setting in words, and whether the other run has another one


class RunLabel(QWidget):
    """One line: first what differs; where the room ends, the rest is left out first."""

    def __init__(self, theme: Theme, name: str, letter: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._theme, self._letter = theme, letter
        self._words: tuple[Word, ...] = ()
        self._is_seen = False
        theme.changed.connect(self.update)

    @property
    def text(self) -> str:
        """The letter and all words, as a screen reader says them."""
        return f"{self._letter}: {', '.join(words for words, _ in self._words)}"

    def set_words(self, words: Sequence[Word]) -> None:
        self._words = tuple(words)
        self.setAccessibleName(self.text)
        self.setToolTip(plain_tip(BETWEEN.join(words for words, _ in self._words)))
        self.update()

    @property
    def needed(self) -> float:
        """Points of width for all words."""
        return DISC + GAP + self._width(self._words)

    @property
    def least(self) -> float:
        """Points of width for what differs."""
        words = [word for word in self._words if word[1]]
        is_all = len(words) == len(self._words)
        return DISC + GAP + self._width(words if is_all else [*words, (MORE, False)])

    def set_seen(self, is_seen: bool) -> None:
        """Whether this run alone is seen now, as in a flicker."""
        self._is_seen = is_seen
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_letter(painter)
        x = DISC + GAP
        for number, (words, differs) in enumerate(self._fitting(self.width() - x)):
            if number:
                x = self._write(painter, x, BETWEEN, differs=False)
            x = self._write(painter, x, words, differs=differs)

    def _paint_letter(self, painter: QPainter) -> None:
        theme, disc = self._theme, QRectF(0, (self.height() - DISC) / 2, DISC, DISC)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent" if self._is_seen else "selected"))
        painter.drawEllipse(disc)
        painter.setPen(theme.colour("on_accent" if self._is_seen else "text"))
        painter.setFont(bold(self.font()))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, self._letter)

    def _write(self, painter: QPainter, x: float, words: str, *, differs: bool) -> float:
        """Returns where the next words begin."""
        font = bold(self.font()) if differs else self.font()
        metrics = QFontMetricsF(font)
        words = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, self.width() - x)
        painter.setFont(font)
        painter.setPen(self._theme.colour("text" if differs else "muted"))
        base = (self.height() + metrics.ascent() - metrics.descent()) / 2
        painter.drawText(QPointF(x, base), words)
        return x + metrics.horizontalAdvance(words)

    def _fitting(self, width: float) -> list[Word]:
        """As many words as there is room for, those that differ first; "…" for those left out."""
        words = sorted(self._words, key=lambda word: not word[1])
        left_out = False
        while len(words) > 1 and self._width([*words, *([(MORE, False)] * left_out)]) > width:
            same = [at for at, (_, differs) in enumerate(words) if not differs]
            del words[same[-1] if same else -1]
            left_out = True
        if left_out:
            words.append((MORE, False))
        return words

    def _width(self, words: Sequence[Word]) -> float:
        plain, strong = QFontMetricsF(self.font()), QFontMetricsF(bold(self.font()))
        between = plain.horizontalAdvance(BETWEEN) * (len(words) - 1)
        each = ((strong if differs else plain).horizontalAdvance(text) for text, differs in words)
        return between + sum(each)
