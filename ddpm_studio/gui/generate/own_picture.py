"""One's own picture on the Generate page: which one it is, noised so far, and painted on from."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ddpm_studio.gui.common.images import image_on
from ddpm_studio.gui.frames.request import OwnPicture, OwnStart, SampleRequest
from ddpm_studio.gui.generate import work
from ddpm_studio.gui.generate.own_picture_bar import NOISE, OWN, OwnPictureBar
from ddpm_studio.gui.generate.own_picture_dialog import OwnPictureDialog
from ddpm_studio.gui.generate.stage import Stage
from ddpm_studio.gui.session import Session

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.choices import Crop
    from ddpm_studio.data import PictureSet

OWN_PICTURES, OWN_PICTURE = "own_pictures", "own_picture"  # the jobs


class OwnPictures(QObject):
    """Fills in where a request begins. `wanted` says that the page shall paint it."""

    wanted = Signal()

    def __init__(self, session: Session, stage: Stage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._stage = session, stage
        self._dice = random.Random()
        self._pictures: PictureSet | None = None
        self._read_for: object = None  # the project that `_pictures` were read for
        self._picture: OwnPicture | None = None
        self._from: float | None = None  # painted on from so far on the way, 0 to 1
        self.bar = OwnPictureBar(session.theme)
        self.bar.source_wanted.connect(self._on_source)
        self.bar.choose_wanted.connect(self._on_choose)
        self.bar.surprise_wanted.connect(self._on_surprise)
        self.bar.paint_on_wanted.connect(self._on_paint_on)
        self.bar.back_wanted.connect(self._on_back)
        stage.scrubber.moved.connect(self._refresh)
        stage.changed.connect(self._refresh)

    def forget(self) -> None:
        """Another project."""
        self._pictures = self._picture = self._from = self._read_for = None
        for name in (OWN_PICTURES, OWN_PICTURE):
            self._session.jobs.discard(name)
        self.bar.show_source(NOISE)
        self.bar.show_picture("", None)
        self._refresh()

    def applied(self, request: SampleRequest) -> SampleRequest:
        """The request, from where it shall begin."""
        if self.bar.source == NOISE or self._picture is None:
            return request
        if self._from is None:
            return dataclasses.replace(request, count=1, start=OwnStart(self._picture))
        steps = request.sample.num_inference_steps
        index = min(steps - 1, round(self._from * steps))
        return dataclasses.replace(request, start=OwnStart(self._picture, index))

    def begin_with(self, picture: OwnPicture | None, part: float = 0.0) -> None:
        """Begin with noise; or paint on from a picture, so far on the way (0 to 1).

        At the end of the way nothing is left to paint: then its way into the noise is shown.
        Nothing is painted yet.
        """
        self._from = None if picture is None or part >= 1 else part
        if picture is not None:
            self._picture = picture
            self.bar.show_picture(picture.name, image_on(picture.pixels, premultiplied=True))
        self.bar.show_source(NOISE if picture is None else OWN)
        self._refresh()

    # what a person does

    def _on_source(self, source: str) -> None:
        self._from = None
        if source == OWN and self._picture is None:
            self._on_choose()
            self.bar.show_source(NOISE)  # until one is chosen
            return
        self.bar.show_source(source)
        self.wanted.emit()

    def _on_choose(self) -> None:
        self._with_pictures(self._open_dialog)

    def _on_surprise(self) -> None:
        self._with_pictures(self._take_any)

    def _on_paint_on(self) -> None:
        trajectory = self._stage.trajectory
        if trajectory is not None and trajectory.is_forward:
            position = self._stage.scrubber.position
            self._from = position / max(1, len(trajectory.moments) - 1)
            self.wanted.emit()

    def _on_back(self) -> None:
        self._from = None
        self.wanted.emit()

    # pictures

    def _with_pictures(self, do: Callable[[PictureSet], None]) -> None:
        """Read the folder, unless that was done, and then `do`."""
        project = self._session.project
        if project is None:
            return
        if self._pictures is not None and self._read_for == project:
            do(self._pictures)
            return

        def on_read(pictures: PictureSet) -> None:
            self._pictures, self._read_for = pictures, project
            do(pictures)

        read, title = partial(work.own_pictures, project), "Reading your pictures"
        job = self._session.jobs.start(OWN_PICTURES, read, title=title, replace=True)
        job.succeeded.connect(on_read)

    def _open_dialog(self, pictures: PictureSet) -> None:
        dialog = OwnPictureDialog(self._session, pictures, self._dice, self.bar.window())
        dialog.chosen.connect(self._on_chosen)
        dialog.open()

    def _take_any(self, pictures: PictureSet) -> None:
        one = self._dice.choice(pictures.taken)
        self._on_chosen(one.name, one.crop, pictures.records[one.row])

    def _on_chosen(self, name: str, crop: Crop, pixels: np.ndarray) -> None:
        project = self._session.project
        if project is not None:
            take = partial(work.take_picture, project, name, crop, pixels)
            job = self._session.jobs.start(OWN_PICTURE, take, quiet=True, replace=True)
            job.succeeded.connect(self._on_taken)

    def _on_taken(self, picture: OwnPicture) -> None:
        self.begin_with(picture, part=1.0)
        self.wanted.emit()

    def _refresh(self) -> None:
        trajectory = self._stage.trajectory
        is_forward = trajectory is not None and trajectory.is_forward
        position = self._stage.scrubber.position
        can = trajectory is not None and is_forward and position < len(trajectory.moments) - 1
        self.bar.show_state(can_paint_on=can, is_painted_on=self._from is not None)
