from collections.abc import Callable

import numpy as np
import pytest
import torch


@pytest.fixture(autouse=True)
def _same_random_numbers_in_every_run():
    torch.manual_seed(0)


@pytest.fixture
def film() -> Callable[..., list[np.ndarray]]:
    """A soft spot of light that wanders: smooth frames, uint8 (H, W, C), all of them different."""

    def make(count: int, height: int = 24, width: int = 32, channels: int = 3):
        y, x = np.mgrid[0:height, 0:width]
        frames = []
        for index in range(count):
            away = (x - 4 - 2 * index) ** 2 + (y - height / 2) ** 2
            light = np.exp(-away / width**2)
            tones = [40 + 180 * light, 60 + 120 * light, 200 - 90 * light][:channels]
            frames.append(np.stack(tones, -1).astype(np.uint8))
        return frames

    return make
