"""A project with a small untrained model, which paints as any other does."""

from pathlib import Path

import numpy as np
import pytest
import torch

from ddpm_studio.config import ModelConfig, PicturesConfig, SampleConfig, StudioConfig
from ddpm_studio.export.images import write_png
from ddpm_studio.gallery.batch import begin_batch, paint_batch
from ddpm_studio.nn import UNet
from ddpm_studio.project import Project
from ddpm_studio.training.loaded import Loaded

CPU = torch.device("cpu")
CONFIG = StudioConfig(
    pictures=PicturesConfig(size=8),
    model=ModelConfig(
        model_channels=8,
        channel_mult=(1,),
        num_res_blocks=1,
        attention_resolutions=(),
        head_channels=8,
        mid_attention=False,
    ),
)


class Studio:
    """begin(count) makes a batch, paint(batch) is the generator that paints it."""

    def __init__(self, project):
        self.project = project
        self.gallery = project.gallery
        torch.manual_seed(0)
        self.model = UNet(CONFIG.model)

    def begin(self, count, seed=5, sha256="f" * 64):
        sample = SampleConfig(num_inference_steps=2, eta=0.5, seed=seed)
        return begin_batch(self.project, self.loaded(sha256), sample, count)

    def paint(self, batch):
        return paint_batch(batch, self.loaded(batch.checkpoint_sha256))

    def loaded(self, sha256):
        return Loaded(self.model, CONFIG, CPU, self.project.checkpoint_path(12), sha256, "ema")

    def save(self, name, value=0, size=8, modified=None):
        """A picture of one grey in the gallery."""
        import os

        path = self.gallery / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_png(path, np.full((size, size, 3), value, np.uint8))
        if modified is not None:
            os.utime(path, (modified, modified))
        return path


@pytest.fixture
def studio(tmp_path: Path):
    (tmp_path / "pictures").mkdir()
    return Studio(Project.create(tmp_path / "flowers", tmp_path / "pictures", CONFIG))
