"""How a film looks, and what it says: colours and dithering of a GIF, caption, recipe."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.settings import Settings
from ddpm_studio.gui.widgets.control_row import ControlRow, explain
from ddpm_studio.gui.widgets.export_kinds import COLOURS, Kind
from ddpm_studio.gui.widgets.export_rows import combo, line
from ddpm_studio.gui.widgets.inputs import Switch

PALETTES = {"frame": "Own for every frame", "shared": "One palette for all"}
DITHERS = {
    "none": "None: flat areas",
    "floyd_steinberg": "Fine grain",
    "ordered": "Regular pattern",
}
CAPTION_TIP = "A line below the picture says where it is on the way, such as step 12 of 50."
RECIPE_TIP = (
    "A recipe lies inside the file: which model, seed and settings made it, and the name of the "
    "project. With it, the file can be dropped on this window to make the same pictures again. "
    "Leave it out if nobody is to see how it was made."
)


class ExportLook(QWidget):
    """All of it is remembered. The two switches are handed out, to stand beside others."""

    changed = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._palette = combo(names.EXPORT_PALETTE, PALETTES)
        self._dither = combo(names.EXPORT_DITHER, DITHERS)
        self.caption = Switch("Caption")
        self.caption.setObjectName(names.EXPORT_CAPTION)
        explain(self.caption, "Caption", CAPTION_TIP)
        self.no_recipe = Switch("Leave out the recipe")
        self.no_recipe.setObjectName(names.EXPORT_NO_RECIPE)
        explain(self.no_recipe, "Leave out the recipe", RECIPE_TIP, "metadata")
        for control, key in (
            (self._palette, "palette"),
            (self._dither, "dither"),
            (self.caption, "caption"),
            (self.no_recipe, "no_recipe"),
        ):
            settings.remember(control, f"export/{key}")
        self._lay_out()
        for one in (self._palette, self._dither):
            one.currentIndexChanged.connect(self.changed)
        for switch in (self.caption, self.no_recipe):
            switch.toggled.connect(self.changed)

    @property
    def palette_of(self) -> str:
        """FilmOptions.palette."""
        return str(self._palette.currentData())

    @property
    def dither(self) -> str:
        """FilmOptions.dither."""
        return str(self._dither.currentData())

    def show_for(self, kind: Kind) -> None:
        """Only a GIF has few colours."""
        self.setVisible(COLOURS in kind.options)

    def _lay_out(self) -> None:
        colours = ControlRow(
            "Colours",
            self._palette,
            "A GIF has 256 of them. A palette for every frame shows them best; one for all "
            "makes a smaller file, and plain areas do not flicker.",
            "palette",
        )
        grain = ControlRow(
            "Dithering",
            self._dither,
            "How colours between the 256 are made: not at all, by a grain, or by a pattern.",
            "none, Floyd-Steinberg, ordered",
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(line((colours, 1), (grain, 1)))
