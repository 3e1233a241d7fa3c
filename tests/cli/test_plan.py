"""`ddpm-studio plan`: a table and a plan, for people and for programs."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from ddpm_studio.cli import main, plan
from ddpm_studio.config.presets import PRESETS
from ddpm_studio.config.text import with_settings
from ddpm_studio.events import Progress, Work
from ddpm_studio.project import Project
from ddpm_studio.training.planning.probe import Outlook, Probe

SPEED = {"sketch": 0.1, "small": 1.0, "standard": 10.0, "large": 100.0}  # seconds of a step


@pytest.fixture
def fake_probe(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """A machine whose speed is known, without a look at it; notes what was asked."""
    asked: list[dict[str, Any]] = []

    def probe(configs: Any, device: str) -> Generator[Progress, None, Probe]:
        asked.append({"names": list(configs), "device": device})
        yield Progress(Work.PROBING, 0.0, 20.0, "nothing")
        outlooks = tuple(
            Outlook(name, config, (), 2**29, True, 1, SPEED.get(name, 1.0), True)
            for name, config in configs.items()
        )
        return Probe("cpu", "CPU, 2 threads", "float32", 2, 2**33, outlooks)

    monkeypatch.setattr(plan, "probe", probe)
    return asked


def test_the_table_and_the_plan(
    fake_probe: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "--hours", "2", "--device", "cpu"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "CPU, 2 threads, in float32, 8 GB of memory free"
    names = [line.split()[0] for line in lines[2:6]]
    assert names == list(PRESETS)
    assert any(line.startswith("Plan: sketch, 9,200 steps in 16 min") for line in lines)
    assert lines[-1] == "ddpm-studio train PROJECT --steps 9200"
    assert fake_probe == [{"names": list(PRESETS), "device": "cpu"}]


def test_hours_are_sixty_minutes_and_an_hour_is_the_default(
    fake_probe: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for words in ([], ["--hours", "1"], ["--minutes", "60"]):
        assert main(["plan", *words]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] == said[2]
    assert len(fake_probe) == 3


@pytest.mark.usefixtures("fake_probe")
def test_programs_get_one_object_for_each_choice_and_the_plan(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["plan", "--hours", "5", "--json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    chosen = [event for event in events if event["event"] == "Choice"]
    assert [event["name"] for event in chosen] == list(PRESETS)
    (plan,) = [event for event in events if event["event"] == "Plan"]
    assert (plan["name"], plan["quality"]) == ("small", "good")


def test_a_project_is_planned_with_its_own_settings_and_pictures(
    tmp_path: Path, fake_probe: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "images").mkdir()
    config = with_settings(PRESETS["small"], ["train.batch_size=8"])
    project = Project.create(tmp_path / "flowers", tmp_path / "images", config)
    for name in ("a.png", "b.png"):
        (tmp_path / "images" / name).write_bytes(b"")
    assert main(["plan", str(project.path), "--hours", "100"]) == 0
    out = capsys.readouterr().out
    assert "Plan: flowers, " in out
    assert f"ddpm-studio train {project.path} --steps " in out
    assert fake_probe[0]["names"] == ["flowers"]


@pytest.mark.usefixtures("fake_probe")
@pytest.mark.parametrize(
    "words", ["--hours 0", "--hours soon", "--hours 1 --minutes 2", "--pictures 0", "--steps 5"]
)
def test_wrong_usage_is_exit_code_2(words: str) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["plan", *words.split()])
    assert stop.value.code == 2


def test_what_goes_wrong_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--device", "toaster"]) == 1
    assert "no device 'toaster'" in capsys.readouterr().err
    assert main(["plan", str(tmp_path)]) == 1
    assert "is not a project" in capsys.readouterr().err


def test_a_real_look_at_this_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a tiny network, so that it is short."""
    (tmp_path / "images").mkdir()
    settings = ["pictures.size=8", "model.model_channels=8", "model.channel_mult=1,2"]
    settings += ["model.attention_resolutions=", "model.head_channels=8", "train.batch_size=2"]
    tiny = with_settings(PRESETS["sketch"], settings)
    project = Project.create(tmp_path / "tiny", tmp_path / "images", tiny)
    assert main(["plan", str(project.path), "--pictures", "50", "--device", "cpu"]) == 0
    out = capsys.readouterr().out
    assert "Plan: tiny, " in out
    assert "guess" in out  # nobody has measured such settings
