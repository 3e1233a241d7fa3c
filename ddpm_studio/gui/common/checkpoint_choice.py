"""A choice among the checkpoints that there are; the best one carries a star."""

from pathlib import Path

from PySide6.QtCore import Qt

from ddpm_studio.gui.common.control_row import tooltip
from ddpm_studio.gui.common.inputs import ComboBox
from ddpm_studio.gui.common.project_watch import Checkpoints
from ddpm_studio.words import why_best

KEPT_TIP = "Its checkpoint was thinned out; this is kept for what was saved with it."
NOW = -1  # in the place of a step: the entry before all others


class CheckpointChoice(ComboBox):
    """The newest first, perhaps under an entry that is no checkpoint. Its data are steps.

    Of checkpoints that are gone, those are among them that were kept for what was saved.
    """

    def __init__(self, name: str, checkpoints: Checkpoints, words: str, letters: int = 8) -> None:
        """words: of an entry, with a place for its step. letters: as wide as so many at least."""
        super().__init__()
        self.setObjectName(name)
        self.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(letters)
        self._checkpoints, self._words = checkpoints, words

    @property
    def path(self) -> Path | None:
        """Of the chosen one; None for the entry before them, or nothing."""
        step, checkpoints = self.currentData(), self._checkpoints
        file = None if step in (None, NOW) else checkpoints.of(step) or checkpoints.kept_of(step)
        return None if file is None else file.path

    def choose(self, step: int) -> bool:
        """Choose the checkpoint of a step, or NOW; False if it is not there any more."""
        index = self.findData(step)
        if index >= 0:
            self.setCurrentIndex(index)
        return index >= 0

    def show_all(self, first: str | None) -> None:
        """Those that there are now, after an entry NOW in these words, or none.

        The choice stays if it is still there; else it is the first. No signal says so.
        """
        before, blocked = self.currentData(), self.blockSignals(True)
        there = set(self._checkpoints.steps)
        steps = there | {file.step for file in self._checkpoints.kept}
        wanted = [*([] if first is None else [NOW]), *sorted(steps, reverse=True)]
        if wanted != [self.itemData(index) for index in range(self.count())]:
            self.clear()  # only if it must be, for the list may be open
            for step in wanted:
                self.addItem("", step)
            self.setCurrentIndex(wanted.index(before) if before in wanted else 0)
        best = self._checkpoints.best
        for index, step in enumerate(wanted):
            words, reason = first if step == NOW else self._words.format(step), ""
            if step != NOW and step not in there:
                words, reason = f"{words}  ·  kept", tooltip(KEPT_TIP)
            elif best is not None and step == best[0]:
                words, reason = f"{words}  ★  best so far", tooltip(f"★ {why_best(best[1])}")
            if self.itemText(index) != words:
                self.setItemText(index, words or "")
            self.setItemData(index, reason, Qt.ItemDataRole.ToolTipRole)
        self.blockSignals(blocked)
