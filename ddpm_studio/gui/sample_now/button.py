"""The button "Sample now" of the Train page: what it can look at, and the dialog it opens."""

from __future__ import annotations

import random

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.lent_model import LentModel
from ddpm_studio.gui.sample_now.dialog import SampleNowDialog, SampleSources
from ddpm_studio.gui.session import Session
from ddpm_studio.project import Project

TIP = "What the model paints at this moment, with its averaged and with its plain weights"
NO_MODEL_TIP = "There is no model yet; train for a moment first"


class SampleNow(QObject):
    """The page tells it what there is; `button` can be clicked whenever there is a model."""

    checkpoint_chosen = Signal(int)  # a person wants to generate from the checkpoint of this step

    def __init__(self, session: Session, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._page = session, page
        self._lent: LentModel | None = None
        self.sources = SampleSources(session.checkpoints, self)
        self.button = Button(
            session.theme, "Sample now", "train.sample_now", NO_MODEL_TIP, icon="visible"
        )
        self.button.clicked.connect(self._on_clicked)
        self.sources.changed.connect(self._on_changed)
        self.show_project(None)
        self._on_changed()

    def lend(self) -> LentModel:
        """For a training that is about to begin: a place for its model."""
        self._lent = LentModel()
        return self._lent

    def show_project(self, project: Project | None) -> None:
        """Another project, or none."""
        self._lent = None
        self.button.setVisible(project is not None)
        self.sources.set_present(-1)
        self.sources.changed.emit()

    def _on_changed(self) -> None:
        has_model = not self.sources.is_empty
        self.button.setEnabled(has_model)
        self.button.setToolTip(TIP if has_model else NO_MODEL_TIP)

    def _on_clicked(self) -> None:
        if self._session.project is None or self.sources.is_empty:
            return
        dialog = SampleNowDialog(
            self._session, self.sources, self._lent, random.Random(), self._page.window()
        )
        dialog.checkpoint_chosen.connect(self.checkpoint_chosen)
        dialog.open()
