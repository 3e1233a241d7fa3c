"""What saved works name is pinned before training thins its checkpoints out."""

import dataclasses
import errno
import json
import multiprocessing
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from safetensors import safe_open

from ddpm_studio.cli import main
from ddpm_studio.config import SampleConfig
from ddpm_studio.errors import CheckpointError
from ddpm_studio.events import Note, TrainEvent
from ddpm_studio.export.images import write_png
from ddpm_studio.export.recipe import files
from ddpm_studio.gui.frames.recompute import same_model
from ddpm_studio.project import Project
from ddpm_studio.recipe import Recipe, fingerprint
from ddpm_studio.sheets import Axis, Sheet
from ddpm_studio.storage import write_json
from ddpm_studio.training import checkpoints, pinned, train, works
from ddpm_studio.training.checkpoints import load_model, read_info
from ddpm_studio.training.loaded import LoadedModels, about_sheet, load, networks_of
from ddpm_studio.training.pinned import KEPT_FOR, UNNAMED, Pins, find_pinned
from ddpm_studio.training.works import IN_USE, USED_FOR, named_models

PICTURE = np.zeros((8, 8, 3), np.uint8)
AS_WRITTEN = Path(__file__).parent.parent / "formats" / "as_written"
EVERY = "train.checkpoint_every=1"


@pytest.fixture
def project(make_project: Callable[..., Project], train_for) -> Project:
    """With checkpoints of the steps 1, 2, 3, all of which are the newest."""
    project = make_project("project", EVERY)
    train_for(project, 3)
    return project


def recipe_of(project: Project, checkpoint: Path, which: str = "ema") -> Recipe:
    digest, step = fingerprint(checkpoint), read_info(checkpoint).step
    made_by = (project.name, checkpoint.name, digest, step, which, "cpu", "float32", 3)
    return Recipe(*made_by, SampleConfig(num_inference_steps=4))


def save_work(project: Project, recipe: Recipe, name: str = "made.png") -> Path:
    path = project.gallery / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_png(path, PICTURE, recipe.to_text())
    return path


def third_goes(project: Project) -> list[TrainEvent]:
    """Train so far that the checkpoint of step 3 is one too many."""
    return list(train(project, device="cpu", steps=4))


def weights_of(checkpoint: Path, which: str) -> dict[str, torch.Tensor]:
    model, _ = load_model(checkpoint, which)
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    assert [name for name in one if not torch.equal(one[name], other[name])] == []


@pytest.mark.parametrize("wanted", [("ema",), ("model",), ("ema", "model")])
def test_the_weights_that_are_named_are_kept_and_no_others(project: Project, wanted) -> None:
    third = project.checkpoint_path(3)
    recipes = {which: recipe_of(project, third, which) for which in wanted}
    for which, recipe in recipes.items():
        save_work(project, recipe, f"{which}.png")
    before, size = {which: weights_of(third, which) for which in wanted}, third.stat().st_size
    third_goes(project)
    assert not third.exists()
    (file,) = project.model_files()
    assert (file.step, file.path.name) == (3, third.name)
    assert file.nbytes < size * (0.2 + 0.25 * len(wanted))
    for which, recipe in recipes.items():
        assert find_pinned(project, recipe.checkpoint_sha256, which) == file.path
        assert_same(weights_of(file.path, which), before[which])
        assert load(file.path, which).sha256 == recipe.checkpoint_sha256
        assert load(file.path, which).recipe(project.name, recipe.sample).step == 3
    with safe_open(file.path, "pt") as opened:
        about = json.loads(opened.metadata()["ddpm_studio"])
        sections = {name.partition(".")[0] for name in opened.keys()}  # noqa: SIM118
    assert sections == set(wanted) == about["checksums"].keys()
    assert (about["kind"], about["step"], about["checkpoint"]) == ("model", 3, third.name)
    assert about["checkpoint_sha256"] == recipes[wanted[0]].checkpoint_sha256
    if len(wanted) == 1:
        (other,) = {"ema", "model"} - set(wanted)
        assert find_pinned(project, about["checkpoint_sha256"], other) is None
        with pytest.raises(CheckpointError, match="Of the model of step 3 only the"):
            load_model(file.path, other)


