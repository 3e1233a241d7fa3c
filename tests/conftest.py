"""Settings for the whole suite: offscreen windows, one thread a worker, repeatable examples."""

import os
from pathlib import Path

# before Qt or torch are imported by any test
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
import torch
from hypothesis import settings

torch.set_num_threads(1)
settings.register_profile("suite", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("suite")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real pictures beside the checkout, where there are any."""
    if not (SHARED / "pictures").is_dir():
        pytest.skip("needs the real pictures in ../shared/pictures, which are not here")
    return SHARED
