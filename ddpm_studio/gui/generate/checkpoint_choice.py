"""The choice of a checkpoint: the newest, or an earlier one; the best carries a star."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt

from ddpm_studio.gui.common.control_row import tooltip
from ddpm_studio.gui.common.inputs import ComboBox
from ddpm_studio.project import step_of
from ddpm_studio.words import why_best

NEWEST = ""  # the data of the entry that follows training
CHECKPOINT_TIP = "How long the model had learned: the newest state, or an earlier one."


class CheckpointChoice(ComboBox):
    """As wide as its place, not as its longest entry."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("generate.checkpoint")
        self.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self._best: tuple[int, float] | None = None  # step and held-out loss of a checkpoint

    @property
    def path(self) -> Path | None:
        """The chosen one; None for the newest."""
        chosen = self.currentData()
        return Path(chosen) if chosen else None

    def set_paths(self, paths: Sequence[Path]) -> None:
        """Those that there are, the oldest first. The choice stays if it still exists."""
        chosen = self.currentData()
        self.blockSignals(True)
        self.clear()
        newest = f" (step {step_of(paths[-1]):,})" if paths else ""
        self.addItem(f"Newest{newest}", NEWEST)
        for path in reversed(paths):
            self.addItem("", str(path))
        self.setCurrentIndex(max(0, self.findData(chosen)))
        self.blockSignals(False)
        self._write_labels()

    def set_best(self, step: int, loss: float) -> None:
        """The checkpoint that carries the star, and its loss on unseen pictures; -1: none."""
        self._best = (step, loss) if step >= 0 else None
        self._write_labels()

    def choose(self, step: int) -> bool:
        """Choose the checkpoint of a step, -1 for the newest; False if it is not there any more."""
        for index in range(self.count()):
            path = self.itemData(index)
            if (step_of(Path(path)) if path else -1) == step:
                self.setCurrentIndex(index)
                return True
        return False

    def _write_labels(self) -> None:
        best = self._best
        for index in range(self.count()):
            path = self.itemData(index)
            if path:
                step = step_of(Path(path))
                is_best = best is not None and step == best[0]
                self.setItemText(index, f"Step {step:,}" + ("  ★  best so far" if is_best else ""))
                reason = tooltip(f"★ {why_best(best[1])}") if best is not None and is_best else ""
                self.setItemData(index, reason, Qt.ItemDataRole.ToolTipRole)
        sentence = f" ★ step {best[0]:,}: {why_best(best[1])}." if best is not None else ""
        self.setToolTip(tooltip(CHECKPOINT_TIP + sentence, "checkpoint"))
