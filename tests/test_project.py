"""A project is a folder that can be moved, and that two processes never train at once."""

import dataclasses
import errno
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from ddpm_studio.config import StudioConfig, TrainConfig
from ddpm_studio.config.text import with_settings
from ddpm_studio.errors import ConfigError, ProjectError
from ddpm_studio.project import FILE_NAME, Project, check_locked, is_project, step_of


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "my pictures"
    folder.mkdir()
    return folder


@pytest.fixture
def project(tmp_path: Path, pictures: Path) -> Project:
    return Project.create(tmp_path / "flowers", pictures, StudioConfig())


def add_checkpoint(project: Project, step: int) -> Path:
    path = project.checkpoint_path(step)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"weights")
    return path


def test_a_new_project_opens_as_it_was_made(project: Project, pictures: Path) -> None:
    assert Project.open(project.path) == project
    assert Project.open(str(project.path)) == project
    assert project.pictures == pictures
    assert project.name == "flowers"
    assert is_project(project.path)
    assert [path.name for path in project.path.iterdir()] == [FILE_NAME]


def test_settings_survive(tmp_path: Path, pictures: Path) -> None:
    config = StudioConfig(train=TrainConfig(learning_rate=1.5e-4, seed=7))
    project = Project.create(tmp_path / "a", pictures, config)
    assert Project.open(project.path).config == config


def test_parent_folders_are_made(tmp_path: Path, pictures: Path) -> None:
    project = Project.create(tmp_path / "a" / "b" / "c", pictures, StudioConfig())
    assert (tmp_path / "a" / "b" / "c" / FILE_NAME).is_file()
    assert project.name == "c"


def test_an_empty_folder_becomes_a_project(tmp_path: Path, pictures: Path) -> None:
    (tmp_path / "empty").mkdir()
    project = Project.create(tmp_path / "empty", pictures, StudioConfig())
    assert Project.open(tmp_path / "empty") == project


def test_a_folder_that_holds_only_its_pictures_becomes_a_project(tmp_path: Path) -> None:
    inside = tmp_path / "flowers" / "scans" / "2024"
    inside.mkdir(parents=True)
    project = Project.create(tmp_path / "flowers", inside, StudioConfig())
    assert Project.open(project.path).pictures == inside


def test_a_relative_path_means_the_folder_it_meant_when_it_was_given(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Project.create("flowers", pictures.name, StudioConfig())
    monkeypatch.chdir(pictures)
    assert Project.open("../flowers").pictures == pictures


def test_a_project_is_never_made_over_something_else(project: Project, pictures: Path) -> None:
    with pytest.raises(ProjectError, match="already is a project"):
        Project.create(project.path, pictures, StudioConfig())
    with pytest.raises(ProjectError, match="not empty"):
        Project.create(project.path.parent, pictures.parent.parent, StudioConfig())
    file = pictures / "a.png"
    file.write_bytes(b"picture")
    with pytest.raises(ProjectError, match="is a file"):
        Project.create(file, pictures, StudioConfig())
    with pytest.raises(ProjectError, match="cannot be both"):
        Project.create(pictures, pictures, StudioConfig())
    assert file.read_bytes() == b"picture"


def test_a_project_needs_a_folder_of_pictures(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="nowhere does not exist"):
        Project.create(tmp_path / "a", tmp_path / "nowhere", StudioConfig())
    (tmp_path / "b.png").touch()
    with pytest.raises(ProjectError, match=r"b\.png is a file"):
        Project.create(tmp_path / "a", tmp_path / "b.png", StudioConfig())
    assert not (tmp_path / "a").exists()


def test_a_place_where_no_folder_can_be_made_is_one_sentence(
    tmp_path: Path, pictures: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ProjectError, match="cannot be made"):
        Project.create(tmp_path / "file" / "a", pictures, StudioConfig())


def test_a_moved_project_opens_and_finds_its_pictures(tmp_path: Path, project: Project) -> None:
    inside = Project.create(tmp_path / "planets", tmp_path / "planets" / "drawn", StudioConfig())
    assert inside.pictures.is_dir()
    for made in (project, inside):
        shutil.move(made.path, tmp_path / "elsewhere" / made.name)
    moved = tmp_path / "elsewhere" / "planets"
    assert Project.open(moved).pictures == moved / "drawn"
    assert Project.open(tmp_path / "elsewhere" / "flowers").pictures == project.pictures


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "recipe"}, "not a project of DDPM Studio"),
        ({"format_version": 99}, "newer DDPM Studio"),
        ({"mood": "good"}, "unknown entries: mood"),
        ({"pictures": None}, "names no pictures folder"),
        ({"config": None}, "not a set of named sections"),
        ({"config": {"train": {"speed": 1}}}, r"no setting train\.speed"),
        ({"config": {"train": {"seed": -1}}}, r"train\.seed is -1"),
    ],
)
def test_a_project_file_that_cannot_be_used_says_why(
    project: Project, change: dict[str, object], words: str
) -> None:
    file = project.path / FILE_NAME
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(ProjectError, match=words) as caught:
        Project.open(project.path)
    assert str(file) in str(caught.value)


