"""Checkpoints that a test needs and no training wrote."""

import shutil
from pathlib import Path

from ddpm_studio.project import Project
from tests.training.test_damage import change_metadata


def copy_checkpoint(project: Project, step: int) -> Path:
    """The newest one of a project once more, as if it was of another step."""
    path = project.checkpoint_path(step)
    shutil.copy(project.checkpoint_paths()[-1], path)
    change_metadata(path, step=step)
    return path
