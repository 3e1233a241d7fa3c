"""The buttons that save what is seen: into the gallery, elsewhere, or without the recipe."""

from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.layout import row
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.frames.request import MOST_PICTURES
from ddpm_studio.gui.generate.saving import Saving, save_words
from ddpm_studio.gui.generate.stage import Stage
from ddpm_studio.gui.generate.stage_head import OWN_TIP

TIP = "Save the finished pictures as PNG files, each with its recipe inside"
PLAIN_TIP = "Save without the recipe: nothing in the files says how they were made"
UNFINISHED_TIP = "Only pictures that were painted to the end can be saved"


class SaveButtons(QWidget):
    """In one row, behind the size. Attributes: here, elsewhere, plain."""

    def __init__(self, theme: Theme, saving: Saving) -> None:
        super().__init__()
        self.here = Button(theme, "Save", "generate.save", TIP, icon="export")
        self.here.keep_width("Save all", f"Save {MOST_PICTURES}")
        where = "generate.save_to", "Save into another folder…"
        self.elsewhere = IconButton(theme, "folder", *where)
        plain = "generate.save_plain", "Save without the recipe"
        self.plain = IconButton(theme, "recipe-off", *plain, PLAIN_TIP)
        row(saving.size, self.here, self.elsewhere, self.plain, spacing=4, of=self)
        self.here.clicked.connect(lambda: saving.save_here())
        self.elsewhere.clicked.connect(saving.choose_folder)
        self.plain.clicked.connect(lambda: saving.save_here(with_recipe=False))

    def show_state(self, stage: Stage) -> None:
        """What of the stage would be saved, and why nothing can be."""
        trajectory, is_whole = stage.trajectory, stage.to_save is not None
        self.here.setText(save_words(len(stage.wanted), bool(stage.chosen), stage.letter))
        recipe = trajectory.recipe if trajectory is not None else None
        is_own = recipe is not None and recipe.is_forward
        why_not = OWN_TIP if is_own else UNFINISHED_TIP
        self.here.setToolTip(TIP if is_whole or trajectory is None else why_not)
        for button in (self.here, self.elsewhere, self.plain):
            button.setEnabled(is_whole)
