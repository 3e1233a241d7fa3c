"""A project: one folder on disk that holds settings, checkpoints, previews and pictures."""

from __future__ import annotations

import dataclasses
import json
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from filelock import FileLock, Timeout

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.kinds import row_of
from ddpm_studio.config.text import KIND_PATH, config_from_dict, config_to_dict
from ddpm_studio.errors import ConfigError, PicturesError, ProjectError, StudioError, refused_as
from ddpm_studio.moved import find_moved, is_folder
from ddpm_studio.storage import make_lasting_folder, read_bounded, read_json, write_json
from ddpm_studio.words import as_word

KIND = "project"
FORMAT_VERSION = 1
FILE_NAME = "project.json"
CHECKPOINT_PATTERN = "step_*.safetensors"
GLANCE = 0.2  # seconds: who only looks whether somebody trains lets go of the lock by then
# once there is a checkpoint, these no longer change: its weights mean nothing without them
LOCKED_SECTIONS = ("model",)
LOCKED_FIELDS = {
    "pictures": ("size", "height", "channels"),
    "diffusion": (
        *("num_timesteps", "schedule", "beta_start", "beta_end", "beta_min", "beta_max"),
        *("sigma_min", "sigma_max", "gamma_0", "gamma_1", "prediction", "variance"),
    ),
}
# what people set, and it follows from
SAID_AS = {"model.augment_channels": "train.augment", "model.learns_variance": "diffusion.variance"}


@dataclass(frozen=True)
class CheckpointFile:
    """A checkpoint, as its folder shows it. modified: nanoseconds, by the clock of its disk."""

    step: int
    path: Path
    nbytes: int
    modified: int


