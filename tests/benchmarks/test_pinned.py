"""How long training looks for what 2,000 works name, and takes to pin a model of a usual size.

pytest -n 0 -s tests/benchmarks/test_pinned.py
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from ddpm_studio.config import SampleConfig, StudioConfig
from ddpm_studio.export.images import write_png
from ddpm_studio.project import Project
from ddpm_studio.recipe import Recipe, fingerprint
from ddpm_studio.training import Trainer
from ddpm_studio.training.pinned import pin
from ddpm_studio.training.works import named_models
from tests.training.saving import save_checkpoint

WORKS, MODELS = 2_000, 7
FIRST_SECONDS, LATER_SECONDS = 1.0, 0.05


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def new_project(folder: Path) -> Project:
    (folder / "pictures").mkdir()
    return Project.create(folder / "project", folder / "pictures", StudioConfig())


def test_two_thousand_works_are_looked_through_quickly(tmp_path: Path) -> None:
    project, random = new_project(tmp_path), np.random.default_rng(0)
    project.gallery.mkdir()
    before = time.time() - 100
    for seed in range(WORKS):
        digest = f"{seed % MODELS:064x}"
        made_by = ("project", "step_00000001.safetensors", digest, 1, "ema", "cpu", "float32")
        recipe = Recipe(*made_by, seed, SampleConfig())
        path = project.gallery / f"project_step00000001_seed{seed:06d}.png"
        write_png(path, random.integers(0, 256, (32, 32, 3), np.uint8), recipe.to_text())
        os.utime(path, (before, before))
    first = seconds(lambda: named_models(project))
    later = [seconds(lambda: named_models(project)) for _ in range(9)]
    print(f"\n{WORKS:,} works: {first:.3f} s first, {np.median(later) * 1000:.1f} ms later")
    assert len(named_models(project)) == MODELS
    assert first < FIRST_SECONDS
    assert np.median(later) < LATER_SECONDS


def test_a_pinned_model_is_small(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    records = torch.zeros((4, 32, 32, 3), dtype=torch.uint8)
    trainer = Trainer(StudioConfig(), records, torch.device("cpu"))
    path = project.checkpoint_path(0)
    path.parent.mkdir()
    trainer.begin_moments()
    save_checkpoint(path, trainer, 1.0)
    digest = fingerprint(path)
    taken = seconds(lambda: pin(project, path, digest, ["ema"]))
    (file,) = project.model_files()
    size = path.stat().st_size
    print(f"\nof {size / 1e6:.0f} MB {file.nbytes / 1e6:.0f} MB are kept, in {taken:.2f} s")
    assert file.nbytes < 0.3 * size
