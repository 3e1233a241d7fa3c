"""Thousands of damaged files of all formats: a verdict on each, and the program goes on."""

import io
import struct
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from ddpm_studio.choices import Choices, PictureChoice
from ddpm_studio.config import PicturesConfig
from ddpm_studio.data import PictureSet, prepare, prepare_pictures
from ddpm_studio.data.isolation.pool import DecoderPool
from ddpm_studio.data.prepare import new_pool
from ddpm_studio.data.scan import scan_folder

SEED, COUNT, WIDTH, HEIGHT = 4, 2000, 40, 30
MOST_SLOWDOWN = 4  # of a file that is spoilt, on average, against one that is sound
CONFIG = PicturesConfig(size=16, smallest_side=1, max_megapixels=16, copies="all")
Mutation = Callable[[np.random.Generator, bytearray, list[bytes]], None]

SAVED: dict[str, tuple[str, str, dict[str, Any]]] = {  # name -> mode, format, options
    "rgb.png": ("RGB", "PNG", {}),
    "alpha.png": ("RGBA", "PNG", {}),
    "palette.png": ("P", "PNG", {"transparency": 3}),
    "deep.png": ("I;16", "PNG", {}),
    "moving.png": ("RGB", "PNG", {"save_all": True, "animated": True}),
    "rgb.jpg": ("RGB", "JPEG", {}),
    "progressive.jpg": ("RGB", "JPEG", {"progressive": True}),
    "ink.jpg": ("CMYK", "JPEG", {}),
    "stereo.mpo": ("RGB", "MPO", {"save_all": True, "animated": True}),
    "lossy.webp": ("RGBA", "WEBP", {}),
    "lossless.webp": ("RGBA", "WEBP", {"lossless": True}),
    "moving.webp": ("RGB", "WEBP", {"save_all": True, "animated": True}),
    "one.gif": ("P", "GIF", {}),
    "moving.gif": ("P", "GIF", {"save_all": True, "animated": True}),
    "raw.tif": ("RGB", "TIFF", {}),
    "lzw.tif": ("RGBA", "TIFF", {"compression": "tiff_lzw"}),
    "packed.tif": ("RGB", "TIFF", {"compression": "jpeg"}),
    "fax.tif": ("1", "TIFF", {"compression": "group4"}),
    "float.tif": ("F", "TIFF", {"compression": "tiff_deflate"}),
    "rgb.bmp": ("RGB", "BMP", {}),
    "palette.bmp": ("P", "BMP", {}),
    "rgb.jp2": ("RGB", "JPEG2000", {}),
    "rgb.tga": ("RGB", "TGA", {"compression": "tga_rle"}),
    "rgb.ico": ("RGBA", "ICO", {"sizes": [(24, 24)]}),
    "rgb.icns": ("RGBA", "ICNS", {}),
    "rgb.heic": ("RGB", "HEIF", {}),
    "rgb.avif": ("RGB", "AVIF", {}),
    "rgb.ppm": ("RGB", "PPM", {}),
    "rgb.qoi": ("RGB", "QOI", {}),
    "rgb.dds": ("RGBA", "DDS", {}),
    "rgb.pcx": ("RGB", "PCX", {}),
    "rgb.sgi": ("RGB", "SGI", {}),
}


