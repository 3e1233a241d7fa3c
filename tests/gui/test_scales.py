"""On screens of 150, 200 and 300 % no word is cut and nothing lies upon something else."""

import os
import subprocess
import sys

import pytest

from tests.gui.patience import PATIENCE


@pytest.mark.parametrize("scale", ["1.5", "2", "3"])
def test_every_page_is_whole_on_a_scaled_screen(new_project, scale):
    """A process of its own: the scale of Qt is set once, when it starts."""
    surroundings = os.environ | {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale}
    walked = subprocess.run(
        [sys.executable, "-m", "tests.gui.scaled_walk", str(new_project.path)],
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=PATIENCE / 1000,
        check=False,
    )
    assert walked.returncode == 0, walked.stderr
    *wrong, seen = walked.stdout.splitlines()
    assert not wrong, "\n".join(wrong)
    assert seen == f"scale {scale}"
