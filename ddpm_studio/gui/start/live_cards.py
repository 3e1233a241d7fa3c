"""Cards of projects that are trained right now tell how far they are."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from ddpm_studio import events as ev
from ddpm_studio.gui.common.images import image_of
from ddpm_studio.gui.common.jobs import TRAIN, Job
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.start.project_card import ProjectCard
from ddpm_studio.gui.start.work import RecentProject, covering

REFRESH_MS = 500


class LiveCards(QObject):
    """Steps and newest preview come from what the jobs said last: nothing is read for that."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._cards: dict[Path, tuple[int, ProjectCard]] = {}  # with the size of the pictures
        self._shown: dict[Path, int] = {}  # the steps of the previews that are shown
        self._soon = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._soon.timeout.connect(self._show)
        session.device.changed.connect(self._on_changed)

    def clear(self) -> None:
        self._cards.clear()
        self._shown.clear()

    def add(self, recent: RecentProject, card: ProjectCard) -> None:
        self._cards[recent.path] = recent.size, card
        self._show()

    def _on_changed(self) -> None:
        if self._cards and not self._soon.isActive():
            self._soon.start()

    def _show(self) -> None:
        for job in self._session.jobs.everywhere(TRAIN):
            if job.owner in self._cards and job.end is None:
                self._show_training(job.owner, job)

    def _show_training(self, path: Path, job: Job) -> None:
        size, card = self._cards[path]
        words = "training"
        if job.is_paused:
            words = "training is paused"
        elif self._session.device.waits_for(job) is not None:
            words = "training waits"
        step = job.latest.get(ev.TrainStep)
        at = "" if step is None else f", step {step.step:,}"
        card.set_detail(f"{size} px, {words}{at}")
        preview = job.latest.get(ev.PreviewSaved)
        if preview is not None and preview.step not in (0, self._shown.get(path)):  # 0 is noise
            self._shown[path] = preview.step
            card.set_picture(covering(image_of(preview.pictures)))
