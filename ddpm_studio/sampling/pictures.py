"""From the engine's tensors to pictures that leave it, and back.

A fourth channel is alpha, the opacity. Inside the engine, in tensors and in the cache of prepared
pictures, colours are premultiplied by it, so that a colour that nobody can see is always black and
cannot be learned. Pictures that leave the engine have straight alpha, as PNG files do.
"""

import numpy as np
import torch
from torch import Tensor

WITH_ALPHA = 4  # channels


def to_uint8(x: Tensor, hard_alpha: bool = False) -> np.ndarray:
    """(N, C, H, W) in [-1, 1], clamped -> uint8 (N, H, W, C); of four channels with straight alpha.

    A premultiplied colour above its alpha is clamped to it; where alpha is 0, all is 0.
    hard_alpha: a pixel is there or not, whichever is nearer. A network is never exact to the last
    level, so without it a veil that nobody drew lies around sprites.
    """
    scaled = (x.detach().to(torch.float32) + 1) * 127.5
    if x.shape[1] == WITH_ALPHA:
        scaled = _straight(scaled.clamp_(0, 255))
        if hard_alpha:
            scaled = torch.where(scaled[:, 3:] < 127.5, 0.0, scaled)
            scaled[:, 3:] = torch.where(scaled[:, 3:] > 0, 255.0, 0.0)
    scaled = scaled.round_().clamp_(0, 255)
    return scaled.to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()


def from_uint8(pictures: np.ndarray) -> Tensor:
    """Prepared pictures, uint8 (N, H, W, C), as training sees them: float32 (N, C, H, W)."""
    whole = torch.from_numpy(pictures.copy())  # a mapped one may not be written to
    return whole.permute(0, 3, 1, 2).to(torch.float32) / 127.5 - 1


def _straight(premultiplied: Tensor) -> Tensor:
    """(N, 4, H, W) in [0, 255]: colours divided by the alpha that they were multiplied by."""
    colour, alpha = premultiplied[:, :3], premultiplied[:, 3:]
    is_seen = alpha.round() > 0
    colour = torch.minimum(colour, alpha) * 255 / torch.where(is_seen, alpha, 255)
    return torch.cat([torch.where(is_seen, colour, 0), alpha], 1)
