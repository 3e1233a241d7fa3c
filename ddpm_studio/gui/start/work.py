"""Background work of the start screen: recent projects, and one with sample pictures."""

import shutil
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter

from ddpm_studio.config.presets import preset
from ddpm_studio.errors import StudioError
from ddpm_studio.events import Progress, Work
from ddpm_studio.gui.common.images import image_on
from ddpm_studio.project import FILE_NAME, Project, step_of
from ddpm_studio.words import several

SAMPLE_PICTURES = 400
SEEN_EACH = 5  # of them, one is shown while they are painted
PREVIEW_PIXELS = QSize(432, 320)  # a card at two device pixels a point
# looked up here, in the GUI thread: two threads must not do it at once (common/warm_up.py)
COVER = Qt.AspectRatioMode.KeepAspectRatioByExpanding
CRISP, SMOOTH = Qt.TransformationMode.FastTransformation, Qt.TransformationMode.SmoothTransformation


@dataclass(frozen=True)
class RecentProject:
    """A project for the start screen. image: its newest picture; nobody draws into it again.

    is_lost: it is no longer where it was.
    """

    path: Path
    detail: str
    image: QImage | None = None
    is_lost: bool = False
    size: int = 0  # of its pictures


def look_at_recent(paths: Sequence[Path]) -> Iterator[RecentProject]:
    """Each of them, as it is now."""
    for path in paths:
        if not (path / FILE_NAME).is_file():
            yield RecentProject(path, "no longer where it was: Find it…", is_lost=True)
            continue
        try:
            project = Project.open(path)
        except StudioError:
            # of a newer program, or damaged: opening it says so
            yield RecentProject(path, "cannot be read")
            continue
        size = project.config.pictures.size
        yield RecentProject(path, _describe(project), _newest_picture(project), size=size)


def draw_sample_project(path: Path) -> Generator[Progress | QImage, None, Project]:
    """Make a project with drawn planets in it; yields how far it is, and now and then one of them.

    What is half done goes if it is stopped.
    """
    from ddpm_studio.data.sample_pictures import write_sample_pictures

    project = Project.create(path, path / "pictures", preset("sketch"))
    try:
        for done in write_sample_pictures(project.pictures, SAMPLE_PICTURES):
            yield Progress(Work.DRAWING, done, SAMPLE_PICTURES)
            if done % SEEN_EACH == 0:
                yield _latest(project.pictures)
    except GeneratorExit:
        shutil.rmtree(path)  # it was made by this very call
        raise
    return project


def _latest(folder: Path) -> QImage:
    return QImage(str(max(folder.glob("*.png"))))


def _describe(project: Project) -> str:
    size = project.config.pictures.size
    checkpoints = project.checkpoint_paths()
    if not checkpoints:
        return f"{size} px, not trained yet"
    return f"{size} px, {several(step_of(checkpoints[-1]), 'step')}"


def _newest_picture(project: Project) -> QImage | None:
    found = [path for path in project.samples.glob("step_*.png") if step_of(path) > 0]
    previews = sorted(found, key=step_of, reverse=True)  # that of step 0 is noise
    made = sorted(project.gallery.glob("**/*.png"), key=_modified, reverse=True)
    for path in (*previews[:1], *made[:1]):
        image = _read_small(path)
        if image is not None:
            return image
    return _prepared_pictures(project)


def _prepared_pictures(project: Project) -> QImage | None:
    """Four of the prepared pictures, for a project without previews.

    Not the artist's own files: those are decoded in processes of their own only.
    """
    from ddpm_studio.data.store import some_pictures

    pictures = [
        image_on(pixels, premultiplied=True).copy() for pixels in some_pictures(project.cache, 4)
    ]
    if len(pictures) < 4:
        return covering(pictures[0]) if pictures else None
    half = PREVIEW_PIXELS / 2
    mosaic = QImage(PREVIEW_PIXELS, QImage.Format.Format_ARGB32_Premultiplied)
    mosaic.fill(0)
    painter = QPainter(mosaic)
    for place, picture in enumerate(pictures):
        small = covering(picture, half)
        cut = QRect(QPoint(), half)
        cut.moveCenter(small.rect().center())
        corner = QPoint(place % 2 * half.width(), place // 2 * half.height())
        painter.drawImage(corner, small, cut)
    painter.end()
    return mosaic


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _read_small(path: Path) -> QImage | None:
    """The picture, scaled so that it just covers a card; None if Qt cannot read it."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    image = reader.read()
    return None if image.isNull() else covering(image)


def covering(image: QImage, size: QSize = PREVIEW_PIXELS) -> QImage:
    """Scaled so that it just covers a card, or a part of one."""
    is_small = image.width() * 2 <= size.width()
    return image.scaled(size, COVER, CRISP if is_small else SMOOTH)
