"""What lies in a film's file, taken apart by readers of our own and by other libraries."""

import dataclasses
import json
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ddpm_studio.export.film import kinds
from ddpm_studio.export.film.frames import film_order, film_seconds
from ddpm_studio.export.film.kinds.mp4 import MP4
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.write import film_size
from tests.export.film.boxes import (
    gif_parts,
    mp4_boxes,
    mp4_times,
    png_chunks,
    riff_chunks,
    webm_elements,
    webp_frames,
)
from tests.export.film.films import ALL, as_film, read_with_ffmpeg, read_with_pillow, write

WORDS = 'a "flower" ü 🌸 ' + "x" * 600  # longer than one block of a GIF
RECIPE = json.dumps({"kind": "recipe", "project": WORDS}, ensure_ascii=False)
SIMPLE_BLOCK, TAG_NAME, TAG_TEXT = 0xA3, 0x45A3, 0x4487


def read_again(path):
    """RGBA frames and milliseconds, by others than who compressed the pixels."""
    if path.suffix == ".webp":
        return webp_frames(path.read_bytes())
    frames, times = read_with_ffmpeg(path, "rgba")
    _, durations = read_with_pillow(path)
    starts = [sum(durations[:index]) / 1000 for index in range(len(durations))]
    assert times == pytest.approx(starts, abs=0.002)
    return frames, durations


def repeats_said(path):
    """How often a film of stills says that it plays, 0 for ever."""
    data = path.read_bytes()
    if path.suffix == ".gif":
        said = [body for label, body in gif_parts(data)[1] if label == 0xFF]
        if not said:
            return 1
        again = int.from_bytes(said[0][-2:], "little")
        return again + 1 if again else 0
    if path.suffix == ".webp":
        return int.from_bytes(dict(riff_chunks(data))[b"ANIM"][4:6], "little")
    return int.from_bytes(dict(png_chunks(data))[b"acTL"][4:8], "big")


pictures = st.builds(
    lambda count, size, channels, seed: np.random.default_rng(seed).integers(
        0, 256, (count, *size, channels), np.uint8
    ),
    st.integers(1, 4),
    st.sampled_from([(1, 1), (2, 3), (7, 5), (17, 9), (16, 24)]),
    st.sampled_from([1, 3, 4]),
    st.integers(0, 1000),
)
options = st.builds(
    FilmOptions,
    fps=st.sampled_from([0.2, 1.0, 7.0, 12.0, 23.976, 50.0]),
    hold=st.sampled_from([0.0, 0.3, 2.0]),
    scale=st.integers(1, 3),
    ping_pong=st.booleans(),
    loops=st.integers(0, 3),
    caption=st.booleans(),
    easing=st.sampled_from(["t", "change"]),
    palette=st.sampled_from(["frame", "shared"]),
    dither=st.sampled_from(["none", "floyd_steinberg", "ordered"]),
)


@pytest.mark.parametrize("ending", [".gif", ".webp", ".png"])
@given(frames=pictures, options=options, with_recipe=st.booleans())
@settings(max_examples=25, deadline=None)
def test_stills_of_any_kind_are_what_was_asked_for(
    tmp_path_factory, ending, frames, options, with_recipe
):
    """Number of frames, how long, how often, how large; the first and the last picture."""
    path = tmp_path_factory.mktemp("films") / f"film{ending}"
    captions = [f"step {index} · t {9 - index}" for index in range(len(frames))]
    film = as_film(frames, captions)
    chosen = {name: getattr(options, name) for name in FilmOptions.__dataclass_fields__}
    recipe = RECIPE if with_recipe else None
    events = write(path, film, chosen.pop("fps"), chosen.pop("hold"), recipe=recipe, **chosen)
    found, durations = read_again(path)
    order = film_order(film, options)
    assert len(found) == len(durations) == len(events)
    assert len(found) == len(list(groupby(order)))
    rounding = 10 if ending == ".gif" else 1
    assert sum(durations) == pytest.approx(1000 * film_seconds(film, options), abs=rounding + 1)
    assert repeats_said(path) == options.loops
    width, height = film_size(film, options)
    assert {frame.shape for frame in found} == {(height, width, 4)}
    if ending != ".gif":
        assert_same(found[0], frames[order[0]], options.scale)
        assert_same(found[-1], frames[order[-1]], options.scale)


def assert_same(seen, frame, scale):
    """The picture itself, above its caption; where alpha is 0 there is no colour."""
    large = frame.repeat(scale, 0).repeat(scale, 1)
    whole = Image.fromarray(large[..., 0] if large.shape[2] == 1 else large).convert("RGBA")
    expected = np.asarray(whole)
    seen = seen[: len(expected)]
    assert (seen[..., 3] == expected[..., 3]).all()
    is_seen = expected[..., 3] > 0
    assert (seen[is_seen] == expected[is_seen]).all()


