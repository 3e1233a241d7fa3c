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
FEW = 400  # steps of training; before, a model mostly paints grain
LITTLE = "this model has learned for only {:,} steps: expect coloured grain"
HEIGHT = 24  # points: it keeps its place while there is nothing to say


class StageCaption(QWidget):
    """`again` is a button, there only while the model has learned more than these show."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT)
        self._words = label("", "caption", "generate.made_by", elided=True, plain=True)
        self.again = Button(theme, NEWER, "generate.repaint", NEWER, kind="link")
        self.again.hide()
        row(Placed(self._words, 1), self.again, REST, margins=(8, 0, 8, 0), of=self)

    def show_state(self, recipe: Recipe | None, newest: int | None) -> None:
        """recipe: of what is seen. newest: the step of a model that could paint it again."""
        words = [] if recipe is None else [made_by(recipe)]
        if recipe is not None and recipe.step < FEW and recipe.start is None:
            words.append(LITTLE.format(recipe.step))
        self._words.setText("  ·  ".join(words))
        is_newer = recipe is not None and newest is not None and newest > recipe.step
        self.again.setVisible(is_newer)
        if is_newer:
            self.again.setToolTip(NEWER_TIP.format(newest))
