"""The command line does the whole work, and every way of ending has its exit code."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.cli import commands, main
from ddpm_studio.cli import entry as cli
from ddpm_studio.config.text import value_of
from ddpm_studio.project import FILE_NAME, Project
from ddpm_studio.recipe import Recipe
from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.training import load_model

TINY = [
    *("pictures.size=8", "model.model_channels=8", "model.channel_mult=1,2"),
    *("model.attention_resolutions=", "model.head_channels=8", "train.batch_size=4"),
    *("train.preview_count=1", "train.preview_steps=1", "train.precision=fp32"),
    "sample.num_inference_steps=3",
]
SET_TINY = [word for setting in TINY for word in ("--set", setting)]
CPU = ["--device", "cpu"]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    colours = np.random.default_rng(0).integers(0, 256, (5, 9, 9, 3), dtype=np.uint8)
    for number, pixels in enumerate(colours):
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Path:
    """A project after three steps; whoever changes it makes a copy."""
    path = tmp_path_factory.mktemp("projects") / "flowers"
    assert main(["new", str(path), "--images", str(pictures), *SET_TINY]) == 0
    assert main(["train", str(path), "--steps", "3", *CPU]) == 0
    return path


@pytest.fixture
def copy(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "flowers"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process: exit code, stdout, stderr."""

    def run_command(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(word) for word in words])
        return code, *capsys.readouterr()

    return run_command


