"""A picture's size in its file: as painted, crisp, or smooth, as a film's frames have it."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from ddpm_studio.config import SampleConfig
from ddpm_studio.config.enlargement import AS_PAINTED, LARGEST_SCALE, LONGEST_SIDE, Enlargement
from ddpm_studio.config.fields import settings_of
from ddpm_studio.errors import ConfigError, ExportError, StudioError
from ddpm_studio.export.film.frames import Film
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.pictures import FilmPictures
from ddpm_studio.export.images import enlarged
from ddpm_studio.recipe import Recipe

RECIPE = Recipe("sea", "step_5", "ab" * 32, 5, "ema", "cpu", "float32", 3, SampleConfig(seed=3))

shapes = st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3, 4]))
pictures = shapes.flatmap(lambda shape: arrays.arrays(np.uint8, shape))
enlargements = st.one_of(
    st.builds(Enlargement, scale=st.integers(1, 8)),
    st.builds(Enlargement, width=st.integers(1, 60)),
)


@given(pictures, st.integers(1, 8))
def test_crisp_makes_each_pixel_a_square(picture: np.ndarray, scale: int) -> None:
    large = enlarged(picture, Enlargement(scale))
    assert (large == np.repeat(np.repeat(picture, scale, 0), scale, 1)).all()


@given(pictures, enlargements)
def test_a_picture_is_enlarged_as_a_film_of_it(picture: np.ndarray, how: Enlargement) -> None:
    options = FilmOptions(scale=how.scale, width=how.width)
    film = FilmPictures(Film(1, lambda _: picture), options).frame(0)
    large = enlarged(picture, how)
    assert large.dtype == np.uint8
    assert (large == film).all()
    height, width = large.shape[:2]
    assert (width, height) == how.size_of(picture.shape[1], picture.shape[0])


@given(pictures.filter(lambda picture: picture.shape[2] != 4), st.integers(1, 60))
def test_smooth_is_lanczos(picture: np.ndarray, width: int) -> None:
    height = max(1, round(picture.shape[0] * width / picture.shape[1]))
    plane = picture[..., 0]
    expected = Image.fromarray(plane).resize((width, height), Image.Resampling.LANCZOS)
    assert (enlarged(picture, Enlargement(width=width))[..., 0] == np.asarray(expected)).all()


@pytest.mark.parametrize("how", [Enlargement(8), Enlargement(width=96)], ids=["crisp", "smooth"])
def test_what_is_transparent_leaves_no_rim(how: Enlargement) -> None:
    """Its hidden colour, here black and white, is nowhere to be seen."""
    for hidden in (0, 255):
        picture = np.full((12, 12, 4), hidden, np.uint8)
        picture[..., 3] = 0
        picture[3:9, 3:9] = 200, 80, 40, 255
        large = enlarged(picture, how)
        seen = large[large[..., 3] > 0]
        assert (np.abs(seen[:, :3].astype(int) - (200, 80, 40)) <= 1).all()
        assert large[..., 3].min() == 0
        assert large[..., 3].max() == 255


def test_a_picture_and_a_film_have_the_same_words_and_limits() -> None:
    for name, about in settings_of(Enlargement).items():
        assert settings_of(FilmOptions)[name] == about
    for too_much in ({"scale": LARGEST_SCALE + 1}, {"width": LONGEST_SIDE + 1}, {"scale": 0}):
        for kind in (Enlargement, FilmOptions):
            with pytest.raises(ConfigError, match=next(iter(too_much))):
                kind(**too_much)
    with pytest.raises(ConfigError, match="scale is 2, but must be 1 beside a width"):
        Enlargement(2, 64)


def test_what_would_be_too_large_is_one_sentence() -> None:
    picture = np.zeros((300, 2, 3), np.uint8)
    with pytest.raises(ExportError, match=r"^The picture would be 19200 pixels long, .*\.$"):
        enlarged(picture, Enlargement(64))
    with pytest.raises(ExportError, match="would be 1500000 pixels"):
        enlarged(picture, Enlargement(width=10_000))  # it is high, so its height is too much


@given(st.integers(1, LONGEST_SIDE), st.integers(1, 2048), st.integers(1, 2048))
def test_a_length_is_that_of_the_longer_side(side: int, width: int, height: int) -> None:
    large = Enlargement.to_side(side, width, height).size_of(width, height)
    if width >= height:
        assert large[0] == side
    else:  # the width is whole, and the height follows
        assert abs(large[1] - side) <= max(1, height / width)


@given(enlargements)
def test_a_recipe_says_its_size_and_reads_it_again(how: Enlargement) -> None:
    recipe = Recipe(**{**vars(RECIPE), "size": how})
    text = recipe.to_text()
    assert Recipe.from_text(text) == recipe
    assert json.loads(text).get("size", {}) == how.said
    assert ("size" in json.loads(text)) == (how != AS_PAINTED)


@pytest.mark.parametrize(
    "size",
    [
        {"scale": 0},
        {"scale": 2.0},
        {"scale": True},
        {"scale": 2, "width": 64},
        {"width": LONGEST_SIDE + 1},
        {"width": "9" * 500},
        {"side": 3},
        [3],
        "large",
    ],
    ids=str,
)
def test_a_size_that_cannot_be_is_one_short_sentence(size: object) -> None:
    values = json.loads(RECIPE.to_text()) | {"size": size}
    with pytest.raises(StudioError, match=r"(size|scale|width)") as caught:
        Recipe.from_text(json.dumps(values))
    assert len(str(caught.value)) < 200
