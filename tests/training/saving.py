"""Saves a trainer in one go, as training does in the background."""

from pathlib import Path

from ddpm_studio.training.checkpoints import take_snapshot, write_checkpoint
from ddpm_studio.training.trainer import Trainer


def save_checkpoint(path: Path, trainer: Trainer, seconds: float) -> None:
    """Write the whole state at once. Raises CheckpointError if the disk does not take it."""
    write_checkpoint(path, take_snapshot(trainer, seconds))