def entries(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def names(out: str) -> list[str]:
    return [entry["event"] for entry in entries(out)]


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def test_new_makes_a_project_that_opens(run: Run, tmp_path: Path, pictures: Path) -> None:
    path = tmp_path / "deep" / "flowers"
    code, out, err = run("new", path, "--images", pictures, "--preset", "small", "--size", 32)
    assert (code, err) == (0, "")
    assert f"ddpm-studio train {path} --minutes 10" in out
    project = Project.open(path)
    assert project.pictures == pictures
    assert project.config.pictures.size == 32
    assert value_of(project.config, "model.model_channels") == 64


@pytest.mark.parametrize("setting", ["pictures.size=64", "model.model_channels=16"])
def test_one_setting_is_enough_to_change_the_size_or_width(
    run: Run, tmp_path: Path, pictures: Path, setting: str
) -> None:
    code, _, err = run("new", tmp_path / "p", "--images", pictures, "--set", setting)
    assert (code, err) == (0, "")


def test_a_method_is_one_word_and_settings_after_it_count(
    run: Run, tmp_path: Path, pictures: Path
) -> None:
    words = ("--images", pictures, "--method", "improved", "--set", "diffusion.resampling=true")
    code, _, err = run("new", tmp_path / "p", *words)
    assert (code, err) == (0, "")
    diffusion = Project.open(tmp_path / "p").config.diffusion
    assert (diffusion.variance, diffusion.loss) == ("learned", "hybrid")
    assert diffusion.resampling
    code, _, err = run("new", tmp_path / "q", "--images", pictures, "--method", "magic")
    assert code == 1
    assert err.startswith("method is 'magic', but must be one of denoising, classic")
    assert len(err.splitlines()) == 1


def test_train_goes_on_from_the_newest_checkpoint(run: Run, copy: Path) -> None:
    code, out, _ = run("train", copy, "--steps", 2, "--json", *CPU)
    assert code == 0
    steps = [entry["step"] for entry in entries(out) if entry["event"] == "TrainStep"]
    assert steps == [4, 5]
    assert Project.open(copy).checkpoint_paths()[-1].name == "step_00000005.safetensors"


def test_json_lines_tell_the_whole_story(run: Run, tmp_path: Path, pictures: Path) -> None:
    code, out, err = run("new", tmp_path / "p", "--images", pictures, *SET_TINY, "--json")
    assert (code, err, names(out)) == (0, "", ["Note"])
    code, out, err = run("train", tmp_path / "p", "--steps", 2, "--json", *CPU)
    told = names(out)
    assert (code, err) == (0, "")
    assert [name for name in told if not name.endswith("Progress")] == [
        "PicturesReady",
        "TrainStarted",
        "PreviewSaved",  # of step 0
        "TrainStep",
        "TrainStep",
        "CheckpointSaved",
        "Note",
    ]
    code, out, err = run(
        "sample", tmp_path / "p", "--out", tmp_path / "s", "--count", 1, "--json", *CPU
    )
    assert names(out) == ["SampleStep"] * 4 + ["SampleFinished", "FileWritten", "Note"]


def test_training_can_be_given_minutes(run: Run, copy: Path) -> None:
    code, out, _ = run("train", copy, "--minutes", 0.001, "--json", *CPU)
    assert code == 0
    assert entries(out)[-2]["event"] == "CheckpointSaved"
    assert entries(out)[-2]["step"] > 3


def test_training_can_change_settings_that_are_free(run: Run, copy: Path) -> None:
    assert run("train", copy, "--steps", 1, "--set", "train.batch_size=2", *CPU)[0] == 0
    assert Project.open(copy).config.train.batch_size == 2


def test_training_cannot_change_what_shapes_the_model(run: Run, copy: Path) -> None:
    before = (copy / FILE_NAME).read_bytes()
    code, out, err = run("train", copy, "--steps", 1, "--set", "pictures.size=16", *CPU)
    assert (code, out) == (1, "")
    assert err == (
        "pictures.size is 8 and cannot become 16: the model is already trained with it; "
        "make a new project for that.\n"
    )
    assert (copy / FILE_NAME).read_bytes() == before


def test_whoever_trains_a_project_keeps_its_settings(run: Run, copy: Path) -> None:
    with Project.open(copy).lock():
        code, _, err = run("train", copy, "--steps", 1, "--set", "train.batch_size=2", *CPU)
    assert code == 1
    assert "is being trained by another process" in err
    assert Project.open(copy).config.train.batch_size == 4


def test_files_that_are_left_out_are_named(run: Run, copy: Path, pictures: Path) -> None:
    shutil.copytree(pictures, copy.parent / "mine")
    (copy.parent / "mine" / "list.png").write_text("milk, bread")
    run("new", copy.parent / "p", "--images", copy.parent / "mine", *SET_TINY)
    code, out, err = run("train", copy.parent / "p", "--steps", 1, *CPU)
    assert (code, err) == (0, "")
    assert "5 pictures taken, 1 file left out" in out
    assert "list.png was left out: a text, not a picture" in out


@pytest.mark.parametrize("count", [1, 3])
def test_sample_writes_exactly_so_many_png_files_and_nothing_else(
    run: Run, trained: Path, tmp_path: Path, count: int
) -> None:
    out_folder = tmp_path / "new" / "pictures"
    code, _, err = run("sample", trained, "--out", out_folder, "--count", count, *CPU)
    assert (code, err) == (0, "")
    made = files(out_folder)
    assert made == [f"flowers_step00000003_seed{seed:06d}.png" for seed in range(count)]
    for name in made:
        with Image.open(out_folder / name) as image:
            assert (image.format, image.mode, image.size) == ("PNG", "RGB", (8, 8))
            recipe = Recipe.from_text(image.text["ddpm_studio"])  # type: ignore[attr-defined]
        assert recipe.seed == int(name[-10:-4])
        assert recipe.sample.num_inference_steps == 3


def test_sample_takes_every_choice(run: Run, trained: Path, tmp_path: Path) -> None:
    code, _, err = run(
        *("sample", trained, "--out", tmp_path, "--count", 2, "--seed", 40, "--steps", 2),
        *("--eta", 0.5, "--sampler", "ddpm", "--weights", "model", "--checkpoint", 3),
        *("--set", "sample.clip=false", "--set", "sample.spacing=leading", *CPU),
    )
    assert (code, err) == (0, "")
    with Image.open(tmp_path / "flowers_step00000003_seed000041.png") as image:
        recipe = Recipe.from_text(image.text["ddpm_studio"])  # type: ignore[attr-defined]
    assert recipe.which == "model"
    assert recipe.sample.sampler == "ddpm"
    assert (recipe.sample.eta, recipe.sample.clip) == (0.5, False)
    assert Project.open(trained).config.sample.clip is True  # for this time only


def test_one_seed_is_one_picture_and_none_is_replaced(
    run: Run, trained: Path, tmp_path: Path
) -> None:
    for count in (1, 3):
        run("sample", trained, "--out", tmp_path, "--count", count, "--seed", 7, *CPU)
    first, second = (tmp_path / f"flowers_step00000003_seed000007{n}.png" for n in ("", "_2"))
    assert len(files(tmp_path)) == 4
    assert np.array_equal(np.asarray(Image.open(first)), np.asarray(Image.open(second)))


@pytest.mark.parametrize("ending", [".gif", ".webp", ".png", ".mp4", ".GIF"])
@pytest.mark.parametrize("show", ["x_t", "pred_x_0"])
def test_animate_writes_one_film(
    run: Run, trained: Path, tmp_path: Path, ending: str, show: str
) -> None:
    film = tmp_path / f"film{ending}"
    code, _, err = run(
        *("animate", trained, "--out", film, "--count", 2, "--steps", 2, "--show", show),
        *("--fps", 10, "--hold", 0.2, "--scale", 2, *CPU),
    )
    assert (code, err) == (0, "")
    assert files(tmp_path) == [film.name]
    if ending != ".mp4":
        with Image.open(film) as image:
            assert image.n_frames == 3  # type: ignore[attr-defined]


def test_a_project_that_moved_is_the_same_project(run: Run, copy: Path, tmp_path: Path) -> None:
    moved = copy.rename(tmp_path / "renamed")
    assert run("train", moved, "--steps", 1, *CPU)[0] == 0
    code, _, _ = run("sample", moved, "--out", tmp_path / "s", "--count", 1, *CPU)
    assert code == 0
    assert files(tmp_path / "s") == ["renamed_step00000004_seed000000.png"]


def test_demo_does_everything_once_and_goes_on_when_asked_again(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "SAMPLE_PICTURES", 3)
    sketch = commands.preset("sketch")  # type: ignore[attr-defined]
    tiny = commands.with_settings(sketch, TINY)  # type: ignore[attr-defined]
    monkeypatch.setattr(commands, "preset", lambda _: tiny)
    path = tmp_path / "planets"
    for times in (1, 2):
        code, _, err = run("demo", path, "--steps", 2, *CPU)
        assert (code, err) == (0, "")
        assert Project.open(path).checkpoint_paths()[-1].stem == f"step_{2 * times:08d}"
    for folder in ("demo", "demo_2"):
        assert len(list((path / "gallery" / folder).glob("*.png"))) == 16
        assert (path / "gallery" / folder / "denoising.gif").exists()
    assert len(files(path / "pictures")) == 3


def test_an_interrupted_demo_draws_the_rest_of_its_pictures(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is a project has all its pictures."""
    monkeypatch.setattr(commands, "SAMPLE_PICTURES", 3)
    path = tmp_path / "planets"
    work = commands.new(cli.build_parser().parse_args(["new", str(path)]))
    next(iter(work))
    work.close()  # type: ignore[attr-defined]
    assert not (path / FILE_NAME).exists()
    assert run("new", path)[0] == 0
    assert len(files(path / "pictures")) == 3
    code, _, err = run("new", path)
    assert (code, err) == (1, f"{path} already is a project; choose another name.\n")


STUDIO_ERRORS = {
    "new {tmp}/p --images {tmp}/none": "The pictures folder {tmp}/none does not exist.",
    "new {project} --images {pictures}": "{project} already is a project; choose another name.",
    "new {tmp}/p --images {pictures} --preset tiny": "preset is 'tiny', but must be one of "
    "sketch, small, standard, large.",
    "new {tmp}/p --images {pictures} --size 30": "pictures.size is 30, but must be a multiple of "
    "4 for a model of 3 levels.",
    "new {tmp}/p --images {pictures} --set train.speed=1": "There is no setting train.speed; "
    "train has batch_size, ",
    "new {tmp}/p --images {pictures} --set speed": "'speed' is not a setting; write "
    "section.field=value, for example train.batch_size=16.",
    "train {tmp}/none --steps 1": "{tmp}/none is not a project: there is no project.json in it.",
    "train {project} --steps 1 --device toaster": "There is no device 'toaster' on this machine; "
    "choose auto or one of ",
    "sample {tmp}/none --out {tmp}/s --count 1": "{tmp}/none is not a project",
    "sample {project} --out {tmp}/s --count 1 --checkpoint 9": "There is no checkpoint of step 9; "
    "there are 3.",
    "sample {project} --out {tmp}/s --count 1 --eta 2": "sample.eta is 2.0, but must be 0 (no "
    "fresh noise) to 1.",
    "sample {project} --out {tmp}/s --count 1 --eta nan": "sample.eta is nan, but must be a ",
    "sample {project} --out {tmp}/s --count 1 --sampler x": "sample.sampler is 'x', but must be "
    f"one of {', '.join(SAMPLERS)}.",
    "sample {project} --out {tmp}/s --count 1 --seed -1": "sample.seed is -1, but must be 0 to",
    "sample {project} --out {tmp}/s --count 1 --steps 1001": "sample.num_inference_steps is 1001, "
    "but must be at most diffusion.num_timesteps (1000).",
    "sample {project} --out {tmp}/s --count 1 --set train.seed=1": "Only sample.* settings can be "
    "set here, such as sample.clip=false.",
    "sample {project} --out {file} --count 1": "The folder {file} cannot be made: File exists.",
    "animate {project} --out {tmp}/film.avi": "film.avi has no ending that can be written; choose "
    "one of .gif, .webp, .png, .mp4, .webm, .apng.",
    "animate {project} --out {tmp}/none/film.gif": "The folder {tmp}/none does not exist.",
    "animate {project} --out {tmp}/a.gif --canvas 1080x1080 --scale 4": "--canvas says the size, "
    "so leave out --scale and --width.",
    "animate {project} --out {tmp}/a.png --canvas 1080x1080 --strip 2": "--canvas is the size of "
    "what moves, so leave out --strip.",
    "animate {project} --out {tmp}/film.gif --fit smooth": "--fit says how a picture lies in its ",
    "animate {project} --out {tmp}/film.gif --fps 0": "fps is 0.0, but must be ",
}


@pytest.mark.parametrize("command", STUDIO_ERRORS)
def test_what_goes_wrong_is_one_sentence_on_stderr_and_exit_code_1(
    run: Run, trained: Path, pictures: Path, tmp_path: Path, command: str
) -> None:
    places = {"tmp": tmp_path, "project": trained, "pictures": pictures, "file": pictures / "0.png"}
    code, _, err = run(*(word.format(**places) for word in command.split()))
    assert code == 1
    assert err.startswith(STUDIO_ERRORS[command].format(**places))
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert not (tmp_path / "p" / FILE_NAME).exists()


def test_a_project_without_a_checkpoint_says_that_it_is_not_trained(
    run: Run, tmp_path: Path, pictures: Path
) -> None:
    run("new", tmp_path / "p", "--images", pictures)
    code, _, err = run("sample", tmp_path / "p", "--out", tmp_path / "s", "--count", 1)
    assert (code, err) == (1, f"{tmp_path / 'p'} is not trained yet: it has no checkpoint.\n")


def test_a_folder_without_pictures_is_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    sentence = f"There is no file in {tmp_path / 'empty'}; put some pictures there.\n"
    new = ("new", tmp_path / "p", "--images", tmp_path / "empty")
    assert run(*new) == (1, "", sentence)
    picture = tmp_path / "empty" / "a.png"
    Image.new("RGB", (9, 9)).save(picture)
    assert run(*new)[0] == 0
    picture.unlink()
    code, _, err = run("train", tmp_path / "p", "--steps", 1, *CPU)
    assert code == 1
    assert err == sentence


def test_a_checkpoint_of_the_command_line_is_one_of_the_python_api(trained: Path) -> None:
    model, config = load_model(Project.open(trained).checkpoint_paths()[-1])
    assert config.pictures.size == 8
    assert sum(parameter.numel() for parameter in model.parameters()) > 0
