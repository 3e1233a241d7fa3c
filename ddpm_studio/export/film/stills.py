"""Films of single pictures, each of which is compressed for itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ddpm_studio.events import Progress, Work
from ddpm_studio.export.film.frames import film_order, film_shots
from ddpm_studio.export.film.kind import Contents, StillFilm
from ddpm_studio.export.film.pictures import FilmPictures


def write_stills(
    kind: StillFilm, path: Path, pictures: FilmPictures, recipe: str | None
) -> Iterator[Progress]:
    """Every frame is in it, equal ones too; what is seen again is compressed only once.

    Progress counts frames as `film_length` does: one that is held is several.
    Raises OSError.
    """
    shots = film_delays(kind, pictures)
    encode, palette = kind.encoder(pictures)
    contents = Contents(
        pictures.size, pictures.film.shape[2], len(shots), pictures.options.loops, recipe, palette
    )
    with path.open("w+b") as file:
        film = kind.container(file, contents)
        places: dict[int, tuple[int, int]] = {}
        ticks, shown = len(film_order(pictures.film, pictures.options)), 0
        length = sum(delay for _, delay in shots)
        for index, delay in shots:
            frame = _read(file, places[index]) if index in places else encode(index)
            places[index] = film.add(frame, delay), len(frame)
            shown += delay
            yield Progress(Work.WRITING, round(ticks * shown / length), ticks)
        film.end()


def film_delays(kind: StillFilm, pictures: FilmPictures) -> list[tuple[int, int]]:
    """The shots of a film, (frame, delay), each as long as a file of that kind can say."""
    shots, container = [], kind.container
    for index, delay in film_shots(pictures.film, pictures.options, container.per_second):
        parts = -(-delay // container.most_delay) or 1
        for part in range(parts):
            length = delay * (part + 1) // parts - delay * part // parts
            shots.append((index, max(length, container.least_delay)))
    return shots


def _read(file: BinaryIO, place: tuple[int, int]) -> bytes:
    """What was written before; the next is written at the end again."""
    file.seek(place[0])
    data = file.read(place[1])
    file.seek(0, 2)
    return data
