"""What can be done with the chosen pictures: leave out, crop, turn, how often seen, undo."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.inputs import ComboBox
from ddpm_studio.gui.common.layout import STRETCH, holder, row
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.entries import VIDEO, WallEntry

WEIGHTS = ((0.5, "Seen ½ ×"), (1.0, "Seen 1 ×"), (2.0, "Seen 2 ×"), (4.0, "Seen 4 ×"))
FRAME_SECONDS = 2.0  # between two frames of a video, at first
LEAVE_OUT = ("Leave out", "hidden", "The model does not see these; your files stay (Del)")
TAKE_BACK = ("Take", "visible", "Let the model see these all the same (Del)")
TAKE_FRAMES = (
    "Take frames",
    "film",
    f"Take a picture every {FRAME_SECONDS:g} seconds of this video; those that are alike are "
    "dropped",
)


class PictureActions(QWidget):
    """Buttons that show what can be done with the pictures that it was given."""

    weight_wanted = Signal(float)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.toggle = Button(theme, LEAVE_OUT[0], "pictures.toggle", LEAVE_OUT[2])
        tip = "Choose which part of this picture the model sees (Enter)"
        self.crop = Button(theme, "Crop…", "pictures.edit_crop", tip, icon="crop")
        tip = "Turn it to the left, for the model; your files stay (Ctrl+[)"
        self.turn_left = IconButton(theme, "turn-left", "pictures.turn_left", "Turn left", tip)
        tip = "Turn it to the right, for the model; your files stay (Ctrl+])"
        self.turn_right = IconButton(theme, "turn-right", "pictures.turn_right", "Turn right", tip)
        self._face, self._is_narrow = LEAVE_OUT, False
        self._weight = ComboBox("pictures.weight", dict(WEIGHTS))
        tip = "How often the model sees this picture, beside the others."
        explain(self._weight, "How often it is seen", tip, "weight")
        self.undo = IconButton(theme, "undo", "pictures.undo", "Undo (Ctrl+Z)")
        self.redo = IconButton(theme, "redo", "pictures.redo", "Redo (Ctrl+Shift+Z)")
        buttons = self.toggle, self.crop, self._weight
        self._row = row(*buttons, STRETCH, margins=(0, 4, 0, 0), of=self)
        self.turns = holder(row(self.turn_left, self.turn_right, spacing=4))  # for another place
        # for another place: they are of the whole wall
        self.history_buttons = holder(row(self.undo, self.redo, spacing=0))
        self._weight.activated.connect(
            lambda _: self.weight_wanted.emit(self._weight.currentData())
        )
        self.show_entries(())
        self.show_undo("", "")

    def show_entries(self, entries: Sequence[WallEntry]) -> None:
        """What fits the pictures that are chosen now."""
        can_toggle = [entry for entry in entries if entry.can_be_taken]
        self.toggle.setEnabled(bool(can_toggle))
        face = LEAVE_OUT
        if can_toggle and not any(entry.is_taken for entry in can_toggle):
            face = TAKE_FRAMES if can_toggle[0].kind == VIDEO else TAKE_BACK
        words, icon, tip = face
        count = len({entry.name for entry in can_toggle if entry.is_taken or face is not LEAVE_OUT})
        self._face = f"{words} {count:,}" if count > 1 else words, icon, tip
        self._show_face()
        self.toggle.setAccessibleName(face[0])
        taken = [entry for entry in entries if entry.is_taken]
        has_file = len(entries) == 1 and entries[0].facts is not None and not entries[0].video
        self.crop.setEnabled(has_file)
        for button in (self.turn_left, self.turn_right):
            button.setEnabled(any(entry.has_file for entry in entries))
        self._weight.setEnabled(bool(taken))
        weights = {entry.weight for entry in taken}
        weight = weights.pop() if len(weights) == 1 else None
        self._weight.setPlaceholderText("Seen: mixed" if taken else "Not seen")
        self._weight.setCurrentIndex(-1 if weight is None else self._weight.findData(weight))

    def set_narrow(self, is_narrow: bool) -> None:
        """Where there is little room, icons do without words."""
        self._is_narrow = is_narrow
        self.crop.set_words("Crop…", has_room=not is_narrow)
        self._row.setSpacing(4 if is_narrow else 8)
        self._show_face()
        letters, words = self.toggle.fontMetrics().horizontalAdvance, self.toggle.text()
        around = self.toggle.sizeHint().width() - letters(words)
        least = around + letters(f"{LEAVE_OUT[0]} 00")  # what is beside it stays where it is
        self.toggle.setMinimumWidth(0 if is_narrow else least)

    def _show_face(self) -> None:
        words, icon, tip = self._face
        self.toggle.set_face(words, icon, f"{words}: {tip}" if self._is_narrow else tip)
        self.toggle.set_words(words, has_room=not self._is_narrow)

    def show_undo(self, undo: str, redo: str) -> None:
        """What can be taken back and done again, in words; "" if nothing."""
        for button, words, what in (
            (self.undo, undo, "Undo (Ctrl+Z)"),
            (self.redo, redo, "Redo (Ctrl+Shift+Z)"),
        ):
            button.setEnabled(bool(words))
            button.setToolTip(f"{what}: {words}" if words else what)
