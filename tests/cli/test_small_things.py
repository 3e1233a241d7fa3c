"""One of something is not several; programs hear of errors; a checkpoint is of the step it says."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.cli import main
from ddpm_studio.cli.terminal import Terminal
from ddpm_studio.events import FolderChecked, PicturesReady
from ddpm_studio.project import Project

TINY = [
    *("pictures.size=8", "model.model_channels=8", "model.channel_mult=1,2"),
    *("model.attention_resolutions=", "model.head_channels=8", "train.batch_size=4"),
    *("train.preview_count=1", "train.preview_steps=1", "train.precision=fp32"),
    "sample.num_inference_steps=3",
]
CPU = ["--device", "cpu"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """After two checkpoints, of steps 1 and 2."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "pictures").mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(folder / "pictures" / "a.png")
    settings = [word for setting in TINY for word in ("--set", setting)]
    path = folder / "flowers"
    assert main(["new", str(path), "--images", str(folder / "pictures"), *settings]) == 0
    for _ in range(2):
        assert main(["train", str(path), "--steps", "1", *CPU]) == 0
    return path


def test_one_is_not_several(project: Path, tmp_path: Path, capsys) -> None:
    commands = {
        f"check {project}": "learn from 1 picture; 0 files are left out",
        f"train {project} --steps 1 --device cpu": "1 picture taken, 0 files left out",
        f"sample {project} --out {tmp_path} --count 1 --device cpu": f"1 picture is in {tmp_path}",
        f"animate {project} --out {tmp_path}/a.png --strip 1 --count 1 --device cpu": "1 stage",
    }
    for command, words in commands.items():
        assert main(command.split()) == 0
        out = capsys.readouterr().out
        assert words in out
        assert not [noun for noun in ("picture", "file", "stage") if f" 1 {noun}s" in f" {out}"]


def test_one_file_that_is_left_out(capsys) -> None:
    show = Terminal()
    show.event(PicturesReady(1, 1, False))
    show.event(FolderChecked(1, 1, 3, 8, 8))
    show.close()
    out = capsys.readouterr().out
    assert "1 picture taken, 1 file left out" in out
    assert "from 1 picture; 1 file is left out" in out


@pytest.mark.parametrize(
    "command",
    [
        "train {tmp}/none --steps 1",
        "sample {project} --out {tmp}/out --count 1 --checkpoint 99",
        "check {tmp}/none",
        "recipe {tmp}/none",
        "new {project}",
    ],
)
def test_a_program_hears_of_the_error_too(
    project: Path, tmp_path: Path, capsys, command: str
) -> None:
    words = command.format(project=project, tmp=tmp_path).split()
    assert main([*words, "--json"]) == 1
    seen = capsys.readouterr()
    last = json.loads(seen.out.splitlines()[-1])
    assert last == {"event": "Error", "message": seen.err.rstrip("\n")}
    assert main(words) == 1
    assert "Error" not in capsys.readouterr().out


def test_a_checkpoint_under_another_name_is_passed_over(
    project: Path, tmp_path: Path, capsys
) -> None:
    copy = Project.open(shutil.copytree(project, tmp_path / "flowers"))
    right = copy.checkpoint_paths()[-1]
    shutil.copy(right, copy.checkpoint_path(900))
    assert main(["sample", str(copy.path), "--out", str(tmp_path), "--count", "1", *CPU]) == 0
    out = capsys.readouterr().out
    assert "its name says step 900, but it is of step" in out
    assert [path.name for path in tmp_path.glob(f"*_{right.stem.replace('_', '')}_*.png")]
