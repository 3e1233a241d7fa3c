import dataclasses
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddpm_studio import __version__
from ddpm_studio.config import SPACINGS, VARIANCES, SampleConfig
from ddpm_studio.errors import StudioError
from ddpm_studio.recipe import FORMAT_VERSION, SHOWS, Recipe, fingerprint
from ddpm_studio.recipe.sections import Section
from ddpm_studio.samplers import SAMPLERS

text = st.text(st.characters(codec="utf-8"), max_size=20)
seeds = st.integers(0, 2**63 - 1)
samples = st.builds(
    SampleConfig,
    sampler=st.sampled_from(tuple(SAMPLERS)),
    num_inference_steps=st.integers(1, 10_000),
    eta=st.floats(0, 1),
    spacing=st.sampled_from(SPACINGS),
    variance=st.sampled_from(VARIANCES),
    clip=st.booleans(),
)


@pytest.fixture
def recipe():
    return Recipe(
        "Äpfel & Birnen", "step_00000100.safetensors", "ab" * 32, 100, "ema", "cpu", "float32", 7,
        SampleConfig(num_inference_steps=20, eta=0.1, seed=7),
    )  # fmt: skip


plain = st.none() | st.booleans() | st.integers(-(2**62), 2**62) | text
plain |= st.floats(allow_nan=False, allow_infinity=False)  # type: ignore[operator]
films = st.none() | st.dictionaries(text, plain | st.lists(plain, max_size=3), max_size=5)


@given(
    text, text, st.integers(0, 10**9), seeds, samples, st.lists(seeds, max_size=5),
    st.sampled_from(SHOWS), films, st.none() | text, st.data(),
)  # fmt: skip
def test_what_is_written_is_read(
    project, checkpoint, step, seed, sample, others, show, film, own, data
):
    frames = st.integers(0, sample.num_inference_steps)
    recipe = Recipe(
        project, checkpoint, "0" * 64, step, "ema", "cuda", "bfloat16", seed, sample,
        seeds=tuple(others), frame=data.draw(st.none() | frames), show=show, film=film,
        start=None
        if own is None
        else {"picture": own, "sha256": "1" * 64, "index": data.draw(frames)},
    )  # fmt: skip
    assert recipe.to_text().isascii()
    assert Recipe.from_text(recipe.to_text()) == recipe


def test_the_seed_is_that_of_the_picture_and_stands_there_once(recipe):
    """A project's settings name the first seed of a batch; the recipe names this picture's."""
    later = dataclasses.replace(recipe, seed=11)
    values = json.loads(later.to_text())
    assert values["seed"] == 11
    assert "seed" not in values["sample"]
    assert Recipe.from_text(later.to_text()).sample == dataclasses.replace(recipe.sample, seed=11)


def test_it_says_what_it_is_and_who_wrote_it(recipe):
    values = json.loads(recipe.to_text())
    assert values["kind"] == "recipe"
    assert values["format_version"] == FORMAT_VERSION
    assert values["program_version"] == __version__


def edited(recipe, **changes):
    values = json.loads(recipe.to_text())
    for name, value in changes.items():
        place, _, rest = name.partition("__")
        if rest:
            values[place][rest] = value
        else:
            values[place] = value
    return json.dumps(values)


OLD = """{"kind": "recipe", "format_version": 1, "project": "flowers", "checkpoint": "step_5",
    "checkpoint_sha256": "ab", "step": 5, "which": "ema", "device": "cpu", "precision": "float32",
    "seed": 7, "sample": {"sampler": "ddim", "num_inference_steps": 20, "eta": 0.1,
    "spacing": "trailing", "variance": "posterior", "clip": true}, "program_version": "0.1.0"}"""


