"""From the engine's tensors to pictures that leave it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def to_uint8(x: Tensor) -> np.ndarray:
    """(N, C, H, W) in [-1, 1], clamped -> uint8 (N, H, W, C)."""
    scaled = ((x.detach().to(torch.float32) + 1) * 127.5).round_().clamp_(0, 255)
    return scaled.to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()


def to_tensor(pictures: np.ndarray) -> Tensor:
    """uint8 (N, H, W, C) -> float32 (N, C, H, W) in [-1, 1]."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).to(torch.float32) / 127.5 - 1
