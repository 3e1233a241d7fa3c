"""What a sheet is made of: axes that cannot be wrong, cells, and the words for them."""

import json

import pytest

from ddpm_studio.config import SampleConfig
from ddpm_studio.errors import ConfigError
from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.sheets import AXES, Axis, Sheet, parse_axis, why_same

BASE = SampleConfig(num_inference_steps=50, eta=0.3, seed=7)


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("steps=5, 10,25", Axis("steps", (5, 10, 25))),
        ("eta=0,0.5,1", Axis("eta", (0.0, 0.5, 1.0))),
        ("sampler=heun,ddim", Axis("sampler", ("heun", "ddim"))),
        ("seed = 3", Axis("seed", (3,))),
        ("checkpoint=all", Axis("checkpoint", (10, 20))),
        ("checkpoint=20,10", Axis("checkpoint", (20, 10))),
        ("weights=ema,model", Axis("weights", ("ema", "model"))),
    ],
)
def test_words_name_an_axis(text, axis):
    assert parse_axis(text, {"all": (10, 20)}) == axis


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("colour=1", "'colour=1' is no axis; write one of steps, eta, sampler, seed, checkpoint"),
        ("steps", "'steps' is no axis"),
        ("steps=5,x", "steps is 'x', but must be a whole number from 1."),
        ("steps=0", "steps is 0, but must be a whole number from 1."),
        ("steps=5,", "steps is '', but must be"),
        ("eta=1.5", "eta is 1.5, but must be a number from 0"),
        ("eta=nan", "eta is nan, but must be"),
        ("sampler=dice", "sampler is 'dice', but must be one of ddpm, ddim"),
        ("seed=-1", "seed is -1, but must be"),
        ("seed=99999999999999999999", "seed is 99999999999999999999, but must be"),
        ("steps=5,5", "1 to 12 different ones"),
        ("seed=" + ",".join(map(str, range(13))), "1 to 12 different ones"),
    ],
)
def test_a_wrong_axis_is_said_in_one_sentence(text, sentence):
    with pytest.raises(ConfigError) as failure:
        parse_axis(text)
    assert sentence in str(failure.value)
    assert "\n" not in str(failure.value)


def test_both_axes_cannot_be_the_same():
    axis = Axis("steps", (5, 10))
    with pytest.raises(ConfigError, match="Both axes are steps; choose two different ones"):
        Sheet(axis, axis, BASE, 10)


def test_more_steps_than_trained_timesteps_are_refused():
    sheet = Sheet(Axis("steps", (5, 100)), Axis("eta", (0,)), BASE, 10)
    sheet.check_fits(100)
    with pytest.raises(ConfigError, match="from 1 to 99, the trained timesteps"):
        sheet.check_fits(99)


@pytest.mark.parametrize("x", AXES)
@pytest.mark.parametrize("y", AXES)
def test_a_cell_has_the_values_of_its_column_and_row_and_the_rest_of_the_base(x, y):
    values = {
        "steps": (5, 9),
        "eta": (0.0, 1.0),
        "sampler": ("heun", "ddpm"),
        "seed": (1, 2),
        "checkpoint": (10, 20),
        "weights": ("ema", "model"),
    }
    if x == y:
        return
    sheet = Sheet(Axis(x, values[x]), Axis(y, values[y][:1]), BASE, 30, "model", 4)
    assert list(sheet.places) == [(0, 0), (1, 0)]
    expected = {"steps": 50, "eta": 0.3, "sampler": "ddim", "seed": 7}
    expected |= {"checkpoint": 30, "weights": "model"}
    for column in (0, 1):
        wanted = expected | {x: values[x][column], y: values[y][0]}
        cell = sheet.cell((column, 0))
        found = {
            "steps": cell.sample.num_inference_steps,
            "eta": cell.sample.eta,
            "sampler": cell.sample.sampler,
            "seed": cell.sample.seed,
            "checkpoint": cell.checkpoint,
            "weights": cell.which,
        }
        assert found == wanted
        assert list(cell.seeds) == list(range(wanted["seed"], wanted["seed"] + 4))


def test_samplers_without_eta_have_one_picture_for_all_of_them():
    sheet = Sheet(Axis("sampler", tuple(SAMPLERS)), Axis("eta", (0, 0.5, 1)), BASE, 10)
    copies = sheet.copies()
    for column, sampler in enumerate(SAMPLERS):
        firsts = {copies[column, row] for row in range(3)}
        assert len(firsts) == (3 if sampler == "ddim" else 1)
    assert why_same(sheet.cell((list(SAMPLERS).index("heun"), 2))) == (
        "Heun has no eta: the same picture for each of them."
    )


def test_labels_and_what_is_fixed_are_words():
    assert Axis("steps", (1, 10)).labels == ("1 step", "10 steps")
    assert Axis("eta", (0, 0.5)).labels == ("eta 0", "eta 0.5")
    assert Axis("sampler", ("dpmpp_2m",)).labels == ("DPM-Solver++ 2M",)
    assert Axis("checkpoint", (2353,)).labels == ("step 2,353",)
    assert Axis("weights", ("ema", "model")).labels == ("averaged", "plain")
    steps, eta = Axis("steps", (5, 10)), Axis("eta", (0, 1))
    assert Sheet(steps, eta, BASE, 2353).fixed_words == "DDIM · seed 7 · step 2,353, averaged"
    seeds = Sheet(steps, Axis("checkpoint", (1,)), BASE, 2353, count=4).fixed_words
    assert seeds == "DDIM · eta 0.3 · seeds 7 to 10 · averaged"


def test_it_can_be_written_as_json_and_says_what_it_is():
    sheet = Sheet(Axis("steps", (5,)), Axis("eta", (0, 1)), BASE, 10, count=9)
    values = json.loads(json.dumps(sheet.to_dict()))
    assert (values["kind"], values["format_version"]) == ("sheet", 1)
    assert values["y"] == {"name": "eta", "values": [0.0, 1.0]}
    assert SampleConfig(**values["sample"]) == BASE
