"""Which state of the model is looked at: where training is now, or a checkpoint."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from ddpm_studio.gui.common.checkpoint_choice import NOW, CheckpointChoice
from ddpm_studio.gui.common.project_watch import Checkpoints


class SampleSources(QObject):
    """What there is at the moment; who shows it hears when that changes.

    Attributes: present (the step of the training that runs, -1 if none does), checkpoints.
    """

    changed = Signal()

    def __init__(self, checkpoints: Checkpoints, parent: QObject) -> None:
        super().__init__(parent)
        self.present, self.checkpoints = -1, checkpoints
        checkpoints.changed.connect(self.changed)

    @property
    def is_empty(self) -> bool:
        """Whether there is no model yet."""
        return self.present < 0 and not self.checkpoints

    def set_present(self, step: int) -> None:
        if step != self.present:
            self.present = step
            self.changed.emit()


class SourceChoice(CheckpointChoice):
    """The choice stays while there is what was chosen; else it is the newest there is."""

    chosen = Signal()  # by a person

    def __init__(self, sources: SampleSources) -> None:
        super().__init__("sample_now.from", sources.checkpoints, "Saved at step {:,}", letters=24)
        self._sources = sources
        sources.changed.connect(self._on_changed)
        self._on_changed()
        self.currentIndexChanged.connect(self.chosen)

    @property
    def is_now(self) -> bool:
        """Whether it is the training that runs."""
        return bool(self.currentData() == NOW)

    def _on_changed(self) -> None:
        present = self._sources.present
        self.show_all(f"Now, step {present:,}" if present >= 0 else None)
        self.setEnabled(self.count() > 0)
