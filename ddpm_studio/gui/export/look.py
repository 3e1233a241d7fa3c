"""How a film looks, and what it says: colours and dithering of a GIF, caption, recipe."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.inputs import Switch
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.export.kinds import COLOURS, Kind
from ddpm_studio.gui.export.rows import FIELDS, combo, line, row_of

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
        self._palette = combo("export.palette", FIELDS["palette"].choices)
        self._dither = combo("export.dither", FIELDS["dither"].choices)
        caption = FIELDS["caption"]
        self.caption = Switch(caption.words)
        self.caption.setObjectName("export.caption")
        explain(self.caption, caption.words, caption.tip)
        self.no_recipe = Switch("Leave out the recipe")
        self.no_recipe.setObjectName("export.no_recipe")
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
        colours, grain = row_of("palette", self._palette), row_of("dither", self._dither)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(line((colours, 1), (grain, 1)))
