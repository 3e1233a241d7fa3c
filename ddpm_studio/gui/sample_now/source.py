"""Which state of the model is looked at: where training is now, or a checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from ddpm_studio.gui.common.control_row import tooltip
from ddpm_studio.gui.common.inputs import ComboBox
from ddpm_studio.project import step_of
from ddpm_studio.words import why_best

NOW = ""  # the training that runs


class SampleSources(QObject):
    """What there is at the moment; who shows it hears when that changes.

    Attributes: present (the step of the training that runs, -1 if none does), checkpoints (the
    oldest first), best (step and held-out loss of the best of them, or None).
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.present = -1
        self.checkpoints: tuple[Path, ...] = ()
        self.best: tuple[int, float] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no model yet."""
        return self.present < 0 and not self.checkpoints

    def set_present(self, step: int) -> None:
        if step != self.present:
            self.present = step
            self.changed.emit()

    def set_checkpoints(self, paths: Sequence[Path]) -> None:
        if tuple(paths) != self.checkpoints:
            self.checkpoints = tuple(paths)
            self.changed.emit()

    def set_best(self, step: int, loss: float) -> None:
        """-1: none."""
        self.best = (step, loss) if step >= 0 else None
        self.changed.emit()


class SourceChoice(ComboBox):
    """The choice stays while there is what was chosen; else it is the newest there is."""

    chosen = Signal()  # by a person

    def __init__(self, sources: SampleSources) -> None:
        super().__init__()
        self.setObjectName("sample_now.from")
        self.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(24)
        self._sources = sources
        sources.changed.connect(self._on_changed)
        self._on_changed()
        self.currentIndexChanged.connect(self.chosen)

    @property
    def is_now(self) -> bool:
        """Whether it is the training that runs."""
        return bool(self.count()) and self.currentData() == NOW

    @property
    def checkpoint(self) -> Path | None:
        """The one that is chosen; None if it is the training that runs, or nothing."""
        return Path(self.currentData()) if self.currentData() else None

    def _on_changed(self) -> None:
        sources, before = self._sources, self.currentData()
        wanted = [NOW] if sources.present >= 0 else []
        wanted += [str(path) for path in reversed(sources.checkpoints)]
        blocked = self.blockSignals(True)
        if wanted != [self.itemData(index) for index in range(self.count())]:
            self.clear()  # only if it must be, for the list may be open
            for data in wanted:
                self.addItem("", data)
            self.setCurrentIndex(wanted.index(before) if before in wanted else 0)
        for index, data in enumerate(wanted):
            self._label(index, data)
        self.blockSignals(blocked)
        self.setEnabled(bool(wanted))

    def _label(self, index: int, data: str) -> None:
        sources, reason = self._sources, ""
        if data == NOW:
            words = f"Now, step {sources.present:,}"
        else:
            step = step_of(Path(data))
            words = f"Saved at step {step:,}"
            if sources.best is not None and sources.best[0] == step:
                words += "  ★  best so far"
                reason = tooltip(f"★ {why_best(sources.best[1])}")
        if self.itemText(index) != words:
            self.setItemText(index, words)
        self.setItemData(index, reason, Qt.ItemDataRole.ToolTipRole)
