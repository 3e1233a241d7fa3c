from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ddpm_studio.errors import ConfigError, ExportError
from ddpm_studio.export import animation
from ddpm_studio.export.animation import (
    FORMATS,
    AnimationOptions,
    check_format_of,
    write_animation,
)

STILLS = [".gif", ".webp", ".png"]  # films of single pictures; MP4 is apart
LOSSLESS = [".webp", ".png"]
each_still = pytest.mark.parametrize("ending", STILLS)
each_format = pytest.mark.parametrize("ending", list(FORMATS))


def write(path, frames, *options):
    return list(write_animation(path, frames, AnimationOptions(*options)))


def read_with_pillow(path):
    """Frames as RGB, and how long each is shown, in milliseconds."""
    frames, durations = [], []
    with Image.open(path) as image:
        for index in range(image.n_frames):
            image.seek(index)
            frames.append(np.asarray(image.convert("RGB")))
            durations.append(image.info["duration"])
    return frames, durations


def read_with_ffmpeg(path):
    """Frames as RGB, and when each begins, in seconds."""
    with av.open(path) as container:
        decoded = list(container.decode(video=0))
    return [frame.to_ndarray(format="rgb24") for frame in decoded], [f.time for f in decoded]


def rgb(frames, scale=1):
    large = [frame.repeat(scale, 0).repeat(scale, 1) for frame in frames]
    return [np.broadcast_to(frame, (*frame.shape[:2], 3)) for frame in large]


def distance(one, other):
    return np.abs(one.astype(int) - other.astype(int)).mean()


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
    with Image.open(path) as image:
        assert image.info["loop"] == 0  # for ever


@pytest.mark.parametrize("ending", [".gif", ".png"])
def test_ffmpeg_reads_the_same(tmp_path, film, ending):
    """FFmpeg cannot read animated WebP; of that, Pillow's reader (Google's) is the judge."""
    frames = film(5)
    path = tmp_path / f"film{ending}"
    write(path, frames, 10.0, 1.0)
    found, times = read_with_ffmpeg(path)
    assert len(found) == 5
    for one, other in zip(found, rgb(frames), strict=True):
        assert distance(one, other) <= (0 if ending == ".png" else 3)
    assert times == pytest.approx([0, 0.1, 0.2, 0.3, 0.4], abs=0.011)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(24, 32), (25, 33), (1, 1)])
def test_an_mp4_reads_back(tmp_path, film, size, channels):
    """In yuv420p, so with even sides, and every frame there, the last one as long as asked."""
    frames = film(6, *size, channels)
    path = tmp_path / "film.mp4"
    write(path, frames, 10.0, 1.0)
    found, times = read_with_ffmpeg(path)
    assert len(found) == 6 + 10
    assert times == pytest.approx([index / 10 for index in range(16)])
    even = tuple(side + side % 2 for side in size)
    held = [*frames, *[frames[-1]] * 10]
    for one, other in zip(found, rgb(held), strict=True):
        assert one.shape == (*even, 3)
        assert distance(one[: size[0], : size[1]], other) <= 3


def test_an_mp4_plays_everywhere_and_says_its_colours(tmp_path, film):
    path = tmp_path / "film.mp4"
    write(path, film(3), 23.976, 0.5, 2)
    with av.open(path) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert context.name == "h264"
        assert context.pix_fmt == "yuv420p"
        assert (context.width, context.height) == (64, 48)
        assert float(stream.average_rate) == pytest.approx(23.976, rel=1e-3)
        bt_709 = 1
        assert context.colorspace == context.color_primaries == context.color_trc == bt_709


def test_colours_survive_an_mp4(tmp_path):
    """Large flat patches, which chroma at half size cannot blur."""
    patches = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (128, 64, 32)]
    frame = np.array(patches, np.uint8).reshape(2, 3, 3).repeat(16, 0).repeat(16, 1)
    path = tmp_path / "film.mp4"
    write(path, [frame, frame], 10.0, 0.0)
    found, _ = read_with_ffmpeg(path)
    middle = found[-1][8::16, 8::16].reshape(-1, 3).astype(int)
    assert np.abs(middle - np.array(patches)).max() <= 4


@each_format
def test_equal_frames_in_a_row_all_stay(tmp_path, film, ending):
    """The last pred_x_0 is the finished picture, so equal neighbours are in every such film."""
    first, second = film(2)
    path = tmp_path / f"film{ending}"
    write(path, [first, first, second, second, second], 10.0, 0.0)
    if ending == ".mp4":
        found, times = read_with_ffmpeg(path)
        assert times == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    else:
        found, durations = read_with_pillow(path)
        assert durations == [100] * 5
    assert len(found) == 5
    for one, other in zip(found, rgb([first, first, second, second, second]), strict=True):
        assert distance(one, other) <= 3


@each_format
def test_one_frame_is_a_film_too(tmp_path, film, ending):
    path = tmp_path / f"film{ending}"
    frames = film(1)
    write(path, frames, 10.0, 0.5)
    if ending == ".mp4":
        found, _ = read_with_ffmpeg(path)
        assert len(found) == 6
    else:
        found, durations = read_with_pillow(path)
        assert len(found) == 1
        assert durations == [600]
    assert distance(found[-1], rgb(frames)[0]) <= 3


