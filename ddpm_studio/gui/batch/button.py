"""The button "Paint many…" of the Generate page, and the dialog it opens."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.batch.batch import Batching
from ddpm_studio.gui.batch.dialog import BatchDialog
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.frames.request import SampleRequest
from ddpm_studio.gui.session import Session

TIP = "Up to ten thousand pictures with these settings, in the background, each saved at once"
BUSY_TIP = "A batch is being painted already; the page Made (Ctrl+4) shows how far it is"


class PaintMany(QObject):
    """Paints with what the page is set to; the pictures come up on the page Made."""

    def __init__(
        self,
        session: Session,
        batching: Batching,
        request: Callable[[], SampleRequest | None],
        page: QWidget,
    ) -> None:
        """request: what would be painted as the page is set; None without a project."""
        super().__init__(page)
        self._session, self._batching = session, batching
        self._request, self._page = request, page
        self.button = Button(
            session.theme, "Paint many…", "generate.many", TIP, icon="batch", kind="quiet"
        )
        self.button.clicked.connect(self._on_clicked)
        batching.changed.connect(self._on_changed)

    def _on_clicked(self) -> None:
        request = self._request()
        if request is not None:
            dialog = BatchDialog(self._session, self._batching, request, self._page.window())
            dialog.wanted.connect(self._on_wanted)
            dialog.open()

    def _on_wanted(self, request: SampleRequest) -> None:
        self._batching.begin(request)
        self._session.want_page(names.NAV_MADE)

    def _on_changed(self) -> None:
        is_busy = self._batching.job is not None
        self.button.setEnabled(not is_busy)
        self.button.setToolTip(BUSY_TIP if is_busy else TIP)
