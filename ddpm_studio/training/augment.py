"""Pictures moved, turned, scaled and mirrored, and what was done to each, for the network to know.

The network has what was done, the augment labels, as an input (Karras et al. 2022, appendix F.2),
and when it paints, none. So a small folder shows many more pictures, and none of the turning and
mirroring leaks into what is painted.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

SCALE, MOVE = 0.2, 0.125  # standard deviations: of log2 of the scale, and in sides of the picture


def augmented(x_0: Tensor, share: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Some of the pictures changed, and what was done: (N, C, H, W), (N, AUGMENT_CHANNELS).

    share: of the pictures that each of the four changes happens to, by itself. What lies beyond
    an edge is mirrored there. A picture that nothing is done to stays as it is, to the bit.
    """
    count, device = len(x_0), x_0.device

    def drawn(kind: str) -> Tensor:
        numbers = torch.empty(count, device=device)
        return getattr(numbers, kind)(generator=generator)

    def some(value: Tensor) -> Tensor:
        return torch.where(drawn("uniform_") < share, value, torch.zeros_like(value))

    mirrored = some(torch.ones(count, device=device))
    scale = some(drawn("normal_"))
    angle = some((drawn("uniform_") * 2 - 1) * math.pi)
    right, down = some(drawn("normal_")), some(drawn("normal_"))
    labels = torch.stack([mirrored, scale, angle.cos() - 1, angle.sin(), right, down], dim=1)
    changed = _moved(x_0, mirrored, 2 ** (SCALE * scale), angle, MOVE * right, MOVE * down)
    is_changed = (labels != 0).any(dim=1)
    return torch.where(is_changed[:, None, None, None], changed, x_0), labels


def _moved(
    x_0: Tensor, mirrored: Tensor, scale: Tensor, angle: Tensor, right: Tensor, down: Tensor
) -> Tensor:
    """Scaled and turned about the middle, mirrored, then moved by parts of its sides."""
    height, width = x_0.shape[-2:]
    aspect = width / height
    cos, sin = angle.cos() / scale, angle.sin() / scale
    sign = 1 - 2 * mirrored
    # where each pixel of the result comes from; sides reach from -1 to 1, turning is in pixels
    across = torch.stack([sign * cos, sign * sin / aspect, -2 * right], dim=1)
    along = torch.stack([-sin * aspect, cos, -2 * down], dim=1)
    places = F.affine_grid(torch.stack([across, along], dim=1), list(x_0.shape), False)
    return F.grid_sample(x_0, places, padding_mode="reflection", align_corners=False)
