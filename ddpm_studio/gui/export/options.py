"""Every option of a film in rows: those that mean something for its kind; says when they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.export import work
from ddpm_studio.gui.export.content import ExportContent
from ddpm_studio.gui.export.kinds import COLOURS, RECIPE, Kind
from ddpm_studio.gui.export.look import ExportLook
from ddpm_studio.gui.export.play import ExportPlay
from ddpm_studio.gui.export.rows import line
from ddpm_studio.gui.export.size import ExportSize
from ddpm_studio.gui.export.sources import Filmed, Part

if TYPE_CHECKING:
    from ddpm_studio.export.film.write import Film


class ExportOptions(QWidget):
    """Nothing has to be set: what is proposed is a good film."""

    changed = Signal()
    kind_changed = Signal()

    def __init__(self, filmed: Filmed, settings: Settings) -> None:
        """settings: where all is remembered but what the film is of."""
        super().__init__()
        self._filmed = filmed
        self._part: Part | None = None
        self._film: Film | None = None
        self._seen: Film | None = None
        self._seen_of: Film | None = None
        self._content = ExportContent(filmed, settings)
        self._play = ExportPlay(settings, filmed.way_back)
        self._size = ExportSize(settings)
        self._look = ExportLook(settings)
        self._lay_out()
        self._on_content_changed()
        self._content.changed.connect(self._on_content_changed)
        self._content.kind_changed.connect(self.kind_changed)
        for part in (self._play, self._size, self._look):
            part.changed.connect(self.changed)

    @property
    def kind(self) -> Kind:
        """The kind of file."""
        return self._content.kind

    @property
    def ground(self) -> str | None:
        """The colour that transparent pictures lie on; None where they stay transparent."""
        return self._filmed.background if self._filmed.has_alpha and self.kind.is_opaque else None

    @property
    def film(self) -> Film:
        """What is filmed; the same object until something else is."""
        part = self._content.part
        if self._film is None or part != self._part:
            self._film, self._part = self._filmed.film(part), part
        return self._film

    @property
    def seen_film(self) -> Film:
        """The same for a preview."""
        if self.film is not self._seen_of or self._seen is None:
            self._seen_of, self._seen = self.film, self._filmed.seen(self._content.part)
        return self._seen

    def wish(self) -> work.FilmWish:
        """All that is set."""
        kind, part = self.kind, self._content.part
        with_recipe = RECIPE in kind.options and not self._look.no_recipe.isChecked()
        make = self._filmed.recipe_maker(part) if with_recipe else None
        return work.FilmWish(self.film, self._options(), kind.suffix, self._stages, make)

    @property
    def _stages(self) -> int:
        """Of a film strip, as many as there are frames at the most; 0 for what moves."""
        return min(self._content.stages, self.film.count) if self.kind.is_page else 0

    def _options(self) -> FilmOptions:
        kind, play = self.kind, self._play.play(self.kind)
        has_colours = COLOURS in kind.options
        return FilmOptions(
            fps=play.fps,
            hold=play.hold,
            scale=self._size.scale,
            width=self._size.width_wanted,
            easing=play.easing,
            ping_pong=play.ping_pong,
            loops=play.loops,
            palette=self._look.palette_of if has_colours else "frame",
            dither=self._look.dither if has_colours else "none",
            caption=self._look.caption.isChecked(),
            background=self._filmed.background,
        )

    def _lay_out(self) -> None:
        switches = line(
            (self._play.loop_back, 0), (self._look.caption, 0), (self._look.no_recipe, 0)
        )
        switches.setSpacing(24)
        switches.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        for part in (self._content, self._size, self._play, self._look):
            layout.addWidget(part)
        layout.addLayout(switches)

    def _on_content_changed(self) -> None:
        """What means nothing for this kind of file is not there."""
        kind = self.kind
        self._play.show_for(kind)
        self._look.show_for(kind)
        self._look.no_recipe.setVisible(RECIPE in kind.options and self._filmed.has_recipe)
        height, width, _ = self.seen_film.shape
        stages = self._stages
        self._size.propose(width * max(1, stages), height, is_page=stages > 0)
        self.changed.emit()
