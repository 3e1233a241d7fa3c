"""A heading that opens and closes what is under it."""

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.theme import Theme


class Fold(Button):
    """A heading that opens and closes what is under it."""

    def __init__(self, theme: Theme, words: str, name: str, tip: str, *, is_open: bool) -> None:
        super().__init__(theme, words, name, tip, icon="chevron-right", kind="section")
        self.setCheckable(True)
        self.toggled.connect(self._turn)
        self.setChecked(is_open)

    def _turn(self, is_open: bool) -> None:
        self.set_face(self.text(), f"chevron-{'down' if is_open else 'right'}", self.toolTip())