def test_an_mp4_says_its_frames_and_how_long_it_is(tmp_path, film):
    path = tmp_path / "film.mp4"
    write(path, film(7), 8.0, 0.5)
    frames, seconds = mp4_times(path.read_bytes())
    assert frames == 7 + 4
    assert seconds == pytest.approx(11 / 8)
    names = list(mp4_boxes(path.read_bytes()))
    assert names.index(b"moov") < names.index(b"mdat")  # so it starts before all of it is there


def test_a_webm_says_its_frames_and_how_long_it_is(tmp_path, film):
    path = tmp_path / "film.webm"
    write(path, film(7), 8.0, 0.5)
    elements = webm_elements(path.read_bytes())
    assert sum(key == SIMPLE_BLOCK for key, _ in elements) == 7 + 4
    (duration,) = [np.frombuffer(body, ">f8")[0] for key, body in elements if key == 0x4489]
    assert duration == pytest.approx(1000 * 11 / 8, abs=1)


def recipe_in(path):
    """Where each format's readers look for it."""
    data = path.read_bytes()
    if path.suffix == ".gif":
        return next(body for label, body in gif_parts(data)[1] if label == 0xFE)
    if path.suffix == ".webp":
        with Image.open(path) as image:
            comment = image.getexif().get_ifd(0x8769)[0x9286]
        assert comment[:8] == b"ASCII\0\0\0"
        assert dict(riff_chunks(data))[b"VP8X"][0] & 0x08  # said where viewers look
        return comment[8:]
    if path.suffix in (".png", ".apng"):
        text = dict(png_chunks(data))[b"iTXt"]
        assert text.startswith(b"ddpm_studio\0\0\0\0\0")
        return text[len(b"ddpm_studio") + 5 :]
    if path.suffix == ".mp4":
        comment = mp4_boxes(data)[b"moov/udta/meta"]
        comment = comment[comment.index(b"\xa9cmt") :]
        return comment[comment.index(b"data") + 12 :]
    elements = webm_elements(data)
    place = [body for key, body in elements if key in (TAG_NAME, TAG_TEXT)]
    return place[place.index(b"COMMENT") + 1]


@pytest.mark.parametrize("ending", ALL)
def test_the_recipe_lies_in_the_file(tmp_path, film, ending):
    path = tmp_path / f"film{ending}"
    write(path, film(2), recipe=RECIPE)
    assert json.loads(recipe_in(path)) == json.loads(RECIPE)


@pytest.mark.parametrize("ending", ALL)
def test_without_a_recipe_nothing_tells_of_this_program(tmp_path, film, ending):
    path = tmp_path / f"film{ending}"
    write(path, film(2))
    data = path.read_bytes()
    for word in (b"ddpm", b"DDPM", b"recipe", b"iTXt", b"EXIF", b"COMMENT", b"comment"):
        assert word not in data
    if ending == ".gif":
        assert 0xFE not in [label for label, _ in gif_parts(data)[1]]


@pytest.mark.parametrize("ending", ALL)
def test_the_recipe_changes_no_pixel(tmp_path, film, ending):
    frames = film(3)
    write(tmp_path / f"with{ending}", frames, recipe=RECIPE)
    write(tmp_path / f"without{ending}", frames)
    read = read_with_pillow if ending == ".webp" else read_with_ffmpeg
    both = [read(tmp_path / f"{name}{ending}")[0] for name in ("with", "without")]
    assert all((one == other).all() for one, other in zip(*both, strict=True))


def test_a_video_of_the_same_frames_is_the_same_file(tmp_path):
    """Of sides that x264 has to fill up to whole blocks, one encoder after the other."""
    noise = np.random.default_rng(0).integers(0, 256, (5, 8, 40, 3), dtype=np.uint8)
    paths = [tmp_path / f"{number}.mp4" for number in range(4)]
    for path in paths:
        write(path, noise, fps=24, scale=13, loops=2)
    assert len({path.read_bytes() for path in paths}) == 1


def test_a_kind_is_known_by_the_longest_mark_that_fits(monkeypatch):
    """Else an AVIF, whose head says `ftypavis`, would be the MP4 that says `ftyp`, in any order."""
    avif = dataclasses.replace(MP4, name="AVIF", marks=((4, b"ftypavis"),))
    for rows in ((*kinds.KINDS, avif), (avif, *kinds.KINDS)):
        monkeypatch.setattr(kinds, "KINDS", rows)
        assert kinds.kind_in(b"\0\0\0\x1cftypavis\0\0\0\0") is avif
        assert kinds.kind_in(b"\0\0\0\x1cftypisom\0\0\0\0") is MP4
        assert kinds.kind_in(b"something else") is None
