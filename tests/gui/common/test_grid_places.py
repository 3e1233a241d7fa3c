"""Where the pictures of a painted grid lie, and where keys lead from one to another."""

from PySide6.QtCore import QPointF, QRectF, Qt

from ddpm_studio.gui.common.grid_places import GridPlaces

AREA = QRectF(0, 0, 400, 300)


def test_every_picture_is_found_where_it_lies_and_none_between_them() -> None:
    places = GridPlaces(6, (32, 32), AREA)
    for index in range(6):
        assert places.index_at(places.cell(index).center()) == index
    between = (places.cell(0).topRight() + places.cell(1).topLeft()) / 2
    assert places.index_at(between) is None
    assert places.index_at(QPointF(1, 1)) is None


def test_pictures_are_enlarged_by_a_whole_number_unless_smoothly() -> None:
    whole = GridPlaces(1, (30, 30), AREA)
    smooth = GridPlaces(1, (30, 30), AREA, is_smooth=True)
    assert whole.cell(0).width() % 30 == 0
    assert smooth.cell(0).height() == 300 - 2 * 16
    assert not whole.is_shrunk
    assert GridPlaces(1, (1000, 1000), AREA).is_shrunk


def test_arrows_lead_to_neighbours_home_and_end_to_the_first_and_last() -> None:
    places = GridPlaces(6, (32, 32), AREA)
    columns = places.arrangement.columns
    key = Qt.Key
    assert [places.after(one, 2) for one in (key.Key_Left, key.Key_Right)] == [1, 3]
    assert places.after(key.Key_Down, 0) == columns
    assert places.after(key.Key_Up, columns) == 0
    assert [places.after(one, 3) for one in (key.Key_Home, key.Key_End)] == [0, 5]
    assert places.after(key.Key_A, 0) is None
