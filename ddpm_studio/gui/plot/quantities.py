"""What the plot of a run can show: names, colours, and how their values are written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddpm_studio.gui.common.palette import Palette
from ddpm_studio.words import size_in_words

if TYPE_CHECKING:  # brings numpy along
    from ddpm_studio.gui.plot.series import LossSeries

TRAINING, HELD_OUT, BANDS = "training", "held_out", "bands"
BAND_WORDS = ("little noise", "some noise", "much noise", "almost only noise")
BAND_STRENGTHS = (1.0, 0.86, 0.74, 0.62)  # the four lines of one hue


@dataclass(frozen=True)
class PlotSeries:
    """One thing to show. colours: on dark and on light, or the same role of the palette twice."""

    key: str
    words: str
    tip: str
    term: str
    colours: tuple[str, str]
    is_on: bool = False  # for who starts the program the first time
    title: str = ""  # over its strip, where there is more room

    def colour(self, palette: Palette) -> str:
        """As #rrggbb."""
        chosen = self.colours[0 if palette.is_dark else 1]
        return chosen if chosen.startswith("#") else str(getattr(palette, chosen))


ALL = (
    PlotSeries(
        TRAINING,
        "Training",
        "How far the guesses are from the truth on the pictures that the model learns from; lower "
        "is better. Thin: every step. Bold: smoothed.",
        "training loss",
        ("accent_text", "accent_text"),
        is_on=True,
    ),
    PlotSeries(
        HELD_OUT,
        "Unseen",
        "The same for a tenth of your pictures, which the model never learns from. When it rises "
        "while the other one still falls, the model begins to copy your pictures.",
        "held-out loss",
        ("text", "text"),
        is_on=True,
    ),
    PlotSeries(
        BANDS,
        "By noise",
        "The unseen pictures in four parts: strong line, little noise (fine detail); faint line, "
        "almost only noise (composition).",
        "held-out loss by noise level",
        ("#b0a2dc", "#5a4a9c"),
    ),
    PlotSeries(
        "rate",
        "Rate",
        "How far each step goes. It is halved when training had to go back.",
        "learning_rate",
        ("#86aede", "#2b5d99"),
        title="Learning rate",
    ),
    PlotSeries(
        "gradient",
        "Gradient",
        "How strongly each step pulls at the model. Peaks are steps that were hard to learn from.",
        "norm of the gradient",
        ("#dba873", "#87500f"),
    ),
    PlotSeries(
        "speed",
        "Speed",
        "How many pictures the model learns from in a second.",
        "pictures per second",
        ("#97c283", "#3c6c2c"),
        title="Pictures a second",
    ),
    PlotSeries(
        "memory",
        "Memory",
        "The most that training has taken so far on its device.",
        "peak memory",
        ("#d897b8", "#8c3a69"),
    ),
)
STRIPS = ALL[3:]  # those with a scale of their own, each in a strip under the losses
BY_KEY = {one.key: one for one in ALL}
NO_HELD_OUT = (
    "No pictures are kept out of this training: that takes at least 10 different pictures, and a "
    "held_out_share above 0."
)
NOT_MEASURED_YET = "Measured for the first time after 25 steps."
MEASURED_AFTER = 25  # steps, as `training/rhythm.py` has it, which brings torch along
NOT_NOTED = "This was not noted when this model was trained."


@dataclass(frozen=True)
class Reading:
    """A value at one step, as words, with the series that it is of."""

    key: str
    words: str
    value: str
    strength: float = 1.0  # of the colour
    is_raw: bool = False  # drawn as a thin grey line


def why_missing(series: LossSeries, key: str) -> str:
    """Why there is nothing to show of a series; "" if there is, or if no step was made yet."""
    if not len(series) or key == TRAINING:
        return ""
    if key in (HELD_OUT, BANDS):
        if series.held_out:
            return "" if key == HELD_OUT or series.has_bands else NOT_NOTED
        return NO_HELD_OUT if int(series.steps[-1]) > MEASURED_AFTER else NOT_MEASURED_YET
    return "" if series.is_known(key) else NOT_NOTED


def readings(series: LossSeries, index: int, shown: set[str]) -> list[Reading]:
    """All that is shown, at one entry of the series, in the order of ALL."""
    found: list[Reading] = []
    if TRAINING in shown:
        found.append(
            Reading(TRAINING, "training", f"{float(series.losses[index]):.3g}", is_raw=True)
        )
        found.append(Reading(TRAINING, "smoothed", f"{float(series.smooth[index]):.3g}"))
    found += _measured(series, int(series.steps[index]), shown)
    for one in STRIPS:
        value = float(series.other(one.key)[index])
        if one.key in shown and math.isfinite(value):
            found.append(Reading(one.key, one.words.lower(), written(one.key, value)))
    return found


def _measured(series: LossSeries, step: int, shown: set[str]) -> list[Reading]:
    """The newest measurement on unseen pictures up to a step."""
    known = [one for one in series.held_out if one.step <= step]
    if not known:
        return []
    newest, found = known[-1], []
    if HELD_OUT in shown:
        at = "" if newest.step == step else f" at {newest.step:,}"
        found.append(Reading(HELD_OUT, f"unseen{at}", f"{newest.loss:.3g}"))
    if BANDS in shown:
        parts = zip(BAND_WORDS, newest.bands, BAND_STRENGTHS, strict=False)
        found += [Reading(BANDS, words, f"{band:.3g}", part) for words, band, part in parts]
    return found


def written(key: str, value: float) -> str:
    """A value of a strip, short, with its unit."""
    if key == "memory":
        return size_in_words(value)
    if key == "speed":
        return f"{value:,.0f} / s" if value >= 10 else f"{value:.2g} / s"
    return f"{value:.3g}".replace("e-0", "e-")
