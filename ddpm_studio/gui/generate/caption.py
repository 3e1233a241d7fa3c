"""The line under the pictures: what made them, and the way to the model as it is by now."""

from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import REST, Placed, row
from ddpm_studio.gui.common.recipe_words import made_by
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.recipe import Recipe

NEWER = "Newer model: repaint"
NEWER_TIP = "Paint from the same noise with the newest model, that of step {:,}"
HEIGHT = 24  # points: it keeps its place while there is nothing to say


class StageCaption(QWidget):
    """`repaint` is a button, there only while the model has learned more than these show."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT)
        self._words = label("", "caption", "generate.made_by", elided=True, plain=True)
        self.repaint = Button(theme, NEWER, "generate.repaint", "", kind="link")
        self.repaint.hide()
        row(Placed(self._words, 1), self.repaint, REST, margins=(8, 0, 8, 0), of=self)

    def show_state(self, recipe: Recipe | None, newest: int | None) -> None:
        """recipe: of what is seen. newest: the step of a model that could paint it again."""
        self._words.setText("" if recipe is None else made_by(recipe))
        is_newer = recipe is not None and newest is not None and newest > recipe.step
        self.repaint.setVisible(is_newer)
        if is_newer:
            self.repaint.setToolTip(NEWER_TIP.format(newest))
