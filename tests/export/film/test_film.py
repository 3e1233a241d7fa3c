"""Films as files: each is decoded again by somebody else than who compressed it."""

from itertools import pairwise

import av
import numpy as np
import pytest
from PIL import Image

from ddpm_studio.errors import ExportError
from ddpm_studio.export.film.kinds import ENDINGS
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.write import check_film_path, write_film
from tests.export.film.films import (
    ALL,
    LOSSLESS,
    STILLS,
    VIDEOS,
    as_film,
    distance,
    read_with_ffmpeg,
    read_with_pillow,
    rgb,
    write,
)

each_still = pytest.mark.parametrize("ending", STILLS)
each_video = pytest.mark.parametrize("ending", VIDEOS)
each_format = pytest.mark.parametrize("ending", ALL)


def read(path):
    return read_with_ffmpeg(path) if path.suffix in VIDEOS else read_with_pillow(path)


def test_all_formats_are_tested_here():
    assert set(ALL) == set(ENDINGS) >= {".gif", ".webp", ".png", ".apng", ".mp4", ".webm"}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("scale", [1, 3])
@each_still
def test_a_film_of_stills_reads_back_frame_by_frame(tmp_path, film, ending, scale, channels):
    frames = film(6, 9, 13, channels)
    path = tmp_path / f"film{ending}"
    write(path, frames, 12.0, 1.5, scale)
    found, durations = read_with_pillow(path)
    assert len(found) == 6
    exact = ending in LOSSLESS or channels == 1
    for one, other in zip(found, rgb(frames, scale), strict=True):
        assert one.shape == (9 * scale, 13 * scale, 3)
        assert distance(one, other) <= (0 if exact else 3)
    assert sum(durations) == pytest.approx(1000 * (6 / 12 + 1.5), abs=10)
    assert durations[:-1] == pytest.approx([1000 / 12] * 5, abs=10)


@pytest.mark.parametrize("ending", [".gif", ".png", ".apng"])
def test_ffmpeg_reads_the_same(tmp_path, film, ending):
    frames = film(5)
    path = tmp_path / f"film{ending}"
    write(path, frames, 10.0, 1.0)
    found, times = read_with_ffmpeg(path)
    assert len(found) == 5
    for one, other in zip(found, rgb(frames), strict=True):
        assert distance(one, other) <= (3 if ending == ".gif" else 0)
    assert times == pytest.approx([0, 0.1, 0.2, 0.3, 0.4], abs=0.011)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(24, 32), (25, 33), (1, 1)])
@each_video
def test_a_video_reads_back(tmp_path, film, ending, size, channels):
    """In yuv420p, so with even sides, and every frame there, the last one as long as asked."""
    frames = film(6, *size, channels)
    path = tmp_path / f"film{ending}"
    write(path, frames, 10.0, 1.0)
    found, times = read_with_ffmpeg(path)
    assert len(found) == 6 + 10
    assert times == pytest.approx([index / 10 for index in range(16)], abs=0.001)
    even = tuple(side + side % 2 for side in size)
    held = [*frames, *[frames[-1]] * 10]
    for one, other in zip(found, rgb(held), strict=True):
        assert one.shape == (*even, 3)
        assert distance(one[: size[0], : size[1]], other) <= 3


@each_video
def test_the_first_and_the_last_picture_of_a_video_are_near(tmp_path, film, ending):
    """Smooth pictures, of a usual size; 8 bits a channel in yuv420p alone cost up to 6 levels."""
    frames = film(20, 128, 128)
    path = tmp_path / f"film{ending}"
    write(path, frames, 12.0, 0.0)
    found, _ = read_with_ffmpeg(path)
    for one, other in ((found[0], frames[0]), (found[-1], frames[-1])):
        away = np.abs(one.astype(int) - other)
        assert away.mean() <= 2
        assert np.percentile(away, 99) <= 6


@pytest.mark.parametrize(("ending", "codec"), [(".mp4", "h264"), (".webm", "vp9")])
def test_a_video_plays_everywhere_and_says_its_colours(tmp_path, film, ending, codec):
    path = tmp_path / f"film{ending}"
    write(path, film(3), 23.976, 0.5, 2)
    with av.open(path) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert context.codec.canonical_name == codec
        assert context.pix_fmt == "yuv420p"
        assert (context.width, context.height) == (64, 48)
        assert float(stream.average_rate) == pytest.approx(23.976, rel=1e-3)
        bt_709 = 1
        assert context.colorspace == context.color_primaries == context.color_trc == bt_709


