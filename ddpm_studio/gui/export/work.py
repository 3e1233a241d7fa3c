"""Background work on films: how large one becomes, and writing it."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ddpm_studio.events import FileWritten, Progress
from ddpm_studio.export.film.kinds import kind_of
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.places import make_folder

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.export.film.frames import Film

SEEN_PAGE = 1200  # pixels: the longest side of a film strip in its preview, about

MakeRecipe = Callable[[dict[str, Any]], str | None]  # from the options, as plain values


@dataclass(frozen=True)
class FilmRequest:
    """A file that is wanted. suffix: its ending; "" for a folder with a PNG file for each frame.

    stages: how many are on a film strip; 0 for what moves. recipe: makes the text that lies
    inside, in the background; None: nothing lies inside. page_width: of a film strip as a whole,
    in pixels, from which the width of its stages follows; None: as `options` say.
    """

    film: Film
    options: FilmOptions
    suffix: str
    stages: int = 0
    recipe: MakeRecipe | None = None
    page_width: int | None = None

    def settled(self) -> FilmRequest:
        """The same with the width that each stage has. Raises ExportError for too many stages."""
        from ddpm_studio.export.film.pages import stage_width

        if self.page_width is None or not self.stages:
            return self
        width = stage_width(self.film, self.stages, self.options, self.page_width)
        options = dataclasses.replace(self.options, width=width)
        return dataclasses.replace(self, options=options, page_width=None)

    def recipe_text(self) -> str | None:
        if self.recipe is None:
            return None
        stages = {"stages": self.stages} if self.stages else {}
        return self.recipe(self.options.said | stages)


@dataclass(frozen=True)
class Foreseen:
    """What a film will be. order: the frame of each tick. nbytes: None while that is found out.

    times: how often it is in the file. page: a film strip as it will be, uint8 (H, W, C).
    """

    size: tuple[int, int]
    order: tuple[int, ...]
    seconds: float  # played once
    times: int = 1
    nbytes: int | None = None
    page: np.ndarray | None = None


@dataclass(frozen=True)
class Saved:
    """A file, or a folder of them, that is written."""

    path: Path
    nbytes: int


def one_at_a_time(film: Film) -> Film:
    """The same film; frames that are computed when they are asked for are not by two threads."""
    lock = threading.Lock()

    def compose(index: int) -> np.ndarray:
        with lock:
            return film.compose(index)

    return dataclasses.replace(film, compose=compose)


def foresee(request: FilmRequest) -> Foreseen:
    """What is known at once, without a look at more than one frame unless the pace needs it.

    Raises ExportError with one sentence if a film like this cannot be written.
    """
    from ddpm_studio.export.film.frames import film_order
    from ddpm_studio.export.film.pages import strip_size
    from ddpm_studio.export.film.pictures import FilmPictures
    from ddpm_studio.export.film.write import film_length

    request = request.settled()
    film, options = request.film, request.options
    if request.stages:
        return Foreseen(strip_size(film, request.stages, options), (), 0.0)
    kind, pictures = kind_of(request.suffix), FilmPictures(film, options)
    size = pictures.size if kind is None else kind.size(pictures)
    times = max(1, options.loops) if kind is not None and kind.is_video else 1
    seconds = film_length(film, options, request.suffix)[1] / times
    return Foreseen(size, tuple(film_order(film, options)), seconds, times)


def estimate(request: FilmRequest) -> Iterator[Foreseen]:
    """What the film will be, and then also how many bytes, about. Raises as `foresee`."""
    from ddpm_studio.export.film.estimate import estimate_bytes

    request = request.settled()
    foreseen = foresee(request)
    if request.stages:
        foreseen = dataclasses.replace(foreseen, page=_small_page(request))
    yield foreseen
    nbytes = estimate_bytes(request.film, request.options, request.suffix, request.stages or None)
    yield dataclasses.replace(foreseen, nbytes=nbytes)


def write(path: Path, request: FilmRequest) -> Generator[Progress | FileWritten, None, Saved]:
    """Write what is asked for; if it is stopped before its end, nothing is left."""
    from ddpm_studio.export.film.write import write as write_film

    make_folder(path.parent)
    request = request.settled()
    recipe = request.recipe_text()
    yield from write_film(path, request.film, request.options, recipe, request.stages)
    yield FileWritten(path, is_last=True)
    return Saved(path, size_on_disk(path))


def _small_page(request: FilmRequest) -> np.ndarray:
    """The page as it will be, no larger than it can be seen: uint8 (H, W, C)."""
    from ddpm_studio.export.film.pages import growing_page

    options, (height, width, _) = request.options, request.film.shape
    most = SEEN_PAGE / max(request.stages * width, height)
    if options.width is not None:
        small = dataclasses.replace(options, width=max(1, min(options.width, int(most * width))))
    else:
        small = dataclasses.replace(options, scale=max(1, min(options.scale, int(most))))
    return list(growing_page(request.film, request.stages, small))[-1]


def size_on_disk(path: Path) -> int:
    """Of a file, or of all files of a folder."""
    files = [path] if path.is_file() else [one for one in path.iterdir() if one.is_file()]
    return sum(one.stat().st_size for one in files)
