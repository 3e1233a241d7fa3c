"""The sheet's cells are what `generate` makes, each computed once, and it can be stopped."""

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch

from ddpm_studio.config import (
    DiffusionConfig,
    ModelConfig,
    PicturesConfig,
    SampleConfig,
    StudioConfig,
    TrainConfig,
)
from ddpm_studio.errors import CheckpointError, ConfigError
from ddpm_studio.events import SampleFinished, SampleStep
from ddpm_studio.nn import UNet
from ddpm_studio.sampling.generate import generate
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.sheet import SheetCell, SheetGap, make_sheet, painting_order
from ddpm_studio.sheets import Axis, Sheet

CPU = torch.device("cpu")
CONFIG = StudioConfig(
    pictures=PicturesConfig(size=8, channels=3),
    model=ModelConfig(
        model_channels=8,
        channel_mult=(1, 2),
        attention_resolutions=(),
        head_channels=8,
        mid_attention=False,
    ),
    diffusion=DiffusionConfig(num_timesteps=40),
    train=TrainConfig(preview_steps=5),
    sample=SampleConfig(num_inference_steps=6),
)
BASE = SampleConfig(num_inference_steps=4, eta=0.5, seed=3)
ETA = Axis("eta", (0, 0.5, 1))


class Shelf:
    """Networks by their checkpoint, each of which says something else; it notes what is loaded."""

    def __init__(self, missing=()):
        self.loaded, self.calls, self._missing = [], 0, missing

    def load(self, step, which):
        self.loaded.append((step, which))
        if step in self._missing:
            raise CheckpointError(f"There is no checkpoint {step}.")
        return Network(self.model(step, which), CONFIG, CPU)

    def model(self, step, which):
        generator = torch.Generator().manual_seed(step + (which == "model"))
        model = UNet(CONFIG.model).eval().requires_grad_(False)
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator))
        model.register_forward_hook(self._count)
        return model

    def _count(self, *_):
        self.calls += 1  # for few pictures: they go through together


@pytest.fixture
def shelf():
    return Shelf()


def cells_of(events):
    return {
        (event.column, event.row): event.pictures
        for event in events
        if isinstance(event, SheetCell)
    }


def expected(shelf, cell):
    torch.manual_seed(0)
    model = shelf.model(cell.checkpoint, cell.which)
    events = generate(Network(model, CONFIG, CPU), cell.sample, cell.seeds)
    return np.stack([event.picture for event in events if isinstance(event, SampleFinished)])


@pytest.mark.parametrize(
    ("x", "y", "count"),
    [
        (Axis("steps", (1, 3, 40)), ETA, 1),
        (Axis("sampler", ("ddpm", "ddim", "dpmpp_2m", "heun")), ETA, 1),
        (Axis("seed", (3, 8)), Axis("steps", (2, 5)), 4),
        (Axis("checkpoint", (10, 20)), Axis("weights", ("ema", "model")), 1),
        (Axis("steps", (3,)), Axis("seed", (5,)), 9),
    ],
    ids=str,
)
def test_each_cell_is_what_generate_makes_of_its_settings(shelf, monkeypatch, x, y, count):
    sheet = Sheet(x, y, BASE, 10, count=count)

    def load(step, which):
        torch.manual_seed(0)  # the network's own weights are drawn, too
        return shelf.load(step, which)

    cells = cells_of(make_sheet(sheet, load))
    assert set(cells) == set(sheet.places)
    for place, pictures in cells.items():
        assert pictures.dtype == np.uint8
        np.testing.assert_array_equal(pictures, expected(shelf, sheet.cell(place)))


def test_cells_of_equal_pictures_are_painted_once_and_shown_everywhere(shelf):
    samplers = Axis("sampler", ("ddpm", "dpmpp_2m", "heun", "ddim"))
    sheet = Sheet(samplers, ETA, BASE, 10)
    cells = cells_of(make_sheet(sheet, shelf.load))
    assert set(cells) == set(sheet.places)
    assert shelf.calls == 4 + 4 + 7 + 3 * 4
    for column in range(3):
        np.testing.assert_array_equal(cells[column, 0], cells[column, 2])
    assert np.any(cells[3, 0] != cells[3, 2])


