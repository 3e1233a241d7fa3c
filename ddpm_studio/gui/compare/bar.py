"""How two runs are compared: side by side, with a wipe, in a flicker, or by their difference."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.choice_bar import Choice, ChoiceBar
from ddpm_studio.gui.common.control_row import explain, tooltip
from ddpm_studio.gui.common.inputs import ComboBox, Slider
from ddpm_studio.gui.common.layout import REST, Gap, holder, row, wide
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.compare.lock_step import GAIN
from ddpm_studio.gui.compare.view import CALM_RATE, DIFFERENCE, FLICKER, SIDES, WIPE, CompareView

SWAP_TIP = "Swap A and B: what was painted last is pinned, and the next change is held against it"
VIEWS = (
    Choice(SIDES, "Side by side", "Sides", "A on the left, B on the right (1)"),
    Choice(WIPE, "Wipe", "Wipe", "One over the other, with a line that can be dragged (2)"),
    Choice(
        FLICKER,
        "Flicker",
        "Flicker",
        "A and B in turn, in the same place; it starts when you say so (3)",
    ),
    Choice(
        DIFFERENCE, "Difference", "Diff.", f"How far they are apart, {GAIN} times as bright (4)"
    ),
)
RATES = (1, 2, 3, 4, 6, 8)  # changes a second
USUAL_RATE = 2
TIP = Qt.ItemDataRole.ToolTipRole
# of the picture's width, for a press of a key
WIPE_STEPS = {Qt.Key.Key_BracketLeft: -0.02, Qt.Key.Key_BracketRight: 0.02}


class CompareBar(QWidget):
    """The choice of a view, what belongs to it, and `swap`, the button: A and B change places."""

    def __init__(
        self, theme: Theme, settings: Settings, compare: CompareView, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings, self._compare = settings, compare
        self._views = ChoiceBar(theme, "How A and B are seen", VIEWS, "compare.view")
        self._views.setToolTip("How A and B are seen (1 to 4)")
        settings.remember(self._views, "compare/view")
        self._make_wipe()
        self._make_flicker(theme)
        self.swap = IconButton(theme, "swap", "compare.swap", "Swap A and B", SWAP_TIP)
        self._lay_out()
        self._connect()
        self._on_view_changed()

    def keep_up(self) -> None:
        """Show the state of the flicker and of the wipe."""
        is_on = self._compare.is_flickering
        icon, word = ("pause", "Pause the flicker") if is_on else ("play", "Start the flicker")
        if self._play.accessibleName() != word:
            self._play.set_face(icon, word)
        value = round(100 * self._compare.wipe)
        if self._wipe.value() != value:
            self._wipe.blockSignals(True)
            self._wipe.setValue(value)
            self._wipe.blockSignals(False)

    def press(self, key: int) -> bool:
        """A key of the stage; False if it means nothing here."""
        number = key - Qt.Key.Key_1
        if 0 <= number < len(VIEWS):
            self._views.setCurrentIndex(number)
        elif key == Qt.Key.Key_X and self._compare.view == FLICKER:
            self._compare.set_flickering(False)
            self._compare.turn()
        elif self._compare.view == WIPE and key in WIPE_STEPS:
            self._compare.set_wipe(self._compare.wipe + WIPE_STEPS[Qt.Key(key)])
        else:
            return False
        return True

    def _make_wipe(self) -> None:
        self._wipe = Slider(0, 100)
        self._wipe.setObjectName("compare.wipe")
        self._wipe.setValue(50)
        self._wipe.setMaximumWidth(160)
        explain(self._wipe, "Where A ends and B begins", "Drag it, or the line itself ([ and ]).")

    def _make_flicker(self, theme: Theme) -> None:
        self._play = IconButton(theme, "play", "compare.play", "Start", role="text")
        self._rate = ComboBox()
        self._rate.setObjectName("compare.rate")
        for rate in RATES:
            self._rate.addItem(f"{rate} a second", rate)
            if rate > CALM_RATE:
                warning = tooltip("Quick: it can harm people whom flicker makes ill")
                self._rate.setItemData(self._rate.count() - 1, warning, TIP)
        explain(
            self._rate,
            "Changes a second",
            f"How often A and B change places. More than {CALM_RATE} a second can harm people "
            "whom flicker makes ill; it is never remembered. X changes by hand.",
        )
        # what is faster than that is asked for anew every time
        rate = min(CALM_RATE, self._settings.get("compare/rate", USUAL_RATE))
        self._rate.setCurrentIndex(max(0, self._rate.findData(rate)))
        self._compare.set_rate(int(self._rate.currentData()))

    def _lay_out(self) -> None:
        flicker = holder(row(REST, self._play, self._rate, spacing=4))
        self._extras = QStackedWidget()
        for extra in (QWidget(), holder(row(REST, self._wipe)), flicker):
            self._extras.addWidget(extra)
        # the views at the right: at the left are other tabs until the moment it begins
        row(wide(self._extras), Gap(6), self._views, Gap(6), self.swap, spacing=2, of=self)

    def _connect(self) -> None:
        compare = self._compare
        self._views.currentIndexChanged.connect(self._on_view_changed)
        self._wipe.valueChanged.connect(lambda value: compare.set_wipe(value / 100))
        self._play.clicked.connect(lambda: compare.set_flickering(not compare.is_flickering))
        self._rate.currentIndexChanged.connect(self._on_rate_changed)
        compare.turned.connect(self.keep_up)
        compare.changed.connect(self.keep_up)

    def _on_view_changed(self) -> None:
        view = self._views.chosen
        self._extras.setCurrentIndex({WIPE: 1, FLICKER: 2}.get(view, 0))
        self._compare.set_view(view)

    def _on_rate_changed(self) -> None:
        rate = int(self._rate.currentData())
        self._compare.set_rate(rate)
        if rate <= CALM_RATE:
            self._settings.set("compare/rate", rate)
