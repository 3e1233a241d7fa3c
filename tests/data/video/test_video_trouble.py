"""Files that are damaged videos, or none: a clear sentence, or all the frames that are whole."""

import os
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from ddpm_studio.data.scan import is_video_name
from ddpm_studio.data.video.film import VideoError
from ddpm_studio.data.video.read import VideoEnd, read_frames

FPS, FRAMES = 10, 60
Write = Callable[..., Path]


def scene(number: int) -> np.ndarray:
    """uint8 (48, 64, 3): coarse noise, unlike that of any other number."""
    blocks = np.random.default_rng(number).integers(0, 256, (6, 8, 3), np.uint8)
    return np.kron(blocks, np.ones((8, 8, 1), np.uint8))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """write(name, codec): six seconds of which every frame is another scene."""

    def make(name: str, codec: str = "libx264", frames: int = FRAMES) -> Path:
        path = tmp_path / name
        options = {"movflags": "+faststart"} if name.endswith("mp4") else {}
        with av.open(path, "w", options=options) as container:
            stream: Any = container.add_stream(codec, rate=FPS)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            stream.codec_context.gop_size = 10
            for number in range(frames):
                frame = av.VideoFrame.from_ndarray(scene(number), "rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return make


def read(path: Path, every: float = 1 / FPS) -> tuple[list[tuple[float, np.ndarray]], VideoEnd]:
    """(seconds, pixels) of every frame, and how reading ended."""
    frames: list[tuple[float, np.ndarray]] = []
    reading = read_frames(path, every)
    while True:
        try:
            frame = next(reading)
        except StopIteration as end:
            return frames, end.value
        frames.append((frame.seconds, frame.pixels))


def assert_whole(frames: list[tuple[float, np.ndarray]], whole: list[np.ndarray]) -> None:
    """They are those of the undamaged video at the same seconds, bit for bit."""
    different = [
        second
        for second, pixels in frames
        if not np.array_equal(pixels, whole[round(second * FPS)])
    ]
    assert different == []


@pytest.mark.parametrize(
    ("name", "codec"),
    [("cut.mp4", "libx264"), ("cut.mkv", "libx264"), ("cut.webm", "libvpx"), ("cut.avi", "mpeg4")],
)
def test_of_a_video_cut_short_the_beginning_is_taken(name: str, codec: str, write: Write) -> None:
    path = write(name, codec)
    whole = [pixels for _, pixels in read(path)[0]]
    assert len(whole) == FRAMES
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames, end = read(path)
    assert 10 < len(frames) < 50
    assert [round(second * FPS) for second, _ in frames] == list(range(len(frames)))
    assert_whole(frames[:-1], whole)  # the last one may be cut in two
    assert end.taken == len(frames)
    if name != "cut.avi":  # which has lost how long it was
        assert end.note.startswith(("it ends early, 0:0", "damaged 0:0"))


def test_where_a_video_is_damaged_frames_are_missing_up_to_its_next_whole_part(
    write: Write, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write("holes.mp4")
    whole = [pixels for _, pixels in read(path)[0]]
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    path.write_bytes(data)
    frames, end = read(path)
    assert 40 <= len(frames) < FRAMES
    assert_whole(frames, whole)
    missing = set(range(FRAMES)) - {round(second * FPS) for second, _ in frames}
    assert 20 <= min(missing) <= max(missing) <= 50
    assert end.note in {
        f"damaged 0:0{second} after its start; what is whole was taken" for second in (2, 3)
    }
    assert capfd.readouterr() == ("", "")  # decoders like to talk


def test_without_its_beginning_nothing_can_be_read(write: Write) -> None:
    """An MP4 that a camera did not finish lacks the table of what is where."""
    path = write("begun.mp4")
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moov") + 60])
    assert reason(path) == "a damaged video, or one of a kind that cannot be read"


def reason(path: Path) -> str:
    """Why it is no video."""
    with pytest.raises(VideoError) as reading:
        next(read_frames(path, 1.0))
    return str(reading.value)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "the file is empty"),
        (b"Dear diary, today I filmed a cat.\n", "a text, not a picture"),
        (b"#EXTM3U\nhttp://localhost/secret.ts\n", "a text, not a picture"),
        (b"ffconcat version 1.0\nfile 'other.mp4'\n", "a text, not a picture"),
        (b"PK\x03\x04" + bytes(100), "an archive or a program's own file, not a picture"),
        (bytes(range(256)) * 8, "a damaged video, or one of a kind that cannot be read"),
        (b"\0\0\0\x18ftypmp42", "a damaged video, or one of a kind that cannot be read"),
    ],
)
def test_what_is_no_video_is_called_by_its_name(data: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(data)
    assert reason(path) == expected


def test_a_sound_is_a_sound(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "sound.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(8000))
    assert reason(tmp_path / "sound.wav") == "a sound, not a picture"
    with av.open(tmp_path / "sound.mp4", "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    assert reason(tmp_path / "sound.mp4") == "a sound, not a picture"


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    assert reason(tmp_path / "none.mp4") == "it is no longer there"
    (tmp_path / "folder.mp4").mkdir()
    assert reason(tmp_path / "folder.mp4") == "a folder, not a file"


def test_one_frame_is_enough(write: Write) -> None:
    path = write("one.mp4", frames=1)
    frames, end = read(path, 5.0)
    assert [second for second, _ in frames] == [0]
    assert end == VideoEnd(1, 0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems want names that are text")
def test_names_of_any_bytes(write: Write) -> None:
    path = write("name.mp4", frames=3)
    odd = path.rename(path.with_name(os.fsdecode(b"\xff\xfe %20 http:.mp4")))
    assert len(read(odd)[0]) == 3


def test_reading_changes_nothing_and_can_stop_anywhere(write: Write) -> None:
    path = write("film.mkv", frames=20)
    path.chmod(0o444)
    before = path.read_bytes()
    reading = read_frames(path, 0.1)
    next(reading)
    reading.close()
    assert path.read_bytes() == before


def test_pictures_that_move_are_no_videos_by_name(tmp_path: Path) -> None:
    assert all(map(is_video_name, ["a.mp4", "B.MOV", "c.d.mkv", "e.WebM", "f.avi", "g.mpg"]))
    assert not any(map(is_video_name, ["a.gif", "b.webp", "c.png", "mp4", "d.mp4.txt", "e.mp3"]))
    Image.new("RGB", (8, 8)).save(tmp_path / "moving.gif")
    assert reason(tmp_path / "moving.gif") == (
        "a damaged video, or one of a kind that cannot be read"
    )


@pytest.mark.parametrize("every", [0, -1.0, float("nan"), float("inf")])
def test_the_time_between_frames_is_a_time(every: float, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="every_seconds"):
        next(read_frames(tmp_path / "none.mp4", every))