def test_a_recipe_of_the_first_format_is_one_finished_picture():
    recipe = Recipe.from_text(OLD)
    assert recipe.all_seeds == (7,)
    assert recipe.is_finished
    assert (recipe.show, recipe.film, recipe.start) == ("x_t", None, None)
    assert recipe.sample.seed == 7
    with pytest.raises(StudioError, match="seeds"):  # which it did not know
        Recipe.from_text(OLD.replace('"seed": 7', '"seed": 7, "seeds": [7]'))


def test_what_was_used_is_written_down_not_that_it_was_chosen_by_itself(recipe):
    """Else another version of the program, which chooses otherwise, would paint other pictures."""
    sample = SampleConfig(sampler="heun", spacing="auto")
    assert dataclasses.replace(recipe, sample=sample).sample.spacing == sample.used_spacing
    assert '"auto"' not in dataclasses.replace(recipe, sample=sample).to_text()


def test_tuples_become_the_lists_that_json_gives_back(recipe):
    film = dataclasses.replace(recipe, film={"size": (640, 480)})
    assert film.film == {"size": [640, 480]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": True}, {"seed": 2**63}, {"step": -1}, {"which": "best"}, {"project": 3},
        {"device": "x" * 2000}, {"seeds": (1, -1)}, {"seeds": range(3)}, {"show": "eps"},
        {"seeds": (0,) * 10_001}, {"frame": 21}, {"frame": 1.0}, {"film": [1]},
        {"film": {"fps": float("nan")}}, {"film": {"of": object()}}, {"film": {1: 2}},
        {"film": {"a": {"b": {"c": {"d": {"e": 1}}}}}},
        {"film": {str(index): 0 for index in range(65)}},
        {"start": {}}, {"start": {"picture": "a.png", "sha256": "ab", "index": -1}},
        {"start": {"picture": "a.png", "sha256": "ab", "index": 1, "why": 0}},
        {"start": {"picture": "a.png", "sha256": "ab", "index": 1, "crop": -1}},
        {"start": {"picture": "a.png", "sha256": "ab", "index": 1, "crop": 64}},
    ],
)  # fmt: skip
def test_a_recipe_cannot_be_wrong(recipe, wrong):
    with pytest.raises(StudioError) as caught:
        dataclasses.replace(recipe, **wrong)
    assert str(caught.value).startswith("The recipe")
    assert len(str(caught.value)) < 200


MALFORMED = {
    "empty": lambda recipe: "",
    "prose": lambda recipe: "a cat, oil on canvas",
    "half": lambda recipe: recipe.to_text()[:40],
    "null": lambda recipe: "null",
    "a list": lambda recipe: "[1, 2]",
    "too deep": lambda recipe: "[" * 100_000,
    "other kind": lambda recipe: edited(recipe, kind="project"),
    "no kind": lambda recipe: "{}",
    "newer": lambda recipe: edited(recipe, format_version=FORMAT_VERSION + 1),
    "unknown entry": lambda recipe: edited(recipe, guidance=7.5),
    "unknown setting": lambda recipe: edited(recipe, sample__guidance=7.5),
    "missing entry": lambda recipe: edited(recipe).replace('"which": "ema", ', ""),
    "missing setting": lambda recipe: (
        edited(recipe).replace('"clip": true, ', "").replace(', "clip": true', "")
    ),
    "step as text": lambda recipe: edited(recipe, step="100"),
    "seed as text": lambda recipe: edited(recipe, seed="7"),
    "negative seed": lambda recipe: edited(recipe, seed=-1),
    "sample as list": lambda recipe: edited(recipe, sample=[]),
    "sampler": lambda recipe: edited(recipe, sample__sampler="dice"),
    "steps as text": lambda recipe: edited(recipe, sample__num_inference_steps="50"),
    "eta as text": lambda recipe: edited(recipe, sample__eta="0"),
    "eta not a number": lambda recipe: edited(recipe, sample__eta=float("nan")),
    "frame after the end": lambda recipe: edited(recipe, frame=21),
    "seeds without end": lambda recipe: edited(recipe, seeds=list(range(10_001))),
    "version as text": lambda recipe: edited(recipe, format_version="1"),
    "version of a thousand digits": lambda recipe: edited(recipe, format_version=10**1000),
    "a number of many digits": lambda recipe: edited(recipe, step=-(10**4000)),
    "a word of many letters": lambda recipe: edited(recipe, sample__sampler="x" * 10_000),
    "many unknown entries": lambda recipe: edited(recipe, **{"x" * n: 0 for n in range(1, 90)}),
    "lines in an entry": lambda recipe: edited(recipe, **{"a\nb": 0}),
    "too long": lambda recipe: edited(recipe, project="x" * 2_000_000),
    "infinite": lambda recipe: edited(recipe, film={"fps": 1}).replace('"fps": 1', '"fps": 1e999'),
    "clip as text": lambda recipe: edited(recipe, sample__clip="yes"),
}


