"""What the wall says: of sizes, of recipes, of a batch's progress."""

from dataclasses import replace
from datetime import datetime

import pytest

from ddpm_studio.config import SampleConfig
from ddpm_studio.events import Progress, Work
from ddpm_studio.gallery.made import FILM, PICTURE, MadeFile
from ddpm_studio.gui.common import progress
from ddpm_studio.gui.common.recipe_words import recipe_lines
from ddpm_studio.gui.made.entries import SHOWN, Count, MadeEntry, MadeQuery, arranged
from ddpm_studio.gui.wall.filter_bar import count_shown
from ddpm_studio.recipe import Recipe
from ddpm_studio.words import moment_in_words


def entry(name, age, size=1000, kind=PICTURE, **values):
    return MadeEntry(MadeFile(name, kind, -age, size), age, is_film=kind == FILM, **values)


ENTRIES = [
    entry("b_seed000009.png", 0),
    entry("demo/film.gif", 1, kind=FILM, is_starred=True),
    entry("a_seed000002.png", 2),
]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (MadeQuery(), [0, 1, 2]),
        (MadeQuery(sort="oldest"), [2, 1, 0]),
        (MadeQuery(sort="seed"), [2, 0, 1]),
        (MadeQuery(show="starred"), [1]),
        (MadeQuery(show="pictures"), [0, 2]),
        (MadeQuery(show="films"), [1]),
        (MadeQuery("SEED .png"), [0, 2]),
        (MadeQuery("demo", show="pictures"), []),
    ],
)
def test_which_are_shown_and_in_which_order(query, rows):
    assert arranged(ENTRIES, query) == rows


def test_counts_in_words():
    assert count_shown(ENTRIES, SHOWN) == {"all": 3, "starred": 1, "pictures": 2, "films": 1}
    assert Count.of(ENTRIES).words() == "2 pictures, 1 film  ·  3 kB"
    assert Count.of(ENTRIES[:1]).words(" chosen") == "1 picture chosen  ·  1 kB"
    assert Count.of(()).words() == "Nothing here"


def test_when_it_was_made_in_words():
    made = datetime(2031, 5, 3, 14, 5).timestamp()
    assert moment_in_words(made) == "3 May 2031, 14:05"
    one = MadeEntry(MadeFile("demo/<b>.png", PICTURE, int(made * 1e9), 1000), 0)
    assert one.when == "3 May 2031, 14:05"
    assert "demo/&lt;b&gt;.png" in one.tip
    assert "3 May 2031, 14:05 · 1 kB" in one.tip


def test_a_recipe_in_words():
    sample = SampleConfig(num_inference_steps=20, eta=0.25, seed=7)
    recipe = Recipe("flowers", "c", "0" * 64, 2353, "ema", "cpu", "float32", 7, sample)
    assert recipe_lines(recipe, "flowers") == [
        ("Model", "step 2,353, averaged weights"),
        ("Sampler", "DDIM, 20 steps, eta 0.25"),
        ("Seed", "7"),
    ]
    other = replace(recipe, seeds=(7, 8, 9), frame=4, show="pred_x_0")
    lines = dict(recipe_lines(other, "birds"))
    assert lines["Seeds"] == "7 and 2 more"
    assert lines["Taken"] == "after 4 of 20 steps: what the model believed"
    assert lines["Project"] == "flowers"


def test_the_time_left_of_a_batch_counts_only_what_it_painted_itself(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    meter = progress.Meter()
    meter.update([Progress(Work.BATCH, 800, 1000, before=800)])
    assert (meter.progress.fraction, meter.progress.remaining) == (0.8, None)
    now[0] += 10
    meter.update([Progress(Work.BATCH, 850.5, 1000, before=800)])
    assert meter.progress.remaining == pytest.approx(10 / 50.5 * 149.5)
    assert meter.progress.text == "850 of 1,000"
