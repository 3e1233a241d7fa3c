"""Films that lie still: the stages on a page, and a folder of frames."""

import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.errors import ExportError
from ddpm_studio.export.film.frames import film_order
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.pages import strip_size, strip_stages, write_sequence, write_strip
from tests.export.film.films import as_film

RECIPE = '{"kind": "recipe", "project": "ü"}'


def numbered(count, height=6, width=8, channels=3):
    """Each frame of one tone, its number."""
    return [np.full((height, width, channels), index, np.uint8) for index in range(count)]


def page_of(path):
    with Image.open(path) as image:
        return np.asarray(image)


def test_stages_are_even_in_noise():
    """Noise that falls slowly at first: the stages lie where it is lost."""
    noise = np.sqrt(np.linspace(1, 0, 101))
    film = as_film(numbered(101), noise=noise)
    stages = strip_stages(film, 5)
    assert noise[stages] == pytest.approx([1, 0.75, 0.5, 0.25, 0], abs=0.05)
    assert stages != [0, 25, 50, 75, 100]
    assert strip_stages(as_film(numbered(101)), 5) == [0, 25, 50, 75, 100]


@pytest.mark.parametrize("count", [1, 2, 7, 20])
def test_any_number_of_stages_is_different_frames_in_order(count):
    noise = [1.0] * 10 + [0.5] * 9 + [0.0]  # as uneven as can be
    stages = strip_stages(as_film(numbered(20), noise=noise), count)
    assert len(set(stages)) == count
    assert stages == sorted(stages)
    assert stages[-1] == 19
    assert count == 1 or stages[0] == 0


@pytest.mark.parametrize("ending", [".png", ".webp", ".PNG"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_page_shows_whole_stages_with_gaps(tmp_path, ending, channels):
    film = as_film([frame + 50 for frame in numbered(9, channels=channels)])
    path, options = tmp_path / f"page{ending}", FilmOptions(scale=3, background="#ffffff")
    events = list(write_strip(path, film, 3, options))
    assert [event.done for event in events] == [1, 2, 3]
    page = page_of(path)
    assert page.shape[1::-1] == strip_size(film, 3, options) == (3 * 24 + 2 * 2, 18)
    page = page.reshape(*page.shape[:2], -1)
    for place, index in enumerate((0, 4, 8)):
        assert (page[:, place * 26 : place * 26 + 24] == 50 + index).all()
    gap = page[:, 24:26]
    assert (gap == (0 if channels == 4 else 255)).all()


def test_many_stages_are_in_rows(tmp_path):
    film = as_film(numbered(40, 8, 8))
    width, height = strip_size(film, 40, FilmOptions(scale=4))
    assert height > 2 * 32
    assert 2 < width / height < 10
    path = tmp_path / "page.png"
    list(write_strip(path, film, 40, FilmOptions(scale=4)))
    page = page_of(path)
    seen = set(np.unique(page).tolist())
    assert seen == {*range(40), 255}


def test_a_page_holds_its_recipe_or_nothing(tmp_path, film):
    for ending in (".png", ".webp"):
        path = tmp_path / f"page{ending}"
        list(write_strip(path, as_film(film(3)), 3, FilmOptions(), RECIPE))
        with Image.open(path) as image:
            said = image.text["ddpm_studio"] if ending == ".png" else None  # type: ignore[attr-defined]
            said = said or image.getexif().get_ifd(0x8769)[0x9286][8:]
        assert json.loads(said) == json.loads(RECIPE)
        list(write_strip(path, as_film(film(3)), 3, FilmOptions()))
        assert b"ddpm" not in path.read_bytes()
        assert b"recipe" not in path.read_bytes()


@pytest.mark.parametrize(
    ("name", "stages", "sentence"),
    [
        ("page.gif", 3, "choose .png or .webp"),
        ("page", 3, "choose .png or .webp"),
        ("none/page.png", 3, "does not exist"),
        ("page.png", 0, "choose 1 to 4 stages"),
        ("page.png", 5, "choose 1 to 4 stages"),
    ],
)
def test_a_page_that_cannot_be_is_refused_in_one_sentence(tmp_path, film, name, stages, sentence):
    with pytest.raises(ExportError, match=sentence):
        list(write_strip(tmp_path / name, as_film(film(4)), stages, FilmOptions()))
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_would_be_too_large_is_refused(tmp_path):
    film = as_film(numbered(4, 100, 100))
    with pytest.raises(ExportError, match="pixels long, but 16383"):
        list(write_strip(tmp_path / "page.png", film, 4, FilmOptions(scale=64)))


def test_a_sequence_has_a_picture_for_every_tick(tmp_path, film):
    frames, folder = film(4), tmp_path / "frames"
    options = FilmOptions(fps=10.0, hold=0.2, ping_pong=True, scale=2)
    events = list(write_sequence(folder, as_film(frames), options, RECIPE))
    order = film_order(as_film(frames), options)
    assert [(event.done, event.total) for event in events] == [
        (done, len(order)) for done in range(1, len(order) + 1)
    ]
    files = sorted(folder.iterdir())
    assert [path.name for path in files] == [f"frame_{tick:05d}.png" for tick in range(len(order))]
    for path, index in zip(files, order, strict=True):
        assert (page_of(path) == frames[index].repeat(2, 0).repeat(2, 1)).all()
        with Image.open(BytesIO(path.read_bytes())) as image:
            assert json.loads(image.text["ddpm_studio"]) == json.loads(RECIPE)  # type: ignore[attr-defined]


def test_a_sequence_is_only_there_when_it_is_whole(tmp_path, film):
    folder = tmp_path / "frames"
    for _ in write_sequence(folder, as_film(film(4)), FilmOptions(hold=0.0)):
        assert not folder.exists()
    assert len(list(folder.iterdir())) == 4


def test_a_sequence_never_touches_a_folder_that_is_there(tmp_path, film):
    folder = tmp_path / "frames"
    folder.mkdir()
    with pytest.raises(ExportError, match="is there already"):
        list(write_sequence(folder, as_film(film(4)), FilmOptions()))
    with pytest.raises(ExportError, match="does not exist"):
        list(write_sequence(tmp_path / "none" / "frames", as_film(film(4)), FilmOptions()))
    assert list(tmp_path.rglob("*")) == [folder]
