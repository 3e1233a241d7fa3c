"""The start screen: the ways to a new project, and the recent ones as cards."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QStackedWidget, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.dialog import choose_folder
from ddpm_studio.gui.common.jobs import OPENING, RECENT, SAMPLE_PROJECT, TRAIN, Job, JobEnd
from ddpm_studio.gui.common.label import Icon, label
from ddpm_studio.gui.common.layout import (
    STRETCH,
    FlowLayout,
    Gap,
    column,
    holder,
    row,
    scrolled,
    wide,
)
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pages.page import Page
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.start import work
from ddpm_studio.gui.start.card_actions import CardActions
from ddpm_studio.gui.start.live_cards import LiveCards
from ddpm_studio.gui.start.new_project import NewProjectDialog
from ddpm_studio.gui.start.project_card import ProjectCard
from ddpm_studio.gui.start.sample_view import SampleView
from ddpm_studio.project import Project

SUBTITLE = "Train a small diffusion model on your own pictures"
DROP_HEIGHT, RADIUS = 200, 10


class StartPage(Page):
    """Whoever wants a new project, or another one, is asked here."""

    name = "start"
    title = "DDPM Studio"
    word = "Start"
    icon = "home"
    tip = "Recent projects and new ones"
    keys = "Ctrl+0"
    action_text = "New project from a folder"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.subtitle.setText(SUBTITLE)
        self._cards: dict[Path, ProjectCard] = {}
        self._live = LiveCards(session, self)
        self._recent = self._build_recent()
        self._recent.hide()
        self._care = CardActions(session, self)
        self._care.changed.connect(self.refresh)
        self._painting = SampleView(session.theme)
        self._place = QStackedWidget()
        self._place.addWidget(DropPlace(session.theme, self._make_buttons()))
        self._place.addWidget(self._painting)
        parts = wide(self._place), wide(self._recent, 2)
        self.set_content(holder(column(*parts, spacing=24, margins=(0, 0, 0, 8))))
        session.jobs.ended.connect(self._on_job_ended)
        session.new_project_wanted.connect(self.show_new_project)
        session.open_project_wanted.connect(self.show_open_project)
        self.add_button("Try it with sample pictures", self._sample)
        self.add_act("Look at the projects again", self.refresh, "F5")
        self.refresh()

    def main_action(self) -> None:
        self.session.new_project_wanted.emit(None)

    def main_things(self) -> Sequence[QWidget]:
        return (self._new,)

    def show_project(self, project: Project | None) -> None:
        self.subtitle.setText(SUBTITLE)
        self.refresh()

    def show_new_project(self, pictures: Path | None = None) -> NewProjectDialog:
        """Ask for all that a new project needs. pictures: a folder that is known already."""
        self.session.pictures_expected.emit()
        dialog = NewProjectDialog(self.session, self.window(), pictures)
        dialog.wanted.connect(self.session.create_project)
        dialog.open()
        return dialog

    def show_open_project(self) -> None:
        """Ask for the folder of a project."""
        projects = self.session.settings.projects_folder
        title = "Open a project (its folder)"
        choose_folder(self.window(), title, projects, self.session.open_project)

    def refresh(self) -> None:
        """Look at the recent projects again, in the background."""
        paths = self.session.settings.recent_projects
        self.session.jobs.discard(RECENT)
        self._clear()
        if not paths:
            return
        self._look_at(paths)

    def _look_at(self, paths: Sequence[Path]) -> None:
        job = self.session.jobs.start(RECENT, lambda: work.look_at_recent(paths), quiet=True)
        job.events.connect(self._on_recent)

    def _make_buttons(self) -> list[Button]:
        theme = self.session.theme
        tip = "Choose a folder of your pictures and make a project of it (Ctrl+N)"
        self._new = Button(
            theme, "New from a folder…", "start.new", tip, icon="plus", kind="primary"
        )
        tip = "Open a project that you made before (Ctrl+O)"
        other = Button(theme, "Open…", "start.open", tip, icon="folder-open")
        tip = "Paints 400 little planets and makes a project of them"
        self._sample = Button(
            theme, "Try it with sample pictures", "start.sample", tip, icon="generate"
        )
        self._new.clicked.connect(lambda: self.session.new_project_wanted.emit(None))
        other.clicked.connect(self.session.open_project_wanted)
        self._sample.clicked.connect(self._on_sample)
        self._painting.cancel.clicked.connect(self._on_sample_cancelled)
        return [self._new, other, self._sample]

    def _build_recent(self) -> QWidget:
        self._flow = FlowLayout(spacing=16)
        heading = label("Recent projects", "heading")
        return holder(column(heading, wide(scrolled(self._flow)), spacing=12))

    def _clear(self) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            card = item.widget()
            if card is not None:
                card.hide()
                card.deleteLater()
                card.setObjectName("")  # its name is free at once
        self._cards.clear()
        self._live.clear()
        self._recent.hide()

    def _on_recent(self, events: list[work.RecentProject]) -> None:
        for event in events:
            self._add_card(event)
        self._recent.setVisible(bool(self._cards))

    def _add_card(self, recent: work.RecentProject) -> None:
        path, is_lost = recent.path, recent.is_lost
        known = self._cards.get(path)
        if known is not None:  # it was trained or moved meanwhile
            known.set_detail(recent.detail)
            known.set_lost(is_lost)
            known.setToolTip(_tip(path, is_lost))
            if recent.image is not None:
                known.set_picture(recent.image)
            return
        name = names.item("start.recent", len(self._cards))
        card = ProjectCard(
            self.theme, path.name, recent.detail, name, self._flow.parentWidget(), is_lost
        )
        card.setToolTip(_tip(path, is_lost))
        if recent.image is not None:
            card.set_picture(recent.image)
        card.menu_wanted.connect(lambda at: self._care.show_menu(path, card.is_lost, at))
        card.clicked.connect(partial(self._on_card, path, card))
        self._flow.addWidget(card)
        card.show()
        self._cards[recent.path] = card
        self._live.add(recent, card)

    def _on_card(self, path: Path, card: ProjectCard, *_: object) -> None:
        """There is nothing to open of a lost one, but it can be found."""
        if card.is_lost:
            self._care.show_menu(path, True, card.mapToGlobal(card.rect().center()))
        else:
            self.session.open_project(path)

    def _on_sample(self) -> None:
        """Draw sample pictures in the background, then open the project that holds them."""
        self._sample.setEnabled(False)
        path = self.session.free_place("Planets")
        job = self.session.jobs.start(
            SAMPLE_PROJECT, lambda: work.draw_sample_project(path), title="Painting sample pictures"
        )
        job.succeeded.connect(lambda project: self.session.open_project(project.path))
        job.events.connect(self._on_painted)
        self._painting.follow(job)
        self._place.setCurrentWidget(self._painting)

    def _on_painted(self, events: list[object]) -> None:
        for event in events:
            if isinstance(event, QImage):
                self._painting.add(event)

    def _on_sample_cancelled(self) -> None:
        job = self.session.jobs.get(SAMPLE_PROJECT)
        if job is not None:
            job.stop()

    def _on_job_ended(self, job: Job) -> None:
        if job.objectName() == TRAIN and not self.session.is_closing:
            if self.session.jobs.get(RECENT) is not None:
                self.refresh()
            elif job.owner in self._cards:
                self._look_at([job.owner])
        is_failed = job.objectName() == OPENING and job.end is JobEnd.FAILED
        if is_failed and self._cards and not self.session.is_closing:
            self._look_at(list(self._cards))  # it may have been moved while the window was open
        is_idle = self.session.jobs.get(SAMPLE_PROJECT) is None
        self._sample.setEnabled(is_idle)
        if is_idle and self._place.currentIndex() != 0:
            self._place.setCurrentIndex(0)


def _tip(path: Path, is_lost: bool) -> str:
    if is_lost:
        return f"{path.name} is no longer at {path}\nClick: find it, or take it off the list"
    return f"{path}\nRight click: rename, duplicate, and more"


class DropPlace(QWidget):
    """A dashed place that invites to drop a folder; the window itself takes the drop."""

    def __init__(self, theme: Theme, buttons: list[Button]) -> None:
        super().__init__()
        self._theme = theme
        self.setMinimumHeight(DROP_HEIGHT)
        words = (
            Icon(theme, "drop", 40),
            label("Drop a folder of your pictures here", "heading"),
            label("20 of them or 20,000. They stay where they are, and on this machine.", "muted"),
        )
        for line in words:
            line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        below = row(STRETCH, *buttons, STRETCH, spacing=12)
        column(STRETCH, *words, Gap(16), below, STRETCH, spacing=4, margins=12, of=self)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self._theme.colour("surface"))
        painter.setPen(QPen(self._theme.colour("outline"), 1, Qt.PenStyle.DashLine))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
