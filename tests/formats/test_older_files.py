"""What the program wrote before its house was put in order opens, and is made again.

`as_written` holds a project of an earlier version with two checkpoints, a gallery with a batch
that was stopped, pictures of each sampler, films of each kind and a sheet; and a second project,
`turned`, whose pictures were augmented in training. It is only ever copied.
On the kind of machine that wrote them the files come back to the byte; another one rounds its
sums otherwise, so that a channel may be a grey level off.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence
from safetensors import safe_open

from ddpm_studio.cli import main
from ddpm_studio.project import Project
from ddpm_studio.training import load_model
from ddpm_studio.training.metrics import read_log

WRITTEN = Path(__file__).parent / "as_written"
PICTURES = sorted(
    path.relative_to(WRITTEN).as_posix()
    for folder in ("meadow/gallery", *(f"samples-{name}" for name in ("ddim", "ddpm")))
    for path in (WRITTEN / folder).rglob("*.png")
) + [
    path.relative_to(WRITTEN).as_posix()
    for name in ("dpmpp_2m", "heun")
    for path in sorted((WRITTEN / f"samples-{name}").glob("*.png"))
]
FILMS = ["films/film.gif", "films/film.webp", "films/film.png", "films/film.mp4", "films/film.webm"]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A copy of the older files, whose projects find their pictures."""
    copy = Path(shutil.copytree(WRITTEN, tmp_path / "written"))
    there = json.dumps(str(copy / "pictures"))
    for project in copy.glob("*/project.json"):
        project.write_text(project.read_text("utf-8").replace('"PICTURES"', there), "utf-8")
    return copy


def recipe_in(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["recipe", str(path)]) == 0
    return capsys.readouterr().out


def frames(path: Path) -> Iterator[np.ndarray]:
    if path.suffix in (".mp4", ".webm"):
        with av.open(path) as film:
            for frame in film.decode(video=0):
                yield frame.to_ndarray(format="rgb24")
        return
    with Image.open(path) as picture:
        for shown in ImageSequence.Iterator(picture):
            yield np.asarray(shown.convert("RGB"))  # type: ignore[attr-defined]


def assert_same_pixels(new: Path, old: Path, tolerance: int) -> None:
    pairs = list(zip(frames(new), frames(old), strict=True))
    assert pairs
    for ours, theirs in pairs:
        assert np.abs(ours.astype(int) - theirs).max() <= tolerance


def test_the_project_opens_with_all_that_it_holds(written: Path) -> None:
    project = Project.open(written / "meadow")
    assert project.name == "meadow"
    assert project.config.train.learning_rate == 0.02
    assert [path.name for path in project.checkpoint_paths()] == [
        "step_00000020.safetensors",
        "step_00000040.safetensors",
    ]


def test_the_project_is_trained_on(written: Path) -> None:
    assert main(["train", str(written / "meadow"), "--steps", "2", "--device", "cpu"]) == 0
    newest = Project.open(written / "meadow").checkpoint_paths()[-1]
    assert newest.name == "step_00000042.safetensors"


TOLD = "step_embedding.told.weight"  # where what was done to pictures entered the older network
NEXT_LOSSES = (0.15524055063724518, 0.18746300041675568, 0.16931824386119843)  # it went on with


def test_a_network_that_was_told_how_pictures_were_augmented_is_read(written: Path) -> None:
    (path,) = Project.open(written / "turned").checkpoint_paths()
    with safe_open(path, "pt") as file:
        older = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    for which in ("ema", "model"):
        weights = load_model(path, which)[0].state_dict()
        kept = weights["step_embedding.map_augment.weight"]
        assert torch.equal(kept, older[f"{which}.{TOLD}"])
        assert kept.any()


def test_it_paints_what_it_painted(written: Path, capsys) -> None:
    project = str(written / "turned")
    olds = sorted((written / "samples-turned").iterdir())
    assert len(olds) == 2
    for old in olds:
        made = written / "again.png"
        assert main(["remake", str(old), "--out", str(made), "--project", project]) == 0
        assert_same_pixels(made, old, 1)
        assert recipe_in(made, capsys) == recipe_in(old, capsys)


def test_it_learns_on_as_it_would_have_then(written: Path) -> None:
    """Weights, averages and the optimizer's moments are all where they were."""
    project = Project.open(written / "turned")
    steps = str(len(NEXT_LOSSES))
    assert main(["train", str(project.path), "--steps", steps, "--device", "cpu"]) == 0
    losses = [line["loss"] for line in read_log(project.metrics_path).steps if line["step"] > 8]
    assert losses == pytest.approx(NEXT_LOSSES, rel=1e-4)
    newest = project.checkpoint_paths()[-1]
    assert newest.name == "step_00000011.safetensors"
    with safe_open(newest, "pt") as file:
        assert not [name for name in file.keys() if "told" in name]  # noqa: SIM118


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_made_again(name: str, written: Path, capsys) -> None:
    made, old = written / "again.png", written / name
    project = str(written / "meadow")
    assert main(["remake", str(old), "--out", str(made), "--project", project]) == 0
    assert_same_pixels(made, old, 1)
    assert recipe_in(made, capsys) == recipe_in(old, capsys)


@pytest.mark.parametrize("name", FILMS)
def test_a_film_is_made_again(name: str, written: Path, capsys) -> None:
    old = written / name
    made = written / f"again{'.apng' if old.suffix == '.png' else old.suffix}"
    project = str(written / "meadow")
    assert main(["remake", str(old), "--out", str(made), "--project", project]) == 0
    # where colours are put in tables or left out, a grey level may become more
    assert_same_pixels(made, old, 1 if old.suffix in (".webp", ".png") else 24)
    assert recipe_in(made, capsys) == recipe_in(old, capsys)


@pytest.mark.parametrize("name", ["films/strip.png", "films/film-training.gif"])
def test_a_page_still_says_what_it_was_made_with(name: str, written: Path, capsys) -> None:
    assert "step_00000040.safetensors" in recipe_in(written / name, capsys)


def test_a_sheet_is_painted_again(written: Path, capsys) -> None:
    old, made = written / "sheet.png", written / "again.png"
    axes = ["--x", "steps=2,4", "--y", "eta=0,1", "--count", "1"]
    assert main(["sheet", str(written / "meadow"), "--out", str(made), *axes]) == 0
    assert_same_pixels(made, old, 1)
    with Image.open(made) as ours, Image.open(old) as theirs:
        assert ours.info == theirs.info  # the settings of its cells
    assert main(["recipe", str(old)]) == 1
    assert "is a sheet that compares settings" in capsys.readouterr().err


def test_a_batch_that_was_stopped_is_known(written: Path) -> None:
    from ddpm_studio.gallery.batch import read_batches

    folders = [written / "meadow" / "gallery" / "batch_step00000040_seed000030"]
    (batch,), trouble = read_batches(folders)
    assert (batch.count, batch.done, trouble) == (4, 2, ())