def test_what_nothing_names_is_deleted_as_before(project: Project) -> None:
    third_goes(project)
    assert not project.checkpoint_path(3).exists()
    assert not project.models.exists()


def test_a_batch_a_sheet_a_sidecar_and_the_trash_name_models_too(project: Project) -> None:
    paths = project.checkpoint_paths()
    digests = [fingerprint(path) for path in paths]
    recipe = dataclasses.asdict(recipe_of(project, paths[0], "model"))
    batch = {key: recipe[key] for key in ("checkpoint", "checkpoint_sha256", "which")}
    folder = project.gallery / "batch_step1"
    folder.mkdir(parents=True)
    write_json(folder / "batch.json", "batch", 1, batch)
    axis = {"name": "weights", "values": ["ema", "model"]}
    sheet = {"which": "ema", "x": axis, "y": {"name": "seed", "values": [1]}}
    write_json(
        project.gallery / "sheet.json",
        "sheet",
        1,
        sheet | {"checkpoints_sha256": {"2": digests[1]}},
    )
    (project.path / "trash").mkdir()
    (project.path / "trash" / "x.json").write_text(recipe_of(project, paths[2]).to_text())
    (project.gallery / "stars.json").write_text('{"kind": "stars", "names": []}')
    (project.gallery / "no recipe.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    assert named_models(project) == {
        digests[0]: {"model"},
        digests[1]: {"ema", "model"},
        digests[2]: {"ema"},
    }


def test_sheets_as_they_are_saved_and_texts_of_other_programs(project: Project) -> None:
    project.gallery.mkdir()
    shutil.copy(AS_WRITTEN / "sheet.png", project.gallery)
    told = Image.open(AS_WRITTEN / "sheet.png").text["ddpm_studio_sheet"]  # type: ignore[attr-defined]
    (digest,) = json.loads(told)["checkpoints_sha256"].values()
    assert named_models(project) == {digest: {"ema"}}
    other, exif = told.replace(digest, "e" * 64), Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + b'{"ddpm_studio_sheet": %b}' % other.encode()
    Image.new("RGB", (8, 8)).save(project.gallery / "sheet.webp", exif=exif)
    assert set(named_models(project)) == {digest, "e" * 64}
    note, recipe = PngInfo(), recipe_of(project, project.checkpoint_path(3))
    note.add_text("prompt", '{"kind": "of another program"}')
    note.add_text("ddpm_studio", recipe.to_text())
    Image.new("RGB", (8, 8)).save(project.gallery / "first.png", pnginfo=note)
    assert set(named_models(project)) == {digest, "e" * 64, recipe.checkpoint_sha256}


def test_a_recipe_of_the_older_format_finds_its_model(project: Project) -> None:
    third = project.checkpoint_path(3)
    values = json.loads(recipe_of(project, third).to_text())
    old = {key: value for key, value in values.items() if key not in ("seeds", "frame", "film")}
    for key in ("show", "start"):
        old.pop(key, None)
    old["format_version"] = 1
    text = json.dumps(old)
    project.gallery.mkdir(exist_ok=True)
    write_png(project.gallery / "old.png", PICTURE, text)
    third_goes(project)
    recipe = Recipe.from_text(text)
    assert find_pinned(project, recipe.checkpoint_sha256, recipe.which) is not None


def test_what_was_painted_and_is_not_saved_yet_has_its_model_kept(project: Project) -> None:
    third = project.checkpoint_path(3)
    loaded = LoadedModels().take(third, "model")
    third_goes(project)
    assert find_pinned(project, loaded.sha256, "model") is not None
    assert find_pinned(project, loaded.sha256, "ema") is None


