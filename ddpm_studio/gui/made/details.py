"""What is known of the chosen one among all that was made, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel

from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.label import ElidedLabel, label, say
from ddpm_studio.gui.common.layout import STRETCH, Gap, column, holder, line, row, scrolled, wide
from ddpm_studio.gui.common.recipe_words import ALL, USE_WORDS, WITHOUT_SEED, recipe_lines
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.common.zoom_view import LargeCanvas
from ddpm_studio.gui.made.entries import Count, MadeEntry
from ddpm_studio.gui.made.film import FilmPlayer
from ddpm_studio.gui.made.film_bar import FilmBar
from ddpm_studio.words import size_in_words

if TYPE_CHECKING:
    from ddpm_studio.recipe import Recipe

WIDTH, PICTURE_HEIGHT = 304, 272  # points; the picture shares what room there is with words
LEAST_PICTURE, LEAST_WORDS = 64, 56
NOTHING_CHOSEN = "Choose a picture to see how it was made."
SEVERAL = "Stars, copies and the trash are for all that are chosen."
STAR_TIP, UNSTAR_TIP = "Give a star (S)", "Take the star away (S)"
AGAIN_TIP = "Goes to Generate with the whole recipe, and paints the same picture (seed included)"
SETTINGS_TIP = "Goes to Generate with these settings, and paints others: with another seed"


class MadeDetails(QFrame):
    """Beside the wall. What its buttons mean, the page knows."""

    def __init__(self, theme: Theme, player: FilmPlayer) -> None:
        super().__init__()
        self.setProperty("kind", "panel")
        self.setFixedWidth(WIDTH)
        self._theme = theme
        self._entries: list[MadeEntry] = []
        self.recipe: Recipe | None = None  # of the one that is shown, if it is known
        self.picture = LargeCanvas(margin=0)
        self.picture.setMinimumHeight(LEAST_PICTURE)
        self.picture.setMaximumHeight(PICTURE_HEIGHT)
        self._has_picture, self._is_large_seen = False, False
        self._film = FilmBar(theme, player, "made.film")
        self._title = label(kind="heading", name="made.title", wrap=True, plain=True)
        self._line = label(kind="muted", name="made.line", wrap=True, plain=True)
        self._name = ElidedLabel(elide=Qt.TextElideMode.ElideMiddle)  # names differ at their end
        self._name.setObjectName("made.name")
        self._name.setProperty("kind", "caption")
        self._facts = label(kind="caption", name="made.facts", elided=True)
        self._sentence = label(kind="muted", name="made.sentence", wrap=True)
        self._lines = QGridLayout()
        self._make_buttons(theme)
        self._lay_out()
        self.show_entries([], None)

    # what is shown

    def show_entries(self, entries: Sequence[MadeEntry], current: MadeEntry | None) -> None:
        """Other ones are chosen; the recipe of the current one may follow."""
        self._entries = list(entries)
        is_one = len(entries) == 1
        if is_one:
            entry = entries[0]
            self.show_names(entry)
            self._facts.setText(f"{entry.when}  ·  {size_in_words(entry.file.size)}")
        else:
            self._title.setText(Count.of(entries).words(" chosen") if entries else "")
            say(self._line, "")
        self._has_picture = current is not None
        self._show_picture()
        self._title.setVisible(bool(entries))
        if not is_one:
            self._name.hide()
        self._facts.setVisible(is_one)
        self.show_recipe(None, "" if is_one else SEVERAL if entries else NOTHING_CHOSEN)
        for button in (self.star, self.copy, self.folder, self.save, self.trash):
            button.setEnabled(bool(entries))
        self.show_star(bool(entries) and all(entry.is_starred for entry in entries))
        if current is None:
            self.show_image(None)

    def show_names(self, entry: MadeEntry) -> None:
        """What it is called; its recipe may have told so only now."""
        self._title.setText(entry.title)
        say(self._line, entry.line)
        name = entry.file.moved_name.rpartition("/")[2]
        self._name.setText(name)
        self._name.setVisible(name != entry.title)

    def show_star(self, is_starred: bool) -> None:
        icon, tip = ("star-filled", UNSTAR_TIP) if is_starred else ("star", STAR_TIP)
        self.star.set_face(icon, tip.rpartition(" (")[0], tip)

    def show_image(self, image: QImage | None, size: QSize | None = None) -> None:
        """Of the current one. size: in pixels, if the image is a smaller one of it."""
        self.picture.show_image(image, size)

    def show_picture(self, is_shown: bool) -> None:
        """False: it is seen large already."""
        self._is_large_seen = not is_shown
        self._show_picture()

    def _show_picture(self) -> None:
        is_shown = self._has_picture and not self._is_large_seen
        self.picture.setVisible(is_shown)
        self._film_place.setVisible(is_shown)

    def show_recipe(self, recipe: Recipe | None, sentence: str = "", project: str = "") -> None:
        """How it was made, or a sentence. project: the name of the one that is open."""
        self.recipe = recipe
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for at, (caption, words) in enumerate(recipe_lines(recipe, project) if recipe else ()):
            self._lines.addWidget(_caption(caption), at, 0, Qt.AlignmentFlag.AlignTop)
            value = label(words, wrap=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._lines.addWidget(value, at, 1)
        say(self._sentence, sentence)
        self.again.setVisible(recipe is not None)
        self.settings.setVisible(recipe is not None)

    # building

    def _make_buttons(self, theme: Theme) -> None:
        self.again = Button(theme, USE_WORDS[ALL], "made.again", AGAIN_TIP, icon="generate")
        self.settings = Button(theme, USE_WORDS[WITHOUT_SEED], "made.use", SETTINGS_TIP)
        self.star = IconButton(theme, "star", "made.star", "Give a star", STAR_TIP)
        self.copy = IconButton(theme, "copy", "made.copy", "Copy", "Copy (Ctrl+C)")
        self.folder = IconButton(
            theme, "folder-open", "made.folder", "Show in folder", "Open its folder"
        )
        tip = "Save copies in another folder, with their recipes or without…"
        self.save = IconButton(theme, "export", "made.save", "Save copies", tip)
        self.trash = IconButton(
            theme, "trash", "made.trash", "Move to the trash", "Move to the trash (Del)"
        )

    def _lay_out(self) -> None:
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setHorizontalSpacing(12)
        self._lines.setVerticalSpacing(4)
        self._lines.setColumnStretch(1, 1)
        self._film_place = holder(column(self._film))
        words = column(
            self._title,
            self._line,
            self._name,
            self._facts,
            self._sentence,
            Gap(4),
            self._lines,
            STRETCH,
            spacing=4,
        )
        below = scrolled(words)
        below.setMinimumHeight(LEAST_WORDS)
        column(
            wide(self.picture),
            self._film_place,
            wide(below),
            self.again,
            self.settings,
            line(),
            row(self.star, self.copy, self.folder, self.save, STRETCH, self.trash, spacing=4),
            margins=(16, 16, 16, 12),
            of=self,
        )


def _caption(text: str) -> QLabel:
    words = label(text, "caption")
    words.setFixedHeight(words.sizeHint().height() + 2)
    return words
