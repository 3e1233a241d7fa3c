"""The guide, inside the program: it is read where one works, without a network."""

import re
from collections.abc import Generator
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QLineEdit, QTextBrowser, QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.layout import row, wide
from ddpm_studio.gui.common.resources import docs_path
from ddpm_studio.gui.common.theme import Theme

JOB = "help"
PAGES = {"guide.md": "Guide", "settings.md": "All settings"}
LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s]*)(#[^)\s]*)?\)")  # words, page, place on it
REMARK = re.compile(r"<!--.*?-->\s*", re.DOTALL)


class HelpDialog(Dialog):
    """One page of the docs, with the way to the others, and a search in it."""

    def __init__(self, theme: Theme, jobs: JobRunner, parent: QWidget) -> None:
        super().__init__(JOB, "Guide", parent)
        self._jobs = jobs
        self._text = QTextBrowser()
        self._text.setObjectName("help.text")
        self._text.setAccessibleName("The guide")
        self._text.setOpenLinks(False)
        self._text.setMinimumSize(420, 200)
        self._search = QLineEdit()
        self._search.setObjectName("help.search")
        self._search.setAccessibleName("Search this page")
        self._search.setPlaceholderText("Search this page")
        self._search.setClearButtonEnabled(True)
        self._pages = {
            name: Button(theme, title, f"help.{Path(name).stem}", f"Show: {title}", kind="quiet")
            for name, title in PAGES.items()
        }
        close = Button(theme, "Close", "help.close", "Close the guide (Esc)")
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        self.fill(
            row(*self._pages.values(), wide(self._search)),
            wide(self._text),
            self.message,
            foot=(close,),
        )
        self.resize(760, 640)
        for name, button in self._pages.items():
            button.setAutoDefault(False)
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, name=name: self.show_page(name))
        self._text.anchorClicked.connect(self._on_link)
        self._search.textEdited.connect(lambda _: self._find(from_start=True))
        self._search.returnPressed.connect(lambda: self._find(from_start=False))
        self.show_page(next(iter(PAGES)))
        self._search.setFocus()

    def show_page(self, name: str) -> None:
        """name: of a file of the docs that comes with the program."""
        for each, button in self._pages.items():
            button.setChecked(each == name)
        job = self._jobs.start(JOB, lambda: read_page(name), replace=True, quiet=True)
        job.succeeded.connect(self._on_read)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._search.setFocus()
            self._search.selectAll()
            return
        super().keyPressEvent(event)

    def _on_read(self, text: str) -> None:
        self._text.setMarkdown(text)
        self._text.document().setDocumentMargin(16)
        self._find(from_start=True)

    def _on_link(self, link: QUrl) -> None:
        name = Path(link.path()).name
        if name in PAGES:
            self.show_page(name)
        else:
            self.say(f"That page is on the web: {link.toString()}")

    def _find(self, from_start: bool) -> None:
        """The next place; after the last one the first again."""
        words, cursor = self._search.text(), self._text.textCursor()
        if from_start:
            cursor.setPosition(cursor.selectionStart() if words else 0)
            self._text.setTextCursor(cursor)
        is_found = not words or self._text.find(words)
        if not is_found:
            self._text.moveCursor(QTextCursor.MoveOperation.Start)
            is_found = self._text.find(words)
        self.say("" if is_found else f"“{words}” is not on this page.")


def read_page(name: str) -> Generator[str, None, str]:
    """Returns the text of a page of the docs, as it is for who uses the program."""
    yield name
    return for_the_window(docs_path(name).read_text("utf-8"))


def for_the_window(text: str) -> str:
    """Without remarks for developers; links to pages that do not come with it are plain words."""

    def link(found: re.Match[str]) -> str:
        words, page, place = found.groups()
        is_here = not page or Path(page).name in PAGES or page.startswith(("http:", "https:"))
        return found.group() if is_here and (page or place) else words

    return LINK.sub(link, REMARK.sub("", text))
