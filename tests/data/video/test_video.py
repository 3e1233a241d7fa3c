"""Videos made here, and whether the frames that come out are those that are shown."""

import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from ddpm_studio.data.video.film import opened_video
from ddpm_studio.data.video.read import Frame, VideoEnd, read_frames

FPS = 25
WIDTH, HEIGHT = 64, 48
BITS = 8
Paint = Callable[[int], np.ndarray]
Video = Callable[..., Path]
Turn = Callable[[np.ndarray], np.ndarray]


def numbered(number: int) -> np.ndarray:
    """A frame that says which one it is: white bars are the ones of its number."""
    bars = np.array([number >> bit & 1 for bit in range(BITS)], np.uint8) * 255
    return np.broadcast_to(np.repeat(bars, WIDTH // BITS)[None, :, None], (HEIGHT, WIDTH, 3)).copy()


def number_of(pixels: np.ndarray) -> int:
    middle = pixels[HEIGHT // 2, WIDTH // BITS // 2 :: WIDTH // BITS, 1]
    return sum(1 << bit for bit, value in enumerate(middle) if value > 128)


def corners() -> np.ndarray:
    """uint8 (48, 64, 3): each quarter has its colour, so that no turn or mirroring is hidden."""
    frame = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    frame[:24, :32], frame[:24, 32:] = (200, 40, 40), (40, 200, 40)
    frame[24:, :32], frame[24:, 32:] = (40, 40, 200), (200, 200, 200)
    return frame


@pytest.fixture
def video(tmp_path: Path) -> Video:
    """video(name, codec, frames, ...): an own file; times: in which frame is shown when."""

    def make(
        name: str = "video.mp4",
        codec: str = "libx264",
        frames: int | list[Any] = 50,
        pixels: str = "yuv420p",
        options: dict[str, str] | None = None,
        times: list[int] | None = None,
        setup: Callable[[Any], None] = lambda stream: None,
        **container_options: str,
    ) -> Path:
        path = tmp_path / name
        shown = [numbered(index) for index in range(frames)] if isinstance(frames, int) else frames
        with av.open(path, "w", options=container_options) as container:
            stream: Any = container.add_stream(codec, rate=FPS, options=options or {})
            stream.height, stream.width = _planes(shown[0])[0].shape[:2]
            stream.pix_fmt = pixels
            stream.codec_context.gop_size = 10
            setup(stream)
            for index, image in enumerate(shown):
                frame = image
                if isinstance(image, np.ndarray):
                    frame = av.VideoFrame.from_ndarray(image, "rgb24")
                frame.pts = index if times is None else times[index]
                frame.time_base = Fraction(1, FPS)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return make


def _planes(image: Any) -> list[np.ndarray]:
    if isinstance(image, np.ndarray):
        return [image[:, :, 0]]
    return [np.zeros((image.height, image.width))]


def read(path: Path, every: float, most: int = 5000) -> tuple[list[Frame], VideoEnd]:
    """All frames, and how reading ended."""
    frames: list[Frame] = []
    reading = read_frames(path, every, most)
    while True:
        try:
            frames.append(next(reading))
        except StopIteration as end:
            return frames, end.value


KINDS = {
    "h264.mp4": ("libx264", {"bf": "2"}),
    "open.mp4": ("libx264", {"x264-params": "open_gop=1:bframes=3"}),
    "one key frame.mp4": ("libx264", {"x264-params": "keyint=infinite"}),
    "h264.mkv": ("libx264", {"bf": "3"}),
    "h264.ts": ("libx264", {}),
    "h264.avi": ("libx264", {}),
    "mpeg4.avi": ("mpeg4", {"bf": "2"}),
    "mpeg2.mpg": ("mpeg2video", {"bf": "2"}),
    "vp9.webm": ("libvpx-vp9", {"deadline": "realtime"}),
    "jpegs.mov": ("mjpeg", {}),
}


@pytest.mark.parametrize("name", KINDS)
def test_it_is_the_frame_that_is_shown_at_that_second(name: str, video: Video) -> None:
    """In all kinds of files, whatever their frames are stored by, near to each other or far."""
    codec, options = KINDS[name]
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = video(name, codec, 150, pixels=pixels, options=options)
    for every in (0.04, 0.1, 0.5, 1.3, 5.0, 100.0):
        frames, end = read(path, every)
        asked = [index * every for index in range(math.ceil((6 - 1e-6) / every))]
        assert [frame.seconds for frame in frames] == pytest.approx(asked)
        assert [number_of(frame.pixels) for frame in frames] == [
            int((second + 1e-6) * FPS) for second in asked
        ]
        assert end == VideoEnd(len(asked), 0, "")


def test_frames_that_nobody_asks_for_are_not_decoded(video: Video) -> None:
    """Only from the last key frame before it on; key frames are 0.4 s apart here."""
    path = video(frames=150)
    with opened_video(path) as film:
        frames = film.frames()
        next(frames)
        film.wanted = 5.0
        seconds = [second for second, _ in frames]
    passed_over = [second for second in seconds if 0.5 < second < 4.6]
    assert passed_over == []
    assert {4.96, 5.0, 5.04} <= {round(second, 2) for second in seconds}


def test_a_frame_is_shown_until_the_next_one_however_long(video: Video) -> None:
    path = video("slow.mkv", frames=4, times=[0, 3, 40, 200])
    frames, end = read(path, 1.0)
    assert [(frame.seconds, number_of(frame.pixels)) for frame in frames] == [
        (0, 0), (1, 1), (2, 2), (8, 3),
    ]  # fmt: skip
    assert end.dropped == 5  # at 3 .. 7 seconds it is the one of 2 seconds


def test_near_copies_are_dropped_and_counted(video: Video) -> None:
    """Still scenes with grain are one picture each; what moves slowly is taken now and then."""
    random = np.random.default_rng(0)
    scenes = [np.kron(random.integers(60, 200, (6, 8, 3)), np.ones((8, 8, 1))) for _ in range(2)]
    grain = [scenes[index // 25] + random.normal(0, 6, (HEIGHT, WIDTH, 3)) for index in range(50)]
    path = video(frames=[image.clip(0, 255).astype(np.uint8) for image in grain])
    frames, end = read(path, 0.2)
    assert [frame.seconds for frame in frames] == [0, 1]
    assert end == VideoEnd(2, 8, "")

    brighter = [np.full((HEIGHT, WIDTH, 3), 50 + index, np.uint8) for index in range(50)]
    frames, end = read(video("slow.mp4", frames=brighter), 0.04)
    levels = [frame.pixels.mean() for frame in frames]
    assert 8 <= len(levels) <= 14
    assert min(np.diff(levels)) >= 3
    assert end.taken + end.dropped == 50


def test_no_more_than_the_most_are_taken(video: Video) -> None:
    frames, end = read(video(), 0.1, most=3)
    assert [number_of(frame.pixels) for frame in frames] == [0, 2, 5]
    assert end == VideoEnd(3, 0, "only its first 3 pictures were taken")
    assert read(video(), 1.0, most=2)[1].note == ""


def in_numbers(colour: np.ndarray, red: float, blue: float, is_full: bool) -> np.ndarray:
    """uint8 (3,): Y, Cb, Cr of a colour by the weights of red and blue (ITU-T H.273, 8.3)."""
    r, g, b = colour / 255
    y = red * r + (1 - red - blue) * g + blue * b
    values = np.array([y, (b - y) / (1 - blue) / 2, (r - y) / (1 - red) / 2])
    scale, offset = ([255] * 3, [0, 128, 128]) if is_full else ([219, 224, 224], [16, 128, 128])
    return (values * scale + offset).round().clip(0, 255).astype(np.uint8)


COLOURS = np.array(
    [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0], [200, 120, 40]]
)
WEIGHTS = {5: (0.299, 0.114), 1: (0.2126, 0.0722), 9: (0.2627, 0.0593)}  # by H.273's numbers


@pytest.mark.parametrize(
    ("said", "meant", "is_full", "height"),
    [
        (5, 5, False, 48),
        (1, 1, False, 48),
        (9, 9, False, 48),
        (5, 5, True, 48),
        (1, 1, True, 48),
        (2, 5, False, 48),
        (2, 1, False, 720),
    ],
)
def test_colours_come_back(said: int, meant: int, is_full: bool, height: int, video: Video) -> None:
    """In every matrix and range; where a file does not say, as players guess."""

    def say(stream: Any) -> None:
        stream.codec_context.colorspace = said
        stream.codec_context.color_range = 2 if is_full else 1

    shown = []
    for colour in COLOURS:
        y, cb, cr = in_numbers(colour, *WEIGHTS[meant], is_full)
        planes = [np.full((height, 64), y), np.full((height // 4, 64), cb)]
        planes.append(np.full((height // 4, 64), cr))
        frame = av.VideoFrame.from_ndarray(np.concatenate(planes).astype(np.uint8), "yuv420p")
        frame.colorspace, frame.color_range = said, 2 if is_full else 1
        shown.append(frame)
    path = video("colours.mkv", frames=shown, options={"qp": "0"}, setup=say)
    frames, _ = read(path, 1 / FPS)
    assert len(frames) == len(COLOURS)
    for pixels, colour in zip([frame.pixels for frame in frames], COLOURS, strict=True):
        assert pixels.shape == (height, 64, 3)
        assert np.abs(pixels.astype(int) - colour).max() <= 3


@pytest.mark.parametrize(
    "pixels", ["gbrp10le", "bgra", "rgba64le", "gray", "yuv420p10le", "yuv444p"]
)
def test_other_kinds_of_pixels(pixels: str, video: Video) -> None:
    """Also of an odd size, which has half a colour at its edges."""
    image = corners()[:47, :63] if pixels != "gray" else np.repeat(corners()[:47, :63, :1], 3, -1)
    wide = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), "rgb24").reformat(format=pixels)
    (frame,), _ = read(video("pixels.mkv", "ffv1", [wide], pixels=pixels), 1.0)
    assert frame.pixels.shape == (47, 63, 3)
    gap = np.abs(frame.pixels.astype(int) - image)
    gap[20:28], gap[:, 28:36] = 0, 0  # edges of colours are soft in some
    assert gap.max() <= 3


MATRICES: dict[
    str, tuple[tuple[int, int, int, int], Turn]
] = {  # where the axes point, and what the picture becomes
    "as it is": ((1, 0, 0, 1), lambda image: image),
    "a quarter right": ((0, 1, -1, 0), lambda image: np.rot90(image, -1)),
    "upside down": ((-1, 0, 0, -1), lambda image: np.rot90(image, 2)),
    "a quarter left": ((0, -1, 1, 0), lambda image: np.rot90(image)),
    "mirrored": ((-1, 0, 0, 1), lambda image: image[:, ::-1]),
    "mirrored up": ((1, 0, 0, -1), lambda image: image[::-1]),
    "mirrored, a quarter": ((0, 1, 1, 0), lambda image: image.transpose(1, 0, 2)),
    "mirrored, other quarter": ((0, -1, -1, 0), lambda image: image[::-1, ::-1].swapaxes(0, 1)),
}


@pytest.mark.parametrize("way", MATRICES)
def test_turned_videos_come_upright(way: str, video: Video) -> None:
    """Phones write into the file how they were held."""
    (a, b, c, d), turn = MATRICES[way]
    path = video(frames=[corners()] * 3)
    data, one = bytearray(path.read_bytes()), 0x10000
    start = data.index(b"tkhd") + 4 + 40  # of the matrix (ISO/IEC 14496-12, 8.3.2)
    values = np.array([a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30], ">i4")
    data[start : start + 36] = values.tobytes()
    path.write_bytes(data)
    (frame,), _ = read(path, 1.0)
    expected = turn(corners())
    assert frame.pixels.shape == expected.shape
    gap = np.abs(frame.pixels.astype(int) - expected)
    assert np.median(gap.max(-1)) <= 6


@pytest.mark.parametrize(("aspect", "size"), [((2, 1), (128, 48)), ((1, 2), (64, 96))])
def test_pixels_that_are_not_square_become_so(
    aspect: tuple[int, int], size: tuple[int, int], video: Video
) -> None:
    def say(stream: Any) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(*aspect)

    path = video("wide.mkv", frames=[corners()] * 2, setup=say)
    (frame,), _ = read(path, 1.0)
    assert frame.pixels.shape == (size[1], size[0], 3)
    expected = np.asarray(Image.fromarray(corners()).resize(size, Image.Resampling.NEAREST))
    assert np.median(np.abs(frame.pixels.astype(int) - expected)) <= 6


def test_a_file_that_does_not_say_how_long_it_is_is_read_to_its_end(video: Video) -> None:
    path = video("live.mkv", live="1")
    with av.open(path) as container:
        assert container.duration is None
    assert read(path, 0.5)[1] == VideoEnd(4, 0, "")
