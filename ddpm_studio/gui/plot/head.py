"""The line over the plot: its name, the loss as it stands, and the best checkpoint so far."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.common.button import GAP, ICON_PIXELS, Button
from ddpm_studio.gui.common.control_row import tooltip
from ddpm_studio.gui.common.elided_label import ElidedLabel
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.common.training_words import why_best

HEIGHT = 32


class PlotHead(QWidget):
    """`best_wanted`: a person wants to know more of the best checkpoint."""

    best_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT)
        title = QLabel("Loss")
        title.setProperty("kind", "label")
        title.setToolTip("How far the model's guesses are from the truth; lower is better (loss)")
        self._now = ElidedLabel()
        self._now.setObjectName("train.loss")
        self._now.setProperty("kind", "caption")
        self._best = BestButton(theme)
        self._best.clicked.connect(self.best_wanted)
        self._best.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 8, 0)
        row.setSpacing(8)
        row.addWidget(title)
        row.addWidget(self._now, 1)
        row.addWidget(self._best)

    def set_now(self, text: str) -> None:
        self._now.setText(text)

    def set_best(self, step: int | None, loss: float) -> None:
        """None: there is none yet."""
        self._best.setVisible(step is not None)
        if step is not None:
            self._best.show_best(step, loss)


class BestButton(Button):
    """A star and a step; it opens what is known of the best checkpoint."""

    def __init__(self, theme: Theme) -> None:
        name = names.item(names.TRAIN_PLOT, "best")
        super().__init__(theme, "", name, "", icon="star-filled", kind="quiet")
        self.setStyleSheet("padding: 0 8px; font-size: 12px")

    def show_best(self, step: int, loss: float) -> None:
        self.setText(f"Best: step {step:,}")
        self.setToolTip(tooltip(f"The best checkpoint so far: {why_best(loss)}."))
        self.setAccessibleName(f"Best checkpoint so far: step {step:,}")

    def _on_theme_changed(self) -> None:
        role = "accent_text"
        self.setIcon(self._theme.icon("star-filled", ICON_PIXELS, role, role, GAP))
