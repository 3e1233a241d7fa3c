"""The page of a sheet, read from the file: cells to the pixel, words that are there, no rubble."""

import numpy as np
import pytest
from PIL import Image

from ddpm_studio.config import SampleConfig
from ddpm_studio.errors import ConfigError, ExportError
from ddpm_studio.export.film.captions import wrapped

# the steps of the layout, which in the drawn page can only be guessed
from ddpm_studio.export.sheet_page import KEY, PAPERS, SheetPage, _Layout, _writable, write_page
from ddpm_studio.sheets import Axis, Sheet
from tests.export.sheet_pages import read_about

BASE = SampleConfig(seed=3)
SHEET = Sheet(Axis("steps", (5, 10, 50)), Axis("eta", (0, 1)), BASE, 2353)


def make_cells(sheet, channels=3, height=8, width=8):
    random = np.random.default_rng(0)
    shape = (sheet.count, height, width, channels)
    return {place: random.integers(0, 256, shape, dtype=np.uint8) for place in sheet.places}


def written(path, page):
    list(write_page(path, page, page.sheet.to_dict()))
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("suffix", [".png", ".webp"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("count", [1, 4])
def test_every_cell_is_on_the_page_to_the_pixel(tmp_path, suffix, channels, count):
    sheet = Sheet(SHEET.x, SHEET.y, BASE, 1, count=count)
    page = SheetPage("flowers", sheet, make_cells(sheet, channels), scale=3)
    pixels = written(tmp_path / f"sheet{suffix}", page)
    assert pixels.shape[1::-1] == page.size
    layout, side = _Layout(page), round(count**0.5)
    for place, pictures in page.cells.items():
        x, y = layout.corner(place)
        found = pixels[y : y + 24 * side : 3, x : x + 24 * side : 3]
        rows = pictures.reshape(side, side, 8, 8, channels).swapaxes(1, 2)
        expected = rows.reshape(8 * side, 8 * side, channels)
        np.testing.assert_array_equal(found, np.broadcast_to(expected, found.shape))


@pytest.mark.parametrize("paper", PAPERS)
def test_words_stand_on_both_sides_and_nothing_touches_the_edge(tmp_path, paper):
    page = SheetPage("flowers", SHEET, make_cells(SHEET), paper)
    pixels, layout = written(tmp_path / "sheet.png", page), _Layout(page)
    ground = pixels[0, 0].copy()
    is_ink = np.any(pixels != ground, axis=-1)
    margin = layout.margin - 2
    for edge in (is_ink[:margin], is_ink[-margin:], is_ink[:, :margin], is_ink[:, -margin:]):
        assert not edge.any()
    for column in range(3):  # a label over each column, in its middle
        x, y = layout.corner((column, 0))
        words = is_ink[layout.top_labels : y - 1, x : x + layout.cell[0]]
        assert words.any()
        places = np.flatnonzero(words.any(0))
        assert abs((places[0] + places[-1]) / 2 - layout.cell[0] / 2) <= 3
    for row in range(2):  # and beside each row
        x, y = layout.corner((0, row))
        assert is_ink[y : y + layout.cell[1], layout.margin - 2 : x - layout.gap // 2].any()


def test_transparent_pictures_lie_on_the_paper(tmp_path):
    cells = {place: np.zeros((1, 8, 8, 4), np.uint8) for place in SHEET.places}
    page = SheetPage("sprites", SHEET, cells, "dark", 2)
    pixels, (x, y) = written(tmp_path / "sheet.png", page), _Layout(page).corner((1, 1))
    assert pixels[y + 3, x + 3].tolist() == [0x14, 0x14, 0x14]


def test_what_is_not_painted_yet_is_an_empty_frame_and_nothing_at_all_a_sentence(tmp_path):
    cells = make_cells(SHEET)
    del cells[1, 1]
    page = SheetPage("flowers", SHEET, cells)
    pixels, layout = written(tmp_path / "sheet.png", page), _Layout(page)
    x, y = layout.corner((1, 1))
    inside = pixels[y + 1 : y + layout.cell[1] - 1, x + 1 : x + layout.cell[0] - 1]
    assert (inside == 255).all()
    assert (pixels[y, x : x + layout.cell[0]] < 255).all()
    with pytest.raises(ExportError, match="No cell of the sheet is painted yet"):
        written(tmp_path / "none.png", SheetPage("flowers", SHEET, {}))
    assert not (tmp_path / "none.png").exists()


def test_what_repeats_its_neighbour_has_a_mark_between_and_a_line_that_says_why(tmp_path):
    samplers, eta = Axis("sampler", ("heun", "ddim")), Axis("eta", (0, 1))
    across, down = Sheet(eta, samplers, BASE, 1), Sheet(samplers, eta, BASE, 1)
    for sheet, copy, is_across in ((across, (1, 0), True), (down, (0, 1), False)):
        page = SheetPage("flowers", sheet, make_cells(sheet))
        pixels, layout = written(tmp_path / "sheet.png", page), _Layout(page)
        for place, has_mark in ((copy, True), ((1, 1), False)):
            x, y = layout.corner(place)
            if is_across:
                spare = layout.pitch[0] - layout.cell[0]
                gap = pixels[y : y + layout.cell[1], x - spare + 1 : x - 1]
            else:
                gap = pixels[y - layout.gap + 1 : y - 1, x : x + layout.cell[0]]
            assert bool((gap < 255).any()) is has_mark
        assert layout.has_copies
    assert not _Layout(SheetPage("flowers", SHEET, make_cells(SHEET))).has_copies


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_its_settings_are_inside_but_it_is_not_taken_for_a_recipe(tmp_path, suffix):
    path = tmp_path / f"sheet{suffix}"
    written(path, SheetPage("flowers", SHEET, make_cells(SHEET)))
    about = read_about(path)
    assert about == SHEET.to_dict() | {  # JSON knows lists only
        "x": {"name": "steps", "values": [5, 10, 50]},
        "y": {"name": "eta", "values": [0.0, 1.0]},
    }
    with Image.open(path) as image:
        assert "ddpm_studio" not in image.info
        assert (KEY in image.info) is (suffix == ".png")
    Image.new("RGB", (4, 4)).save(tmp_path / "other.png")
    assert read_about(tmp_path / "other.png") is None


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_whoever_stops_it_finds_nothing_new(tmp_path, suffix):
    path = tmp_path / f"sheet{suffix}"
    path.write_bytes(b"the old one")
    steps = write_page(path, SheetPage("flowers", SHEET, make_cells(SHEET)), {})
    for _ in range(2):
        next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


def test_it_is_enlarged_by_a_whole_number_and_never_too_large(tmp_path):
    assert _Layout(SheetPage("flowers", SHEET, make_cells(SHEET))).scale == 18  # 144 pixels
    large = make_cells(SHEET, height=300, width=300)
    assert _Layout(SheetPage("flowers", SHEET, large)).scale == 1
    with pytest.raises(ExportError, match="too large; choose a smaller enlargement"):
        written(tmp_path / "sheet.png", SheetPage("flowers", SHEET, large, scale=64))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConfigError, match="scale is 65"):
        SheetPage("flowers", SHEET, large, scale=65)
    with pytest.raises(ConfigError, match="paper is 'pink'"):
        SheetPage("flowers", SHEET, large, "pink")


def test_only_png_and_webp_and_only_where_one_can_write(tmp_path):
    page = SheetPage("flowers", SHEET, make_cells(SHEET))
    with pytest.raises(ExportError, match=r"sheet.gif must end in .png or .webp"):
        written(tmp_path / "sheet.gif", page)
    with pytest.raises(ExportError, match=r"The folder .*nowhere does not exist"):
        written(tmp_path / "nowhere" / "sheet.png", page)


def test_letters_that_the_font_does_not_have_fall_off():
    assert _writable("Früchte  à la carte") == "Fruchte a la carte"
    assert _writable("水果") == ""


@pytest.mark.parametrize("room", [10, 60, 1000])
def test_long_words_are_broken_where_they_can_be(room):
    lines = wrapped("DPM-Solver++ 2M once more", lambda line: 10 * len(line) <= room, " ")
    assert " ".join(lines) == "DPM-Solver++ 2M once more"
    assert all(10 * len(line) <= room or " " not in line for line in lines)