def test_a_checkpoint_is_loaded_once_for_all_its_cells_after_a_first_look_at_each(shelf):
    sheet = Sheet(Axis("checkpoint", (10, 20, 30)), Axis("steps", (2, 3, 4)), BASE, 10)
    events = list(make_sheet(sheet, shelf.load))
    places = [(event.column, event.row) for event in events if isinstance(event, SheetCell)]
    assert {column for column, _ in places[:3]} == {0, 1, 2}
    assert len(shelf.loaded) == 5  # of the last one the rest comes at once
    assert len(shelf.loaded) == len(set(shelf.loaded[:3])) + 2


def test_one_checkpoint_is_loaded_once(shelf):
    sheet = Sheet(Axis("seed", tuple(range(4))), Axis("steps", (2, 3)), BASE, 10)
    list(make_sheet(sheet, shelf.load))
    assert shelf.loaded == [(10, "ema")]


def test_corners_come_first_and_of_them_the_quick_ones():
    sheet = Sheet(
        Axis("steps", (5, 10, 20, 50, 100)), Axis("eta", (0, 0.25, 0.5, 0.75, 1)), BASE, 1
    )
    places = [place for places in painting_order(sheet).values() for place in places]
    assert sorted(places) == sorted(sheet.places)
    assert set(places[:4]) == {(0, 0), (4, 0), (0, 4), (4, 4)}
    assert {column for column, _ in places[:2]} == {0}
    assert all(column % 2 == 0 and row % 2 == 0 for column, row in places[:9])


def test_progress_counts_the_work_of_the_network_and_ends_when_all_is_done(shelf):
    sheet = Sheet(Axis("steps", (2, 20)), Axis("sampler", ("ddim", "heun")), BASE, 10, count=4)
    steps = [event for event in make_sheet(sheet, shelf.load) if isinstance(event, SampleStep)]
    done = [event.step for event in steps]
    assert done == sorted(done)
    assert {event.steps for event in steps} == {4 * (2 + 20 + 3 + 39)}
    assert done[-1] == steps[-1].steps
    assert steps[-1].total == 4 * 4


def test_it_stops_within_one_step_and_goes_on_with_what_is_missing(shelf):
    sheet = Sheet(Axis("steps", (30, 31)), Axis("eta", (0, 1)), BASE, 10)
    painting = make_sheet(sheet, shelf.load)
    cells: dict[Any, Any] = {}
    for event in painting:
        cells |= cells_of([event])
        if cells and isinstance(event, SampleStep) and shelf.calls > 40:
            break
    before = shelf.calls
    painting.close()  # type: ignore[attr-defined]
    assert shelf.calls == before
    assert len(cells) == 1
    known = {sheet.cell(place).made_as for place in cells}
    rest = cells_of(make_sheet(sheet, shelf.load, known))
    assert set(rest) == set(sheet.places) - set(cells)


def test_a_checkpoint_that_is_gone_leaves_gaps_and_the_rest_is_painted():
    shelf = Shelf(missing=[20])
    sheet = Sheet(Axis("checkpoint", (10, 20)), Axis("steps", (2, 3)), BASE, 10)
    events = list(make_sheet(sheet, shelf.load))
    assert set(cells_of(events)) == {(0, 0), (0, 1)}
    gaps = [event for event in events if isinstance(event, SheetGap)]
    assert {place for gap in gaps for place in gap.places} == {(1, 0), (1, 1)}
    assert gaps[0].message == "There is no checkpoint 20."
    assert shelf.loaded.count((20, "ema")) == 1
    steps = [event.step for event in events if isinstance(event, SampleStep)]
    assert steps == sorted(steps)


def test_if_no_checkpoint_can_be_read_it_says_so():
    sheet = Sheet(Axis("checkpoint", (10, 20)), Axis("steps", (2, 3)), BASE, 10)
    with pytest.raises(CheckpointError, match="There is no checkpoint 10"):
        list(make_sheet(sheet, Shelf(missing=[10, 20]).load))


def test_more_steps_than_the_model_was_trained_for_are_refused_before_anything_is_painted(shelf):
    sheet = Sheet(Axis("steps", (2, 41)), ETA, BASE, 10)
    with pytest.raises(ConfigError, match="from 1 to 40, the trained timesteps"):
        list(make_sheet(sheet, shelf.load))
    assert shelf.calls == 0


def test_twelve_by_twelve_is_the_most(shelf):
    seeds = Axis("seed", tuple(range(12)))
    base = dataclasses.replace(BASE, num_inference_steps=1)
    sheet = Sheet(seeds, Axis("steps", tuple(range(1, 13))), base, 10)
    assert len(painting_order(sheet)) == 144
