import dataclasses
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddpm_studio import __version__
from ddpm_studio.config import SAMPLERS, SPACINGS, VARIANCES, SampleConfig
from ddpm_studio.errors import StudioError
from ddpm_studio.sampling.recipe import FORMAT_VERSION, Recipe, fingerprint

text = st.text(st.characters(codec="utf-8"), max_size=20)
seeds = st.integers(0, 2**63 - 1)
samples = st.builds(
    SampleConfig,
    sampler=st.sampled_from(SAMPLERS),
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


@given(text, text, st.integers(0, 10**9), seeds, samples)
def test_what_is_written_is_read(project, checkpoint, step, seed, sample):
    sample = dataclasses.replace(sample, seed=seed)
    recipe = Recipe(project, checkpoint, "0" * 64, step, "ema", "cuda", "bfloat16", seed, sample)
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
    "sampler": lambda recipe: edited(recipe, sample__sampler="euler"),
    "steps as text": lambda recipe: edited(recipe, sample__num_inference_steps="50"),
    "eta as text": lambda recipe: edited(recipe, sample__eta="0"),
    "eta not a number": lambda recipe: edited(recipe, sample__eta=float("nan")),
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


def test_a_newer_recipe_asks_for_an_update(recipe):
    with pytest.raises(StudioError, match="update"):
        Recipe.from_text(edited(recipe, format_version=FORMAT_VERSION + 1))


def test_the_fingerprint_is_the_sha256_of_the_file(tmp_path):
    file = tmp_path / "step_1.safetensors"
    file.write_bytes(b"weights" * 100_000)
    assert fingerprint(file) == hashlib.sha256(b"weights" * 100_000).hexdigest()