def test_a_damaged_or_missing_project_file_says_so(project: Project, tmp_path: Path) -> None:
    (project.path / FILE_NAME).write_bytes(b'{"kind": "pro')
    with pytest.raises(ProjectError, match="damaged"):
        Project.open(project.path)
    assert not is_project(project.path)
    for path in (tmp_path / "nowhere", tmp_path, project.path / FILE_NAME):
        with pytest.raises(ProjectError, match="is not a project"):
            Project.open(path)
        assert not is_project(path)


def test_settings_can_change_and_are_kept(project: Project) -> None:
    changed = project.with_config(with_settings(project.config, ["train.batch_size=4"]))
    assert changed.config.train.batch_size == 4
    assert Project.open(project.path) == changed


LOCKED = [
    ("pictures.size=64", "pictures.size is 32 and cannot become 64"),
    ("pictures.height=64", "pictures.height"),
    ("pictures.channels=1", "model.in_channels"),
    ("model.dropout=0.5", "model.dropout"),
    ("model.model_channels=64", "model.model_channels"),
    ("diffusion.prediction=eps", "diffusion.prediction"),
    ("diffusion.schedule=linear", "diffusion.schedule"),
    ("diffusion.num_timesteps=500", "diffusion.num_timesteps"),
]
FREE = [
    "pictures.background=#000000",
    "pictures.flip_horizontal=true",
    "train.batch_size=4",
    "train.learning_rate=1e-4",
    "diffusion.min_snr_gamma=0",
    "sample.eta=1",
]


@pytest.mark.parametrize(("setting", "words"), LOCKED)
def test_what_shapes_the_model_is_locked_once_it_is_trained(
    project: Project, setting: str, words: str
) -> None:
    add_checkpoint(project, 5)
    with pytest.raises(ConfigError, match=words) as caught:
        project.with_config(with_settings(project.config, [setting]))
    assert "make a new project" in str(caught.value)
    assert Project.open(project.path) == project


@pytest.mark.parametrize("setting", [setting for setting, _ in LOCKED])
def test_before_training_everything_can_change(project: Project, setting: str) -> None:
    changed = with_settings(project.config, [setting])
    assert project.with_config(changed).config == changed
    with pytest.raises(ConfigError):
        check_locked(project.config, changed)


@pytest.mark.parametrize("setting", FREE)
def test_what_only_steers_training_is_never_locked(project: Project, setting: str) -> None:
    add_checkpoint(project, 5)
    changed = project.with_config(with_settings(project.config, [setting]))
    assert Project.open(project.path).config == changed.config != project.config


def test_checkpoints_are_found_by_looking_and_in_order(project: Project) -> None:
    assert project.checkpoint_paths() == []
    paths = [add_checkpoint(project, step) for step in (2, 900, 12_000, 123_456_789)]
    for name in ("step_x.safetensors", "step_.safetensors", "step_-1.safetensors", "a.txt"):
        (project.checkpoints / name).touch()
    (project.checkpoints / ".unfinished-0123456789abcdef.safetensors").touch()
    assert project.checkpoint_paths() == paths
    assert [step_of(path) for path in paths] == [2, 900, 12_000, 123_456_789]
    assert paths[2].name == "step_00012000.safetensors"


def test_two_runs_in_one_process_do_not_train_one_project(project: Project) -> None:
    with project.lock():
        with pytest.raises(ProjectError, match="is being trained by another process"):
            project.lock().__enter__()
        assert Project.open(project.path) == project  # looking is allowed
    with project.lock():
        pass


def test_a_lock_names_its_process_and_ends_with_it(project: Project) -> None:
    hold = (
        "import sys; from ddpm_studio.project import Project\n"
        "with Project.open(sys.argv[1]).lock(): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(project.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(ProjectError, match=rf"number {holder.pid}\)"):
            project.lock().__enter__()
    finally:
        holder.kill()
        holder.communicate()
    assert (project.path / "train.owner").exists()  # left behind, and no obstacle
    with project.lock():
        pass


@pytest.mark.parametrize("left", [b"", b"\0\0\0\0\0", b"\xff\xfe", b"-1\n", b"4711\nand more"])
def test_a_damaged_note_of_who_trains_is_no_second_error(project: Project, left: bytes) -> None:
    """As a power cut, or a process that is just starting, leaves it."""
    with project.lock():
        (project.path / "train.owner").write_bytes(left)
        with pytest.raises(ProjectError, match=r"by another process \(number unknown\)"):
            project.lock().__enter__()


def test_who_trains_cannot_be_noted_on_a_full_disk_but_it_can_train(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", refuse)
    with project.lock(), pytest.raises(ProjectError, match="number unknown"):
        project.lock().__enter__()


def test_a_folder_that_cannot_be_written_is_said(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(FileLock, "acquire", refuse)
    with pytest.raises(ProjectError, match=r"cannot be written: Read-only file system\."):
        project.lock().__enter__()


def test_somebody_who_only_looks_is_no_obstacle(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window asks every few seconds whether another process trains its project."""
    glance = FileLock(project.path / "train.lock")
    glance.acquire()
    monkeypatch.setattr("filelock._api.time.sleep", lambda _seconds: glance.release())
    with project.lock():
        assert (project.path / "train.owner").exists()


def test_a_project_does_not_change(project: Project) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        project.config = StudioConfig()  # type: ignore[misc]
