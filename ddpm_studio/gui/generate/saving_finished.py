"""Background work that writes chosen pictures as files; films are in `films`."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ddpm_studio.events import FileWritten
from ddpm_studio.export.places import free_path, make_folder

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.recipe import Recipe


def save_pictures(
    pictures: Sequence[np.ndarray],
    seeds: Sequence[int],
    recipe: Recipe,
    folder: Path,
    with_recipe: bool = True,
) -> Generator[FileWritten, None, list[Path]]:
    """Write each picture, uint8 (H, W, C), as a PNG with its recipe; nothing is replaced.

    with_recipe: False leaves out all that says how they were made, but for the names.
    """
    from ddpm_studio.export.images import write_png
    from ddpm_studio.gui.generate.work import recipe_of

    make_folder(folder)
    paths = []
    for picture, seed in zip(pictures, seeds, strict=True):
        name = f"{recipe.project}_step{recipe.step:08d}_seed{seed:06d}.png"
        path = free_path(folder / name)
        write_png(path, picture, recipe_of(recipe, seed).to_text() if with_recipe else None)
        paths.append(path)
        yield FileWritten(path)
    return paths
