"""What a name may do to a terminal and a log: nothing."""

import json
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.cli import main

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="such names cannot be there")
NAMES = {
    "escape": "a\x1b[2J\x1b]0;title\x07b",
    "lines": "a\nleft out  b.png: forged\r\nc",
    "direction": "a\u202egnp.exe\u2066",
    "separators": "a\u2028b\u2029c\x85d",
    "other bytes": "a\udcff\udcfeb",
    "markup": "[red]a[/red] :smile: {0} %s",
    "long": "n" * 240,
    "nothing": "\u200b\u2060\ufeff",
}
NEVER = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")  # but "\n"
TINY = [
    *("pictures.size=8", "model.model_channels=8", "model.channel_mult=1,2"),
    *("model.attention_resolutions=", "model.head_channels=8", "train.batch_size=2"),
    *("train.preview_count=1", "train.preview_steps=1", "sample.num_inference_steps=2"),
]


@pytest.fixture(params=NAMES.values(), ids=NAMES)
def name(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    try:
        (tmp_path / "try").mkdir()
        (tmp_path / "try" / f"{request.param}.png").write_bytes(b"")
    except (OSError, ValueError):
        pytest.skip("the disk does not take this name")
    return str(request.param)


def seen(capsys) -> str:
    said = capsys.readouterr()
    for stream in said:
        assert not NEVER.search(stream)
    return said.out + said.err


def add_pictures(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True)
    for number in range(2):
        pixels = np.random.default_rng(number).integers(0, 256, (9, 9, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}{name}.png", "PNG")
    (folder / f"2{name}.txt").write_text("a text")
    return folder


def test_of_files(tmp_path: Path, capsys, name: str) -> None:
    folder = add_pictures(tmp_path / "pictures", name)
    assert main(["check", str(folder)]) == 0
    lines = seen(capsys).splitlines()
    assert len([line for line in lines if line.startswith("taken ")]) == 2
    assert len([line for line in lines if line.startswith("left out ")]) == 1
    assert main(["check", str(folder), "--json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    verdicts = {event["name"] for event in events if event["event"] == "FileChecked"}
    assert verdicts == {f"{number}{name}.{'txt' if number == 2 else 'png'}" for number in range(3)}


def test_of_a_project_and_its_folder(tmp_path: Path, capsys, name: str) -> None:
    name = name[:150]
    folder, project = add_pictures(tmp_path / name / "pictures", "a"), tmp_path / name / f"p{name}"
    settings = [word for setting in TINY for word in ("--set", setting)]
    assert main(["new", str(project), "--images", str(folder), *settings]) == 0
    assert main(["train", str(project), "--steps", "1", "--device", "cpu"]) == 0
    out = tmp_path / f"o{name}"
    assert main(["sample", str(project), "--out", str(out), "--count", "1", "--device", "cpu"]) == 0
    (made,) = out.iterdir()
    assert main(["recipe", str(made)]) == 0
    assert main(["sample", str(project), "--out", str(made), "--count", "1"]) == 1
    shutil.rmtree(folder)
    assert main(["train", str(project), "--steps", "1", "--device", "cpu"]) == 1
    assert main(["new", str(project)]) == 1
    assert main(["recipe", str(tmp_path / f"none{name}")]) == 1
    assert main([str(tmp_path / f"none{name}")]) == 2
    assert main(["check", str(tmp_path / f"none{name}")]) == 1
    assert seen(capsys)


def test_of_what_went_wrong_in_the_log(tmp_path: Path, capsys, monkeypatch, name: str) -> None:
    """A mistake of ours, over a file of that name."""
    from ddpm_studio.cli import commands, entry

    def fail(options):
        yield from ()
        raise RuntimeError(name)

    monkeypatch.setattr(commands, "check", fail)
    monkeypatch.setattr(entry, "user_log_path", lambda *_, **__: tmp_path)
    assert main(["check", "."]) == 1
    assert str(tmp_path / "error.log") in seen(capsys)
    assert "RuntimeError" in (tmp_path / "error.log").read_text("utf-8")
