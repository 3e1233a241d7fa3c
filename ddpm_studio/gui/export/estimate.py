"""What a film will be, said while its options are still being chosen: size, length, bytes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from ddpm_studio.errors import StudioError
from ddpm_studio.gui.common.errors import describe_failure
from ddpm_studio.gui.common.jobs import Job, MakeSteps
from ddpm_studio.gui.export import work
from ddpm_studio.gui.session import Session
from ddpm_studio.words import several, size_in_words

if TYPE_CHECKING:
    from ddpm_studio.export.film.frames import Film

JOB = "export_estimate"  # its name
PAUSE_MS = 250  # so long nothing must change until frames are compressed to see how large they get
EASY = "t"  # the pace that needs no look at the frames


class ExportForesight(QObject):
    """Tells at once what is known at once, and the rest when it has been found out."""

    foreseen = Signal(object)  # work.Foreseen
    failed = Signal(str)  # a sentence: it cannot be written like this

    def __init__(self, session: Session, parent: QObject, needs_device: bool = False) -> None:
        """needs_device: some frames of the film are computed again when they are asked for."""
        super().__init__(parent)
        self._session, self._needs_device = session, needs_device
        self._request: work.FilmRequest | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._on_pause_over)

    def look_at(self, request: work.FilmRequest, seen: Film) -> None:
        """Another film is wanted; of the one before nothing is heard any more.

        seen: the same film, with frames that are at hand at once.
        """
        self.stop()
        self._request = request
        if request.options.easing == EASY:
            try:
                self.foreseen.emit(work.foresee(dataclasses.replace(request, film=seen)))
            except StudioError as error:
                self.failed.emit(str(error))
                return
        self._pause.start()

    def stop(self) -> None:
        self._pause.stop()
        self._session.jobs.discard(JOB)

    def _on_pause_over(self) -> None:
        request = self._request
        if request is None:
            return
        job = start_film_job(
            self._session, JOB, lambda: work.estimate(request), "", self._needs_device
        )
        job.tells_failure = True
        job.events.connect(self._on_events)
        job.failed.connect(self._on_failed)

    def _on_events(self, events: list[work.Foreseen]) -> None:
        self.foreseen.emit(events[-1])

    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error).sentence)


def start_film_job(
    session: Session, name: str, make_steps: MakeSteps, title: str, needs_device: bool
) -> Job:
    """Training halts meanwhile only if frames have to be computed. title: "" for a quiet job."""
    if needs_device:
        return session.start_borrowing(name, make_steps, title, quiet=not title)
    return session.jobs.start(name, make_steps, title=title, replace=True, quiet=not title)


def facts_of(request: work.FilmRequest, foreseen: work.Foreseen, ground: str | None) -> str:
    """In words: "512 × 512 pixels  ·  69 frames  ·  5.8 s  ·  about 1.4 MB"."""
    width, height = foreseen.size
    facts = [f"{width} × {height} pixels"]
    if request.stages:
        few = " (there are no more)" if request.stages == request.film.count else ""
        facts.append(f"{several(request.stages, 'stage')}{few}")
    elif not request.suffix:
        facts.append(several(len(foreseen.order), "file"))
    else:
        frames = foreseen.times * len(foreseen.order)
        facts += [several(frames, "frame"), f"{foreseen.times * foreseen.seconds:.1f} s"]
    if ground is not None:
        facts.append(f"opaque, on {ground}")
    nbytes = foreseen.nbytes
    facts.append("about …" if nbytes is None else f"about {size_in_words(nbytes)}")
    return "  ·  ".join(facts)