def test_so_has_what_a_command_paints_into_the_project_and_only_that(project: Project) -> None:
    words = ["--count", "1", "--steps", "2", "--device", "cpu", "--checkpoint", "3"]
    for out in (project.path.parent / "elsewhere", project.gallery):
        assert not (project.cache / IN_USE).exists()
        assert main(["sample", str(project.path), "--out", str(out), *words]) == 0
    (note,) = (project.cache / IN_USE).iterdir()
    assert note.name == "step_00000003.safetensors.ema"


def test_that_is_forgotten_after_a_day(project: Project) -> None:
    LoadedModels().take(project.checkpoint_path(3), "ema")
    (note,) = (project.cache / IN_USE).iterdir()
    old = time.time() - USED_FOR - 10
    os.utime(note, (old, old))
    third_goes(project)
    assert not project.models.exists()
    assert not note.exists()


def test_nothing_is_trained_on_from_a_pinned_model(project: Project, train_for) -> None:
    save_work(project, recipe_of(project, project.checkpoint_path(3)))
    third_goes(project)
    (file,) = project.model_files()
    assert file.path not in project.checkpoint_paths()
    with pytest.raises(CheckpointError, match="is not a checkpoint of DDPM Studio"):
        read_info(file.path)
    shutil.rmtree(project.checkpoints)
    project.checkpoints.mkdir()
    shutil.copy(file.path, project.checkpoints)  # even where somebody puts it there
    events = train_for(project, 1)
    assert any("is not a checkpoint" in getattr(event, "message", "") for event in events)
    assert project.checkpoint_path(1).exists()


def test_a_damaged_one_is_told_in_a_sentence_and_pinned_anew_while_it_can_be(
    project: Project,
) -> None:
    third = project.checkpoint_path(3)
    recipe = recipe_of(project, third)
    save_work(project, recipe)
    path = pinned.pin(project, third, recipe.checkpoint_sha256, ["ema"])
    whole = path.read_bytes()
    for damaged in (whole[:-4] + b"abcd", whole[:100], b"", b"{}"):
        path.write_bytes(damaged)
        found = find_pinned(project, recipe.checkpoint_sha256, "ema")
        assert found == path
        with pytest.raises(CheckpointError, match="is damaged") as raised:
            load(found)
        assert "\n" not in str(raised.value)
    third_goes(project)
    assert path.read_bytes() == whole


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_checkpoint_that_cannot_be_pinned_stays(
    project: Project, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    third = project.checkpoint_path(3)
    recipe = recipe_of(project, third)
    save_work(project, recipe)
    real = checkpoints.save_file  # type: ignore[attr-defined]

    def full(tensors, path, notes):
        if project.models in Path(path).parents:
            Path(path).write_bytes(b"half")
            raise OSError(code, os.strerror(code))
        real(tensors, path, notes)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "save_file", full)
        events = list(train(project, device="cpu", steps=6))
        notes = [event.message for event in events if isinstance(event, Note)]
        said = [note for note in notes if f"{third.name} stays" in note]
        assert len(said) == 1, notes
        assert os.strerror(code) in said[0]
        assert fingerprint(third) == recipe.checkpoint_sha256
        assert not [path for path in project.models.rglob("*") if path.is_file()]
        assert not project.checkpoint_path(6).exists()  # what nothing names goes all the same
    list(train(project, device="cpu", steps=1))
    assert not third.exists()
    assert find_pinned(project, recipe.checkpoint_sha256, "ema") is not None


