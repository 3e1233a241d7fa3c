"""What the README shows works as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.config.presets import preset
from ddpm_studio.config.text import with_settings
from ddpm_studio.project import Project

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
TINY = ("model.model_channels=8", "train.batch_size=2", "train.preview_every=1000")


def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Word for word, on a project of three small pictures."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for shade in (10, 100, 200):
        Image.fromarray(np.full((32, 32, 3), shade, np.uint8)).save(pictures / f"{shade}.png")
    Project.create(tmp_path / "flowers", pictures, with_settings(preset("sketch"), TINY))
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("TrainStep(") for line in printed) == 100
    assert printed[-1].startswith("25 -1 ")  # index, t and spread of the finished pictures


def test_it_is_short_enough_to_be_read_to_its_end() -> None:
    assert len(README.encode()) <= 10_000


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_picture_page_and_path_that_it_names_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    links = [page.parent / name for name in re.findall(r"\]\(([\w./-]+)\)", text)]
    paths = [
        ROOT / name
        for name in re.findall(r"`((?:ddpm_studio|tests|packaging|docs)/[\w/.]+)`", text)
    ]
    assert [str(path) for path in (*links, *paths) if not path.exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_lines_are_short(page: Path) -> None:
    """Of words: tables and what is typed may be longer."""
    words = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL).splitlines()
    long = [line for line in words if len(line) > 100 and not line.startswith("|")]
    assert [line for line in long if "](" not in line] == []


@pytest.mark.parametrize("script", ["draw_architecture.py", "list_settings.py"])
def test_what_is_made_from_the_code_is_up_to_date(script: str) -> None:
    """The drawing of the rooms, and the list of settings: run the script to make it again."""
    check = [sys.executable, str(ROOT / "docs" / script), "--check"]
    assert subprocess.run(check, check=False).returncode == 0
