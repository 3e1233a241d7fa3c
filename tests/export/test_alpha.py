"""Transparency in every kind of file, read again by somebody else than who wrote it."""

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ddpm_studio.errors import ConfigError
from ddpm_studio.export.film.frames import Film
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.write import write_film
from ddpm_studio.export.images import on_background, picture_grid, write_png

INK = [(230, 40, 60), (40, 200, 90), (60, 80, 240), (250, 220, 30)]  # a colour for each frame


def drawn(alphas=(255,), count=4):
    """A square that wanders on nothing, uint8 (H, W, 4) each: no two frames cover the same.

    alphas: of the square, column by column.
    """
    frames = []
    for index in range(count):
        frame = np.zeros((10, 26, 4), np.uint8)
        square = frame[2:8, 1 + 6 * index : 7 + 6 * index]
        square[..., :3] = INK[index]
        square[..., 3] = np.resize(alphas, 6)
        frames.append(frame)
    return frames


def write(path, frames, **options):
    film = Film(len(frames), lambda index: frames[index])
    list(write_film(path, film, FilmOptions(fps=10.0, hold=0.5, **options)))


def read_with_pillow(path):
    with Image.open(path) as image:
        frames = []
        for index in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(index)
            frames.append(np.asarray(image.convert("RGBA")))
        return frames


def read_with_ffmpeg(path, kind="rgba"):
    with av.open(path) as container:
        return [frame.to_ndarray(format=kind) for frame in container.decode(video=0)]


def read_with_qt(path):
    """WebP, which FFmpeg cannot read as a film."""
    gui = pytest.importorskip("PySide6.QtGui", reason="Qt, another reader, is not installed")
    reader = gui.QImageReader(str(path))
    frames = []
    while reader.canRead():
        image = reader.read().convertToFormat(gui.QImage.Format.Format_RGBA8888)
        rows = np.frombuffer(image.constBits(), np.uint8)
        frames.append(rows.reshape(image.height(), image.width(), 4).copy())
    return frames


each_reader = pytest.mark.parametrize(
    ("ending", "read"),
    [
        (".gif", read_with_pillow),
        (".gif", read_with_ffmpeg),
        (".png", read_with_pillow),
        (".png", read_with_ffmpeg),
        (".webp", read_with_pillow),
        (".webp", read_with_qt),
    ],
)


def assert_same(found, expected):
    """Alpha everywhere, and colour wherever it is seen."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert (one[..., 3] == other[..., 3]).all()
        is_seen = other[..., 3] > 0
        assert (one[is_seen] == other[is_seen]).all()


@each_reader
@pytest.mark.parametrize("scale", [1, 3])
def test_frames_replace_each_other_and_do_not_pile_up(tmp_path, ending, read, scale):
    path = tmp_path / f"film{ending}"
    frames = drawn()
    write(path, frames, scale=scale)
    assert_same(read(path), [frame.repeat(scale, 0).repeat(scale, 1) for frame in frames])


@each_reader
def test_faint_colours_keep_their_alpha_but_for_gif(tmp_path, ending, read):
    """A pixel of a GIF is there or not: from half on it is."""
    path = tmp_path / f"film{ending}"
    frames = drawn((1, 60, 127, 128, 200, 255))
    write(path, frames)
    if ending == ".gif":
        for frame in frames:
            frame[..., 3] = np.where(frame[..., 3] >= 128, 255, 0)
    assert_same(read(path), frames)


@each_reader
def test_frames_without_a_single_pixel_to_see(tmp_path, ending, read):
    path = tmp_path / f"film{ending}"
    empty = np.zeros((10, 26, 4), np.uint8)
    frames = [empty, drawn()[0], empty]
    write(path, frames)
    assert_same(read(path), frames)


@each_reader
def test_opaque_frames_in_four_channels_are_opaque(tmp_path, ending, read):
    path = tmp_path / f"film{ending}"
    frames = drawn()
    for frame in frames:
        frame[..., 3] = 255
    write(path, frames)
    assert_same(read(path), frames)


@pytest.mark.parametrize("read", [read_with_pillow, read_with_ffmpeg])
def test_a_gif_spends_its_colours_on_what_is_seen(tmp_path, read):
    """255 colours that are seen are all kept, whatever lies hidden beside them."""
    random = np.random.default_rng(0)
    frame = random.integers(0, 256, (10, 60, 4), np.uint8)
    frame[..., 3] = 0
    seen = np.arange(255)
    frame[:5].reshape(-1, 4)[:255] = np.stack([seen, 255 - seen, seen // 2, seen * 0 + 255], 1)
    path = tmp_path / "film.gif"
    write(path, [frame])
    assert_same(read(path), [frame])


def test_hidden_colours_are_in_no_gif(tmp_path):
    frame = np.zeros((8, 8, 4), np.uint8)
    frame[..., :3] = 13, 57, 111
    frame[2:4, 2:4] = 200, 10, 20, 255
    path = tmp_path / "film.gif"
    write(path, [frame])
    assert bytes((13, 57, 111)) not in path.read_bytes()
    assert bytes((200, 10, 20)) in path.read_bytes()


def test_an_mp4_lies_on_the_background(tmp_path):
    frames = [np.zeros((32, 48, 4), np.uint8) for _ in range(2)]
    for frame in frames:
        frame[:, 16:32] = 200, 40, 60, 255
        frame[:, 32:] = 255, 0, 0, 51  # a fifth of it
    for colour, ground, mixed in (
        (None, (255, 255, 255), (255, 204, 204)),
        ("#205080", (32, 80, 128), (77, 64, 102)),
    ):
        path = tmp_path / "film.mp4"
        write(path, frames, **({"background": colour} if colour else {}))
        found = read_with_ffmpeg(path, "rgb24")[1].astype(int)
        middles = found[16, 8::16]
        expected = np.array([ground, (200, 40, 60), mixed])
        assert np.abs(middles - expected).max() <= 5


def test_a_picture_keeps_its_alpha_as_png(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (9, 5, 4), np.uint8)
    path = tmp_path / "one.png"
    write_png(path, picture, "a recipe")
    with Image.open(path) as image:
        assert image.mode == "RGBA"
        assert (np.asarray(image) == picture).all()
    (decoded,) = read_with_ffmpeg(path)
    assert (decoded == picture).all()


def test_empty_places_of_a_grid_are_transparent():
    pictures = np.full((3, 4, 5, 4), 255, np.uint8)
    grid = picture_grid(pictures, 2)
    assert grid.shape == (8, 10, 4)
    assert (grid[4:, 5:] == 0).all()
    assert (grid[:4] == 255).all()


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_laying_on_a_background_is_a_mean_weighted_by_alpha(tone, ground, alpha):
    picture = np.array([[[tone, 0, 255, alpha]]], np.uint8)
    found = on_background(picture, f"#{ground:02x}{ground:02x}{ground:02x}")
    assert found.shape == (1, 1, 3)
    exact = [(value * alpha + ground * (255 - alpha)) / 255 for value in (tone, 0, 255)]
    assert found.flatten().tolist() == pytest.approx(exact, abs=0.51)


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_without_alpha_hide_the_background(channels):
    picture = np.random.default_rng(0).integers(0, 256, (3, 4, channels), np.uint8)
    assert on_background(picture, "#123456") is picture


@pytest.mark.parametrize("colour", ["white", "#fff", "ffffff", "#gggggg", "#ffffff\n", 0])
def test_a_background_that_is_no_colour_is_refused_by_name(colour):
    with pytest.raises(ConfigError, match="background"):
        FilmOptions(background=colour)
