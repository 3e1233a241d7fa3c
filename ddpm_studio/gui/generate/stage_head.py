"""The head of the stage: what is seen, the way to keep it, and to compare it."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.layout import REST, column, holder, row, wide
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.compare.bar import CompareBar
from ddpm_studio.gui.compare.run_label import RunLabel, Word
from ddpm_studio.gui.frames.request import MOST_PICTURES
from ddpm_studio.gui.generate.single_view import PictureViewer

COMPARE_LABEL = "compare.label"

BETWEEN_LABELS = 24  # points
ROOMY, NARROW = 940, 720  # points: from here on with all words, below here with as few as can be
KEEP_TIP = "Keep it as it is seen now: a PNG in the gallery, with its recipe (K)"
NO_KEEP_TIP = "Choose pictures first, or point at one and press K, to keep them as they are seen"
OWN_TIP = (
    "This is your own picture, which is a file already. What the model makes of it is under "
    "“Believed” and “Finished”, and can be kept once it is painted"
)
COMPARE_TIP = "Hold it against other settings with the same noise, in lock-step (V)"
LEAVE_TIP = "Back to one run (Esc)"
WAITING: tuple[Word, ...] = (("change a setting: the same noise is painted with it", False),)


class StageHead(QWidget):
    """One row over the pictures; while two runs are compared, their labels are under it.

    Attributes: keep, compare (the buttons).
    """

    def __init__(self, theme: Theme, viewer: PictureViewer, bar: CompareBar) -> None:
        """viewer: of the one large picture, whose controls have their place here; bar: those of
        a comparison.
        """
        super().__init__()
        self._viewer, self._single, self._bar = viewer, viewer.head, bar
        self._needs_left: Callable[[], bool] = lambda: False
        self._is_single, self._letter, self._count = False, "", 0
        self.keep = Button(theme, "", "generate.keep", KEEP_TIP, icon="keep")
        self.compare = Button(theme, "", "compare", COMPARE_TIP, icon="compare")
        self._a = RunLabel(theme, names.item(COMPARE_LABEL, "a"), "A")
        self._b = RunLabel(theme, names.item(COMPARE_LABEL, "b"), "B")
        self._lay_out()

    def add_left(self, widget: QWidget, is_needed: Callable[[], bool] = lambda: False) -> None:
        """Something that belongs to the whole stage, at its left; not seen while comparing.

        is_needed: whether it is to be seen beside one large picture, too.
        """
        self._left.addWidget(widget)
        self._needs_left = is_needed

    def show_state(
        self, letter: str, count: int, *, is_there: bool, is_painted: bool, is_single: bool
    ) -> None:
        """What the stage shows now, and how many pictures a click keeps.

        letter: of the run in front, while two are compared. is_there: whether anything is seen;
        is_painted: whether the model made it. is_single: one picture, large.
        """
        self._is_single, self._letter, self._count = is_single, letter, count
        has_left = not letter and (not is_single or self._needs_left())
        for widget, is_seen in (
            (self._left_holder, has_left),
            (self._single, is_single),
            (self._bar, bool(letter)),
            (self._labels, bool(letter)),
        ):
            widget.setVisible(is_seen)
        self.compare.setToolTip(LEAVE_TIP if letter else COMPARE_TIP)
        self.compare.setEnabled(is_there)
        self.keep.setEnabled(count > 0 and is_there and is_painted)
        self.keep.setToolTip(
            OWN_TIP if is_there and not is_painted else KEEP_TIP if count else NO_KEEP_TIP
        )
        self._arrange()

    def show_runs(self, a: Sequence[Word], b: Sequence[Word]) -> None:
        """The settings of both; those of B are empty until it is there."""
        self._a.set_words(a)
        self._b.set_words(b or WAITING)
        self._share_room()

    def show_turn(self, seen: str) -> None:
        """ "a" or "b" while only that one is seen, else ""."""
        self._a.set_seen(seen == "a")
        self._b.set_seen(seen == "b")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self._share_room()

    def _lay_out(self) -> None:
        self._left = row()
        self._left_holder = holder(self._left)
        first = wide(self._left_holder), wide(self._single)
        self._row = row(*first, REST, self.keep, self.compare)
        self._second = row(self._bar)
        self._label_row = row(
            wide(self._a), wide(self._b), spacing=BETWEEN_LABELS, margins=(8, 0, 8, 0)
        )
        self._labels = holder(self._label_row)
        column(self._row, self._second, self._labels, of=self)

    def _arrange(self) -> None:
        """The bar and what is at the left in the first row, if there is room beside the rest."""
        width, is_single = self.width(), self._is_single
        self._place(self._bar, 2, beside=not is_single and width >= NARROW)
        self._place(self._left_holder, 0, beside=not is_single)
        is_roomy = width >= ROOMY
        is_crowded = is_single or self._letter or self._needs_left()
        keep, most = f"Keep {self._count}" if self._count > 1 else "Keep", f"Keep {MOST_PICTURES}"
        if self._letter and (is_roomy or not is_crowded):
            keep, most = f"{keep} of {self._letter}", f"{most} of A"
        leave = "Leave" if is_single and not is_roomy else "Leave compare"
        compare = leave if self._letter else "Compare"
        self._viewer.set_terse(not is_roomy, width < NARROW)
        self.keep.keep_width(most)
        self.compare.keep_width("Compare")
        for button, words in ((self.keep, keep), (self.compare, compare)):
            button.set_words(words, has_room=width >= NARROW)

    def _share_room(self) -> None:
        """Half for each label; where one needs more, what the other leaves.

        Where there is not enough for both, B says what differs, and A the rest, too.
        """
        room = self.width() - 16 - BETWEEN_LABELS
        a, b = self._a.needed, self._b.needed
        if a + b > room:
            b = max(self._b.least, room - a)
            a = room - b
            if a < self._a.least:
                a = b = room / 2
        shares = (1, 1) if max(a, b) <= room / 2 else (max(1, round(a)), max(1, round(b)))
        for place, share in enumerate(shares):
            self._label_row.setStretch(place, share)

    def _place(self, widget: QWidget, at: int, *, beside: bool) -> None:
        """In the first row, at a place, or under it."""
        if beside and self._row.indexOf(widget) < 0:
            self._second.removeWidget(widget)
            self._row.insertWidget(at, widget, 1)
        elif not beside and self._second.indexOf(widget) < 0:
            self._row.removeWidget(widget)
            self._second.addWidget(widget)
