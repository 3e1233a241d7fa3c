"""Training a project's model."""

from ddpm_studio.events import TrainEvent
from ddpm_studio.training.checkpoints import find_checkpoint, load_model
from ddpm_studio.training.run import TrainResult, train
from ddpm_studio.training.trainer import Trainer

__all__ = ["TrainEvent", "TrainResult", "Trainer", "find_checkpoint", "load_model", "train"]
