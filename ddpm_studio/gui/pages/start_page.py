"""The start screen: the ways to a new project, and the recent ones as cards."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.gui import names
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.flow_layout import FlowLayout
from ddpm_studio.gui.common.job_names import RECENT, SAMPLE_PROJECT
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pages.page import Page
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.start import work
from ddpm_studio.gui.start.project_card import ProjectCard
from ddpm_studio.project import Project

SUBTITLE = "Train a small diffusion model on your own pictures"
DROP_HEIGHT, RADIUS = 240, 10


class StartPage(Page):
    """Says what the user wants; the window owns the dialogs."""

    new_wanted = Signal()
    open_wanted = Signal()

    nav_name = names.NAV_START
    page_name = "page.start"
    title = "DDPM Studio"
    action_text = "New project from a folder"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.subtitle.setText(SUBTITLE)
        self._cards = 0
        self._drop_place = DropPlace(session.theme, self._make_buttons())
        self._recent = self._build_recent()
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(24)
        layout.addWidget(self._drop_place, 1)
        layout.addWidget(self._recent, 2)
        self.set_content(content)
        self._recent.hide()
        session.jobs.ended.connect(self._on_job_ended)

    def main_action(self) -> None:
        self.new_wanted.emit()

    def show_project(self, project: Project | None) -> None:
        self.subtitle.setText(SUBTITLE)
        self.refresh()

    def refresh(self) -> None:
        """Look at the recent projects again, in the background."""
        paths = self.session.settings.recent_projects
        self.session.jobs.discard(RECENT)
        self._clear()
        if not paths:
            return
        job = self.session.jobs.start(RECENT, lambda: work.look_at_recent(paths), quiet=True)
        job.events.connect(self._on_recent)

    def _make_buttons(self) -> list[Button]:
        theme = self.session.theme
        new = Button(
            theme,
            "New from a folder…",
            "start.new",
            "Choose a folder of your pictures and make a project of it (Ctrl+N)",
            icon="plus",
            kind="primary",
        )
        other = Button(
            theme,
            "Open…",
            "start.open",
            "Open a project that you made before (Ctrl+O)",
            icon="folder-open",
        )
        self._sample = Button(
            theme,
            "Try it with sample pictures",
            "start.sample",
            "Paints 400 little planets and makes a project of them",
            icon="generate",
        )
        new.clicked.connect(self.new_wanted)
        other.clicked.connect(self.open_wanted)
        self._sample.clicked.connect(self._on_sample)
        return [new, other, self._sample]

    def _build_recent(self) -> QWidget:
        heading = QLabel("Recent projects")
        heading.setProperty("kind", "heading")
        self._holder = QWidget()
        self._holder.setProperty("kind", "scrolled")
        self._flow = FlowLayout(self._holder, 16)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._holder)
        recent = QWidget()
        layout = QVBoxLayout(recent)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(heading)
        layout.addWidget(scroll, 1)
        return recent

    def _clear(self) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            card = item.widget()
            if card is not None:
                card.hide()
                card.deleteLater()
                card.setObjectName("")  # its name is free at once
        self._cards = 0
        self._recent.hide()

    def _on_recent(self, events: list[work.RecentProject | Path]) -> None:
        for event in events:
            if isinstance(event, Path):
                self.session.settings.forget_recent_project(event)
            else:
                self._add_card(event)
        self._recent.setVisible(self._cards > 0)

    def _add_card(self, recent: work.RecentProject) -> None:
        name = names.item("start.recent", self._cards)
        card = ProjectCard(self.theme, recent.path.name, recent.detail, name, self._holder)
        card.setToolTip(str(recent.path))
        if recent.image is not None:
            card.set_picture(recent.image)
        path = recent.path
        card.clicked.connect(lambda: self.session.open_project(path))
        self._flow.addWidget(card)
        card.show()
        self._cards += 1

    def _on_sample(self) -> None:
        """Draw sample pictures in the background, then open the project that holds them."""
        self._sample.setEnabled(False)
        path = self.session.free_place("Planets")
        job = self.session.jobs.start(
            SAMPLE_PROJECT,
            lambda: work.draw_sample_project(path),
            title="Painting sample pictures",
        )
        job.succeeded.connect(self.session.show_project)

    def _on_job_ended(self, _job: object) -> None:
        self._sample.setEnabled(self.session.jobs.get(SAMPLE_PROJECT) is None)


class DropPlace(QWidget):
    """A dashed place that invites to drop a folder; the window itself takes the drop."""

    def __init__(self, theme: Theme, buttons: list[Button]) -> None:
        super().__init__()
        self._theme = theme
        self.setMinimumHeight(DROP_HEIGHT)
        self._icon = QLabel()
        heading = QLabel("Drop a folder of your pictures here")
        heading.setProperty("kind", "heading")
        text = QLabel("20 of them or 20,000. They stay where they are, and on this machine.")
        text.setProperty("kind", "muted")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addStretch()
        for button in buttons:
            row.addWidget(button)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(4)
        layout.addStretch()
        for label in (self._icon, heading, text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        layout.addSpacing(16)
        layout.addLayout(row)
        layout.addStretch()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self._theme.colour("surface"))
        painter.setPen(QPen(self._theme.colour("outline"), 1, Qt.PenStyle.DashLine))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)

    def _on_theme_changed(self) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(self._theme.pixmap("drop", 40, "muted", ratio))
