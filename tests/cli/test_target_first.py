"""Where nothing can be written, a command says so before it paints anything."""

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.cli import main
from ddpm_studio.errors import ExportError
from ddpm_studio.export.places import check_file, check_folder
from ddpm_studio.project import Project

TINY = [
    *("pictures.size=8", "model.model_channels=8", "model.channel_mult=1,2"),
    *("model.attention_resolutions=", "model.head_channels=8", "train.batch_size=4"),
    *("train.preview_count=1", "train.preview_steps=1", "train.precision=fp32"),
    "sample.num_inference_steps=3",
]
CPU = ["--device", "cpu"]
COMMANDS = {
    "sample": "sample {project} --count 1 --out {out}",
    "animate": "animate {project} --count 1 --out {out}/a.gif",
    "frames": "animate {project} --count 1 --out {out}/frames",
    "strip": "animate {project} --count 1 --strip 2 --out {out}/a.png",
    "sheet": "sheet {project} --x steps=1,2 --out {out}/a.png",
    "remake": "remake {project}/made.png --out {out}/a.png",
}
needs_a_user = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("target")
    (folder / "pictures").mkdir()
    colours = np.random.default_rng(0).integers(0, 256, (3, 9, 9, 3), dtype=np.uint8)
    for number, pixels in enumerate(colours):
        Image.fromarray(pixels).save(folder / "pictures" / f"{number}.png")
    settings = [word for setting in TINY for word in ("--set", setting)]
    path = folder / "flowers"
    assert main(["new", str(path), "--images", str(folder / "pictures"), *settings]) == 0
    assert main(["train", str(path), "--steps", "1", *CPU]) == 0
    assert main(["sample", str(path), "--out", str(folder), "--count", "1", *CPU]) == 0
    next(folder.glob("*.png")).rename(path / "made.png")
    return path


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was asked of the network."""
    asked: list[object] = []
    from ddpm_studio.nn import UNet

    forward = UNet.forward
    monkeypatch.setattr(
        UNet, "forward", lambda self, *args: (asked.append(args), forward(self, *args))[1]
    )
    return asked


def refused(capsys, command: str, project: Path, out: Path) -> str:
    words = [word.format(project=project, out=out) for word in command.split()]
    capsys.readouterr()
    assert main([*words, *CPU]) == 1
    return str(capsys.readouterr().err)


@needs_a_user
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_folder_that_may_not_be_written(capsys, tmp_path, project, painted, command) -> None:
    folder = tmp_path / "w"
    folder.mkdir(mode=0o555)
    assert f"{folder} cannot be written: Permission denied." in refused(
        capsys, command, project, folder
    )
    assert not painted


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_folder_that_is_a_file(capsys, tmp_path, project, painted, command) -> None:
    file = tmp_path / "w"
    file.write_text("mine")
    sentence = refused(capsys, command, project, file)
    assert "File exists" in sentence or "does not exist" in sentence or "Not a dir" in sentence
    assert not painted
    assert file.read_text() == "mine"


@pytest.mark.parametrize("name", ["animate", "strip", "sheet", "remake"])
def test_a_file_that_is_a_folder(capsys, tmp_path, project, painted, name) -> None:
    for ending in ("gif", "png"):
        (tmp_path / f"a.{ending}").mkdir()
    assert "is a folder; choose another name." in refused(capsys, COMMANDS[name], project, tmp_path)
    assert not painted


@pytest.mark.parametrize("name", ["animate", "frames", "sheet", "remake"])
def test_a_name_that_no_disk_takes(capsys, tmp_path, project, painted, name) -> None:
    command = COMMANDS[name].replace("/a.", f"/{'a' * 300}.").replace("/frames", f"/{'f' * 300}")
    assert "File name too long" in refused(capsys, command, project, tmp_path)
    assert not painted


def test_a_project_whose_name_leaves_no_room_for_those_of_its_pictures(
    capsys, tmp_path, project, painted
) -> None:
    long = Path(shutil.copytree(project, tmp_path / ("f" * 250)))
    assert "File name too long" in refused(capsys, COMMANDS["sample"], long, tmp_path / "out")
    assert not painted


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_system_that_refuses(capsys, tmp_path, project, painted, monkeypatch, command) -> None:
    """As it does on a disk that may only be read, to root as well."""
    monkeypatch.setattr("ddpm_studio.export.places._try_to_write", _read_only)
    assert "cannot be written: Read-only file system." in refused(
        capsys, command, project, tmp_path
    )
    assert not painted


def _read_only(folder, nbytes):
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def test_a_disk_that_is_full(capsys, tmp_path, project, painted, monkeypatch) -> None:
    """As one that takes names and no bytes."""
    monkeypatch.setattr("ddpm_studio.export.places._try_to_write", _full)
    for command in COMMANDS.values():
        assert "No space left on device" in refused(capsys, command, project, tmp_path)
    assert not painted


def _full(folder, nbytes):
    assert nbytes
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@needs_a_user
def test_training_does_not_begin_what_it_cannot_save(capsys, tmp_path, project) -> None:
    copy = Path(shutil.copytree(project, tmp_path / "flowers"))
    Project.open(copy).checkpoints.chmod(0o555)
    assert main(["train", str(copy), "--steps", "1", *CPU]) == 1
    seen = capsys.readouterr()
    assert "checkpoints cannot be written: Permission denied." in seen.err
    assert "Training from step" not in seen.out


def test_what_can_be_written_is_tried_without_a_trace(tmp_path: Path) -> None:
    check_file(tmp_path / "a.png")
    check_folder(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []
    for path in (tmp_path / "a\0b", tmp_path / "none" / "a.png"):
        with pytest.raises(ExportError):
            check_file(path)


@pytest.mark.parametrize("name", ["animate", "frames", "strip", "sheet", "remake"])
def test_what_is_there_already_is_never_replaced(capsys, tmp_path, project, painted, name) -> None:
    for ending in ("gif", "png"):
        (tmp_path / f"a.{ending}").write_text("mine")
    (tmp_path / "frames").write_text("mine")
    assert "is there already; choose a name that is still free" in refused(
        capsys, COMMANDS[name], project, tmp_path
    )
    assert not painted
    assert {path.read_text() for path in tmp_path.iterdir()} == {"mine"}


@pytest.mark.parametrize("name", ["animate", "strip", "sheet"])
def test_a_name_that_is_taken_while_it_paints(capsys, tmp_path, project, monkeypatch, name) -> None:
    """What was painted is worth more than the name."""
    from ddpm_studio.nn import UNet

    forward = UNet.forward

    def take_names(self, *inputs):
        for ending in ("gif", "png"):
            (tmp_path / f"a.{ending}").write_text("mine")
        return forward(self, *inputs)

    monkeypatch.setattr(UNet, "forward", take_names)
    words = COMMANDS[name].format(project=project, out=tmp_path).split()
    assert main([*words, *CPU]) == 0
    made = next(tmp_path.glob("a_2.*"))
    assert str(made) in capsys.readouterr().out
    assert (tmp_path / f"a{made.suffix}").read_text() == "mine"
