import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddpm_studio.export.images import enlarge, picture_grid


@given(st.integers(1, 12), st.integers(1, 5), st.sampled_from([1, 3]))
def test_every_picture_has_its_place_row_by_row(count, columns, channels):
    pictures = np.random.default_rng(count).integers(1, 256, (count, 3, 4, channels), np.uint8)
    grid = picture_grid(pictures, columns)
    rows = -(-count // columns)
    assert grid.shape == (rows * 3, columns * 4, channels)
    for place in range(rows * columns):
        row, column = divmod(place, columns)
        cell = grid[row * 3 : row * 3 + 3, column * 4 : column * 4 + 4]
        assert (cell == (pictures[place] if place < count else 0)).all()


@pytest.mark.parametrize(
    ("count", "size"), [(1, (1, 1)), (2, (1, 2)), (4, (2, 2)), (5, (2, 3)), (16, (4, 4))]
)
def test_without_columns_it_is_as_square_as_can_be(count, size):
    grid = picture_grid(np.zeros((count, 2, 2, 3), np.uint8))
    assert grid.shape == (2 * size[0], 2 * size[1], 3)


def test_one_picture_is_itself():
    picture = np.random.default_rng(0).integers(0, 256, (1, 5, 7, 1), np.uint8)
    assert (picture_grid(picture) == picture[0]).all()


@given(st.integers(1, 5), st.sampled_from([1, 3]))
def test_enlarging_makes_each_pixel_a_square(factor, channels):
    picture = np.random.default_rng(0).integers(0, 256, (3, 4, channels), np.uint8)
    large = enlarge(picture, factor)
    assert large.shape == (3 * factor, 4 * factor, channels)
    for i in range(factor):
        for j in range(factor):
            assert (large[i::factor, j::factor] == picture).all()
    assert (enlarge(np.stack([picture, picture]), factor)[1] == large).all()
