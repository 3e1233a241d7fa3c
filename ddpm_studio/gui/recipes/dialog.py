"""What is in a dropped file: its picture, its recipe in words, and which part of it to use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from ddpm_studio.gallery.title import told_of
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.images import draw_on_checkerboard, drawable, image_on
from ddpm_studio.gui.common.inputs import Switch
from ddpm_studio.gui.common.label import ElidedLabel, label
from ddpm_studio.gui.common.layout import REST, Placed, column, row, wide
from ddpm_studio.gui.common.recipe_words import ALL, SEED, USE_WORDS, WITHOUT_SEED, recipe_lines
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.words import moment_in_words

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.gui.recipes.work import FoundRecipe, Home

SIDE = 224  # points, of the picture
ICON, INSET = 48, 8  # points
TEXT_WIDTH = 380
LONGEST = 80  # characters of a line
USES = (
    (WITHOUT_SEED, "The same settings, and other pictures: each gets another seed"),
    (SEED, "The same noise, painted with the settings as they are now"),
    (ALL, "The same settings and the same noise: the same picture, if the model is"),
)


class RecipeDialog(Dialog):
    """Asks what to do with a recipe; nothing happens to the page before a button is pressed."""

    # the Recipe; "all", "without_seed" or "seed"; the project to be opened first, a Path or None
    use_wanted = Signal(object, str, object)

    def __init__(self, theme: Theme, found: FoundRecipe, parent: QWidget | None = None) -> None:
        super().__init__(names.RECIPE, "Recipe", parent)
        self._theme, self._found = theme, found
        self._picture = RecipePicture(theme, "film" if found.recipe.film else "pictures", SIDE)
        self._picture.setObjectName("recipe.picture")
        self._picture.setAccessibleName(f"The picture {found.path.name}")
        self.message.setObjectName("recipe.note")
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        other = found.other.name if found.other is not None else ""
        self._open_other = Switch(f"Open “{other}” for it")
        self._open_other.setObjectName("recipe.open_other")
        self._open_other.setToolTip("The project that it was made in takes the place of this one")
        self._open_other.setChecked(True)
        self._open_other.setVisible(found.other is not None and can_use(found.here))
        self._make_buttons()
        self._lay_out()
        self._open_other.toggled.connect(self._refresh)
        self._refresh()

    def show_picture(self, pixels: np.ndarray | None) -> None:
        """uint8 (H, W, 4), premultiplied; None: it cannot be shown."""
        self._picture.show_pixels(pixels)

    # building

    def _make_buttons(self) -> None:
        self._uses = {
            use: Button(
                self._theme,
                USE_WORDS[use],
                names.item("recipe.use", use),
                tip,
                kind="primary" if use == ALL else "plain",
            )
            for use, tip in USES
        }
        for use, button in self._uses.items():
            button.clicked.connect(lambda _=False, use=use: self._on_use(use))

    def _lay_out(self) -> None:
        found, theme = self._found, self._theme
        heading = label(told_of(found.recipe).title, "heading", "recipe.title", elided=True)
        name = ElidedLabel(found.path.name, elide=Qt.TextElideMode.ElideMiddle)
        name.setProperty("kind", "caption")
        name.about = str(found.path)
        cancel = Button(theme, "Cancel", "recipe.cancel", "Leave everything as it is (Esc)")
        self.set_buttons(cancel, self._uses[ALL])
        words = column(
            heading, name, self._lines(), self.message, self._open_other, REST, spacing=12
        )
        picture = Placed(self._picture, align=Qt.AlignmentFlag.AlignTop)
        both = row(picture, wide(words), spacing=24)
        self.fill(wide(both), foot=(cancel, REST, *self._uses.values()), spacing=20)
        self.setFixedWidth(24 + SIDE + 24 + TEXT_WIDTH + 24)

    def _lines(self) -> QGridLayout:
        found = self._found
        lines = [("Project", found.recipe.project), *recipe_lines(found.recipe)]
        lines.append(("Written", moment_in_words(found.modified)))
        if found.recipe.film is not None:
            lines.insert(-1, ("Kind", "a film: its finished pictures are painted"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for line, (title, text) in enumerate(lines):
            value = label(_short(text), wrap=True, plain=True)  # it comes from anybody
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label(title, "muted"), line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, line, 1)
        return grid

    # what happens

    @property
    def _opens_other(self) -> bool:
        found = self._found
        must = found.other is not None and not can_use(found.here)
        return must or (found.other is not None and self._open_other.isChecked())

    def _refresh(self) -> None:
        where = self._found.other if self._opens_other else self._found.here
        self.say(note(self._found, self._opens_other))
        for button in self._uses.values():
            button.setEnabled(can_use(where))
        self._uses[ALL].setFocus()  # Enter is enough
        self.fit()

    def _on_use(self, use: str) -> None:
        other = self._found.other
        opened = other.path if other is not None and self._opens_other else None
        self.accept()
        self.use_wanted.emit(self._found.recipe, use, opened)


class RecipePicture(QFrame):
    """Waits for its picture, which may never come."""

    def __init__(self, theme: Theme, icon: str, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "canvas")
        self.setFixedSize(side, side)
        self._theme, self._icon = theme, icon
        self.image: QImage | None = None
        theme.changed.connect(self.update)

    def show_pixels(self, pixels: np.ndarray | None) -> None:
        """uint8 (H, W, 4), premultiplied; None: there is nothing to show."""
        self.image = None
        if pixels is not None:
            image = drawable(image_on(pixels, premultiplied=True))
            is_opaque = bool((pixels[..., 3] == 255).all())
            self.image = image.convertToFormat(QImage.Format.Format_RGB32) if is_opaque else image
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        if self.image is None:
            ratio = self.devicePixelRatioF()
            pixmap = self._theme.pixmap(self._icon, ICON, "muted", ratio)
            middle = QRectF(self.rect()).center() - QPointF(ICON / 2, ICON / 2)
            painter.drawPixmap(middle, pixmap)
            return
        area = self._area(self.image)
        is_shrunk = area.width() < self.image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_shrunk)
        draw_on_checkerboard(painter, area, self.image)

    def _area(self, image: QImage) -> QRectF:
        """Whole-number enlargement where there is room for it."""
        room = self.width() - 2 * INSET
        scale = room / max(image.width(), image.height())
        if scale > 1:
            scale = float(int(scale))
        width, height = image.width() * scale, image.height() * scale
        left, top = round((self.width() - width) / 2), round((self.height() - height) / 2)
        return QRectF(left, top, width, height)


def _short(text: str) -> str:
    """On one line, and not too long: it comes from anybody."""
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def can_use(home: Home | None) -> bool:
    """Whether there is a model to paint with."""
    return home is not None and home.newest >= 0


def note(found: FoundRecipe, opens_other: bool) -> str:
    """What a person should know before using it; "" if it will be the same picture."""
    recipe, here, other = found.recipe, found.here, found.other
    project = _short(recipe.project)
    where = other if opens_other else here
    if where is None:
        return (
            f"It was made in “{project}”, which is not among your recent projects. Open a "
            "project with a trained model, and drop the file again."
        )
    if where.newest < 0:
        return f"“{where.name}” has no model yet: train it first, and drop the file again."
    if where.checkpoint is not None:
        opening = f"It was made in “{where.name}”, which will be opened." if opens_other else ""
        return " ".join(filter(None, (opening, _device_note(found))))
    if where.name == recipe.project:
        opening = f"It was made in “{where.name}”, which will be opened. " if opens_other else ""
        return (
            f"{opening}Its model of step {recipe.step:,} was deleted. The newest, of step "
            f"{where.newest:,}, is used: expect relatives of this picture, not the same one."
        )
    known = "is not open" if other is not None else "is not among your recent projects"
    return (
        f"It was made in “{project}”, which {known}. Its settings are used with the newest "
        f"model of “{where.name}”: the pictures will be quite different ones."
    )


def _device_note(found: FoundRecipe) -> str:
    if found.recipe.device == found.device:
        return ""
    return (
        f"It was computed on {found.recipe.device}, and is computed on {found.device} here: the "
        "picture may differ by a shade."
    )