@pytest.mark.parametrize("spoil", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_text_that_is_no_recipe_gives_one_sentence(recipe, spoil):
    with pytest.raises(StudioError) as caught:
        Recipe.from_text(spoil(recipe))
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 200


@given(text)
def test_any_text_is_a_recipe_or_a_studio_error(anything):
    with pytest.raises(StudioError):
        Recipe.from_text(anything)


def test_unknown_entries_are_named(recipe):
    with pytest.raises(StudioError, match="guidance"):
        Recipe.from_text(edited(recipe, sample__guidance=7.5))
    with pytest.raises(StudioError) as caught:
        Recipe.from_text(edited(recipe, mask={"picture": "a.png"}, guidance=7.5))
    assert str(caught.value) == (
        "The recipe was made with guidance, mask, which this program does not know."
    )
    with pytest.raises(StudioError, match=r"The recipe lacks entries: which\."):
        Recipe.from_text(edited(recipe).replace('"which": "ema", ', ""))


def test_a_section_that_comes_is_a_row_and_no_format(recipe):
    """What does not use it is written as before; what does, an older program refuses by name."""
    row = Section("guidance", lambda recipe: {}).row

    @dataclasses.dataclass(frozen=True)
    class Later(Recipe):
        guidance: float = dataclasses.field(default=1.0, metadata=row)

    values = {field.name: getattr(recipe, field.name) for field in dataclasses.fields(recipe)}
    assert Later(**values).to_text() == recipe.to_text()
    guided = Later(**values, guidance=3.0)
    assert Later.from_text(guided.to_text()) == guided
    assert Later.from_text(recipe.to_text()).guidance == 1  # type: ignore[attr-defined]
    with pytest.raises(StudioError, match="made with guidance, which this program does not know"):
        Recipe.from_text(guided.to_text())


def test_a_setting_that_comes_is_read_where_it_is_not_said(recipe, monkeypatch):
    """Its default is what was painted before there was that setting."""

    @dataclasses.dataclass(frozen=True)
    class LaterConfig(SampleConfig):
        churn: float = 0.0

    text = recipe.to_text()
    monkeypatch.setattr("ddpm_studio.recipe.sections.SampleConfig", LaterConfig)
    later = Recipe.from_text(text)
    assert later.sample.churn == 0  # type: ignore[attr-defined]
    assert later.to_text() == text
    churned = dataclasses.replace(later, sample=LaterConfig(churn=0.5))
    assert Recipe.from_text(churned.to_text()) == churned
    monkeypatch.undo()
    with pytest.raises(StudioError, match=r"made with sample\.churn, which this program"):
        Recipe.from_text(churned.to_text())


def test_a_newer_recipe_asks_for_an_update(recipe):
    with pytest.raises(StudioError, match="update"):
        Recipe.from_text(edited(recipe, format_version=FORMAT_VERSION + 1))


def test_the_fingerprint_is_the_sha256_of_the_file(tmp_path):
    file = tmp_path / "step_1.safetensors"
    file.write_bytes(b"weights" * 100_000)
    assert fingerprint(file) == hashlib.sha256(b"weights" * 100_000).hexdigest()
