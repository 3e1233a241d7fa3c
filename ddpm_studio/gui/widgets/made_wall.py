"""The wall of made pictures, on which all ten thousand may be chosen at once."""

from __future__ import annotations

from collections.abc import Sequence

from ddpm_studio.gui.widgets.picture_wall import PictureWall
from ddpm_studio.gui.widgets.wall_model import Tile


class MadeWall(PictureWall):
    """Remembers which are chosen: to ask Qt for ten thousand takes longer than a frame."""

    _chosen: list[int] | None = None

    def set_tiles(
        self, tiles: Sequence[Tile], shape: tuple[int, int, int], source: object = None
    ) -> None:
        self._chosen = None
        super().set_tiles(tiles, shape, source)
        self._chosen = None

    def chosen_rows(self) -> list[int]:
        if self._chosen is None:
            self._chosen = super().chosen_rows()
        return self._chosen

    def _on_selection_changed(self) -> None:
        self._chosen = None
        super()._on_selection_changed()
