"""Pictures to read, and colour profiles built byte by byte, with the formulas to check them by."""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data import Choices, PictureSet, UnreadablePictureError, prepare_pictures
from ddpm_studio.data.isolation.pool import HANDLER, DecoderPool
from ddpm_studio.events import PicturesReady
from tests.data.reading import Picture, read_picture

CONFIG = PicturesConfig(size=24)
Profile = Callable[..., bytes]
Read = Callable[..., Picture]
Reason = Callable[[bytes], str]
Photo = Callable[[int, int], Image.Image]

# the primaries of sRGB as ICC profiles have them: XYZ columns, adapted to D50
SRGB_PRIMARIES = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]]
)
ADOBE_PRIMARIES = np.array(
    [[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]]
)
D50 = np.array([0.9642, 1.0, 0.8249])


def s15(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def icc(kind: bytes, space: bytes, pcs: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC version 2 profile with the given tags."""
    tags = {b"desc": b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(79)} | tags
    tags |= {b"cprt": b"text" + bytes(4) + b"none\0", b"wtpt": xyz(D50)}
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(
        ">I4s4s4s4s4s", start + len(body), b"test", b"\x02\x40\0\0", kind, space, pcs
    )
    header += bytes(12) + b"acsp" + bytes(28) + b"".join(map(s15, D50))
    return header.ljust(128, b"\0") + table + body


def xyz(values: np.ndarray) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(s15, values))


def curve(gamma: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)


@pytest.fixture(scope="session")
def rgb_profile() -> Profile:
    """A profile of three primaries (XYZ columns) and one gamma."""

    def build(primaries: np.ndarray, gamma: float) -> bytes:
        tags: dict[bytes, bytes] = {}
        for name, column in zip((b"r", b"g", b"b"), primaries.T, strict=True):
            tags |= {name + b"XYZ": xyz(column), name + b"TRC": curve(gamma)}
        return icc(b"mntr", b"RGB ", b"XYZ ", tags)

    return build


@pytest.fixture(scope="session")
def grey_profile() -> Profile:
    def build(gamma: float) -> bytes:
        return icc(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": curve(gamma)})

    return build


@pytest.fixture(scope="session")
def cmyk_profile() -> Profile:
    """Ink to Lab, linear in every ink: lab = paper + C c + M m + Y y + K k, in 8-bit Lab."""

    def build(paper: np.ndarray, inks: np.ndarray) -> bytes:
        grid = [
            paper + inks.T @ np.array([c, m, y, k])
            for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1)
        ]  # fmt: skip
        identity = bytes(range(256))
        lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0])
        lut += b"".join(s15(v) for v in (1, 0, 0, 0, 1, 0, 0, 0, 1))
        lut += identity * 4 + np.array(grid).round().astype(np.uint8).tobytes() + identity * 3
        return icc(b"prtr", b"CMYK", b"Lab ", {b"A2B0": lut})

    return build


@pytest.fixture(scope="session")
def xyz_to_srgb() -> Callable[[np.ndarray], np.ndarray]:
    """XYZ (..., 3) under D50 as 8-bit sRGB (IEC 61966-2-1)."""

    def convert(values: np.ndarray) -> np.ndarray:
        linear = np.clip(values @ np.linalg.inv(SRGB_PRIMARIES).T, 0, 1)
        low = linear <= 0.0031308
        encoded = np.where(low, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
        return encoded * 255

    return convert


@pytest.fixture(scope="session")
def lab_to_srgb(xyz_to_srgb: Callable[[np.ndarray], np.ndarray]) -> Callable[..., np.ndarray]:
    """L 0..100, a and b (..., 3) as 8-bit sRGB (CIE 1976, D50)."""

    def convert(lab: np.ndarray) -> np.ndarray:
        fy = (lab[..., 0] + 16) / 116
        f = np.stack([fy + lab[..., 1] / 500, fy, fy - lab[..., 2] / 200], -1)
        return xyz_to_srgb(D50 * np.where(f > 6 / 29, f**3, (f - 4 / 29) * 3 * (6 / 29) ** 2))

    return convert


@pytest.fixture(scope="session")
def primaries() -> dict[str, np.ndarray]:
    """Of sRGB, of Adobe RGB, and of a screen whose three colours are cabled wrongly."""
    return {
        "sRGB": SRGB_PRIMARIES,
        "Adobe RGB": ADOBE_PRIMARIES,
        "swapped": SRGB_PRIMARIES[:, [2, 0, 1]],
    }


@pytest.fixture(scope="session")
def colours() -> np.ndarray:
    """uint8 (16, 16, 3): colours from all over the cube."""
    return np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)


@pytest.fixture(scope="session")
def painting() -> np.ndarray:
    """uint8 (24, 32, 3): smooth, and unlike itself however it is turned or mirrored."""
    y, x = np.mgrid[:24, :32]
    return np.stack([x * 8, y * 10, (x * y) // 3], -1).astype(np.uint8)


@pytest.fixture(scope="session")
def photo() -> Photo:
    """Like a photo: soft shapes of every size, edges, and the grain of a film."""

    def make(width: int, height: int) -> Image.Image:
        y, x = np.mgrid[:height, :width].astype(np.float32)
        waves = [np.sin(x / s + c) * np.cos(y / (s + 3)) for c, s in enumerate((9, 31, 83))]
        disc = (np.hypot(x - width * 0.4, y - height * 0.6) < height / 4) * 40.0
        grain = np.random.default_rng(0).normal(0, 5, (height, width))
        bands = [128 + 30 * wave + disc + grain for wave in waves]
        return Image.fromarray(np.stack(bands, -1).clip(0, 255).astype(np.uint8))

    return make


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Read the bytes of a file, at 24 x 24 pixels if nothing else is said."""
    file = tmp_path_factory.mktemp("read") / "picture"

    def read_bytes(data: bytes, config: PicturesConfig = CONFIG) -> Picture:
        file.write_bytes(data)
        return read_picture(file, config)

    return read_bytes


@pytest.fixture(scope="session")
def reason(read: Read) -> Reason:
    """Why the bytes of a file are no picture."""

    def why(data: bytes) -> str:
        with pytest.raises(UnreadablePictureError) as caught:
            read(data)
        return str(caught.value)

    return why


@pytest.fixture
def folder(tmp_path: Path, painting: np.ndarray) -> Path:
    """Three pictures, one of them in a folder of its own."""
    folder = tmp_path / "pictures"
    (folder / "more").mkdir(parents=True)
    for name in ("b.png", "a.JPG", "more/c.webp"):
        Image.fromarray(painting).save(folder / name)
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "project" / "cache"


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    """Processes that decode, for all tests of a module: to start them takes a while."""
    with DecoderPool(HANDLER, workers=2) as started:
        yield started


@pytest.fixture
def run(pool: DecoderPool) -> Callable[..., tuple[PictureSet, list[object]]]:
    """Prepare a folder: the set, and the events on the way to it."""

    def prepare(
        folder: Path, cache: Path, config: PicturesConfig = CONFIG, choices: Choices | None = None
    ) -> tuple[PictureSet, list[object]]:
        events: list[object] = []
        work = prepare_pictures(folder, config, cache, choices, pool)
        while True:
            try:
                events.append(next(work))
            except StopIteration as stop:
                return stop.value, events

    return prepare


@pytest.fixture
def is_read_again(run: Any) -> Callable[..., bool]:
    """Whether anything had to be read for a set."""

    def ask(folder: Path, cache: Path, config: PicturesConfig = CONFIG) -> bool:
        _, events = run(folder, cache, config)
        (ready,) = (event for event in events if isinstance(event, PicturesReady))
        return not ready.from_cache

    return ask


@pytest.fixture
def decoded(run: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Prepare a folder: the names of the files that were really decoded for that."""
    run_pool = DecoderPool.run_with_pulse

    def ask(folder: Path, *arguments: Any) -> list[str]:
        names: list[str] = []

        def noted(self: DecoderPool, requests: Any, *options: Any) -> Any:
            asked = {}

            def ask() -> Any:
                for key, request in requests:
                    asked[key] = request["path"]
                    yield key, request

            for answered in run_pool(self, ask(), *options):
                if answered is not None and "same" not in answered[1].values:
                    names.append(Path(asked[answered[0]]).relative_to(folder).as_posix())
                yield answered

        with monkeypatch.context() as patch:
            patch.setattr(DecoderPool, "run_with_pulse", noted)
            run(folder, *arguments)
        return names

    return ask


@pytest.fixture
def paint() -> Callable[..., None]:
    """Write noise as a picture, which is like no other."""

    def write(path: Path, seed: int, size: int = 24) -> None:
        pixels = np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path)

    return write
