"""Every option of a film in rows: those that mean something for its kind; says when they change."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QWidget

from ddpm_studio.config.enlargement import LARGEST_SCALE
from ddpm_studio.export.film.options import AS_PICTURE, CANVASES, CRISP, SMOOTH, FilmOptions
from ddpm_studio.gui.common.control_row import ControlRow, explain
from ddpm_studio.gui.common.form import Form
from ddpm_studio.gui.common.inputs import DoubleSpinBox, SpinBox, Switch, choice
from ddpm_studio.gui.common.layout import STRETCH, column, row, wide
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.export import work
from ddpm_studio.gui.export.kinds import (
    BY_KEY,
    COLOURS,
    KINDS,
    LOOPS,
    ORDER,
    PACE,
    RECIPE,
    REPEATS,
    Kind,
)
from ddpm_studio.gui.export.rows import number, row_of
from ddpm_studio.gui.export.sources import BOTH, CHOSEN, GRID, ONE, Filmed, Part

if TYPE_CHECKING:
    from ddpm_studio.export.film.frames import Film

HEIGHT = 32  # pixels, of every control: they stand beside each other
NUMBER, NARROW = 96, 104  # pixels, of a number
MOST_STAGES = 32
# the fields of FilmOptions that mean something only where a group does
OF_GROUP = {PACE: ("fps", "hold"), ORDER: ("easing", "ping_pong"), COLOURS: ("palette", "dither")}
PLAYER_SPEED = 24  # frames a second, as the page plays unless a person chose otherwise
WAYS = {  # with a canvas; without
    True: {CRISP: "Crisp: whole pixels", SMOOTH: "Smooth: up to the edge"},
    False: {CRISP: "Crisp: whole pixels", SMOOTH: "Smooth: to a width"},
}
FOR_EVER, ONCE, OFTEN = "for_ever", "once", "often"
SHOWN_SIDE = 512  # pixels: the enlargement that is proposed comes near to this
LARGEST_SIDE = 4096
LARGEST_PAGE = 16_000  # pixels
PAGE_SIDE = 1600  # the same for stages on a page
SIDE_KEYS = {False: ("export/side", SHOWN_SIDE), True: ("export/page_side", PAGE_SIDE)}
RECIPE_TIP = (
    "A recipe lies inside the file: which model, seed and settings made it, and the name of the "
    "project. With it, the file can be dropped on this window to make the same pictures again. "
    "Leave it out if nobody is to see how it was made."
)


class ExportOptions(QWidget):
    """Nothing has to be set: what is proposed is a good film, of what is looked at on the page.

    All is remembered but what the film is of; its size as the pixels of its longer side.
    """

    changed = Signal()
    kind_changed = Signal()

    def __init__(self, filmed: Filmed, settings: Settings) -> None:
        """settings: where all that was exported is remembered, but what the film is of."""
        super().__init__()
        self._filmed, self._settings = filmed, settings
        self._part: Part | None = None
        self._film: Film | None = None
        self._seen: Film | None = None
        self._seen_of: Film | None = None
        self._size = (1, 1, False)  # width, height, whether on a page: what is enlarged
        self._is_proposing = False
        self._sides: dict[str, int] = {}  # that a person chose here, by their keys
        self._make_content()
        self._make_form()
        self._make_size()
        self._make_times()
        self._recall()
        self._lay_out()
        self._refresh()
        self._connect()

    @property
    def kind(self) -> Kind:
        """The kind of file."""
        return BY_KEY[str(self._format.currentData())]

    @property
    def ground(self) -> str | None:
        """The colour that transparent pictures lie on; None where they stay transparent."""
        return self._filmed.background if self._filmed.has_alpha and self.kind.is_opaque else None

    @property
    def film(self) -> Film:
        """What is filmed; the same object until something else is."""
        part = self._content
        if self._film is None or part != self._part:
            self._film, self._part = self._filmed.film(part), part
        return self._film

    @property
    def seen_film(self) -> Film:
        """The same for a preview."""
        if self.film is not self._seen_of or self._seen is None:
            self._seen_of, self._seen = self.film, self._filmed.seen(self._content)
        return self._seen

    def request(self) -> work.FilmRequest:
        """All that is set."""
        kind = self.kind
        with_recipe = RECIPE in kind.options and not self._no_recipe.isChecked()
        make = self._filmed.recipe_maker(self._content) if with_recipe else None
        has_width = kind.is_page and self._is_smooth
        page_width = self._page_width.value() if has_width else None
        options, stages = self._options(), self._stages_seen
        return work.FilmRequest(self.film, options, kind.suffix, stages, make, page_width)

    def keep(self) -> None:
        """Remember all of it for next time: it was exported so."""
        for keep in self._keeps:
            keep()
        for key, side in self._sides.items():
            self._settings.set(key, side)
        if self._filmed.shows:
            self._settings.set("export/both", self._show.currentData() == BOTH)

    # what is set

    @property
    def _content(self) -> Part:
        """Which pictures, and what of them."""
        return self._filmed.part(
            str(self._what.currentData()),
            self._number.value() - 1,
            str(self._show.currentData()) if self._filmed.shows else "",
            self.kind.is_page,
        )

    @property
    def _stages_seen(self) -> int:
        """Of a film strip, as many as there are frames at the most; 0 for what moves."""
        return min(self._stages.value(), self.film.count) if self.kind.is_page else 0

    @property
    def _is_smooth(self) -> bool:
        return bool(self._way.currentData() == SMOOTH)

    @property
    def _canvas(self) -> str:
        """A page is as large as its stages."""
        return AS_PICTURE if self.kind.is_page else str(self._canvases.currentData())

    @property
    def _has_canvas(self) -> bool:
        return self._canvas != AS_PICTURE

    @property
    def _how_often(self) -> int:
        """0 is for ever."""
        if REPEATS in self.kind.options:
            return self._repeats.value()
        times = {FOR_EVER: 0, ONCE: 1}.get(str(self._times.currentData()), self._loops.value())
        return times if LOOPS in self.kind.options else 0

    def _options(self) -> FilmOptions:
        """What is set, as far as it means something for the kind of file."""
        kind, film, usual = self.kind, self._form.value(), FilmOptions()
        unused = [OF_GROUP[group] for group in (ORDER, COLOURS) if group not in kind.options]
        return dataclasses.replace(
            film,
            fps=min(film.fps, kind.most_fps),
            hold=film.hold if PACE in kind.options else 0.0,
            scale=1 if self._is_smooth or self._has_canvas else self._scale.value(),
            width=film.width if self._is_smooth and not self._has_canvas else None,
            canvas=self._canvas,
            fit=SMOOTH if self._is_smooth and self._has_canvas else CRISP,
            loops=self._how_often,
            **{key: getattr(usual, key) for keys in unused for key in keys},
        )

    # building

    def _make_content(self) -> None:
        """The kind of file is that of last time; of what, that which is looked at now."""
        filmed = self._filmed
        self._sets = {}
        if len(filmed.chosen) > 1:
            self._sets[CHOSEN] = f"The {len(filmed.chosen)} chosen"
        if filmed.count > 1:
            self._sets[GRID] = f"All {filmed.count} pictures"
        self._sets[ONE] = "One picture"
        self._format = choice("export.format", {kind.key: kind.words for kind in KINDS})
        self._stages = number("export.stages", 2, MOST_STAGES, 8)
        self._what = choice("export.what", self._sets, filmed.proposed)
        self._number = number("export.number", 1, filmed.count, filmed.one + 1)
        self._show = choice("export.show", filmed.shows)
        seen = BOTH if self._settings.get("export/both", False) else filmed.show
        self._show.setCurrentIndex(max(0, self._show.findData(seen)))

    @property
    def _player_speed(self) -> float:
        """That of the page is proposed, so that the film is as it was seen."""
        return float(self._settings.get("scrubber/speed", PLAYER_SPEED))

    def _make_form(self) -> None:
        hold = DoubleSpinBox(0, 30, decimals=1)
        hold.setSingleStep(0.5)
        width = number("export.width", 8, LARGEST_SIDE, SHOWN_SIDE)
        width.setSingleStep(16)
        self._form = Form(
            FilmOptions(background=self._filmed.background, fps=self._player_speed),
            "export",
            special={
                "fps": SpinBox(1, 60),
                "hold": hold,
                "width": width,
                "ping_pong": Switch(self._filmed.way_back),
            },
            called={"ping_pong": "loop_back"},
            without=("scale", "loops", "canvas", "fit"),
            parent=self,
        )
        self._no_recipe = Switch("Leave out the recipe")
        self._no_recipe.setObjectName("export.no_recipe")
        explain(self._no_recipe, "Leave out the recipe", RECIPE_TIP, "metadata")

    def _make_size(self) -> None:
        self._canvases = choice("export.canvas", CANVASES)
        self._way = choice("export.enlarge", WAYS[False])
        self._scale = number("export.size", 1, LARGEST_SCALE, 1)
        self._scale.setPrefix("× ")
        self._page_width = number("export.page_width", 8, LARGEST_PAGE, PAGE_SIDE)
        self._page_width.setSingleStep(16)

    def _make_times(self) -> None:
        times = {FOR_EVER: "For ever", ONCE: "Once", OFTEN: "n times"}
        self._times = choice("export.times", times)
        self._loops = number("export.loops", 2, 999, 3, " ×")
        self._repeats = number("export.repeats", 1, 99, 1, " ×")

    def _recall(self) -> None:
        self._keeps = self._form.recall(self._settings)
        for control, key in (
            (self._format, "format"),
            (self._stages, "stages"),
            (self._canvases, "canvas"),
            (self._way, "enlarge"),
            (self._page_width, "page_width"),
            (self._times, "times"),
            (self._loops, "loops"),
            (self._repeats, "repeats"),
            (self._no_recipe, "no_recipe"),
        ):
            self._keeps.append(self._settings.recall(control, f"export/{key}"))

    def _lay_out(self) -> None:
        keys = "width", *(key for keys in OF_GROUP.values() for key in keys)
        self._rows = {key: self._form.row(key) for key in keys} | {
            "format": ControlRow("Format", self._format, "The kind of file."),
            "stages": ControlRow(
                "Stages",
                self._stages,
                "How many pictures on the way are on the page, evenly from noise to picture.",
            ),
            "what": ControlRow("Which pictures", self._what, "Which pictures are in it."),
            "number": ControlRow(
                "Number", self._number, "Which of the pictures, counted row by row."
            ),
            "show": ControlRow(
                "What is seen of them",
                self._show,
                "The picture on its way out of the noise, what the model expects of it, or both.",
                "x_t, pred_x_0",
            ),
            "enlarge": ControlRow(
                "Enlarged",
                self._way,
                "Crisp: each pixel becomes a square of so many, without any blur. Smooth: to a "
                "width that you choose, softly.",
                "nearest neighbour, or Lanczos",
            ),
            "canvas": row_of("canvas", self._canvases),
            "size": row_of("scale", self._scale),
            "page_width": ControlRow(
                "Width", self._page_width, "How broad the whole page becomes, in pixels.", "width"
            ),
            "times": row_of("loops", self._times),
            "loops": ControlRow("Times", self._loops, "How often it plays.", "loop count"),
            "repeats": ControlRow(
                "Plays",
                self._repeats,
                "A video ends by itself; so often the film is in it.",
                "loops",
            ),
        }
        rows = self._rows
        for key in ("stages", "number", "size", "width", "page_width"):
            rows[key].setFixedWidth(NARROW)
        for key in ("fps", "hold", "loops", "repeats"):
            rows[key].setFixedWidth(NUMBER)
        column(
            row(wide(rows["format"]), rows["stages"], spacing=12),
            row(wide(rows["what"]), rows["number"], wide(rows["show"]), spacing=12),
            row(
                *(wide(rows["canvas"], 2), wide(rows["enlarge"], 2)),
                *(rows["size"], rows["width"], rows["page_width"]),
                spacing=12,
            ),
            row(
                *(rows["fps"], rows["hold"], wide(rows["easing"]), wide(rows["times"])),
                *(rows["loops"], rows["repeats"]),
                spacing=12,
            ),
            row(wide(rows["palette"]), wide(rows["dither"]), spacing=12),
            row(
                *(rows["ping_pong"], self._form.row("caption"), self._no_recipe, STRETCH),
                spacing=24,
            ),
            spacing=12,
            of=self,
        )
        for control in (*self.findChildren(QComboBox), *self.findChildren(QAbstractSpinBox)):
            control.setFixedHeight(HEIGHT)

    def _connect(self) -> None:
        for combo in (self._format, self._what, self._show, self._times):
            combo.currentIndexChanged.connect(self._on_changed)
        for combo in (self._canvases, self._way):
            combo.currentIndexChanged.connect(self._on_changed)
        for spin in (self._number, self._stages, self._loops, self._repeats, self._page_width):
            spin.valueChanged.connect(self._on_changed)
        self._form.changed.connect(self._on_changed)
        self._no_recipe.toggled.connect(self._on_changed)
        self._scale.valueChanged.connect(self._on_scale_changed)
        self._format.currentIndexChanged.connect(self.kind_changed)

    # what happens

    def _on_changed(self) -> None:
        self._refresh()
        self.changed.emit()

    def _on_scale_changed(self, scale: int) -> None:
        if not self._is_proposing:
            width, height, is_page = self._size
            self._sides[SIDE_KEYS[is_page][0]] = scale * max(width, height)
            self.changed.emit()

    def _refresh(self) -> None:
        """What means nothing for this kind of file is not there."""
        kind, rows, filmed = self.kind, self._rows, self._filmed
        explain(self._format, "Format", kind.tip)
        together = ", in rows" if kind.is_page else ", as a grid"
        for index, (of, words) in enumerate(self._sets.items()):
            self._what.setItemText(index, words if of == ONE else words + together)
        for place, words in enumerate(WAYS[self._has_canvas].values()):
            self._way.setItemText(place, words)
        has_loops = LOOPS in kind.options
        for part, is_seen in (
            (rows["stages"], kind.is_page),
            (rows["number"], self._what.currentData() == ONE and filmed.count > 1),
            (rows["show"], bool(filmed.shows)),
            (rows["canvas"], not kind.is_page),
            (rows["size"], not self._is_smooth and not self._has_canvas),
            (rows["width"], self._is_smooth and not self._has_canvas and not kind.is_page),
            (rows["page_width"], self._is_smooth and kind.is_page),
            (rows["times"], has_loops),
            (rows["loops"], has_loops and self._times.currentData() == OFTEN),
            (rows["repeats"], REPEATS in kind.options),
            *((rows[key], of in kind.options) for of, keys in OF_GROUP.items() for key in keys),
            (self._no_recipe, RECIPE in kind.options and filmed.has_recipe),
        ):
            part.setVisible(is_seen)
        height, width, _ = self.seen_film.shape
        self._propose(width * max(1, self._stages_seen), height)

    def _propose(self, width: int, height: int) -> None:
        """A size near to that of last time, for what is enlarged now, in pixels."""
        size = width, height, self.kind.is_page
        if size == self._size:
            return
        self._size, side = size, max(width, height)
        key, usual = SIDE_KEYS[self.kind.is_page]
        self._is_proposing = True
        self._scale.setMaximum(max(1, min(LARGEST_SCALE, LARGEST_SIDE // side)))
        wanted = self._sides.get(key) or self._settings.get(key, usual)
        self._scale.setValue(max(1, round(wanted / side)))
        self._is_proposing = False