@each_video
def test_colours_survive_a_video(tmp_path, ending):
    """Large flat patches, which chroma at half size cannot blur."""
    patches = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (128, 64, 32)]
    frame = np.array(patches, np.uint8).reshape(2, 3, 3).repeat(16, 0).repeat(16, 1)
    path = tmp_path / f"film{ending}"
    write(path, [frame, frame], 10.0, 0.0)
    found, _ = read_with_ffmpeg(path)
    middle = found[-1][8::16, 8::16].reshape(-1, 3).astype(int)
    assert np.abs(middle - np.array(patches)).max() <= 4


@each_format
def test_equal_frames_in_a_row_all_stay(tmp_path, film, ending):
    """The last pred_x_0 is the finished picture, so equal neighbours are in every such film."""
    first, second = film(2)
    path = tmp_path / f"film{ending}"
    frames = [first, first, second, second, second]
    write(path, frames, 10.0, 0.0)
    found, times = read(path)
    if ending in VIDEOS:
        assert times == pytest.approx([0, 0.1, 0.2, 0.3, 0.4], abs=0.001)
    else:
        assert times == [100] * 5
    assert len(found) == 5
    for one, other in zip(found, rgb(frames), strict=True):
        assert distance(one, other) <= 3


@each_format
def test_one_frame_is_a_film_too(tmp_path, film, ending):
    path = tmp_path / f"film{ending}"
    frames = film(1)
    write(path, frames, 10.0, 0.5, ping_pong=True, easing="change")
    found, durations = read(path)
    assert len(found) == (6 if ending in VIDEOS else 1)
    if ending in STILLS:
        assert durations == [600]
    assert distance(found[-1], rgb(frames)[0]) <= 3


@each_format
def test_noise_at_the_start_does_not_spoil_the_end(tmp_path, film, ending):
    """A denoising is just that: a film from all colours at once to a few."""
    noise = np.random.default_rng(0).integers(0, 256, (5, 24, 32, 3), np.uint8)
    frames = [*noise, *film(1)]
    for palette in ("frame", "shared"):
        path = tmp_path / f"{palette}{ending}"
        write(path, frames, 10.0, 0.3, palette=palette)
        found, _ = read(path)
        assert distance(found[-1], rgb(frames)[-1]) <= 3


@each_format
def test_there_and_back(tmp_path, film, ending):
    frames = film(4)
    path = tmp_path / f"film{ending}"
    write(path, frames, 10.0, 0.2, ping_pong=True)
    found, durations = read(path)
    order = [0, 1, 2, 3, 2, 1] if ending in STILLS else [0, 1, 2, 3, 3, 3, 2, 1]
    assert len(found) == len(order)
    for one, index in zip(found, order, strict=True):
        assert distance(one, rgb(frames)[index]) <= 3
    if ending in STILLS:
        assert durations == [100, 100, 100, 300, 100, 100]


@each_format
def test_even_change_passes_over_what_is_still_and_stays_with_what_moves(tmp_path, ending):
    """Of four equal frames the first is there, and then at most one that stands for all."""
    tones = [0, 0, 0, 0, 100, 200]
    frames = [np.full((4, 4, 3), tone, np.uint8) for tone in tones]
    path = tmp_path / f"film{ending}"
    write(path, frames, 10.0, 0.0, easing="change")
    found, durations = read(path)
    seen = [round(float(frame.mean()), -1) for frame in found]
    if ending in VIDEOS:
        assert seen[0] == 0
        assert seen[-1] == 200
        assert len(seen) == 6
        assert seen == sorted(seen)
        assert seen.count(100) >= 2
    else:
        assert seen in ([0, 100, 200], [0, 0, 100, 200])
        assert sum(durations) == 600


@each_format
def test_progress_reaches_its_total_and_counts_frames(tmp_path, film, ending):
    """A picture that is held counts as the frames that it stands for, in every format."""
    events = write(tmp_path / f"film{ending}", film(4), 10.0, 0.2)
    dones = [event.done for event in events]
    assert {event.total for event in events} == {6}
    assert dones == ([1, 2, 3, 4, 5, 6] if ending in VIDEOS else [1, 2, 3, 6])


@pytest.mark.parametrize("loops", [0, 1, 2, 7])
@each_still
def test_how_often_it_plays_is_said(tmp_path, film, ending, loops):
    """GIF counts repetitions, and says nothing for once; the others count how often it plays."""
    path = tmp_path / f"film{ending}"
    write(path, film(3), loops=loops)
    with Image.open(path) as image:
        said = image.info.get("loop")
    if ending == ".gif":
        assert said == (None if loops == 1 else max(0, loops - 1))
    else:
        assert said == loops