@each_format
def test_noise_at_the_start_does_not_spoil_the_end(tmp_path, film, ending):
    """A denoising is just that: a film from all colours at once to a few."""
    noise = np.random.default_rng(0).integers(0, 256, (5, 24, 32, 3), np.uint8)
    frames = [*noise, *film(1)]
    path = tmp_path / f"film{ending}"
    write(path, frames, 10.0, 0.3)
    found, _ = read_with_ffmpeg(path) if ending == ".mp4" else read_with_pillow(path)
    assert distance(found[-1], rgb(frames)[-1]) <= 3


@each_format
def test_progress_reaches_its_total_one_by_one(tmp_path, film, ending):
    events = write(tmp_path / f"film{ending}", film(4), 10.0, 0.2)
    total = 6 if ending == ".mp4" else 4
    assert [(event.done, event.total) for event in events] == [
        (done, total) for done in range(1, total + 1)
    ]


@each_format
@pytest.mark.parametrize("after", [1, 3])
def test_a_cancelled_export_leaves_nothing(tmp_path, film, ending, after):
    events = write_animation(tmp_path / f"film{ending}", film(6), AnimationOptions())
    for _ in range(after):
        next(events)
    events.close()
    assert list(tmp_path.iterdir()) == []


@each_format
def test_a_cancelled_export_leaves_the_film_that_was_there(tmp_path, film, ending):
    path = tmp_path / f"film{ending}"
    write(path, film(2))
    before = path.read_bytes()
    events = write_animation(path, film(6), AnimationOptions())
    next(events)
    events.close()
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@each_format
def test_an_export_that_fails_leaves_nothing_and_says_why(tmp_path, film, ending):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / f"taken{ending}").mkdir()
    for path in (
        tmp_path / "missing" / f"film{ending}",
        tmp_path / "file" / f"film{ending}",
        tmp_path / f"taken{ending}",
    ):
        with pytest.raises(ExportError) as caught:
            write(path, film(2))
        assert str(caught.value).endswith(".")
        assert "Errno" not in str(caught.value)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file", f"taken{ending}"]


@each_format
def test_a_full_disk_leaves_nothing(tmp_path, film, ending, monkeypatch):
    def full_disk(path, data):
        with path.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    written = []

    def full_disk_for_ffmpeg(frame, scale):
        written.append(frame)
        if len(written) == 4:
            raise av.error.FFmpegError(28, "No space left on device", "film.mp4")
        return frame

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    monkeypatch.setattr(animation, "_mp4_frame", full_disk_for_ffmpeg)
    with pytest.raises(ExportError, match="No space left on device"):
        write(tmp_path / f"film{ending}", film(6))
    assert list(tmp_path.iterdir()) == []


@given(st.floats(0.2, 60), st.floats(0, 60), st.integers(1, 400), st.sampled_from([100, 1000]))
def test_the_film_is_in_time_as_a_whole(fps, hold, count, per_second):
    delays = AnimationOptions(fps, hold).delays(count, per_second)
    assert len(delays) == count
    assert sum(delays) == pytest.approx(per_second * (count / fps + hold), abs=1.01)
    assert all(abs(delay - per_second / fps) <= 1 for delay in delays[:-1])
    assert max(delays) <= 65_535  # what GIF and APNG can say


def test_gif_frames_are_never_too_short_to_be_shown(tmp_path, film):
    """Viewers show a GIF's frames of 0 or 1 hundredths for 10 instead."""
    path = tmp_path / "film.gif"
    write(path, film(5), 60.0, 0.0)
    _, durations = read_with_pillow(path)
    assert set(durations) == {20}


@pytest.mark.parametrize("ending", [".GIF", ".Png", ".WEBP", ".MP4"])
def test_the_case_of_the_ending_does_not_matter(tmp_path, film, ending):
    path = tmp_path / f"film{ending}"
    write(path, film(2))
    assert path.stat().st_size > 0


@pytest.mark.parametrize("name", ["film", "film.avi", "film.jpg", ".gif"])
def test_other_endings_are_refused_with_those_there_are(tmp_path, film, name):
    for attempt in (
        lambda: check_format_of(tmp_path / name),
        lambda: write(tmp_path / name, film(2)),
    ):
        with pytest.raises(ExportError, match=r"\.gif, \.webp, \.png, \.mp4"):
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
def test_frames_that_are_no_film_are_refused(tmp_path, frames, sentence):
    with pytest.raises(ExportError, match=sentence):
        write(tmp_path / "film.gif", frames, 12.0, 1.5, 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fps", 0),
        ("fps", 0.1),
        ("fps", 61),
        ("fps", float("nan")),
        ("fps", "12"),
        ("hold", -1),
        ("hold", 61),
        ("scale", 0),
        ("scale", 65),
        ("scale", 1.5),
    ],
)
def test_options_that_are_not_allowed_are_refused_by_name(name, value):
    with pytest.raises(ConfigError, match=name):
        AnimationOptions(**{name: value})
