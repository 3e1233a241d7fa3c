"""The command line finds pictures that moved along, or says which word mends it."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.cli import main

TINY = [
    *("pictures.size=8", "model.model_channels=8", "model.channel_mult=1,2"),
    *("model.attention_resolutions=", "model.head_channels=8", "train.batch_size=4"),
    *("train.preview_count=1", "train.preview_steps=1", "train.precision=fp32"),
]
TRAIN = ["--steps", "1", "--device", "cpu"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a project, and its pictures beside it."""
    pictures = tmp_path / "home" / "pictures"
    pictures.mkdir(parents=True)
    colours = np.random.default_rng(0).integers(0, 256, (3, 9, 9, 3), dtype=np.uint8)
    for number, pixels in enumerate(colours):
        Image.fromarray(pixels).save(pictures / f"{number}.png")
    settings = [word for setting in TINY for word in ("--set", setting)]
    project = pictures.with_name("flowers")
    assert main(["new", str(project), "--images", str(pictures), *settings]) == 0
    return project.parent


def test_moved_together_it_trains_on_and_says_where(home: Path, capsys) -> None:
    away = home.rename(home.with_name("away"))
    assert main(["train", str(away / "flowers"), *TRAIN]) == 0
    out = capsys.readouterr().out
    assert f"they are taken from {away / 'pictures'}" in out
    assert "3 pictures taken" in out
    assert main(["check", str(away / "flowers")]) == 0


@pytest.mark.parametrize("verb", ["train", "check", "plan"])
def test_alone_the_sentence_names_the_word_that_mends_it(home: Path, capsys, verb: str) -> None:
    elsewhere = (home / "pictures").rename(home / "elsewhere")
    words = {"train": TRAIN, "plan": ["--device", "cpu"]}.get(verb, [])
    assert main([verb, str(home / "flowers"), *words]) == 1
    assert f"ddpm-studio train {home / 'flowers'} --images DIR" in capsys.readouterr().err
    assert main(["train", str(home / "flowers"), "--images", str(elsewhere), *TRAIN]) == 0
    assert main(["check", str(home / "flowers")]) == 0
    shutil.rmtree(elsewhere)
    assert main(["train", str(home / "flowers"), "--images", str(elsewhere), *TRAIN]) == 1
    assert f"{elsewhere} does not exist" in capsys.readouterr().err