@each_video
def test_a_video_holds_the_film_as_often_as_it_is_to_play(tmp_path, film, ending):
    frames = film(3)
    path = tmp_path / f"film{ending}"
    write(path, frames, 10.0, 0.1, loops=2)
    found, _ = read_with_ffmpeg(path)
    assert len(found) == 2 * 4
    for one, index in zip(found, [0, 1, 2, 2] * 2, strict=True):
        assert distance(one, frames[index]) <= 3


@each_format
@pytest.mark.parametrize("width", [50, 21])
def test_smooth_enlargement_to_a_width(tmp_path, film, ending, width):
    frames = film(2, 24, 32)
    path = tmp_path / f"film{ending}"
    write(path, frames, width=width)
    found, _ = read(path)
    height = round(24 * width / 32)
    expected = Image.fromarray(frames[0]).resize((width, height), Image.Resampling.LANCZOS)
    even = 2 if ending in VIDEOS else 1
    assert found[0].shape[:2] == (-(-height // even) * even, -(-width // even) * even)
    assert distance(found[0][:height, :width], np.asarray(expected)) <= 3


@pytest.mark.parametrize("ending", LOSSLESS)
def test_smooth_enlargement_of_what_is_transparent_has_no_dark_rim(tmp_path, ending):
    frame = np.zeros((8, 8, 4), np.uint8)
    frame[2:6, 2:6] = 200, 40, 60, 255
    path = tmp_path / f"film{ending}"
    write(path, [frame, frame], width=40)
    found, _ = read_with_pillow(path, "RGBA")
    seen = found[0][found[0][..., 3] > 60][:, :3].astype(int)
    assert np.abs(seen - [200, 40, 60]).max() <= 4


def test_gif_frames_are_never_too_short_to_be_shown(tmp_path, film):
    """Viewers show a GIF's frames of 0 or 1 hundredths for 10 instead."""
    path = tmp_path / "film.gif"
    write(path, film(5), 60.0, 0.0)
    _, durations = read_with_pillow(path)
    assert set(durations) == {20}


@each_still
def test_a_rest_longer_than_one_frame_can_say_is_shared_by_two(tmp_path, ending):
    """GIF and APNG count to 65,535: still frames with 5 seconds each in a row are longer."""
    frames = [np.full((2, 2, 1), tone, np.uint8) for tone in (0, *[1] * 8, 200, 200)]
    path = tmp_path / f"film{ending}"
    write(path, frames, 0.2, 60.0, easing="change")
    _, durations = read_with_pillow(path)
    assert sum(durations) == pytest.approx(1000 * (11 / 0.2 + 60), abs=20)


@pytest.mark.parametrize("ending", [".GIF", ".Png", ".WEBP", ".MP4", ".WebM"])
def test_the_case_of_the_ending_does_not_matter(tmp_path, film, ending):
    path = tmp_path / f"film{ending}"
    write(path, film(2))
    assert path.stat().st_size > 0


@pytest.mark.parametrize("name", ["film", "film.avi", "film.jpg", ".gif"])
def test_other_endings_are_refused_with_those_there_are(tmp_path, film, name):
    for attempt in (
        lambda: check_film_path(tmp_path / name),
        lambda: write(tmp_path / name, film(2)),
    ):
        with pytest.raises(ExportError, match=r"\.gif, \.webp, \.png, \.mp4, \.webm, \.apng"):
            attempt()


@pytest.mark.parametrize(
    ("frames", "sentence"),
    [
        ([], "no frame"),
        ([np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5, 3), np.uint8)], "one size"),
        ([np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 1), np.uint8)], "grey"),
        ([np.zeros((4, 4), np.uint8)], "grey"),
        ([np.zeros((4, 4, 2), np.uint8)], "grey"),
        ([np.zeros((2, 9000, 3), np.uint8)], "18000 pixels"),
    ],
)
@each_format
def test_frames_that_are_no_film_are_refused(tmp_path, ending, frames, sentence):
    with pytest.raises(ExportError, match=sentence):
        write(tmp_path / f"film{ending}", frames, 12.0, 1.5, 2)
    assert list(tmp_path.iterdir()) == []


@each_format
def test_a_long_film_is_never_in_memory_as_a_whole(tmp_path, ending):
    """Frames are asked for one at a time, and let go: at most two of them are there at once."""
    frame, alive, most = np.zeros((8, 8, 3), np.uint8), [], []

    class Watched(np.ndarray):
        def __array_finalize__(self, _):
            alive.append(id(self))

        def __del__(self):
            alive.remove(id(self))

    def compose(index):
        made = (frame + index).view(Watched)
        most.append(len(alive))
        return made

    film = as_film([frame] * 40)
    film = type(film)(40, compose)
    list(write_film(tmp_path / f"film{ending}", film, FilmOptions(fps=60.0, hold=0.0)))
    assert max(b - a for a, b in pairwise([0, *most])) <= max(most) <= 6