@dataclass(frozen=True)
class Project:
    """What project.json says; the folders are made when something is put into them.

    moved_from: where project.json has the pictures, if they were found elsewhere.
    """

    path: Path
    pictures: Path
    config: StudioConfig
    moved_from: Path | None = dataclasses.field(default=None, compare=False)

    @classmethod
    def create(cls, path: Path | str, pictures: Path | str, config: StudioConfig) -> Project:
        """Make a new project folder. A pictures folder inside it is made, too.

        Raises ProjectError if there already is something else, or if there are no pictures.
        """
        path, pictures = Path(path).resolve(), Path(pictures).expanduser().resolve()
        check_new(path, pictures)
        with refused_as(ProjectError, f"{path} cannot be made"):
            make_lasting_folder(path, parents=True)
            if pictures.is_relative_to(path):
                make_lasting_folder(pictures, parents=True)
        project = cls(path, pictures, config)
        project.save()
        return project

    @classmethod
    def open(cls, path: Path | str) -> Project:
        """Raises ProjectError with one sentence if this is no project that can be read."""
        path = Path(path).resolve()
        file = path / FILE_NAME
        if not file.is_file():
            raise ProjectError(f"{path} is not a project: there is no {FILE_NAME} in it.")
        try:
            values = read_json(file, KIND, FORMAT_VERSION)
            unknown = values.keys() - {"name", "pictures", "config"}
            if unknown:
                names = ", ".join(map(as_word, sorted(unknown)[:10]))
                raise ProjectError(f"{file} has unknown entries: {names}.")
            pictures = values.get("pictures")
            if not isinstance(pictures, str):
                raise ProjectError(f"{file} is damaged: it names no pictures folder.")
            # a folder inside the project is noted relative to it, so that it moves along
            config, noted = config_from_dict(values.get("config")), path / pictures
            moved = None if is_folder(noted) else find_moved(pictures, path)
            return cls(path, noted, config) if moved is None else cls(path, moved, config, noted)
        except ConfigError as error:
            raise ProjectError(f"{file} cannot be used: {error}") from error
        except ProjectError:
            raise
        except StudioError as error:
            raise ProjectError(str(error)) from error

    def save(self) -> None:
        """Write project.json. Raises ProjectError if it cannot be written."""
        inside = self.pictures.is_relative_to(self.path)
        values = {
            "name": self.name,
            "pictures": str(self.pictures.relative_to(self.path) if inside else self.pictures),
            "config": config_to_dict(self.config),
        }
        with refused_as(ProjectError, f"{self.path} cannot be written"):
            write_json(self.path / FILE_NAME, KIND, FORMAT_VERSION, values)

    def with_config(self, config: StudioConfig) -> Project:
        """The project with other settings, saved.

        Raises ConfigError if one that shapes the model changes after training has begun.
        """
        if self.checkpoint_paths():
            check_locked(self.config, config)
        changed = dataclasses.replace(self, config=config)
        changed.save()
        return changed

    def with_pictures(self, folder: Path) -> Project:
        """The project with another pictures folder, saved. Raises ProjectError."""
        folder = folder.expanduser().resolve()
        if folder == self.path:
            raise ProjectError(f"{folder} cannot be both the project and its pictures folder.")
        if not is_folder(folder):
            raise ProjectError(f"The pictures folder {folder} does not exist.")
        changed = dataclasses.replace(self, pictures=folder, moved_from=None)
        changed.save()
        return changed

    def check_pictures(self) -> None:
        """Raise PicturesError, which names what mends it, if there is no pictures folder."""
        if not is_folder(self.pictures):
            raise PicturesError(
                f"The pictures folder {self.pictures} does not exist, and lies nowhere beside the "
                "project; choose it anew on the page Pictures, or with: "
                f"ddpm-studio train {shlex.quote(str(self.path))} --images DIR --minutes 10"
            )

    @property
    def moved_words(self) -> str:
        """A sentence if the pictures were found elsewhere than the project has them; else ""."""
        if self.moved_from is None:
            return ""
        found = f"they are taken from {self.pictures}"
        return f"The pictures are no longer in {self.moved_from}; {found}"

    @property
    def name(self) -> str:
        """Of its folder; said often, so that the disk is not asked."""
        return Path(os.path.abspath(self.path)).name  # noqa: PTH100 - resolve asks the disk

    @property
    def metrics_path(self) -> Path:
        return self.path / "metrics.jsonl"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def models(self) -> Path:
        """What is kept of checkpoints that are gone, since something saved names them."""
        return self.path / "models"

    @property
    def samples(self) -> Path:
        return self.path / "samples"

    @property
    def gallery(self) -> Path:
        return self.path / "gallery"

    @property
    def own_pictures(self) -> Path:
        """Pictures from elsewhere that something here was begun with, by their content."""
        return self.path / "own"

    @property
    def cache(self) -> Path:
        return self.path / "cache"

    def checkpoint_path(self, step: int) -> Path:
        return self.checkpoints / f"step_{step:08d}.safetensors"

    def model_path(self, step: int) -> Path:
        """The checkpoint of a step, or what is kept of it if it is gone."""
        path = self.checkpoint_path(step)
        kept = [file.path for file in self.model_files() if file.step == step]
        return path if path.exists() or not kept else kept[-1]

    def preview_path(self, step: int) -> Path:
        return self.samples / f"step_{step:08d}.png"

    def checkpoint_paths(self) -> list[Path]:
        """All checkpoints, the oldest first."""
        found = [path for path in self.checkpoints.glob(CHECKPOINT_PATTERN) if step_of(path) >= 0]
        return sorted(found, key=step_of)

    def checkpoint_files(self) -> tuple[CheckpointFile, ...]:
        """The same with what the disk says of them."""
        return _files_of(self.checkpoint_paths())

    def model_files(self) -> tuple[CheckpointFile, ...]:
        """The pinned models, the oldest first; each lies in a folder named by its sha256."""
        found = [path for path in self.models.glob(f"*/{CHECKPOINT_PATTERN}") if step_of(path) >= 0]
        return _files_of(sorted(found, key=step_of))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes from training this project.

        The operating system holds the lock and lets go of it when the process ends, however it
        ends, so a lock file that was left behind is no obstacle. Raises ProjectError if another
        process has it.
        """
        owner = self.path / "train.owner"
        lock = FileLock(self.path / "train.lock")
        with refused_as(ProjectError, f"{self.path} cannot be written"):
            try:
                lock.acquire(timeout=GLANCE, poll_interval=GLANCE / 10)
            except Timeout:
                raise ProjectError(
                    f"{self.path} is being trained by another process "
                    f"(number {_number_in(owner)}); stop that one first."
                ) from None
        try:
            with suppress(OSError):  # it only serves the sentence above
                owner.write_text(f"{os.getpid()}\n")
            yield
        finally:
            with suppress(OSError):
                owner.unlink(missing_ok=True)
            lock.release()

    def trained_elsewhere(self) -> str:
        """The number of the other process that trains this project now; "" if none does."""
        path = self.path / "train.lock"
        if not path.exists():  # never trained; looking must not leave a file behind
            return ""
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            owner = _number_in(self.path / "train.owner")
            return "" if owner == str(os.getpid()) else owner
        except OSError:  # on a disk that cannot be written nobody trains
            return ""
        lock.release()
        return ""


def _files_of(paths: list[Path]) -> tuple[CheckpointFile, ...]:
    files = []
    for path in paths:
        with suppress(OSError):  # it has just been deleted for a newer one
            about = path.stat()
            files.append(CheckpointFile(step_of(path), path, about.st_size, about.st_mtime_ns))
    return tuple(files)


def _number_in(owner: Path) -> str:
    """Of the process that holds a lock; "unknown" if it ends, or could not say, at this moment."""
    with suppress(OSError):
        number = owner.read_bytes().strip()
        if number.isdigit():
            return number.decode()
    return "unknown"


def check_new(path: Path, pictures: Path) -> None:
    """Raise a ProjectError unless a project can be made at `path`; both paths are absolute.

    All that may be there already is the way to a pictures folder inside it.
    """
    if pictures == path:
        raise ProjectError(f"{path} cannot be both the project and its pictures folder.")
    if (path / FILE_NAME).exists():
        raise ProjectError(f"{path} already is a project; choose another name.")
    if path.exists() and not path.is_dir():
        raise ProjectError(f"{path} is a file; choose another name.")
    is_inside = pictures.is_relative_to(path)
    allowed = {path / pictures.relative_to(path).parts[0]} if is_inside else set()
    with refused_as(ProjectError, f"{path} cannot be opened"):
        others = set(path.iterdir()) - allowed if path.exists() else set()
    if others:
        raise ProjectError(f"{path} already exists and is not empty; choose another name.")
    if not is_inside and not pictures.is_dir():
        is_file = pictures.exists()
        raise ProjectError(
            f"The pictures folder {pictures} {'is a file' if is_file else 'does not exist'}."
        )


def is_project(folder: Path) -> bool:
    """Whether a folder holds a project, of whatever version."""
    try:
        values = json.loads(read_bounded(folder / FILE_NAME))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(values, dict) and values.get("kind") == KIND


def step_of(path: Path) -> int:
    """The step in a file name such as step_00012000.safetensors; -1 if there is none."""
    digits = path.stem.removeprefix("step_")
    return int(digits) if digits.isascii() and digits.isdigit() else -1


def is_locked(path: str) -> bool:
    """Whether a setting, by its dotted path, no longer changes once there is a checkpoint."""
    section, _, name = path.partition(".")
    return section in LOCKED_SECTIONS or name in LOCKED_FIELDS.get(section, ())


def check_locked(old: StudioConfig, new: StudioConfig) -> None:
    """Raise a ConfigError that names the first setting that may no longer change."""
    kinds = [row_of(config.model).name for config in (old, new)]
    if kinds[0] != kinds[1]:
        raise _locked(KIND_PATH, *kinds)
    for section in dataclasses.fields(StudioConfig):
        before, after = getattr(old, section.name), getattr(new, section.name)
        for field in dataclasses.fields(before):
            values = getattr(before, field.name), getattr(after, field.name)
            if (section.name, field.name, values[0]) == ("pictures", "channels", 0):
                continue  # as the folder is; now it is known how that is
            name = f"{section.name}.{field.name}"
            if is_locked(name) and values[0] != values[1]:
                name = SAID_AS.get(name, name)
                raise _locked(name, *(attrgetter(name)(config) for config in (old, new)))


def _locked(name: str, was: object, wanted: object) -> ConfigError:
    return ConfigError(
        f"{name} is {was} and cannot become {wanted}: "
        "the model is already trained with it; make a new project for that."
    )
