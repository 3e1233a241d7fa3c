"""How soon 20,000 pictures are on the wall, how smoothly it scrolls, and what memory it takes.

pytest -n 0 -s tests/benchmarks/test_wall.py
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from ddpm_studio.choices import Choices
from ddpm_studio.config import PicturesConfig, StudioConfig
from ddpm_studio.data.picture_facts import PictureFacts, encode_thumbnail
from ddpm_studio.data.prepare import PictureSet
from ddpm_studio.data.summary import summarise
from ddpm_studio.data.verdict import TakenPicture
from ddpm_studio.gui.app import create_window
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.pages.pictures_page import PicturesPage
from ddpm_studio.gui.pictures import work
from ddpm_studio.gui.pictures.entries import entries_of
from ddpm_studio.gui.pictures.panel import PicturesPanel
from ddpm_studio.gui.pictures.reading import PictureJobs
from ddpm_studio.gui.wall.wall import PictureWall
from ddpm_studio.project import Project
from tests.gui.parts import part

COUNT, SIDE = 20_000, 64
FRAMES = 600
GOAL_MS = 33.0  # a frame, at the 99th percentile
FILL_MS = 100.0
FIRST_ROW_SECONDS = 0.5
MEMORY_MB = 600
ROUNDS = 4


@pytest.fixture
def window(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    """The real window with a prepared set of 20,000 pictures that lie on disk."""
    shape = (COUNT, SIDE, SIDE, 3)
    pixels = np.memmap(tmp_path / "pixels", np.uint8, "w+", shape=shape)
    tile = np.random.default_rng(0).integers(0, 256, (256, SIDE, SIDE, 3), dtype=np.uint8)
    for start in range(0, COUNT, len(tile)):
        pixels[start : start + len(tile)] = tile[: COUNT - start]
    pixels.flush()
    mapped = np.memmap(tmp_path / "pixels", np.uint8, "c", shape=shape)
    mini = encode_thumbnail(tile[0, :8, :8])
    notes = ("turned upright",)
    taken = tuple(
        TakenPicture(
            f"{k:05d}.png", notes, PictureFacts(str(k), 99, 99, "PNG", mini=mini), 1.0, row=k
        )
        for k in range(COUNT)
    )
    pictures = PictureSet(mapped, taken, (), 3)
    entries = entries_of(pictures, Choices(), PicturesConfig(size=SIDE))
    summary = summarise([picture.facts for picture in taken[:100]], 4)

    def prepare(*_: object) -> Iterator[object]:
        yield from ()
        return work.Folder(pictures, entries, summary)

    monkeypatch.setattr(work, "prepare", prepare)
    (tmp_path / "pictures").mkdir()
    config = work.with_size(StudioConfig(), SIDE)
    project = Project.create(tmp_path / "project", tmp_path / "pictures", config)
    window = create_window(project, settings=tmp_path / "window.ini")
    window.resize(1920, 1080)
    window.show()
    settle(window)
    yield window
    close(window)
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def settle(window: MainWindow) -> None:
    """Until nothing runs any more and everything is painted."""
    QApplication.processEvents()
    wait(lambda: not window.session.jobs.is_busy())
    QApplication.processEvents()


def wait(condition: Callable[[], bool], seconds: float = 300.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        QApplication.processEvents()
        time.sleep(0.005)  # a window that has nothing to do leaves the processor to others


def close(window: MainWindow) -> None:
    window.close()
    wait(lambda: not window.session.jobs.is_busy() and not window.isVisible())


@pytest.mark.parametrize("factor", [1, 2])
@pytest.mark.parametrize("how", ["end to end", "row by row"])
def test_scrolling_stays_smooth(window: MainWindow, factor: int, how: str) -> None:
    wall = window.findChild(PictureWall, "pictures.wall")
    assert wall.wall_model.rowCount() == COUNT
    wall.set_factor(factor)
    settle(window)
    bar = wall.verticalScrollBar()
    bar.setValue(0)
    settle(window)
    step = bar.maximum() / (FRAMES - 1) if how == "end to end" else 24
    times, waits = [], 0
    for frame in range(FRAMES):
        start = time.perf_counter()
        bar.setValue(round(frame * step))
        QApplication.processEvents()
        times.append(1000 * (time.perf_counter() - start))
        first, last = wall.visible_rows()
        waits += any(wall.wall_model.image(row) is None for row in range(first, last + 1))
        rest = 1 / 60 - (time.perf_counter() - start)  # what a display leaves to other threads
        if rest > 0:
            time.sleep(rest)
    seen = last - first + 1
    p50, p99, worst = np.percentile(times, [50, 99, 100])
    print(
        f"\n{COUNT:,} pictures of {SIDE} px at {factor} x, {how}, {seen} in view: "
        f"median {p50:.1f} ms, 99 % {p99:.1f} ms, worst {worst:.1f} ms; "
        f"{waits} of {FRAMES} frames with a picture still loading"
    )
    assert p99 < GOAL_MS


def test_opening_a_large_set_is_short(window: MainWindow) -> None:
    """What the GUI thread does when 20,000 pictures have been prepared."""
    page = window.pages["nav.pictures"]
    folder = part(page, PictureJobs).folder
    start = time.perf_counter()
    # one slot is measured, without what leads to it
    part(window, PicturesPage)._on_prepared(folder)
    QApplication.processEvents()
    took = 1000 * (time.perf_counter() - start)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        # one slot is measured, without what leads to it
        part(page, PicturesPanel)._fill()
        times.append(1000 * (time.perf_counter() - start))
    wanted = [f"{k:05d}.png" for k in range(1, COUNT + 1)]  # other ones than before
    start = time.perf_counter()
    part(page, PicturesPanel).show_found(wanted, (SIDE, SIDE, 3))
    found = 1000 * (time.perf_counter() - start)
    print(
        f"\nshowing {COUNT:,} prepared pictures: {took:.0f} ms; filling the wall: "
        f"{min(times):.0f} ms; places for as many that are only found: {found:.0f} ms"
    )
    assert took < 250
    assert min(times) < FILL_MS


def test_resizing_the_window_is_short(window: MainWindow) -> None:
    times = []
    for width in range(1900, 1300, -10):
        start = time.perf_counter()
        window.resize(width, 1000)
        QApplication.processEvents()
        times.append(1000 * (time.perf_counter() - start))
    p50, p99 = np.percentile(times, [50, 99])
    print(f"\nresizing with {COUNT:,} pictures: median {p50:.1f} ms, 99 % {p99:.1f} ms")
    assert p50 < 100


# a real folder, in a process of its own, whose memory is that of a window


def test_the_first_row_comes_at_once_and_memory_stays_small(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(COUNT):
        small = Image.fromarray(rng.integers(0, 256, (6, 6, 3), dtype=np.uint8))
        small.resize((32, 32)).save(folder / f"{number:05d}.png", compress_level=1)
    code = f"from tests.benchmarks.test_wall import measure; measure({str(tmp_path)!r})"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=False
    )
    assert result.returncode == 0, result.stderr
    print(result.stdout)
    first_row, _, memory = map(float, result.stdout.split()[-3:])
    assert first_row <= FIRST_ROW_SECONDS
    assert memory < MEMORY_MB


def measure(place: str) -> None:
    """Open the folder as after a drop; prints figures, the last line for the test."""
    application = QApplication([])
    root = Path(place)
    window = create_window(None, settings=root / "window.ini")
    window.resize(1280, 800)
    window.show()
    wait(lambda: bool(window.session.device_name))
    wall = window.findChild(PictureWall, "pictures.wall")
    config = work.with_size(StudioConfig(), 32)

    def row_is_there() -> bool:
        model, (first, last) = wall.wall_model, wall.visible_rows()
        # how many tiles are in a row is only drawn
        across = min(wall._columns, last - first + 1)
        return across > 0 and all(model.image(first + k) is not None for k in range(across))

    first_rows = []
    for number in range(ROUNDS):  # the best of them: what else this machine does is not measured
        window.session.close_project()
        settle(window)
        window.session.pictures_expected.emit()
        settle(window)
        end = time.monotonic() + 1.5  # a person reads the dialog for longer than that
        wait(lambda end=end: time.monotonic() > end)  # type: ignore[misc]
        start = time.perf_counter()
        project = Project.create(root / f"project {number}", root / "pictures", config)
        window.session.open_project(project.path)
        wait(row_is_there)
        first_rows.append(time.perf_counter() - start)
    first_row = min(first_rows)
    wait(lambda: part(window, PictureJobs).folder is not None)
    whole = time.perf_counter() - start
    settle(window)
    memory = psutil.Process().memory_info().rss / 2**20
    print(
        f"first row of {COUNT:,} small PNGs {', '.join(f'{row:.2f}' for row in first_rows)} s "
        f"after the project was made, all prepared after {whole:.1f} s; memory of the window "
        f"{memory:.0f} MB"
    )
    print(first_row, whole, memory)
    close(window)
    del application
