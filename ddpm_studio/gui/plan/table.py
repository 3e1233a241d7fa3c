"""The sizes that can be trained, a row each: when they get good, what they take, if they fit."""

from collections.abc import Sequence
from itertools import accumulate

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.label import bold, small
from ddpm_studio.gui.common.layout import column
from ddpm_studio.gui.common.rings import has_ring
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.plan.work import FITS, TOO_LARGE, UNKNOWN, Offer

HEADER = ("", "Rough after", "Good after", "Memory", "")
WIDEST = ("about 23 h 59 min ?", "about 23 h 59 min ?", "999 MB", TOO_LARGE)  # as good as always
RECOMMENDED = "recommended"
ROW_HEIGHT, HEADER_HEIGHT, PADDING, GAP, RADIUS = 52, 24, 12, 24, 8.0
DOT, MARK = 16, 16  # the circle on the left, and the tick before a verdict
GUESS = " ?"


class PlanRow(QAbstractButton):
    """One choice; checked: its plan is shown."""

    def __init__(self, theme: Theme, offer: Offer, columns: list[int]) -> None:
        """columns: where each begins, in pixels from the left; the table's own."""
        super().__init__()
        self._theme, self._columns = theme, columns
        self.setObjectName(names.item("plan.choice", offer.name))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedHeight(ROW_HEIGHT)
        self.show_offer(offer, False)

    def show_offer(self, offer: Offer, is_recommended: bool) -> None:
        """The same choice with other words."""
        self.offer, self.is_recommended = offer, is_recommended
        self.setEnabled(offer.can_be_chosen)
        can = offer.can_be_chosen
        self.setCursor(Qt.CursorShape.PointingHandCursor if can else Qt.CursorShape.ArrowCursor)
        guess = ", a guess" if offer.is_guess else ""
        said = [f"{offer.title}, {offer.size}"]
        if offer.verdict and offer.good:
            said += [f"rough after {offer.rough}", f"good after {offer.good}{guess}", offer.memory]
        said += [offer.verdict] if offer.verdict else []
        said += [RECOMMENDED] if is_recommended else []
        self.setAccessibleName(", ".join(said))
        self.setToolTip("Show the plan for this size" if can else offer.verdict.capitalize())
        self.update()

    def cells(self) -> tuple[str, ...]:
        """What stands in the columns after the first."""
        offer = self.offer
        guess = GUESS if offer.is_guess else ""
        return f"{offer.rough}{guess}", f"{offer.good}{guess}", offer.memory, offer.verdict

    def sizeHint(self) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ground = "selected" if self.isChecked() else "hover" if self._is_hovered() else None
        painter.setPen(Qt.PenStyle.NoPen)
        if ground:
            painter.setBrush(self._theme.colour(ground))
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
        self._paint_dot(painter)
        self._paint_name(painter)
        self._paint_cells(painter)
        if has_ring(self):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("accent_text"), 2))
            painter.drawRoundedRect(frame, RADIUS, RADIUS)

    def _is_hovered(self) -> bool:
        return self.isEnabled() and self.underMouse()

    def _paint_dot(self, painter: QPainter) -> None:
        centre = QPointF(PADDING + DOT / 2, ROW_HEIGHT / 2)
        role = "outline" if self.isEnabled() else "border"
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.colour("accent_text" if self.isChecked() else role), 1.5))
        painter.drawEllipse(centre, DOT / 2 - 1, DOT / 2 - 1)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("accent_text"))
            painter.drawEllipse(centre, DOT / 4, DOT / 4)

    def _paint_name(self, painter: QPainter) -> None:
        """The name, and under it the size in pixels."""
        left = PADDING + DOT + 12
        width = self._columns[1] - left - GAP // 2
        font, size_role = small(self.font()), "text" if self.isChecked() else "muted"
        self._paint_line(painter, self.offer.title, left, 8, width, "text", bold(self.font()))
        after = left + self._paint_line(painter, self.offer.size, left, 27, width, size_role, font)
        if self.is_recommended:
            words = f"  ·  {RECOMMENDED}"
            self._paint_line(painter, words, after, 27, width + left - after, "accent_text", font)

    def _paint_line(
        self, painter: QPainter, words: str, left: int, top: int, width: int, role: str, font: QFont
    ) -> int:
        """As much as there is room for; how wide that is, in pixels."""
        can_be_read = self.offer.can_be_chosen or not self.offer.verdict
        painter.setFont(font)
        painter.setPen(self._theme.colour(role if can_be_read else "muted"))
        metrics = painter.fontMetrics()
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(left, top, width, 18), Qt.AlignmentFlag.AlignVCenter, words)
        return metrics.horizontalAdvance(words)

    def _paint_cells(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        *facts, verdict = self.cells()
        role = "text" if self.offer.can_be_chosen else "muted"
        for words, left in zip(facts, self._columns[1:], strict=False):
            self._paint_words(painter, words, left, role)
        left = self._columns[-1]
        if verdict == FITS:
            self._paint_tick(painter, left)
            role = "accent_text"
        elif verdict == TOO_LARGE:
            role = "warning"
        else:
            role = "text" if self.isChecked() else "muted"
        self._paint_words(painter, verdict, left + (MARK + 6 if verdict == FITS else 0), role)

    def _paint_tick(self, painter: QPainter, left: int) -> None:
        ratio = self.devicePixelRatioF()
        tick = self._theme.pixmap("check", MARK, "accent_text", ratio)
        painter.drawPixmap(QPointF(left, (ROW_HEIGHT - MARK) / 2), tick)

    def _paint_words(self, painter: QPainter, words: str, left: int, role: str) -> None:
        area = QRectF(left, 0, self.width() - left, ROW_HEIGHT)
        painter.setPen(self._theme.colour("disabled" if words == UNKNOWN else role))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, words)


