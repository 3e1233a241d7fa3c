"""`ddpm-studio animate`: every kind of film from a project that was trained for a few steps."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from ddpm_studio.cli import main
from ddpm_studio.project import Project
from ddpm_studio.recipe import Recipe

TINY = [
    *("pictures.size=8", "model.model_channels=8", "model.channel_mult=1,2"),
    *("model.attention_resolutions=", "model.head_channels=8", "train.batch_size=4"),
    *("train.preview_count=1", "train.preview_steps=1", "train.precision=fp32"),
    *("train.checkpoint_every=1", "sample.num_inference_steps=3"),
]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with several checkpoints; whoever changes it makes a copy."""
    folder = tmp_path_factory.mktemp("pictures")
    colours = np.random.default_rng(0).integers(0, 256, (5, 9, 9, 3), dtype=np.uint8)
    for number, pixels in enumerate(colours):
        Image.fromarray(pixels).save(folder / f"{number}.png")
    path = tmp_path_factory.mktemp("projects") / "flowers"
    words = [word for setting in TINY for word in ("--set", setting)]
    assert main(["new", str(path), "--images", str(folder), *words]) == 0
    for _ in range(2):
        assert main(["train", str(path), "--steps", "1", "--device", "cpu"]) == 0
    return path


@pytest.fixture
def run(trained: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`animate` with some words: exit code, stdout, stderr."""

    def animate(*words: object, project: Path = trained) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["animate", str(project), "--device", "cpu", *map(str, words)])
        return code, *capsys.readouterr()

    return animate


def frames_of(path: Path) -> list[np.ndarray[Any, Any]]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def pixels(path: Path) -> np.ndarray[Any, Any]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def test_without_options_it_is_the_film_that_it_always_was(run: Run, tmp_path: Path) -> None:
    """16 pictures as a grid, about 512 pixels large, 12 frames a second, 1.5 seconds at rest."""
    path = tmp_path / "film.png"
    code, out, err = run("--out", path)
    assert (code, err) == (0, "")
    with Image.open(path) as image:
        assert image.size == (512, 512)
        assert image.n_frames == 4  # type: ignore[attr-defined]
        image.seek(3)
        assert image.info["duration"] == pytest.approx(1000 * (1 / 12 + 1.5), abs=1)
    assert "512 x 512 pixels, 22 frames, 1.8 seconds" in out
    assert f"The film is {path}" in out


def test_what_is_foretold_is_near_what_is_written(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "film.png"
    _, out, _ = run("--out", path, "--json")
    events = [json.loads(line) for line in out.splitlines()]
    notes = [event["message"] for event in events if event["event"] == "Note"]
    said = float(notes[0].removeprefix("About ").split(" ")[0]) * 1000  # kB
    assert said == pytest.approx(path.stat().st_size, rel=0.5)
    progress = [event for event in events if event["event"] == "ExportProgress"]
    total = progress[0]["total"]  # frames; the last picture is held for many of them
    assert [event["done"] for event in progress] == [1, 2, 3, total]
    assert total > 4
    foretold = next(event for event in events if event.get("message") == notes[0])
    assert events.index(progress[0]) > events.index(foretold)


def test_one_and_both_are_parts_of_the_same_denoising(run: Run, tmp_path: Path) -> None:
    size = ("--scale", 1, "--hold", 0)
    films = {name: tmp_path / f"{name}.png" for name in ("grid", "one", "both", "x_t", "pred_x_0")}
    assert run("--out", films["grid"], "--count", 4, *size)[0] == 0
    assert run("--out", films["one"], "--of", "one", *size)[0] == 0
    assert run("--out", films["both"], "--of", "both", "--count", 4, *size)[0] == 0
    assert run("--out", films["pred_x_0"], "--count", 4, "--show", "pred_x_0", *size)[0] == 0
    grid, one, both, believed = (
        frames_of(films[name]) for name in ("grid", "one", "both", "pred_x_0")
    )
    assert one[0].shape == (8, 8, 3)
    assert both[0].shape == (16, 16 + 1 + 16, 3)
    for index in range(4):
        assert (one[index] == grid[index][:8, :8]).all()
        assert (both[index][:, :16] == grid[index]).all()
        assert (both[index][:, 17:] == believed[index]).all()


def test_a_training_is_the_same_noise_through_all_checkpoints(
    run: Run, trained: Path, tmp_path: Path
) -> None:
    """Its last frame is what the newest one makes of it."""
    checkpoints = Project.open(trained).checkpoint_paths()
    code, _, err = run(
        *("--out", tmp_path / "training.png", "--of", "training", "--count", 2, "--scale", 1)
    )
    assert (code, err) == (0, "")
    film = frames_of(tmp_path / "training.png")
    assert len(film) == len(checkpoints) >= 2
    run("--out", tmp_path / "newest.png", "--count", 2, "--scale", 1)
    assert (film[-1] == frames_of(tmp_path / "newest.png")[-1]).all()
    assert (film[0] != film[-1]).any()


def test_a_damaged_checkpoint_is_left_out_of_a_training_with_a_word(
    run: Run, trained: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(trained, tmp_path / "flowers"))
    paths = Project.open(copy).checkpoint_paths()
    shutil.copy(paths[-1], paths[-1].with_stem("step_00000009"))
    Path(paths[-1].with_stem("step_00000009")).write_bytes(b"nothing")
    out = tmp_path / "film.png"
    code, said, _ = run("--out", out, "--of", "training", project=copy)
    assert code == 0
    assert "It is left out of the film." in said
    assert len(frames_of(out)) == len(paths)
    for path in paths[:-1]:
        path.unlink()
    code, _, err = run("--out", tmp_path / "none.png", "--of", "training", project=copy)
    assert code == 1
    assert err == (
        "A film of the training needs 2 checkpoints that can be read, but there is 1; "
        "train a little longer.\n"
    )


def test_all_options_of_a_gif_at_once(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    code, _, err = run(
        *("--out", path, "--count", 2, "--fps", 10, "--hold", 0.5, "--width", 100, "--caption"),
        *("--easing", "change", "--ping-pong", "--loops", 3),
        *("--palette", "shared", "--dither", "ordered"),
    )
    assert (code, err) == (0, "")
    with Image.open(path) as image:
        assert image.info["loop"] == 2  # more
        assert image.width == 100
        assert image.height > 50  # two pictures beside each other, and the caption
        assert b"recipe" in image.info["comment"]


@pytest.mark.parametrize("ending", [".webm", ".mp4"])
def test_videos_are_of_even_size(run: Run, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"film{ending}"
    code, out, _ = run("--out", path, "--of", "one", "--width", 33, "--hold", 0)
    assert code == 0
    assert "34 x 34 pixels" in out
    frames = frames_of(path)
    assert len(frames) == 4
    assert frames[0].shape == (34, 34, 3)


def test_a_name_without_an_ending_is_a_folder_of_frames(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    words = ("--count", 1, "--scale", 2, "--fps", 4, "--hold", 0.5)
    assert run("--out", folder, *words)[0] == 0
    files = sorted(path.name for path in folder.iterdir())
    assert files == [f"frame_{index:05d}.png" for index in range(4 + 2)]
    run("--out", tmp_path / "film.png", *words)
    film = frames_of(tmp_path / "film.png")
    for index, name in zip([0, 1, 2, 3, 3, 3], files, strict=True):
        assert (pixels(folder / name) == film[index]).all()
    code, _, err = run("--out", folder, *words)
    assert (code, err) == (1, f"{folder} is there already; choose a name that is still free.\n")


@pytest.mark.parametrize("ending", [".png", ".webp"])
def test_a_strip_has_a_row_for_each_picture(run: Run, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"strip{ending}"
    code, out, _ = run("--out", path, "--strip", 3, "--count", 2, "--scale", 1)
    assert code == 0
    page = pixels(path)
    assert page.shape == (16, 3 * 8 + 2 * 2, 3)
    run("--out", tmp_path / "film.png", "--count", 2, "--scale", 1)
    first, last = (frames_of(tmp_path / "film.png")[index] for index in (0, -1))
    assert (page[:8, :8] == first[:, :8]).all()
    assert (page[8:, -8:] == last[:, 8:]).all()
    assert f"The page is {path}" in out


def test_the_recipe_tells_how_the_film_was_made_unless_it_is_left_out(
    run: Run, tmp_path: Path
) -> None:
    path, plain = tmp_path / "film.png", tmp_path / "plain.png"
    words = ("--count", 3, "--seed", 5, "--ping-pong")
    assert run("--out", path, *words)[0] == 0
    with Image.open(path) as image:
        recipe = Recipe.from_text(image.text["ddpm_studio"])  # type: ignore[attr-defined]
    assert recipe.seeds == (5, 6, 7)
    assert recipe.film is not None
    assert recipe.film["of"] == "grid"
    assert recipe.film["ping_pong"] is True
    assert recipe.film["scale"] == 32
    assert run("--out", plain, *words, "--no-recipe")[0] == 0
    assert b"ddpm" not in plain.read_bytes()


WRONG = {
    "--out {tmp}/film.gif --of both --show x_t": "--of both shows x_t and pred_x_0, so leave out "
    "--show.",
    "--out {tmp}/film.gif --of training --show x_t": "--of training shows finished pictures, so "
    "leave out --show.",
    "--out {tmp}/film.gif --of training --checkpoint 1": "--of training takes every checkpoint, so "
    "leave out --checkpoint.",
    "--out {tmp}/film.gif --of one --count 4": "--of one is a single picture, so leave out "
    "--count.",
    "--out {tmp}/film.mp4 --palette shared": "--palette and --dither are for a GIF.",
    "--out {tmp}/page.png --strip 3 --dither ordered": "--palette and --dither are for a GIF.",
    "--out {tmp}/page.gif --strip 3": "page.gif has no ending for a page; choose .png or .webp.",
    "--out {tmp}/page.png --strip 9": "The film has 4 frames, so choose 1 to 4 stages.",
    "--out {tmp}/film.gif --width 20000": "width is 20000, but must be 1 to 16383.",
    "--out {tmp}/film.gif --scale 65": "scale is 65, but must be 1 to 64.",
    "--out {tmp}/film.gif --loops -1": "loops is -1, but must be 0 (for ever) to 1000.",
    "--out {tmp}/film.gif --count 4000 --scale 64": "The film would be 32768 pixels long, but "
    "16383 is the most; choose fewer pictures or a smaller enlargement.",
    "--out {tmp}/none/frames": "The folder {tmp}/none does not exist.",
    "--out {tmp}/.gif": ".gif has no ending that can be written; choose one of ",
}


@pytest.mark.parametrize("words", WRONG)
def test_what_does_not_go_together_is_one_sentence_before_any_work(
    run: Run, tmp_path: Path, words: str
) -> None:
    code, out, err = run(*words.format(tmp=tmp_path).split(), "--json")
    assert (code, out) == (1, json.dumps({"event": "Error", "message": err[:-1]}) + "\n")
    assert err.startswith(WRONG[words].format(tmp=tmp_path))
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        "--of all",
        "--scale 2 --width 64",
        "--easing fast",
        "--strip 0",
        "--dither some",
        "--loops x",
    ],
)
def test_wrong_usage_is_exit_code_2(run: Run, tmp_path: Path, words: str) -> None:
    with pytest.raises(SystemExit) as stop:
        run("--out", tmp_path / "film.gif", *words.split())
    assert stop.value.code == 2


def test_a_page_of_more_stages_than_checkpoints_is_said_before_anything_is_painted(
    run: Run, tmp_path: Path
) -> None:
    code, out, err = run("--out", tmp_path / "page.png", "--of", "training", "--strip", 99)
    assert (code, out) == (1, "")
    assert "so choose 1 to" in err
    assert list(tmp_path.iterdir()) == []
