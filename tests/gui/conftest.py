"""What all tests of the window share; each starts from settings of its own and leaves no thread."""

import functools
import shutil
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import shiboken6
from PIL import Image
from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtWidgets import QApplication

from ddpm_studio.config import ModelConfig, PicturesConfig, SampleConfig, StudioConfig, TrainConfig
from ddpm_studio.events import CheckpointSaved, PreviewSaved, TrainStarted, TrainStep
from ddpm_studio.gui.app import create_window
from ddpm_studio.gui.common.idle_pools import IdlePools
from ddpm_studio.gui.common.jobs import Job
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.made import work as made_work
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.pictures import work as pictures_work
from ddpm_studio.gui.session import Session
from ddpm_studio.project import Project
from tests.gui.opened_at_once import open_at_once
from tests.gui.parts import named
from tests.gui.patience import PatientBot

SCREEN = QRect(0, 0, 1920, 1080)  # that of the offscreen platform is 800 x 800
W = TypeVar("W", bound=QObject)
TINY = StudioConfig(
    pictures=PicturesConfig(size=8),
    model=ModelConfig(
        model_channels=8,
        channel_mult=(1, 2),
        attention_resolutions=(),
        head_channels=8,
        mid_attention=False,
    ),
    train=TrainConfig(batch_size=4, log_every=2, preview_every=5, preview_count=4, preview_steps=3),
    sample=SampleConfig(num_inference_steps=5),
)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> PatientBot:
    return PatientBot(request)


@pytest.fixture(autouse=True)
def no_thread_survives(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Iterator[None]:
    """Every job that a test starts has ended when the test has."""
    jobs: weakref.WeakSet[Job] = weakref.WeakSet()
    begin = Job.begin

    @functools.wraps(begin)  # under another name, Qt would call it on jobs that are gone
    def noted_begin(job: Job) -> None:
        jobs.add(job)
        begin(job)

    monkeypatch.setattr(Job, "begin", noted_begin)
    yield
    alive = [job.objectName() for job in jobs if shiboken6.isValid(job) and job.isRunning()]
    assert not alive, f"these jobs outlived the test: {alive}"
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def no_machine_is_kept_awake(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library that asks the system answers as if that had agreed."""
    monkeypatch.setenv("WAKEPY_FAKE_SUCCESS", "1")


class LastingPools:
    """As `IdlePools`, but who closes them has only been the last in one test."""

    def __init__(self, pools: IdlePools) -> None:
        self.borrowed = pools.borrowed

    def close(self) -> None:
        pass


@pytest.fixture(scope="session")
def decoders() -> Iterator[dict[str, IdlePools]]:
    """Processes that open files, for all windows of a run: to start them takes a while each time.

    By the module of the window that asks for them.
    """
    pools = {module.__name__: module.new_pools() for module in (pictures_work, made_work)}
    yield pools
    for one in pools.values():
        one.close()


@pytest.fixture(autouse=True)
def lasting_decoders(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, decoders: dict[str, IdlePools]
) -> None:
    """Windows do not start processes of their own, unless a test is marked `own_decoders`."""
    if request.node.get_closest_marker("own_decoders") is None:
        for module, pools in decoders.items():
            monkeypatch.setattr(f"{module}.new_pools", lambda pools=pools: LastingPools(pools))


@pytest.fixture(autouse=True)
def opened_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Projects are open when a test goes on, unless it is marked `opens_slowly`."""
    if request.node.get_closest_marker("opens_slowly") is None:
        open_at_once(monkeypatch)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings in a file of this test alone, with projects kept beside it."""
    settings = Settings(tmp_path / "window.ini")
    settings.set_projects_folder(tmp_path / "projects")
    return settings


@pytest.fixture
def session(qapp: QApplication, qtbot, settings: Settings) -> Iterator[Session]:
    """A session without a window."""
    session = Session(settings, Theme(qapp))
    yield session
    session.close()
    qtbot.waitUntil(lambda: not session.jobs.is_busy())


@pytest.fixture
def make_window(qtbot, settings: Settings) -> Iterator[Callable[..., MainWindow]]:
    """Makes and shows windows that are closed when the test ends: make_window(project)."""
    windows: list[MainWindow] = []

    def make(project: Project | Path | None = None) -> MainWindow:
        window = create_window(project, settings=settings, available=SCREEN)
        windows.append(window)
        window.show()
        window.activateWindow()  # without a window manager, nobody else gives it the focus
        qtbot.waitUntil(window.isActiveWindow)
        qtbot.waitUntil(lambda: bool(window.session.device_name))
        return window

    yield make
    for window in windows:
        window.close()
        qtbot.waitUntil(lambda w=window: not w.session.jobs.is_busy())
        qtbot.waitUntil(lambda w=window: not w.isVisible())
        window.deleteLater()


@pytest.fixture
def window(make_window: Callable[..., MainWindow]) -> MainWindow:
    """A shown window without a project."""
    return make_window()


@pytest.fixture
def find() -> Callable[[QObject, type[W], str], W]:
    """find(window, QPushButton, "train.start"): the one widget of that name."""

    return named


@pytest.fixture(scope="session")
def picture_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve small pictures, and a file that is none. Tests only read it."""
    folder = tmp_path_factory.mktemp("flowers")
    random = np.random.default_rng(0)
    for number in range(12):
        pixels = random.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        image = Image.fromarray(pixels).resize((24, 20), Image.Resampling.BICUBIC)
        image.save(folder / f"flower_{number:02d}.png")
    (folder / "broken.jpg").write_bytes(b"not a picture")
    return folder


@pytest.fixture
def new_project(tmp_path: Path, picture_folder: Path) -> Project:
    """A tiny project that was never trained."""
    return Project.create(tmp_path / "projects" / "flowers", picture_folder, TINY)


@pytest.fixture(scope="session")
def _trained(tmp_path_factory: pytest.TempPathFactory, picture_folder: Path) -> Path:
    from ddpm_studio.training import train

    path = tmp_path_factory.mktemp("trained") / "flowers"
    for _ in train(Project.create(path, picture_folder, TINY), device="cpu", steps=10):
        pass
    return path


@pytest.fixture
def tiny_project(tmp_path: Path, _trained: Path) -> Project:
    """A copy of a project that was trained for ten real steps, with two previews."""
    path = tmp_path / "projects" / "flowers"
    shutil.copytree(_trained, path)
    return Project.open(path)


@pytest.fixture
def fake_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """`work.train.train_project` yields the events of a training without training."""
    from ddpm_studio.gui.train import work

    monkeypatch.setattr(work, "train_project", fake_train)


def fake_train(
    project: Project, steps: int | None = None, seconds: float | None = None, lent: object = None
) -> Iterator[object]:
    """As `train`: until `steps` or until closed, with a preview and a checkpoint every 10."""
    height = project.config.pictures.height or project.config.pictures.size
    shape = (4, height, project.config.pictures.size, project.config.pictures.shape[0])
    yield TrainStarted(0, steps, seconds, "fake", "float32", 1000, 12)
    step = 0
    while steps is None or step < steps:
        step += 1
        remaining = None if steps is None else (steps - step) * 0.01
        yield TrainStep(step, 1 / step, 1.0, 1e-3, 400.0, step * 0.01, remaining)
        if step % 10 == 0:
            pictures = np.full(shape, step % 256, np.uint8)
            yield PreviewSaved(step, project.samples / f"step_{step:08d}.png", pictures)
            yield CheckpointSaved(step, project.checkpoint_path(step))
