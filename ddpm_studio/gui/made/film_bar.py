"""What plays a film: play, its place, and whether it begins again."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.inputs import Slider
from ddpm_studio.gui.common.label import label, say, use_tabular_figures
from ddpm_studio.gui.common.layout import column, holder, row, wide
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.made.film import FilmPlayer

PLAY, PAUSE = ("play", "Play", "Play (Space)"), ("pause", "Pause", "Pause (Space)")


class FilmBar(QWidget):
    """There while a film is open in its player. Several may be of one player."""

    def __init__(
        self, theme: Theme, player: FilmPlayer, name: str, settings: Settings | None = None
    ) -> None:
        """settings: where it is remembered whether it begins again, by one bar of a player."""
        super().__init__()
        self._player = player
        self._play = IconButton(theme, "play", f"{name}.play", "Play", role="text")
        self._place = Slider(0, 1)
        self._place.setObjectName(f"{name}.place")
        explain(self._place, "Place in the film", "Which frame of the film is seen.")
        self._frame = label(kind="caption", name=f"{name}.frame")
        self._frame.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        use_tabular_figures(self._frame)
        words = "Loop", "Play again and again"
        self._loop = IconButton(theme, "loop", f"{name}.loop", *words, checkable=True)
        self._sentence = label(kind="muted", name=f"{name}.sentence", wrap=True, plain=True)
        self._sentence.hide()
        self._loop.setChecked(player.is_looping)
        if settings is not None:
            settings.remember(self._loop, "made/loop")
            player.is_looping = self._loop.isChecked()
        controls = row(self._play, wide(self._place), self._frame, self._loop, spacing=4)
        self._controls = holder(controls)
        column(self._controls, self._sentence, spacing=0, of=self)
        self._play.clicked.connect(player.toggle)
        self._place.valueChanged.connect(player.seek)
        self._loop.toggled.connect(self._on_loop)
        player.changed.connect(self._show)
        self._show()

    def _on_loop(self, is_looping: bool) -> None:
        self._player.is_looping = is_looping
        self._player.changed.emit()  # another bar of it follows

    def _show(self) -> None:
        player = self._player
        count = max(player.count, player.position + 1, 1)
        self.setVisible(player.file is not None)
        self._controls.setVisible(not player.sentence)
        say(self._sentence, player.sentence)
        self._play.set_face(*(PAUSE if player.is_playing else PLAY))
        self._place.blockSignals(True)
        self._place.setRange(0, count - 1)
        self._place.setValue(max(0, player.position))
        self._place.blockSignals(False)
        self._frame.setMinimumWidth(
            self._frame.fontMetrics().horizontalAdvance(f"{count} / {count}")
        )
        self._frame.setText(f"{player.position + 1} / {count}" if player.count else "")
        self._loop.setChecked(player.is_looping)
