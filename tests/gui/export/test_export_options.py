"""The options of a film: what is proposed, what means something for which kind, what comes back."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QSpinBox,
    QWidget,
)

from ddpm_studio.config import SampleConfig
from ddpm_studio.export.film.kinds import KINDS as FILMS
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.gui.export.kinds import KINDS
from ddpm_studio.gui.export.options import ExportOptions
from ddpm_studio.gui.export.sources import BOTH, CHOSEN, GRID, ONE, FilmedDenoising
from ddpm_studio.gui.frames.store import PRED_EPS, PRED_X_0, X_T
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.recipe import Recipe
from ddpm_studio.sampling.trajectory import Moment, TrajectoryFrame

SAMPLE = SampleConfig(num_inference_steps=1)
RECIPE = Recipe("flowers", "step_7.safetensors", "ab", 7, "ema", "cpu", "float32", 0, SAMPLE)


def trajectory_of(count: int, channels: int = 3, side: int = 8) -> Trajectory:
    """A denoising of one step; in x_t picture k has the value k, in pred_x_0 it has 100 + k."""
    trajectory = Trajectory([Moment(i, -i, 1.0 - i) for i in range(2)], range(count))
    numbers = np.arange(count, dtype=np.uint8)[:, None, None, None]
    x_t = np.broadcast_to(numbers, (count, side, side, channels)).copy()
    for index in range(2):
        trajectory.add(TrajectoryFrame(index, -index, x_t, x_t + 100, x_t + 200))
    return trajectory


def values(options: ExportOptions) -> list[int]:
    """Of the pictures in the film, in order."""
    return sorted(set(options.request().film.compose(0)[..., 0].ravel().tolist()))


@pytest.fixture
def make_options(settings, qtbot):
    def make(*arguments, **named) -> ExportOptions:
        options = ExportOptions(FilmedDenoising(*arguments, **named), settings)
        qtbot.addWidget(options)
        options.show()
        return options

    return make


@pytest.fixture
def pick(find):
    def pick(options: QWidget, name: str, key: str) -> None:
        one = find(options, QComboBox, name)
        assert one.findData(key) >= 0
        one.setCurrentIndex(one.findData(key))

    return pick


@pytest.mark.parametrize(
    ("count", "chosen", "current", "proposed", "pictures"),
    [
        (4, (), None, GRID, [0, 1, 2, 3]),
        (5, (1, 2, 3, 4), None, CHOSEN, [1, 2, 3, 4]),
        (5, (1, 2, 3, 4), 2, CHOSEN, [1, 2, 3, 4]),
        (5, (3,), None, ONE, [3]),
        (5, (), 2, ONE, [2]),
        (1, (), None, ONE, [0]),
    ],
)
def test_what_is_looked_at_is_what_is_proposed(
    make_options, find, count, chosen, current, proposed, pictures
) -> None:
    options = make_options(trajectory_of(count), chosen, current)
    assert find(options, QComboBox, "export.what").currentData() == proposed
    assert values(options) == pictures


def test_another_picture_can_be_taken(make_options, find, pick) -> None:
    options = make_options(trajectory_of(5), (), 2)
    number = find(options, QSpinBox, "export.number")
    assert (number.value(), number.isVisible()) == (3, True)
    number.setValue(5)
    assert values(options) == [4]
    pick(options, "export.what", GRID)
    assert not number.isVisible()


@pytest.mark.parametrize(
    ("show", "seen"), [(X_T, [2]), (PRED_X_0, [102]), (PRED_EPS, [202]), (BOTH, [0, 2, 102])]
)
def test_what_is_shown(make_options, pick, show, seen) -> None:
    """Side by side there is a black gap between both."""
    options = make_options(trajectory_of(5), (), 2)
    pick(options, "export.show", show)
    assert values(options) == seen


def test_a_film_strip_has_a_row_for_each_picture(make_options, find, pick) -> None:
    options = make_options(trajectory_of(4))
    assert options.film.shape == (16, 16, 3)
    assert find(options, QComboBox, "export.what").currentText() == "All 4 pictures, as a grid"
    pick(options, "export.format", "strip")
    assert options.film.shape == (32, 8, 3)
    assert find(options, QComboBox, "export.what").currentText() == "All 4 pictures, in rows"
    assert options.request().stages == 2  # there are no more frames


ALWAYS = {"format", "what", "show", "canvas", "enlarge", "size", "caption", "no_recipe"}
PACED = ALWAYS | {"fps", "hold", "easing", "loop_back"}
VIDEOS = [kind.endings[0] for kind in FILMS if kind.is_video]
SEEN = dict.fromkeys(VIDEOS, PACED | {"repeats"}) | {
    ".gif": PACED | {"times", "palette", "dither"},
    ".webp": PACED | {"times"},
    ".png": PACED | {"times"},
    ".mp4": PACED | {"repeats"},
    ".webm": PACED | {"repeats"},
    "frames": ALWAYS | {"easing", "loop_back"},
    "strip": (ALWAYS | {"stages"}) - {"canvas"},
}


@pytest.mark.parametrize("kind", [kind.key for kind in KINDS])
def test_what_means_nothing_is_not_there(make_options, pick, kind) -> None:
    options = make_options(trajectory_of(4), recipe=RECIPE)
    pick(options, "export.format", kind)
    controls = (QComboBox, QAbstractSpinBox, QAbstractButton)
    seen = {
        one.objectName().removeprefix("export.")
        for control in controls
        for one in options.findChildren(control)
        if one.isVisible() and one.objectName()
    }
    assert seen == SEEN[kind]


def test_every_control_is_explained_and_reached_by_the_keyboard(make_options) -> None:
    options = make_options(trajectory_of(4), recipe=RECIPE)
    for kind in (QComboBox, QSpinBox, QDoubleSpinBox, QAbstractButton):
        for one in options.findChildren(kind):
            if one.objectName().startswith("export."):
                assert one.accessibleName(), one.objectName()
                assert one.toolTip(), one.objectName()
                assert one.focusPolicy() & Qt.FocusPolicy.TabFocus, one.objectName()


CHOICES = [
    ("export.easing", "change", {"easing": "change"}),
    ("export.times", "once", {"loops": 1}),
    ("export.palette", "shared", {"palette": "shared"}),
    ("export.dither", "ordered", {"dither": "ordered"}),
]
SWITCHES = [("export.loop_back", {"ping_pong": True}), ("export.caption", {"caption": True})]


def set_everything(options, find, pick) -> FilmOptions:
    """Other values than the proposed ones everywhere; what they mean."""
    pick(options, "export.format", ".gif")
    meant: dict[str, Any] = {}
    for name, key, fields in CHOICES:
        pick(options, name, key)
        meant |= fields
    for name, fields in SWITCHES:
        find(options, QAbstractButton, name).setChecked(True)
        meant |= fields
    find(options, QSpinBox, "export.fps").setValue(7)
    find(options, QDoubleSpinBox, "export.hold").setValue(2.5)
    pick(options, "export.enlarge", "smooth")
    find(options, QSpinBox, "export.width").setValue(300)
    return FilmOptions(fps=7, hold=2.5, width=300, background="#ffffff", **meant)


def test_everything_that_is_set_is_in_the_film_and_comes_back(make_options, find, pick) -> None:
    options = make_options(trajectory_of(4))
    meant = set_everything(options, find, pick)
    assert options.request().options == meant
    pick(options, "export.show", BOTH)
    find(options, QAbstractButton, "export.no_recipe").setChecked(True)
    assert make_options(trajectory_of(2)).request().options != meant  # it was not exported
    options.keep()
    again = make_options(trajectory_of(2))
    assert again.kind.key == ".gif"
    assert again.request().options == meant
    assert find(again, QComboBox, "export.show").currentData() == BOTH
    assert find(again, QAbstractButton, "export.no_recipe").isChecked()


def test_what_was_set_for_one_kind_does_not_reach_another(make_options, find, pick) -> None:
    options = make_options(trajectory_of(4))
    set_everything(options, find, pick)
    pick(options, "export.format", ".mp4")
    film = options.request().options
    assert (film.loops, film.palette, film.dither) == (1, "frame", "none")
    pick(options, "export.format", "frames")
    film = options.request().options
    assert (film.hold, film.loops, film.easing, film.ping_pong) == (0.0, 0, "change", True)
    pick(options, "export.format", "strip")
    assert not options.request().options.ping_pong


def test_how_often_it_plays(make_options, find, pick) -> None:
    options = make_options(trajectory_of(4))
    loops = find(options, QSpinBox, "export.loops")
    assert options.request().options.loops == 0
    assert not loops.isVisible()
    pick(options, "export.times", "often")
    assert loops.isVisible()
    loops.setValue(5)
    assert options.request().options.loops == 5
    pick(options, "export.format", ".webm")
    find(options, QSpinBox, "export.repeats").setValue(2)
    assert options.request().options.loops == 2


def test_every_change_is_told(make_options, find, pick, qtbot) -> None:
    options = make_options(trajectory_of(4))
    for name, key, _ in [*CHOICES, ("export.show", PRED_X_0, {}), ("export.what", ONE, {})]:
        with qtbot.waitSignal(options.changed):
            pick(options, name, key)
    for name in ("export.fps", "export.size", "export.number"):
        with qtbot.waitSignal(options.changed):
            find(options, QSpinBox, name).setValue(3)
    with qtbot.waitSignals([options.changed, options.kind_changed]):
        pick(options, "export.format", ".webp")
    assert options.kind.suffix == ".webp"


def test_one_picture_is_enlarged_more_than_a_grid(make_options, pick) -> None:
    options = make_options(trajectory_of(16))
    assert options.request().options.scale == 16
    pick(options, "export.what", ONE)
    assert options.request().options.scale == 64


def test_an_enlargement_that_was_chosen_is_proposed_again_for_other_pictures(
    make_options, find
) -> None:
    """As large as last time, in pixels."""
    options = make_options(trajectory_of(16))
    find(options, QSpinBox, "export.size").setValue(8)
    options.keep()
    assert make_options(trajectory_of(4)).request().options.scale == 16


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_only_transparent_pictures_in_a_video_lie_on_the_background(
    make_options, pick, channels
) -> None:
    options = make_options(trajectory_of(1, channels), background="#204060")
    for kind in KINDS:
        pick(options, "export.format", kind.key)
        is_laid = channels == 4 and kind.key in VIDEOS
        assert options.ground == ("#204060" if is_laid else None)
        assert options.request().options.background == "#204060"


def test_the_recipe_says_how_the_film_was_made(make_options, pick, find) -> None:
    options = make_options(trajectory_of(5), (1, 3), recipe=RECIPE)
    pick(options, "export.format", "strip")
    pick(options, "export.show", BOTH)
    text = options.request().recipe_text()
    assert text is not None
    recipe = Recipe.from_text(text)
    assert (recipe.seed, recipe.seeds, recipe.frame) == (1, (1, 3), None)
    assert recipe.film is not None
    assert recipe.film["of"] == "both"
    assert recipe.film["stages"] == 2
    find(options, QAbstractButton, "export.no_recipe").setChecked(True)
    assert options.request().recipe_text() is None


def test_of_one_picture_and_of_one_that_was_not_finished(make_options, pick) -> None:
    whole, part = trajectory_of(3), Trajectory([Moment(i, 1, 0.5) for i in range(3)], range(3))
    part.add(TrajectoryFrame(0, 1, *[whole.pictures(0)] * 3))
    part.add(TrajectoryFrame(1, 1, *[whole.pictures(0)] * 3))
    for trajectory, frame in ((whole, None), (part, 1)):
        options = make_options(trajectory, (2,), show=PRED_X_0, recipe=RECIPE)
        recipe = Recipe.from_text(options.request().recipe_text() or "")
        assert (recipe.seed, recipe.seeds, recipe.show) == (2, (), PRED_X_0)
        assert recipe.frame == frame


def test_without_a_recipe_there_is_nothing_to_leave_out(make_options, find) -> None:
    options = make_options(trajectory_of(2))
    assert not find(options, QAbstractButton, "export.no_recipe").isVisible()
    assert options.request().recipe_text() is None
    assert options.findChildren(QLabel)


def test_a_common_size_takes_the_place_of_scale_and_width(make_options, find, pick) -> None:
    options = make_options(trajectory_of(4))
    pick(options, "export.canvas", "1920x1080")
    assert not find(options, QSpinBox, "export.size").isVisible()
    chosen = options.request().options
    assert (chosen.canvas, chosen.fit, chosen.scale) == ("1920x1080", "crisp", 1)
    pick(options, "export.enlarge", "smooth")
    assert not find(options, QSpinBox, "export.width").isVisible()
    assert find(options, QComboBox, "export.enlarge").currentText() == "Smooth: up to the edge"
    chosen = options.request().options
    assert (chosen.canvas, chosen.fit, chosen.width) == ("1920x1080", "smooth", None)
    pick(options, "export.format", "strip")  # a page is as large as its stages
    assert options.request().options.canvas == "picture"
    assert find(options, QSpinBox, "export.page_width").isVisible()