def sound_files() -> dict[str, bytes]:
    """A small picture in every format and mode that can be written here."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    grain = np.random.default_rng(SEED).integers(0, 60, (HEIGHT, WIDTH, 4))
    pixels = np.stack([x * 4, y * 6, x * y // 8, 255 - x], -1) + grain
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    files = {}
    for name, (mode, kind, options) in SAVED.items():
        if mode == "I;16":
            one = Image.fromarray((pixels[..., 0] * 200).astype(np.uint16))
        else:
            one = image.convert("RGB").convert(mode) if mode != "RGBA" else image
        settings = dict(options)
        if settings.pop("animated", False):
            settings["append_images"] = [one.rotate(90), one.rotate(180)]
        file = io.BytesIO()
        one.save(file, kind, **settings)
        files[name] = file.getvalue()
    head = struct.pack(">4sH6xHIIHH", b"8BPS", 1, 3, HEIGHT, WIDTH, 8, 3) + bytes(12)
    planes = pixels[..., :3].clip(0, 255).astype(np.uint8).transpose(2, 0, 1)
    files["rgb.psd"] = head + bytes(2) + planes.tobytes()
    return files


def flip_bits(random: np.random.Generator, data: bytearray, _: list[bytes]) -> None:
    for place in random.integers(0, len(data), random.integers(1, 20)):
        data[place] ^= 1 << int(random.integers(8))


def flip_bits_of_header(random: np.random.Generator, data: bytearray, _: list[bytes]) -> None:
    for place in random.integers(0, min(64, len(data)), random.integers(1, 4)):
        data[place] ^= 1 << int(random.integers(8))


def cut(random: np.random.Generator, data: bytearray, _: list[bytes]) -> None:
    del data[int(random.integers(len(data))) :]


def erase(random: np.random.Generator, data: bytearray, _: list[bytes]) -> None:
    first, last = sorted(random.integers(0, len(data) + 1, 2).tolist())
    data[first:last] = bytes(last - first)


def change_header(random: np.random.Generator, data: bytearray, others: list[bytes]) -> None:
    """With the beginning of a file of another format."""
    other = others[int(random.integers(len(others)))]
    length = int(random.integers(1, 64))
    data[:length] = other[:length]


def splice(random: np.random.Generator, data: bytearray, others: list[bytes]) -> None:
    """Put a piece of any file, perhaps of itself, anywhere."""
    other = [*others, bytes(data)][int(random.integers(len(others) + 1))]
    start, place = int(random.integers(len(other))), int(random.integers(len(data)))
    data[place:place] = other[start : start + int(random.integers(1, 200))]


def exaggerate(random: np.random.Generator, data: bytearray, _: list[bytes]) -> None:
    """A number near the beginning becomes the largest, or nearly."""
    place = int(random.integers(0, min(200, max(1, len(data) - 4))))
    number = [b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\xff\xff"]
    data[place : place + 4] = number[int(random.integers(len(number)))]


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits, flip_bits_of_header, cut, erase, change_header, splice, exaggerate,
)  # fmt: skip


def write_mutated(folder: Path, count: int) -> None:
    """Files k.ending, each a sound one after one mutation or two."""
    random = np.random.default_rng(SEED)
    sound = sound_files()
    names, contents = list(sound), list(sound.values())
    for number in range(count):
        name = names[number % len(names)]
        data = bytearray(sound[name])
        for _ in range(int(random.integers(1, 3))):
            if data:
                MUTATIONS[int(random.integers(len(MUTATIONS)))](random, data, contents)
        (folder / f"{number:04d} {name}").write_bytes(data)


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    with new_pool(CONFIG, workers=2) as started:
        yield started


def prepared(
    folder: Path, cache: Path, choices: Choices | None = None, pool: DecoderPool | None = None
) -> PictureSet:
    work = prepare_pictures(folder, CONFIG, cache, choices, pool, may_be_empty=True)
    while True:
        try:
            next(work)
        except StopIteration as stop:
            return stop.value


def check_verdicts(found: PictureSet, names: set[str]) -> None:
    """Every file is either taken or left out with a reason that a person can read."""
    taken, left_out = {p.name for p in found.taken}, {file.name for file in found.left_out}
    assert taken | left_out == names
    assert not taken & left_out
    assert found.pixels.shape[0] == len(found.taken)
    for text in [f.reason for f in found.left_out] + [n for p in found.taken for n in p.notes]:
        assert 0 < len(text) < 250
        assert text.isprintable()
        assert "Traceback" not in text


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    folder = tmp_path / "sound"
    folder.mkdir()
    for name, data in sound_files().items():
        (folder / name).write_bytes(data)
    return folder


def test_every_sound_file_is_taken(tmp_path: Path, pool: DecoderPool, sound: Path) -> None:
    """Or the mutations would test nothing."""
    found = prepared(sound, tmp_path / "cache", pool=pool)
    assert {picture.name for picture in found.taken} == {*SAVED, "rgb.psd"}


def seconds_of_one(folder: Path, caches: Path, pool: DecoderPool) -> float:
    """Of a file there, once the pool's processes have begun."""
    prepared(folder, caches / "first", pool=pool)
    started = time.monotonic()
    for number in range(3):
        prepared(folder, caches / f"again_{number}", pool=pool)
    return (time.monotonic() - started) / (3 * len(list(folder.iterdir())))


