"""One sentence across the top of the window, with details that can be copied."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.errors import Failure
from ddpm_studio.gui.common.label import Icon, label
from ddpm_studio.gui.common.layout import Gap, Placed, column, row, wide
from ddpm_studio.gui.common.passing import Passing
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.words import on_one_line


class Banner(QFrame):
    """Shows the latest error until it is closed, or a notice for a while; it blocks nothing."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("window.banner")
        self.setProperty("kind", "banner")
        self._icon = Icon(theme, "warning", 20)
        self._sentence = label(name="window.banner.text", wrap=True, plain=True)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setAccessibleName("Details of the error")
        self._details.setFixedHeight(160)
        self._toggle = Button(
            theme, "Details", "window.banner.details", "What to send with a report", kind="quiet"
        )
        self._toggle.setCheckable(True)
        tip = "Copy sentence and details"
        self._copy = Button(theme, "Copy", "window.banner.copy", tip, kind="quiet", icon="copy")
        close = IconButton(theme, "close", "window.banner.close", "Close this message")
        self._lay_out(close)
        self._toggle.toggled.connect(self._details.setVisible)
        self._copy.clicked.connect(self._on_copy)
        close.clicked.connect(self.hide)
        self._passing = Passing(self)
        self.hide()

    @property
    def sentence(self) -> str:
        return self._sentence.text()

    def show_failure(self, failure: Failure) -> None:
        self._show(failure.sentence, failure.details, "warning", "failure")
        self._passing.stop()

    def show_notice(self, sentence: str) -> None:
        self._show(sentence, "", "info", "notice")
        self._passing.begin()

    def leave_page(self) -> None:
        """Another page is shown: a notice that was read is not taken along."""
        self._passing.leave()

    def _show(self, sentence: str, details: str, icon: str, tone: str) -> None:
        sentence = on_one_line(sentence)
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self._details.setPlainText(details)
        self._toggle.setChecked(False)
        self._details.hide()
        self._toggle.setVisible(bool(details))
        self._copy.setVisible(bool(details))
        self._icon.show_icon(icon, "danger" if icon == "warning" else "accent_text")
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()

    def _lay_out(self, close: QWidget) -> None:
        align = Qt.AlignmentFlag
        icon = Placed(self._icon, align=align.AlignVCenter)
        buttons = [Placed(one, align=align.AlignTop) for one in (self._toggle, self._copy, close)]
        first = row(icon, Gap(4), wide(self._sentence), *buttons)
        column(first, self._details, margins=(16, 8, 8, 8), of=self)

    def _on_copy(self) -> None:
        text = f"{self._sentence.text()}\n\n{self._details.toPlainText()}"
        QGuiApplication.clipboard().setText(text)
