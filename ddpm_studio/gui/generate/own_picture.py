"""Where pictures begin on the Generate page: from noise, or from one's own, noised so far."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.choice_bar import Choice, ChoiceBar
from ddpm_studio.gui.common.drop_in import FileDrop
from ddpm_studio.gui.common.images import image_on
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import REST, row, wide
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.frames.request import OwnPicture, OwnStart, SampleRequest
from ddpm_studio.gui.generate import work
from ddpm_studio.gui.generate.own_picture_dialog import OwnPictureDialog
from ddpm_studio.gui.generate.stage import Stage
from ddpm_studio.gui.session import Session

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.choices import Crop
    from ddpm_studio.data import PictureSet

OWN_PICTURES, OWN_PICTURE = "own_pictures", "own_picture"  # the jobs
NOISE, OWN = "noise", "own"
THUMB, ROOMY = 32, 480  # points; in a narrower row the words are short
PAINT_ON, BACK = ("Paint on from here", "Paint on"), ("Back to my picture", "Back")
PAINT_ON_TIP = (
    "Let the model paint on from this much noise: several pictures, each with noise of its own, "
    "the first as it is seen here"
)
BACK_TIP = "See your picture on its way into the noise again"
AT_THE_END = "Move the slider to the left first: here is no noise to paint on from"
CHOICES = (
    Choice(NOISE, "From noise", "Noise", "New pictures, grown out of pure noise"),
    Choice(
        OWN,
        "From my picture",
        "My picture",
        "One of your own pictures on its way into the noise, and what the model makes of it",
    ),
)


class OwnPictures(QWidget):
    """The row over the stage. It fills in where a request begins.

    `wanted` says that the page shall paint it, and how far to follow it, 0 to 1; None: as far as
    a person looks now.
    """

    wanted = Signal(object)

    def __init__(self, session: Session, stage: Stage) -> None:
        super().__init__()
        self._session, self._stage = session, stage
        self._dice = random.Random()
        self._pictures: PictureSet | None = None
        self._read_for: object = None  # the project that `_pictures` were read for
        self._picture: OwnPicture | None = None
        self._from: float | None = None  # painted on from so far on the way, 0 to 1
        self._build(session.theme)
        self._switch.currentIndexChanged.connect(self._on_source)
        self._choose.clicked.connect(self._on_choose)
        self._surprise.clicked.connect(lambda: self._with_pictures(self._take_any))
        self._paint_on.clicked.connect(self._on_paint_on)
        self._drops = [FileDrop(one) for one in (self, *stage.pictures)]
        for drop in self._drops:
            drop.dropped.connect(self._on_file)
        stage.scrubber.moved.connect(self._refresh)
        stage.changed.connect(self._refresh)
        self._set_source(NOISE)

    @property
    def source(self) -> str:
        """NOISE or OWN."""
        return self._switch.chosen

    def forget(self) -> None:
        """Another project."""
        self._pictures = self._picture = self._from = self._read_for = None
        for name in (OWN_PICTURES, OWN_PICTURE):
            self._session.jobs.discard(name)
        self._show_picture()
        self._set_source(NOISE)

    def applied(self, request: SampleRequest) -> SampleRequest:
        """The request, from where it shall begin."""
        if self.source == NOISE or self._picture is None:
            return request
        if self._from is None:
            return dataclasses.replace(request, count=1, start=OwnStart(self._picture))
        steps = request.sample.num_inference_steps
        index = min(steps - 1, round(self._from * steps))
        return dataclasses.replace(request, start=OwnStart(self._picture, index))

    def show_start(self, shown: SampleRequest | None) -> None:
        """What is on the stage began like this; None: nothing is there."""
        start = shown.start if shown is not None else None
        if shown is None or start is None:
            self.begin_with(None)
        else:
            steps = shown.sample.num_inference_steps
            part = 1.0 if start.index is None else start.index / steps
            self.begin_with(start.picture, part)

    def begin_with(self, picture: OwnPicture | None, part: float = 0.0) -> None:
        """Begin with noise; or paint on from a picture, so far on the way (0 to 1).

        At the end of the way nothing is left to paint: then its way into the noise is shown.
        Nothing is painted yet.
        """
        self._from = None if picture is None or part >= 1 else part
        if picture is not None:
            self._picture = picture
            self._show_picture()
        self._set_source(NOISE if picture is None else OWN)

    # showing

    def _build(self, theme: Theme) -> None:
        self._switch = ChoiceBar(theme, "Where it begins", CHOICES, "own.switch")
        self._thumb = label()
        self._thumb.setFixedSize(THUMB, THUMB)
        self._thumb.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._name = label(kind="muted", name="own.picture", elided=True)
        tip = "Choose another one: of the pictures that the model learns from, or any file"
        self._choose = IconButton(theme, "pictures", "own.choose", "Choose a picture", tip)
        tip = "Any one of your pictures"
        self._surprise = IconButton(theme, "dice", "own.surprise", "Surprise me", tip)
        self._paint_on = Button(theme, PAINT_ON[0], "own.paint_on", PAINT_ON_TIP, icon="generate")
        buttons = self._choose, self._surprise, self._paint_on
        row(self._switch, self._thumb, wide(self._name), *buttons, REST, of=self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (self.width() < ROOMY) != (event.oldSize().width() < ROOMY):
            self._refresh()

    def _set_source(self, source: str) -> None:
        """Where it begins now."""
        self._switch.blockSignals(True)
        self._switch.setCurrentIndex(self._switch.findData(source))
        self._switch.blockSignals(False)
        self._switch.update()
        self._refresh()

    def _show_picture(self) -> None:
        picture = self._picture
        self._name.setText(picture.name if picture is not None else "")
        if picture is None:
            self._thumb.clear()
            return
        image = image_on(picture.pixels, premultiplied=True)
        ratio = self.devicePixelRatioF()
        side = round(THUMB * ratio)
        keep, fast = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation
        smooth = Qt.TransformationMode.SmoothTransformation
        is_small = max(image.width(), image.height()) <= side
        pixmap = QPixmap.fromImage(image.scaled(side, side, keep, fast if is_small else smooth))
        pixmap.setDevicePixelRatio(ratio)
        self._thumb.setPixmap(pixmap)

    @property
    def _can_paint_on(self) -> bool:
        """Whether one's own picture is seen with noise that something can be painted from."""
        run = self._stage.trajectory
        if run is None or not run.is_forward:
            return False
        return self._stage.scrubber.position < len(run.moments) - 1

    def _refresh(self) -> None:
        """Another picture is chosen where this one is seen, not where it was painted on."""
        is_painted_on, can_paint_on = self._from is not None, self._can_paint_on
        is_terse, is_own = self.width() < ROOMY, self.source == OWN
        if is_painted_on:
            self._paint_on.set_face(BACK[is_terse], "undo", BACK_TIP)
        else:
            tip = PAINT_ON_TIP if can_paint_on else AT_THE_END
            self._paint_on.set_face(PAINT_ON[is_terse], "generate", tip)
        self._paint_on.setEnabled(is_painted_on or can_paint_on)
        for drop in self._drops:  # else a file with a recipe is meant
            drop.set_wanted(is_own)
        for widget in (self._thumb, self._name, self._paint_on):
            widget.setVisible(is_own)
        for button in (self._choose, self._surprise):
            button.setVisible(is_own and not is_painted_on)

    # what a person does

    def _on_source(self) -> None:
        """From noise nothing is painted until a person asks for it: what is seen stays."""
        if self.source == OWN and self._picture is None:
            self._on_choose()
            self._set_source(NOISE)  # until one is chosen
            return
        self._refresh()
        seen = self._stage.trajectory
        is_seen = seen is not None and seen.recipe is not None and seen.recipe.start is not None
        if self.source == OWN and not is_seen:
            self._from = None
            self._refresh()
            self.wanted.emit(None)

    def _on_choose(self) -> None:
        self._with_pictures(self._open_dialog)

    def _on_paint_on(self) -> None:
        """From the level of noise that is seen; or back to one's own picture."""
        run, follow_to = self._stage.trajectory, None
        if self._from is not None:
            self._from = None
        elif run is not None and run.is_forward:
            self._from = self._stage.scrubber.position / max(1, len(run.moments) - 1)
            follow_to = 1.0  # what they become
        else:
            return
        self.wanted.emit(follow_to)

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
        dialog = OwnPictureDialog(self._session, pictures, self._dice, self.window())
        dialog.chosen.connect(self._on_chosen)
        dialog.file_chosen.connect(self._on_file)
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

    def _on_file(self, path: Path) -> None:
        project = self._session.project
        if project is not None:
            take, title = partial(work.take_file, project, path), f"Reading {path.name}"
            job = self._session.jobs.start(OWN_PICTURE, take, title=title, replace=True)
            job.succeeded.connect(self._on_taken)

    def _on_taken(self, picture: OwnPicture) -> None:
        self.begin_with(picture, part=1.0)
        self.wanted.emit(None)
