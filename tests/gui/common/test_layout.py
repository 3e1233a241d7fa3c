"""Rows, columns, words and the dialog that everything else is built of."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.history import History
from ddpm_studio.gui.common.label import label, set_kind
from ddpm_studio.gui.common.layout import (
    REST,
    STRETCH,
    Gap,
    Placed,
    column,
    holder,
    keep_room,
    row,
    wide,
)


def test_a_row_stands_from_left_to_right_and_the_wide_one_takes_the_room(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    first, last = QPushButton("a"), QPushButton("b")
    row(first, wide(last), spacing=10, margins=5, of=window)
    window.resize(400, 60)
    window.show()
    assert first.x() == 5
    assert last.x() == first.geometry().right() + 1 + 10
    assert last.geometry().right() == 394
    assert last.width() > first.width()


def test_gaps_and_stretches_keep_widgets_apart(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    top, middle, bottom = QPushButton("a"), QPushButton("b"), QPushButton("c")
    column(top, Gap(20), middle, STRETCH, bottom, spacing=0, margins=(1, 2, 3, 4), of=window)
    window.resize(100, 300)
    window.show()
    assert (top.x(), top.y()) == (1, 2)
    assert middle.y() == top.geometry().bottom() + 1 + 20
    assert bottom.geometry().bottom() == 295


def test_the_rest_is_only_what_nothing_else_takes(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    left, right = QPushButton("a"), QPushButton("b")
    row(wide(left), REST, right, spacing=0, of=window)
    window.resize(400, 60)
    window.show()
    assert left.geometry().right() + 1 == right.x()
    left.hide()
    qtbot.waitUntil(lambda: right.geometry().right() == 399)
    assert right.x() > 200


def test_what_keeps_its_room_leaves_the_others_where_they_are(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    first, last = keep_room(QPushButton("a")), QPushButton("b")
    row(first, last, STRETCH, of=window)
    window.resize(400, 60)
    window.show()
    before = last.geometry()
    first.hide()
    window.layout().activate()
    assert last.geometry() == before


def test_something_placed_keeps_to_its_side(qtbot) -> None:
    right = Placed(QPushButton("a"), align=Qt.AlignmentFlag.AlignRight)
    box = holder(column(right, margins=0), kind="card", name="box")
    qtbot.addWidget(box)
    box.resize(300, 50)
    box.show()
    assert right.what.geometry().right() == box.contentsRect().right()  # style sheets draw borders
    assert (box.objectName(), box.property("kind")) == ("box", "card")


def test_words_know_their_kind(qtbot) -> None:
    words = label("<b>x</b>", "muted", "words", wrap=True, plain=True)
    qtbot.addWidget(words)
    assert (words.objectName(), words.property("kind"), words.wordWrap()) == (
        "words",
        "muted",
        True,
    )
    assert words.textFormat() is Qt.TextFormat.PlainText
    set_kind(words, "danger")
    assert words.property("kind") == "danger"


def test_a_dialog_is_closed_by_cancel_and_speaks_in_one_line(qtbot) -> None:
    dialog = Dialog("dialog", "Title", None)
    cancel, go = QPushButton("Cancel"), QPushButton("Go")
    dialog.fill(dialog.message, foot=(cancel, go), heading="Heading", about="About it.")
    dialog.set_buttons(cancel, go)
    dialog.show()
    assert not dialog.message.isVisible()
    dialog.say("The disk is full.", "danger")
    assert dialog.message.isVisible()
    assert dialog.message.property("kind") == "danger"
    assert cancel.x() < go.x()
    assert go.isDefault()
    with qtbot.waitSignal(dialog.destroyed):
        qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)


def test_words_at_the_foot_take_the_room_that_the_buttons_leave(qtbot) -> None:
    dialog, words, go = Dialog("dialog", "Title", None), label("Working…"), QPushButton("Go")
    dialog.fill(foot=(wide(words), go))
    dialog.resize(400, 200)
    dialog.show()
    assert words.x() == 24
    assert words.geometry().right() + 1 + 12 == go.x()


def test_words_that_are_elided_need_no_width(qtbot) -> None:
    words = label("a long sentence that may not fit", elided=True)
    qtbot.addWidget(words)
    assert words.minimumSizeHint().width() == 0


def test_a_history_moves_only_when_it_is_told_so() -> None:
    history = History[str](most=2)
    for deed in ("a", "b", "c"):
        history.add(deed)
    assert history.to_undo == "c"
    history.undone()
    assert (history.to_undo, history.to_redo) == ("b", "c")
    history.redone("d")
    assert (history.to_undo, history.to_redo) == ("d", None)
    history.undone()
    history.undone()
    assert history.to_undo is None  # "a" was too long ago
    history.add("e")
    assert history.to_redo is None
