"""How long a film is said to be is how long the file plays, whatever its kind can say."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from ddpm_studio.export.film.frames import Film
from ddpm_studio.export.film.kinds import KINDS
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.write import film_length, film_size, write_film
from ddpm_studio.gui.export.work import FilmRequest, foresee

FRAMES = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 3), dtype=np.uint8)
OPTIONS = {
    "usual": FilmOptions(),
    "faster than a GIF": FilmOptions(fps=60, hold=0.25),
    "odd speed": FilmOptions(fps=23.976, hold=0.1),
    "slow": FilmOptions(fps=0.5, hold=0),
    "and back": FilmOptions(ping_pong=True),
    "three times": FilmOptions(loops=3, fps=50),
    "even change": FilmOptions(easing="change"),
}


def played(path: Path) -> tuple[tuple[int, int], float]:
    """Size in pixels, and seconds."""
    if path.suffix in (".mp4", ".webm"):
        with av.open(path) as file:
            stream = file.streams.video[0]
            count = sum(1 for _ in file.decode(video=0))
            return (stream.width, stream.height), count / float(stream.average_rate)
    with Image.open(path) as film:
        seconds = 0.0
        for number in range(getattr(film, "n_frames", 1)):
            film.seek(number)
            film.load()
            seconds += film.info["duration"] / 1000
        return film.size, seconds


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("suffix", [kind.endings[0] for kind in KINDS])
def test_it_plays_as_long_as_was_said(tmp_path: Path, suffix: str, options: FilmOptions) -> None:
    film, path = Film(40, FRAMES.__getitem__), tmp_path / f"a{suffix}"
    _, said = film_length(film, options, suffix)
    foreseen = foresee(FilmRequest(film, options, suffix))
    assert foreseen.times * foreseen.seconds == pytest.approx(said)
    list(write_film(path, film, options))
    size, seconds = played(path)
    assert size == film_size(film, options, suffix) == foreseen.size
    assert seconds == pytest.approx(said, abs=0.05, rel=0.01)
