"""`ddpm-studio likelihood`: bits for people and for programs, and stopped with what it has."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.cli import main
from ddpm_studio.training.likelihood import BitsMeter

SETTINGS = [
    *("pictures.size=8", "model.model_channels=8", "model.channel_mult=1"),
    *("model.attention_resolutions=", "model.mid_attention=false", "model.head_channels=8"),
    *("diffusion.num_timesteps=12", "sample.num_inference_steps=4", "train.batch_size=4"),
    *("train.preview_every=1000", "train.preview_count=1", "train.preview_steps=1"),
    *("train.precision=fp32", "train.held_out_share=0.5"),
]
CPU = ["--device", "cpu"]
Run = Callable[..., tuple[int, list[str], str]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of ten pictures, five of them kept aside, after two steps."""
    folder = tmp_path_factory.mktemp("likelihood")
    random = np.random.default_rng(0)
    (folder / "pictures").mkdir()
    for index in range(10):
        pixels = random.integers(0, 256, (8, 8, 3), np.uint8)
        Image.fromarray(pixels).save(folder / "pictures" / f"{index}.png")
    words = [word for setting in SETTINGS for word in ("--set", setting)]
    path = folder / "project"
    assert main(["new", str(path), "--images", str(folder / "pictures"), *words]) == 0
    assert main(["train", str(path), "--steps", "2", *CPU]) == 0
    return path


@pytest.fixture
def run(project: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """likelihood of the project: the exit code, the lines, and what is said on stderr."""

    def run(*words: object) -> tuple[int, list[str], str]:
        capsys.readouterr()
        code = main(["likelihood", str(project), *CPU, *map(str, words)])
        said = capsys.readouterr()
        return code, said.out.splitlines(), said.err

    return run


def test_for_people_the_cost_comes_first_and_then_the_figure_with_its_error(run: Run) -> None:
    code, lines, _ = run()
    assert code == 0
    cost = next(index for index, line in enumerate(lines) if "looks of the network" in line)
    assert lines[cost].startswith("5 pictures, 12 looks of the network at each: about 1 s on CPU")
    (figure,) = [line for line in lines[cost + 1 :] if "bits for each 8-bit value" in line]
    assert "±" in figure
    assert "of 5 held-out pictures, at step 2; the variance of a step back is beta" in figure
    below = lines[lines.index(figure) + 1 :]
    assert below[0].startswith("  prior ")
    assert below[1].startswith("  t 1 to ")
    assert below[-1].split(":")[0].endswith("to 11")


def events(lines: list[str], name: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in lines]
    return [event for event in found if event["event"] == name]


def test_for_programs_all_parts_are_there(run: Run) -> None:
    code, lines, _ = run("--json", "--count", 3, "--variance", "posterior")
    assert code == 0
    (found,) = events(lines, "BitsMeasured")
    assert (found["count"], found["looks"], found["step"]) == (3, 36, 2)
    assert (found["of"], found["variance"]) == ("held-out", "posterior")
    assert found["starts"] == list(range(1, 12))
    total = found["prior"] + sum(found["parts"]) + found["decoder"]
    assert total == pytest.approx(found["bits"])
    progress = events(lines, "LikelihoodProgress")
    assert (progress[-1]["done"], progress[-1]["total"]) == (36, 36)


def test_those_that_it_learned_from_are_others(run: Run) -> None:
    figures = []
    for of in ("held-out", "learned"):
        _, lines, _ = run("--json", "--of", of)
        (found,) = events(lines, "BitsMeasured")
        assert (found["of"], found["count"]) == (of, 5)
        figures.append(found["bits"])
    assert figures[0] != figures[1]


def test_stopped_it_says_what_it_has(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    measure = BitsMeter.measure

    def interrupted(meter: BitsMeter, pictures: np.ndarray) -> Any:
        for number, event in enumerate(measure(meter, pictures)):
            if number == 1:  # with the second picture
                signal.raise_signal(signal.SIGINT)
            yield event

    monkeypatch.setattr(BitsMeter, "measure", interrupted)
    code, lines, err = run()
    assert code == 130
    assert any("of 2 held-out pictures" in line for line in lines)
    assert err.endswith("Stopped; that is what was measured up to here.\n")


def test_without_pictures_kept_aside_one_sentence_says_what_to_do(
    project: Path, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [word for setting in SETTINGS for word in ("--set", setting)]
    path, images = str(tmp_path / "all"), str(project.parent / "pictures")
    words += ["--set", "train.held_out_share=0"]
    assert main(["new", path, "--images", images, *words]) == 0
    assert main(["train", path, "--steps", "1", *CPU]) == 0
    capsys.readouterr()
    assert main(["likelihood", path, *CPU]) == 1
    err = capsys.readouterr().err
    assert err.startswith("No picture was kept aside from what this model learned; measure those")
    assert err.count("\n") == 1
    assert main(["likelihood", path, "--of", "learned", "--count", "1", *CPU]) == 0
    assert "of 1 learned picture, at step 1" in capsys.readouterr().out
    assert run("--variance", "learned")[2].startswith("variance is 'learned', but must be")
    assert run("--checkpoint", 7)[0] == 1