class _Header(QWidget):
    """The words over the columns."""

    def __init__(self, theme: Theme, columns: list[int]) -> None:
        super().__init__()
        self._theme, self._columns = theme, columns
        self.setFixedHeight(HEADER_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(small(self.font()))
        painter.setPen(self._theme.colour("muted"))
        for words, left in zip(HEADER, self._columns, strict=True):
            area = QRectF(left, 0, self.width() - left, HEADER_HEIGHT)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, words)


class PlanTable(QWidget):
    """Shows offers; `chosen` says which one a person wants to see the plan of."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._columns = theme, [0] * len(HEADER)
        self._rows: dict[str, PlanRow] = {}
        self._group = QButtonGroup(self)
        self._header = _Header(theme, self._columns)
        self._layout = column(self._header, spacing=2, of=self)
        self._group.buttonClicked.connect(self._on_clicked)
        theme.changed.connect(self._repaint)

    def set_offers(self, offers: Sequence[Offer], recommended: str = "", shown: str = "") -> None:
        """shown: whose plan is shown; "": none's. Rows of the same names keep the focus."""
        if [offer.name for offer in offers] != list(self._rows):
            self._make_rows(offers)
        self._group.setExclusive(False)  # or the last one could not be left unchecked
        for offer in offers:
            row = self._rows[offer.name]
            row.show_offer(offer, offer.name == recommended)
            row.setChecked(offer.name == shown)
        self._group.setExclusive(True)
        self._place_columns()

    def _make_rows(self, offers: Sequence[Offer]) -> None:
        for row in self._rows.values():
            self._group.removeButton(row)
            self._layout.removeWidget(row)
            row.deleteLater()
        self._rows = {offer.name: PlanRow(self._theme, offer, self._columns) for offer in offers}
        for row in self._rows.values():
            self._group.addButton(row)
            self._layout.addWidget(row)

    def _place_columns(self) -> None:
        """Each as wide as its widest cell; the first one has what is left.

        They stay where they are when the answers come, or the hours change.
        """
        normal, heads = self.fontMetrics(), QFontMetrics(small(self.font()))
        cells = [WIDEST, *(row.cells() for row in self._rows.values())]
        widths = [
            max(heads.horizontalAdvance(title), *map(normal.horizontalAdvance, below)) + GAP
            for title, below in zip(HEADER[1:], zip(*cells, strict=True), strict=True)
        ]
        widths[-1] = max(widths[-1], normal.horizontalAdvance(FITS) + MARK + 6 + PADDING)
        left = self.width() - sum(widths)
        self._columns[:] = [PADDING, *accumulate(widths[:-1], initial=left)]
        self._repaint()

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        if self._rows:
            self._place_columns()

    def _on_clicked(self, row: QAbstractButton) -> None:
        if isinstance(row, PlanRow):
            self.chosen.emit(row.offer.name)

    def _repaint(self) -> None:
        for widget in (self._header, *self._rows.values()):
            widget.update()
