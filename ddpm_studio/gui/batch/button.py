"""The button "Paint many…" of the Generate page, and the dialog it opens."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.batch.batch import Batching
from ddpm_studio.gui.batch.dialog import BatchDialog
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.generate.controls import SampleControls
from ddpm_studio.gui.generate.work import Wish
from ddpm_studio.gui.session import Session

TIP = "Up to ten thousand pictures with these settings, in the background, each saved at once"
BUSY_TIP = "A batch is being painted already; the page Made (Ctrl+4) shows how far it is"


class PaintMany(QObject):
    """Paints with what the controls say; the pictures come up on the page Made."""

    def __init__(
        self, session: Session, batching: Batching, controls: SampleControls, page: QWidget
    ) -> None:
        super().__init__(page)
        self._batching = batching
        self._session, self._controls, self._page = session, controls, page
        self.button = Button(
            session.theme, "Paint many…", "generate.many", TIP, icon="batch", kind="quiet"
        )
        self.button.clicked.connect(self._on_clicked)
        batching.changed.connect(self._on_changed)

    def _on_clicked(self) -> None:
        project, controls = self._session.project, self._controls
        if project is None:
            return
        sample = controls.sample_config(controls.seed.number.value())
        wish = Wish(project, sample, controls.count, controls.checkpoint, controls.which)
        dialog = BatchDialog(self._session, self._batching, wish, self._page.window())
        dialog.wanted.connect(self._on_wanted)
        dialog.open()

    def _on_wanted(self, wish: Wish) -> None:
        self._batching.begin(wish)
        self._session.want_page(names.NAV_MADE)

    def _on_changed(self) -> None:
        is_busy = self._batching.job is not None
        self.button.setEnabled(not is_busy)
        self.button.setToolTip(BUSY_TIP if is_busy else TIP)