def test_where_a_work_cannot_be_read_no_checkpoint_is_deleted(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_work(project, recipe_of(project, project.checkpoint_path(3)))
    real = files.notes_in

    def refuse(file: Path):
        if file == path:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(file)

    monkeypatch.setattr(works, "notes_in", refuse)
    events = third_goes(project)
    assert project.checkpoint_path(3).exists()
    (note,) = [event.message for event in events if isinstance(event, Note)]
    assert note.startswith(f"{path} cannot be read: Permission denied.")


def test_a_gallery_on_a_disk_that_is_not_there_is_not_an_empty_one(project: Project) -> None:
    project.gallery.symlink_to(project.path.parent / "elsewhere")
    third_goes(project)
    assert project.checkpoint_path(3).exists()
    (project.path.parent / "elsewhere").mkdir()
    list(train(project, device="cpu", steps=1))
    assert not project.checkpoint_path(3).exists()


def _train_elsewhere(path: Path) -> None:
    torch.set_num_threads(1)
    for _ in train(Project.open(path), device="cpu", steps=4):
        pass


def test_another_process_pins_what_this_one_saved(project: Project) -> None:
    recipe = recipe_of(project, project.checkpoint_path(3))
    save_work(project, recipe)
    process = multiprocessing.get_context("spawn").Process(
        target=_train_elsewhere, args=(project.path,)
    )
    process.start()
    process.join(120)
    assert process.exitcode == 0
    assert not project.checkpoint_path(3).exists()
    assert find_pinned(project, recipe.checkpoint_sha256, "ema") is not None


def test_one_that_nothing_names_goes_a_month_later_and_not_before(project: Project) -> None:
    recipe = recipe_of(project, project.checkpoint_path(3))
    work = save_work(project, recipe)
    third_goes(project)
    (file,) = project.model_files()
    text, unnamed = work.read_bytes(), file.path.with_name(UNNAMED)
    newest = project.checkpoint_paths()[:1]
    work.unlink()
    assert list(Pins(project).pinned(newest)) == newest
    assert file.path.exists()
    old = time.time() - KEPT_FOR - 10
    os.utime(unnamed, (old, old))
    work.write_bytes(text)  # it came back from the trash
    list(Pins(project).pinned(newest))
    assert file.path.exists()
    assert not unnamed.exists()
    work.unlink()
    list(Pins(project).pinned(newest))
    assert file.path.exists()
    os.utime(unnamed, (old, old))
    list(Pins(project).pinned(newest))
    assert not file.path.parent.exists()


def test_files_that_were_read_are_not_read_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, text = time.time() - 60, recipe_of(project, project.checkpoint_path(3))
    for number in range(20):
        path = save_work(project, text, f"{number}.png")
        os.utime(path, (old, old))
    first = named_models(project)
    read: list[Path] = []
    real = files.notes_in
    monkeypatch.setattr(works, "notes_in", lambda path: (read.append(path), real(path))[1])
    assert named_models(project) == first
    assert [path for path in read if path.suffix == ".png"] == []
    os.utime(project.gallery / "7.png")
    assert named_models(project) == first
    assert [path.name for path in read if path.suffix == ".png"] == ["7.png"]
    (project.cache / "works.json").write_text('{"damaged')
    assert named_models(project) == first


def test_a_name_from_anybody_leads_nowhere_else(project: Project) -> None:
    for sha256 in ("", "..", "../../etc", "A" * 64, "0" * 63, "*" * 64):
        assert find_pinned(project, sha256, "ema") is None


def test_what_is_seen_is_computed_again_with_what_was_pinned(project: Project) -> None:
    third, models = project.checkpoint_path(3), LoadedModels()
    digest = models.take(third, "ema").sha256
    models.take(project.checkpoint_path(2), "ema")  # another one takes its place
    third_goes(project)
    assert same_model(models, third, "ema", digest).sha256 == digest
    models.take(project.checkpoint_path(2), "ema")
    with pytest.raises(CheckpointError, match="There is no checkpoint"):
        same_model(models, third, "model", digest)


def test_a_sheet_is_painted_with_what_was_pinned_and_says_so(project: Project) -> None:
    third = project.checkpoint_path(3)
    digest = fingerprint(third)
    save_work(project, recipe_of(project, third))
    axes = Axis("checkpoint", (3, 4)), Axis("seed", (1, 2))
    sheet = Sheet(*axes, SampleConfig(num_inference_steps=4), 4)
    third_goes(project)
    cpu = torch.device("cpu")
    assert networks_of(project, cpu)(3, "ema").config.train == project.config.train
    assert about_sheet(project, sheet, cpu)["checkpoints_sha256"]["3"] == digest
