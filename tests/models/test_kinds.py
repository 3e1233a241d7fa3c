"""A kind of model is a file and a row: it is set, trained, saved, loaded, sampled and remade."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ddpm_studio.cli import main
from ddpm_studio.config import ModelConfig, StudioConfig
from ddpm_studio.config.fields import setting
from ddpm_studio.config.kinds import DDPM, KINDS, KindRow, row_of
from ddpm_studio.config.presets import PRESETS
from ddpm_studio.config.text import (
    all_settings,
    config_from_dict,
    config_to_dict,
    value_of,
    with_settings,
)
from ddpm_studio.errors import CheckpointError, ConfigError, ProjectError
from ddpm_studio.models import ddpm, kind_of
from ddpm_studio.project import Project, is_locked
from ddpm_studio.training import load_model
from ddpm_studio.training.trainer import new_model
from tests.models import grey
from tests.models.grey import GreyConfig, add_grey

UNKNOWN = "There is no kind of model 'grey' in this version of the program; it knows {}."
SHADES = (64, 192)  # of the pictures; their mean is 128, just above the middle
SETTINGS = [
    *("model.kind=grey", "model.shade=0.5", "diffusion.prediction=x_0", "pictures.size=8"),
    *("train.batch_size=2", "train.precision=fp32", "train.learning_rate=0.1"),
    *("train.warmup_steps=0", "train.preview_steps=2"),
]
CPU = ["--device", "cpu"]
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def has_grey(monkeypatch: pytest.MonkeyPatch) -> None:
    add_grey(monkeypatch)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """The exit code of a command, and what it says on stderr."""

    def run(*words: object) -> tuple[int, str]:
        capsys.readouterr()
        return main([str(word) for word in words]), capsys.readouterr().err

    return run


@pytest.fixture
def project(tmp_path: Path, has_grey: None) -> Project:
    """Of the kind grey, after three steps."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for shade in SHADES:
        Image.fromarray(np.full((8, 8, 3), shade, np.uint8)).save(folder / f"{shade}.png")
    path = tmp_path / "greys"
    words = [word for setting in SETTINGS for word in ("--set", setting)]
    assert main(["new", str(path), "--images", str(folder), *words]) == 0
    assert main(["train", str(path), "--steps", "3", *CPU]) == 0
    return Project.open(path)


def test_what_names_no_kind_is_ddpm_and_names_none_again() -> None:
    assert next(iter(KINDS)) == DDPM
    for config in PRESETS.values():
        assert kind_of(config) is ddpm.KIND
        written = config_to_dict(config)
        assert "kind" not in written["model"]
        assert config_from_dict(written) == config
        written["model"]["kind"] = DDPM
        assert config_from_dict(written) == with_settings(config, ["model.kind=ddpm"]) == config


def test_every_row_has_its_file_and_settings_of_its_own() -> None:
    for name, row in KINDS.items():
        config = StudioConfig(model=row.config())
        assert (row.name, row_of(config.model)) == (name, row)
        assert row.title
        assert row.tip.endswith(".")
        one, same = (new_model(config, 3) for _ in range(2))
        assert one.stride == config.model.stride
        assert not list(one.buffers())  # which no checkpoint would keep
        for weights, again in zip(one.parameters(), same.parameters(), strict=True):
            assert torch.equal(weights, again)  # they follow from the seed
    assert len({row.config for row in KINDS.values()}) == len(KINDS)


def test_another_kind_is_named_on_disk_and_found_there(project: Project) -> None:
    assert isinstance(project.config.model, GreyConfig)
    assert kind_of(project.config) is grey.KIND
    on_disk = json.loads((project.path / "project.json").read_bytes())
    assert on_disk["config"]["model"] == {"kind": "grey", "shade": 0.5}
    model, config = load_model(project.checkpoint_path(3), "model")
    assert isinstance(model, grey.Grey)
    assert config.model == project.config.model
    assert config.model.in_channels == 1  # as the pictures are
    assert 0 < model.shade.max() < 0.5  # it learns its own loss


def test_it_is_trained_on(project: Project, run: Run) -> None:
    before = load_model(project.checkpoint_path(3), "model")[0].state_dict()["shade"]
    assert run("train", project.path, "--steps", 2, *CPU)[0] == 0
    after = load_model(project.checkpoint_path(5), "model")[0].state_dict()["shade"]
    assert (after < before).all()


