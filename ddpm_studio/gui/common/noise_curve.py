"""How noise grows from picture to noise, as a small drawing: of a choice, over the usual one."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ddpm_studio.config import DiffusionConfig
from ddpm_studio.config.schedules import ROWS
from ddpm_studio.gui.common.theme import Theme

POINTS = 65
HEIGHT, MARGIN = 72, 4.0
DASHED = "dashed: recommended"

Curve = tuple[float, ...]


def curves_of(configs: Sequence[DiffusionConfig]) -> Iterator[tuple[DiffusionConfig, Curve]]:
    """The share of noise, 0 to 1, at moments that are evenly spread from picture to noise.

    Of a schedule that is learned as it is before the first step.
    """
    import torch

    from ddpm_studio.diffusion import process_of
    from ddpm_studio.nn.gamma import MonotoneGamma

    for config in configs:
        is_learned = ROWS[config.schedule].learns
        gamma = MonotoneGamma(config.gamma_0, config.gamma_1) if is_learned else None
        process = process_of(config, gamma and gamma.requires_grad_(False).eval())
        moments = process.times(torch.linspace(0, 1, POINTS, dtype=torch.float64))
        yield config, tuple(process.noise_share(moments).tolist())


class NoiseCurve(QWidget):
    """The usual curve is dashed. It says nothing until both are known."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName("How noise grows")
        self.setAccessibleDescription("From the picture on the left to noise on the right.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme = theme
        self._usual: Curve = ()
        self._present: Curve = ()
        theme.changed.connect(self.update)

    @property
    def present(self) -> Curve:
        """What is drawn boldly."""
        return self._present

    def show_curves(self, present: Curve, usual: Curve) -> None:
        self._present, self._usual = present, usual
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, HEIGHT + self.fontMetrics().lineSpacing())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.fontMetrics().lineSpacing()
        area = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN - line)
        painter.setPen(QPen(self._theme.colour("border"), 1))
        painter.setBrush(self._theme.colour("canvas"))
        painter.drawRoundedRect(area.adjusted(-3.5, -3.5, 3.5, 3.5), 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.colour("muted"), 1.25, Qt.PenStyle.DashLine))
        painter.drawPolyline(_line_of(self._usual, area))
        painter.setPen(QPen(self._theme.colour("accent_text"), 2))
        painter.drawPolyline(_line_of(self._present, area))
        below = QRectF(area.left(), area.bottom() + MARGIN, area.width(), line)
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(
            below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, "picture"
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, "noise")
        if self._present != self._usual:
            middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
            painter.drawText(below, middle, DASHED)


def _line_of(curve: Curve, area: QRectF) -> QPolygonF:
    last = max(1, len(curve) - 1)
    return QPolygonF(
        [
            QPointF(area.left() + area.width() * at / last, area.bottom() - area.height() * share)
            for at, share in enumerate(curve)
        ]
    )
