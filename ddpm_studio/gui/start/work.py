"""Background work of the start screen: recent projects, and one with sample pictures."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from ddpm_studio.config.presets import preset
from ddpm_studio.errors import StudioError
from ddpm_studio.events import Progress, Work
from ddpm_studio.gui.common.images import image_on
from ddpm_studio.project import FILE_NAME, Project, step_of
from ddpm_studio.words import several

SAMPLE_PICTURES = 400
PREVIEW_PIXELS = QSize(432, 320)  # a card at two device pixels a point
# looked up here, in the GUI thread: two threads must not do it at once (common/warm_up.py)
COVER = Qt.AspectRatioMode.KeepAspectRatioByExpanding
CRISP, SMOOTH = Qt.TransformationMode.FastTransformation, Qt.TransformationMode.SmoothTransformation


@dataclass(frozen=True)
class RecentProject:
    """A project for the start screen. image: its newest picture; nobody draws into it again."""

    path: Path
    size: int  # of its pictures
    detail: str
    image: QImage | None


def look_at_recent(paths: Sequence[Path]) -> Iterator[RecentProject | Path]:
    """A RecentProject for each folder that still is one; the bare path of one that is gone."""
    for path in paths:
        if not (path / FILE_NAME).is_file():
            yield path
            continue
        try:
            project = Project.open(path)
        except StudioError:
            continue  # it is there, but of a newer program or damaged: opening it will say so
        size = project.config.pictures.size
        yield RecentProject(path, size, _describe(project), _newest_picture(project))


def draw_sample_project(path: Path) -> Generator[Progress, None, Project]:
    """Make a project with drawn planets in it."""
    from ddpm_studio.data.sample_pictures import write_sample_pictures

    project = Project.create(path, path / "pictures", preset("sketch"))
    for done in write_sample_pictures(project.pictures, SAMPLE_PICTURES):
        yield Progress(Work.DRAWING, done, SAMPLE_PICTURES)
    return project


def _describe(project: Project) -> str:
    size = project.config.pictures.size
    checkpoints = project.checkpoint_paths()
    if not checkpoints:
        return f"{size} px, not trained yet"
    return f"{size} px, {several(step_of(checkpoints[-1]), 'step')}"


def _newest_picture(project: Project) -> QImage | None:
    previews = sorted(project.samples.glob("step_*.png"), key=step_of, reverse=True)
    made = sorted(project.gallery.glob("**/*.png"), key=_modified, reverse=True)
    for path in (*previews[:1], *made[:1]):
        image = _read_small(path)
        if image is not None:
            return image
    return _prepared_picture(project)


def _prepared_picture(project: Project) -> QImage | None:
    """One of the prepared pictures, for a project without previews.

    Not one of the artist's own files: those are decoded in processes of their own only.
    """
    from ddpm_studio.data.store import any_picture

    pixels = any_picture(project.cache)
    return None if pixels is None else covering(image_on(pixels, premultiplied=True).copy())


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


def covering(image: QImage) -> QImage:
    """Scaled so that it just covers a card."""
    is_small = image.width() * 2 <= PREVIEW_PIXELS.width()
    return image.scaled(PREVIEW_PIXELS, COVER, CRISP if is_small else SMOOTH)
