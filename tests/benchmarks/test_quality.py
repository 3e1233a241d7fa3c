"""How close four minutes of training come to real pictures: run by hand on a quiet machine.

pytest tests/benchmarks/test_quality.py -n 0 -s
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

MINUTES = 4
LARGEST_DISTANCE = 65.0
LARGEST_PALETTE_SHIFT = 0.03


@pytest.mark.timeout(1800)
def test_four_minutes_of_fruit(shared: Path, tmp_path: Path) -> None:
    """Preset sketch on 2,563 watercolours, then 256 pictures with 50 DDIM steps at eta 0."""
    fruit = shared / "pictures" / "fruit" / "images"
    project, out = tmp_path / "fruit", tmp_path / "samples"
    run("new", project, "--images", fruit, "--preset", "sketch")
    run("train", project, "--minutes", MINUTES, "--device", "cpu")
    run("sample", project, "--out", out, "--count", 256, "--steps", 50, "--eta", 0)
    tool = shared / "tools" / "picture_distance.py"
    said = subprocess.run(
        [sys.executable, tool, out, fruit, "32"], check=True, capture_output=True, text=True
    ).stdout
    print(f"\n{len(list((project / 'samples').iterdir()))} previews; {said}")
    numbers = re.search(r"swd ([\d.]+) .* palette ([\d.]+)", said)
    assert numbers is not None
    assert float(numbers[1]) <= LARGEST_DISTANCE
    assert float(numbers[2]) <= LARGEST_PALETTE_SHIFT


def run(*words: object) -> None:
    """The command line, with all cores, as a user has it."""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    command = [sys.executable, "-m", "ddpm_studio", *map(str, words)]
    subprocess.run(command, check=True, env=environment)