def test_it_paints_films_and_is_made_again(project: Project, run: Run, tmp_path: Path) -> None:
    out, film, again = tmp_path / "out", tmp_path / "film.gif", tmp_path / "again.png"
    assert run("sample", project.path, "--out", out, "--count", 2, "--steps", 4, *CPU)[0] == 0
    first, second = sorted(out.iterdir())
    shade = load_model(project.checkpoint_path(3))[0].state_dict()["shade"]
    wanted = torch.round((shade + 1) * 127.5).flatten().tolist()
    for path in (first, second):
        assert np.unique(np.asarray(Image.open(path))).tolist() == wanted
    assert run("remake", first, "--project", project.path, "--out", again, *CPU)[0] == 0
    assert again.read_bytes() == first.read_bytes()
    assert run("animate", project.path, "--out", film, "--steps", 3, *CPU)[0] == 0
    assert film.stat().st_size > 0


def test_a_kind_that_is_not_known_is_named_with_those_that_are(
    project: Project, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(KINDS, "grey")
    path, sentence = project.checkpoint_path(3), UNKNOWN.format(", ".join(KINDS))
    with pytest.raises(ProjectError) as of_project:
        Project.open(project.path)
    assert str(of_project.value) == f"{project.path / 'project.json'} cannot be used: {sentence}"
    with pytest.raises(CheckpointError) as of_checkpoint:
        load_model(path)
    assert str(of_checkpoint.value) == f"{path} cannot be used: {sentence}"
    words = ["--images", project.pictures, "--set", "model.kind=grey"]
    code, said = run("new", project.path.parent / "more", *words)
    assert (code, sentence in said) == (1, True)


@pytest.mark.parametrize("kind", [None, 3, ["ddpm"], "", "DDPM"])
def test_a_kind_that_is_no_name_is_refused(kind: object) -> None:
    with pytest.raises(ConfigError, match=r"There is no kind of model .* it knows ddpm"):
        config_from_dict({"model": {"kind": kind}})


def test_settings_are_those_of_the_kind(has_grey: None) -> None:
    config = with_settings(StudioConfig(), ["model.shade=-1", "model.kind=grey"])
    assert value_of(config, "model.shade") == -1
    assert [path for path in all_settings(config) if path.startswith("model.")] == ["model.shade"]
    assert "model.shade" not in all_settings()
    with pytest.raises(ConfigError, match=r"no setting model.dropout; model has shade"):
        with_settings(config, ["model.dropout=0.1"])
    with pytest.raises(ConfigError, match=r"model.shade is 2.0, but must be -1 to 1"):
        with_settings(config, ["model.shade=2"])
    with pytest.raises(ConfigError, match=r"pictures.size is 33, but must be a multiple of 2\."):
        with_settings(config, ["pictures.size=33"])
    assert with_settings(config, ["model.kind=ddpm"]) == StudioConfig()
    assert with_settings(config, ["pictures.size=34"]).model.image_size == 34


def test_a_kind_is_fixed_once_it_is_trained(project: Project) -> None:
    assert is_locked("model.kind")
    config = with_settings(project.config, ["model.kind=ddpm"])
    with pytest.raises(ConfigError, match=r"model\.kind is grey and cannot become ddpm: the model"):
        project.with_config(config)


@dataclasses.dataclass(frozen=True)
class LongerConfig(ModelConfig):
    """The U-Net, and something beside it."""

    length: int = setting(3, "Length", "How long.", least=1)


def test_another_kind_takes_over_what_both_have(monkeypatch: pytest.MonkeyPatch) -> None:
    row = KindRow("longer", "Longer", "Is longer.", LongerConfig)
    monkeypatch.setitem(KINDS, row.name, row)
    usual = PRESETS["small"]
    longer = with_settings(usual, ["model.kind=longer", "model.length=7"])
    assert value_of(longer, "model.length") == 7
    for path, about in all_settings().items():
        assert value_of(longer, path) == value_of(usual, path), about
    assert with_settings(longer, ["model.kind=ddpm"]) == usual
    resized = with_settings(longer, ["pictures.size=128"])  # what follows in a U-Net follows here
    assert resized.model.like(with_settings(usual, ["pictures.size=128"]).model) == resized.model
