"""What the pages share: the open project, the background jobs, the device; signals, no widgets."""

import dataclasses
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from ddpm_studio.choices import Choices
from ddpm_studio.config import StudioConfig
from ddpm_studio.config.presets import DEFAULT_PRESET
from ddpm_studio.errors import ProjectError, StudioError
from ddpm_studio.events import CheckpointSaved, TrainStarted
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.computer import Computer, ComputerChoice
from ddpm_studio.gui.common.device_turns import DeviceTurns
from ddpm_studio.gui.common.errors import describe_failure
from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.jobs import (
    HOMES,
    LASTING,
    OPENING,
    READ_AGAIN,
    TRAIN,
    WARM_UP,
    Job,
    MakeSteps,
)
from ddpm_studio.gui.common.left_jobs import LeftJobs
from ddpm_studio.gui.common.opening import Opened, opening
from ddpm_studio.gui.common.project_watch import Checkpoints, OtherTrainer
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.small_writes import SmallWrites
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.common.warm_up import warm_up
from ddpm_studio.project import FILE_NAME, Project, check_locked


class Session(QObject):
    """Pages are given the session; they act through it and hear of each other's deeds from it."""

    project_changed = Signal(object)  # Project or None: another one is open now
    leaving = Signal()  # the open project is about to be left; what waits to be written, begins
    left_work_ended = Signal(str)  # into the open project, by a job of that name from before
    config_changed = Signal(object)  # Project: the same one with other settings
    checkpoint_saved = Signal(int, object)  # step, Path
    failed = Signal(object)  # Failure, for the banner
    noticed = Signal(str)  # a sentence for the banner
    page_wanted = Signal(str)  # the name of a step of the rail
    new_project_wanted = Signal(object)  # a folder of pictures, or None: the person chooses one
    open_project_wanted = Signal()  # the person chooses which
    pictures_expected = Signal()  # somebody is about to choose a folder
    training_wanted = Signal()  # as if Start had been clicked on the Train page
    checkpoint_wanted = Signal(int)  # the next pictures are to come from the one of this step
    recipe_file_wanted = Signal()  # the person chooses a file with a recipe
    recipe_wanted = Signal(object, str)  # Recipe; "all", "without_seed" or "seed" of it
    warmed_up = Signal(str)  # torch and the engine are imported; what computes

    def __init__(self, settings: Settings, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.theme = theme
        self.jobs = JobRunner(self)
        self.device = DeviceTurns(self.jobs, self)
        self.left = LeftJobs(self.jobs, self)
        self.small_writes = SmallWrites(self.jobs, self)
        self.small_writes.failed.connect(self._on_not_written)
        self.project: Project | None = None
        self.choices: Choices | StudioError = Choices()  # as they were read with the project
        self.device_name = ""  # "" until warmed up
        self.computer = ComputerChoice(self.jobs, settings, self)
        self.computer.changed.connect(self._on_computer)
        self.checkpoints = Checkpoints(self.jobs, self)
        self.checkpoint_saved.connect(self.checkpoints.refresh)
        self.other_trainer = OtherTrainer(self.jobs, self)
        self.other_trainer.changed.connect(self._on_other_trainer)
        self.is_closing = False  # the window waits for its jobs to end: nothing new is begun
        self.jobs.failed.connect(lambda _job, failure: self.failed.emit(failure))
        self.jobs.ended.connect(self._on_job_ended)
        self.left.noticed.connect(self._on_left_noticed)
        self.left.failed.connect(self.failed)
        self.left.ended.connect(self._on_left_ended)

    @property
    def is_trained_here(self) -> bool:
        """Whether this very process trains the open project, or still saves what it learned."""
        if self.project is None:
            return False
        return self.jobs.get(TRAIN) is not None or self.left.is_training(self.project.path)

    # errors and notices

    def report(self, error: Exception) -> None:
        """Show an error that was caught in the GUI thread. Those of jobs are shown already."""
        self.failed.emit(describe_failure(error))

    def notice(self, sentence: str) -> None:
        self.noticed.emit(sentence)

    def show_outside(self, path: Path, what: str = "shows folders") -> None:
        """Open it in the program that the system has for it; a notice if there is none."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.notice(f"No program here {what}; this one is {path}")

    def want_page(self, nav_name: str) -> None:
        """Ask for another page: `names.NAV_TRAIN`."""
        self.page_wanted.emit(nav_name)

    def show_job(self, job: Job) -> None:
        """Go to the page where it is at home, in its own project."""
        show = partial(self.want_page, HOMES.get(job.objectName(), names.NAV_GENERATE))
        if job.owner is None or job.owner == self.jobs.owner:
            show()
        else:
            self.open_project(job.owner, then=show)

    @property
    def home_of_work(self) -> str:
        """The page where what runs in the open project is at home; "" if nothing does."""
        return next((HOMES[name] for name in LASTING if self.jobs.get(name) is not None), "")

    def want_training(self) -> None:
        """Ask the Train page to start as it is set, unless training runs already."""
        if self.project is not None and self.jobs.get(TRAIN) is None:
            self.training_wanted.emit()

    # the project

    def open_project(self, path: Path | str, *, then: Callable[[], None] | None = None) -> None:
        """Read another project in the background, and show it instead of what is open.

        An error goes to the banner, and what is open stays. One that is open and trained here
        already is only shown. then: is called once it is shown.
        """
        self.open_by(lambda: Project.open(path), f"Opening {Path(path).name}", then)

    def create_project(self, path: Path, pictures: Path, config: StudioConfig) -> None:
        """Make a project and open it; an error goes to the banner."""
        self.open_by(lambda: Project.create(path, pictures, config), f"Making {path.name}")

    def open_by(
        self, make: Callable[[], Project], title: str, then: Callable[[], None] | None = None
    ) -> None:
        """As `open_project`; `make` reads, makes or changes it, on the thread of a job.

        Whoever asks last is given what was asked for: what was being opened before is not.
        """
        if self.is_closing:
            return

        def show(opened: Opened) -> None:
            if not self.is_closing:
                self._show(opened)
                if then is not None:
                    then()

        # what still waits to be written is known here: a slow disk is not waited for
        make_steps = partial(opening, make)
        job = self.jobs.start(OPENING, make_steps, title=title, replace=True, waits=False)
        job.succeeded.connect(show)

    def _show(self, opened: Opened) -> None:
        """Close what is open, and from now on show this one."""
        project = opened.project
        is_open = self.project is not None and self.project.path == project.path
        if is_open and self.jobs.get(TRAIN) is not None:
            self.want_page(names.NAV_TRAIN)
            return
        said = self._leave_project(project.path)
        self.project, self.choices = self._as_wanted(project), opened.choices
        self.checkpoints.show(self.project, opened.models)
        self.settings.add_recent_project(project.path)
        self.project_changed.emit(self.project)
        self._watch_other_trainer()
        said = said or project.moved_words
        if said:  # not before the pages show the other project, since that clears the banner
            self.notice(said)

    def close_project(self) -> None:
        """Back to the start screen. Training, batches and what writes files go on."""
        self.jobs.discard(OPENING)
        if self.project is not None:
            said = self._leave_project(None)
            self.project = None
            self.checkpoints.show(None)
            self.other_trainer.watch(None)
            self.project_changed.emit(None)
            if said:
                self.notice(said)

    def change(self, make: Callable[[StudioConfig], StudioConfig]) -> bool:
        """Set what `make` makes of the settings; False, and a banner, if that is not allowed.

        It is saved a moment later, by a job; if that fails, all is again as it is on the disk.
        A running training keeps the settings that it was started with; those that shape its
        model cannot change even before its first checkpoint.
        """
        project = self.project
        if project is None:
            return False

        def change() -> None:
            config = make(project.config)
            if config == project.config:
                return
            self.check_writable()
            if self.checkpoints or self.is_trained_here:
                check_locked(project.config, config)
            self.project = dataclasses.replace(project, config=config)
            self.small_writes.write(project.path / FILE_NAME, self.project, self.project.save)
            self.config_changed.emit(self.project)

        return self._try(change)

    def check_writable(self) -> None:
        """Raises ProjectError while another process trains the open project."""
        if self.other_trainer.is_training:
            raise ProjectError(self.other_trainer.sentence)

    def change_config(self, config: StudioConfig) -> bool:
        """Set these; as `change`."""
        return self.change(lambda _: config)

    def free_place(self, name: str) -> Path:
        """A folder for a new project of that name that does not exist yet."""
        base = self.settings.projects_folder / (name or "Project")
        candidate, number = base, 1
        while candidate.exists():
            number += 1
            candidate = base.with_name(f"{base.name} {number}")
        return candidate

    def suggested_preset(self) -> str:
        """Small pictures where only the processor computes, larger ones on a GPU."""
        is_gpu = bool(self.device_name) and not self.device_name.startswith("CPU")
        return "small" if is_gpu else DEFAULT_PRESET

    # background work

    def warm_up(self) -> None:
        """Import the engine in the background; call it once the first window is painted."""
        if self.device_name or self.jobs.get(WARM_UP) is not None or self.is_closing:
            return
        job = self.jobs.start(WARM_UP, partial(warm_up, self.computer.wish), quiet=True)
        job.succeeded.connect(self._on_warm)

    def start_training(self, make_steps: MakeSteps, title: str = "Training") -> Job:
        """Start the job TRAIN. While others have the device, it waits for its turn.

        So it does while a training that was left still saves, perhaps that of the same project.
        Raises RuntimeError if training already runs.
        """

        def steps() -> Iterator[Any]:
            if file is not None:  # not with settings that the project has not
                self.small_writes.check(file)
            return make_steps()

        file = None if self.project is None else self.project.path / FILE_NAME
        if file is not None:
            self.small_writes.begin_anew(file)
        job = self.device.start_training(steps, title)
        job.events.connect(self._on_train_events)
        if not self.other_trainer.is_training:
            self.other_trainer.watch(None)  # a look at the lock must not be in the way of taking it
        job.begin()
        return job

    def start_borrowing(
        self, name: str, make_steps: MakeSteps, title: str = "", quiet: bool = False
    ) -> Job:
        """Start a job that needs the device for a moment: `DeviceTurns.start_borrowing`."""
        return self.device.start_borrowing(name, make_steps, title, quiet)

    def close(self) -> None:
        """Stop all but what was left to end well.

        `jobs.became_idle` says when it is done, if it is not already.
        """
        self.is_closing = True
        self.checkpoints.stop()
        self.other_trainer.watch(None)
        self.jobs.stop_all()

    def _leave_project(self, path: Path | None) -> str:
        """For another one, or none; what is to be said about the jobs that go on."""
        if self.project is not None:
            self.leaving.emit()
        return self.left.change_project(path)

    def _watch_other_trainer(self) -> None:
        """Only while nobody here has the lock: between lock and its note, it would look foreign."""
        self.other_trainer.watch(None if self.is_trained_here else self.project)

    def _try(self, action: Callable[[], None]) -> bool:
        try:
            action()
        except (StudioError, OSError) as error:
            self.report(error)
            return False
        return True

    def _on_warm(self, computer: Computer) -> None:
        self.computer.learn(computer)
        self.warmed_up.emit(self.device_name)

    def _on_computer(self, computer: Computer) -> None:
        self.device_name = computer.words

    def _on_train_events(self, events: list[object]) -> None:
        for event in events:
            if isinstance(event, TrainStarted):
                self._take_over_channels()
            if isinstance(event, CheckpointSaved):
                self.checkpoint_saved.emit(event.step, event.path)

    def _take_over_channels(self) -> None:
        """Training has settled how many channels there are, if that followed from the folder.

        Else the next setting that is changed here would write over what it saved.
        """
        project = self.project
        if project is None or project.config.pictures.channels:
            return
        self._read_again(project).succeeded.connect(self._on_channels)

    def _on_channels(self, saved: Project) -> None:
        project = self.project
        if project is not None and project.path == saved.path:
            channels = saved.config.pictures.channels
            pictures = dataclasses.replace(project.config.pictures, channels=channels)
            config = dataclasses.replace(project.config, pictures=pictures)
            self.project = dataclasses.replace(project, config=config)
            self.config_changed.emit(self.project)

    def _as_wanted(self, project: Project) -> Project:
        """A project as it was just read; or as it waits to be written, if it does."""
        waiting = self.small_writes.waiting(project.path / FILE_NAME)
        return waiting if isinstance(waiting, Project) else project

    def _on_not_written(self, path: Path, error: Exception) -> None:
        """All is again as it is on the disk."""
        self.report(error)
        if self.project is not None and path == self.project.path / FILE_NAME:
            self._read_again(self.project).succeeded.connect(self._on_read_again)

    def _read_again(self, project: Project) -> Job:
        """What project.json says by now."""
        return self.jobs.start(READ_AGAIN, lambda: _read(project), quiet=True, replace=True)

    def _on_read_again(self, project: Project) -> None:
        if self.project is not None and self.project.path == project.path:
            self.project = self._as_wanted(project)
            self.config_changed.emit(self.project)

    def _on_job_ended(self, job: Job) -> None:
        if job.objectName() == TRAIN and not job.is_muted and not self.is_closing:
            self.checkpoints.refresh()
            self._watch_other_trainer()

    def _on_left_noticed(self, sentence: str) -> None:
        if not self.is_closing:
            self.notice(sentence)

    def _on_left_ended(self, path: Path, name: str) -> None:
        """The project may have been opened again meanwhile: then there is more in it now."""
        if self.project is None or self.project.path != path or self.is_closing:
            return
        if name == TRAIN:
            self._take_over_channels()
            self.checkpoints.refresh()
            self._watch_other_trainer()
        self.left_work_ended.emit(name)

    def _on_other_trainer(self, sentence: str) -> None:
        """When the other one has ended, what it saved is read."""
        if not sentence and self.project is not None:
            self.open_project(self.project.path)


def _read(project: Project) -> Generator[None, None, Project]:
    yield None
    return Project.open(project.path)


def project_or_pictures(path: Path) -> tuple[Path | None, Path | None]:
    """What a dropped path is: (project folder, None), (None, pictures folder) or neither."""
    if path.name == FILE_NAME:
        path = path.parent
    if (path / FILE_NAME).is_file():
        return path, None
    return (None, path) if path.is_dir() else (None, None)