def test_a_verdict_on_every_mutated_file(
    tmp_path: Path, pool: DecoderPool, sound: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    usual = seconds_of_one(sound, tmp_path / "caches", pool)
    capfd.readouterr()
    folder = tmp_path / "files"
    folder.mkdir()
    write_mutated(folder, COUNT)
    started = time.monotonic()
    with warnings.catch_warnings(record=True) as leaked:
        warnings.simplefilter("always")
        found = prepared(folder, tmp_path / "cache", pool=pool)
    took = time.monotonic() - started
    printed = capfd.readouterr()
    assert (printed.out, printed.err, leaked) == ("", "", [])
    check_verdicts(found, {path.name for path in folder.iterdir()})
    assert took < MOST_SLOWDOWN * COUNT * usual
    # both kinds are there in numbers, and what decoders warn of has become notes
    assert min(len(found.taken), len(found.left_out)) > COUNT // 10
    assert sum("warning" in note for p in found.taken for note in p.notes) > 0
    again = prepared(folder, tmp_path / "cache", pool=pool)
    assert again.left_out == found.left_out
    with capfd.disabled():
        crashed = [file.name for file in found.left_out if "crash" in file.reason]
        slow = [file.name for file in found.left_out if "took more" in file.reason]
        print(
            f" {COUNT} mutated files in {took:.1f} s: {len(found.taken)} taken, "
            f"{len(found.left_out)} left out, {len(crashed)} crashes, {len(slow)} hangs ",
            end="",
        )


def test_a_verdict_on_mutated_videos(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    path = tmp_path / "sound.mp4"
    with av.open(path, "w") as container:
        stream: Any = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(20):
            pixels = np.random.default_rng(number).integers(0, 256, (48, 64, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        container.mux(stream.encode())
    random, sound = np.random.default_rng(SEED), path.read_bytes()
    for mutate in (flip_bits, cut, erase):
        data = bytearray(sound)
        mutate(random, data, [sound])
        (folder / f"{mutate.__name__}.mp4").write_bytes(data)
    names = {path.name for path in folder.iterdir()}
    chosen = Choices({name: PictureChoice(seconds=0.5) for name in names})
    found = prepared(folder, tmp_path / "cache", chosen)
    files = {picture.name.split(".mp4")[0] + ".mp4" for picture in found.taken}
    left_out = {file.name for file in found.left_out if "mp4 at" not in file.name}
    assert files | left_out == names
    assert all(0 < len(file.reason) < 250 for file in found.left_out)


def test_a_file_that_changes_while_the_folder_is_read_is_read_again(
    tmp_path: Path, pool: DecoderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was listed half written; what is kept of it does not outlive the next look."""
    folder, sound = tmp_path / "files", sound_files()["rgb.png"]
    folder.mkdir()
    (folder / "a.png").write_bytes(sound[: len(sound) // 2])
    listed = scan_folder(folder)
    with monkeypatch.context() as patch:
        patch.setattr(prepare, "scan_folder", lambda _: listed)
        assert [file.kind for file in prepared(folder, tmp_path / "c", pool=pool).left_out] == [
            "damaged"
        ]
    (folder / "a.png").write_bytes(sound)
    with monkeypatch.context() as patch:  # the list is that of before, the content is not
        patch.setattr(prepare, "scan_folder", lambda _: listed)
        check_verdicts(prepared(folder, tmp_path / "c", pool=pool), {"a.png"})
    assert [picture.name for picture in prepared(folder, tmp_path / "c", pool=pool).taken] == [
        "a.png"
    ]
