"""Background work of the clipboard: copies in another size, from where they can be pasted."""

import shutil
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QImage

from ddpm_studio.config.enlargement import Sizing
from ddpm_studio.events import Progress
from ddpm_studio.export.places import make_folder
from ddpm_studio.gallery.copies import copy_files
from ddpm_studio.gallery.made import MadeFile
from ddpm_studio.project import Project

COPIED = "copied"  # a folder in the cache


@dataclass(frozen=True)
class Copied:
    """Files for the clipboard; of a single picture its pixels, too."""

    paths: tuple[Path, ...]
    image: QImage | None


def copy_to_cache(
    project: Project, files: Sequence[MadeFile], sizing: Sizing
) -> Generator[Progress, None, Copied]:
    """Copies in another size, from where they can be pasted until others are copied."""
    folder = project.cache / COPIED
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(project.cache)
    paths = yield from copy_files(project.gallery, files, folder, sizing=sizing)
    is_picture = len(files) == 1 and not files[0].is_film
    image = QImage(str(paths[0])) if is_picture else QImage()
    return Copied(paths, None if image.isNull() else image)
