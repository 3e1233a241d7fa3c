"""What the folder says: rows, colours, and the one click that follows."""

import dataclasses
from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from ddpm_studio.config import PicturesConfig, StudioConfig
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.folder_summary import AlikeMeter, FolderPanel, PaletteStrip

RED, BLUE = (255, 0, 0), (0, 0, 255)


@dataclass(frozen=True)
class Summary:
    count: int = 1240
    left_out: int = 12
    sizes: str = "640 × 480 pixels"
    aspect: str = "4 : 3"
    palette: tuple[tuple[int, int, int], ...] = (RED, BLUE)
    shares: tuple[float, ...] = (0.75, 0.25)
    alike: float = 0.5
    alike_words: str = "Fairly alike."
    grey: int = 3
    transparent: int = 0
    pixel_art: int = 7
    expectation: str = "It learns their style."
    advice: str = "Mirror them."
    settings: tuple[tuple[str, object], ...] = (("pictures.flip_horizontal", True),)


@pytest.fixture
def panel(qapp, qtbot) -> FolderPanel:
    panel = FolderPanel(Theme(qapp, "dark"))
    qtbot.addWidget(panel)
    panel.resize(320, 500)
    panel.show()
    return panel


def test_before_anything_is_known_it_says_so(panel, find) -> None:
    empty, count = find(panel, QLabel, "folder.empty"), find(panel, QLabel, "folder.count")
    assert empty.isVisible()
    assert not count.isVisible()
    panel.set_summary(Summary())
    assert not empty.isVisible()
    assert count.isVisible()
    panel.clear()
    assert empty.isVisible()
    assert not count.isVisible()


def test_what_is_known_stands_in_words(panel, find) -> None:
    panel.set_summary(Summary())
    said = {
        name: find(panel, QLabel, name).text()
        for name in (
            "folder.count",
            "folder.sizes",
            "folder.aspect",
            "folder.kinds",
            "folder.expectation",
            "folder.advice",
        )
    }
    assert list(said.values()) == [
        "1,240 taken, 12 left out",
        "640 × 480 pixels",
        "4 : 3",
        "3 grey, 7 pixel art",
        "It learns their style.",
        "Mirror them.",
    ]


def test_what_is_not_there_takes_no_room(panel, find) -> None:
    panel.set_summary(Summary(count=1, left_out=0, grey=0, pixel_art=0, palette=(), shares=()))
    assert find(panel, QLabel, "folder.count").text() == "1 taken"
    for name in ("folder.kinds", "folder.palette", "folder.alike"):
        assert not find(panel, QWidget, name).isVisible()


def test_the_palette_is_as_wide_as_the_shares_and_tells_each_colour(panel, find) -> None:
    panel.set_summary(Summary(shares=(3.0, 1.0)))  # they need not add up to 1
    strip = find(panel, PaletteStrip, "folder.palette")
    image = strip.grab().toImage()
    middle = image.height() // 2
    for part, colour in ((0.1, RED), (0.7, RED), (0.8, BLUE), (0.9, BLUE)):
        shown = image.pixelColor(round(part * image.width()), middle)
        assert (shown.red(), shown.green(), shown.blue()) == colour
    assert strip.words_at(0.5 * strip.width()) == "#ff0000  75 %"
    assert strip.words_at(0.8 * strip.width()) == "#0000ff  25 %"
    assert strip.words_at(-1) == strip.words_at(strip.width() + 1) == ""
    assert "#0000ff  25 %" in strip.accessibleDescription()


@pytest.mark.parametrize("alike", [0.0, 0.5, 1.0])
def test_the_bar_is_as_full_as_they_are_alike_and_has_no_handle(panel, find, alike) -> None:
    meter = find(panel, AlikeMeter, "folder.alike")
    panel.set_summary(Summary(alike=alike))
    image = meter.grab().toImage()
    full = Theme(QApplication.instance(), "dark").colour("muted")
    for y in (1, image.height() // 2):  # no part of it is higher than another
        inside = range(8, image.width() - 8)
        filled = sum(image.pixelColor(x, y) == full for x in inside)
        assert filled / len(inside) == pytest.approx(alike, abs=0.02)


def test_the_advice_is_offered_only_while_the_settings_differ(qtbot, panel, find) -> None:
    use = find(panel, QPushButton, "folder.use")
    panel.set_summary(Summary())
    assert not use.isVisible()  # nobody has told what holds
    panel.set_current(StudioConfig())
    assert use.isVisible()
    with qtbot.waitSignal(panel.settings_wanted) as wanted:
        qtbot.mouseClick(use, Qt.MouseButton.LeftButton)
    assert wanted.args == [(("pictures.flip_horizontal", True),)]
    assert use.text() == "Mirror pictures"
    mirrored = dataclasses.replace(StudioConfig(), pictures=PicturesConfig(flip_horizontal=True))
    panel.set_current(mirrored)
    assert not use.isVisible()
    panel.set_summary(Summary(settings=()))
    panel.set_current(StudioConfig())
    assert not use.isVisible()


def test_what_is_fixed_by_training_is_not_offered_but_explained(qtbot, panel, find) -> None:
    use = find(panel, QPushButton, "folder.use")
    flip, dropout = ("pictures.flip_horizontal", True), ("model.dropout", 0.2)
    fixed = "Dropout is fixed once training has begun: that takes a new project."

    def shown() -> list[str]:
        return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]

    panel.set_summary(Summary(settings=(flip, dropout)))
    panel.set_current(StudioConfig())
    assert fixed not in shown()
    panel.set_locked(True)
    assert fixed in shown()
    assert "dropout" not in use.toolTip()
    panel.set_locked(False)
    assert use.text() == "Mirror pictures, dropout 0.2"
    panel.set_locked(True)
    with qtbot.waitSignal(panel.settings_wanted) as wanted:
        qtbot.mouseClick(use, Qt.MouseButton.LeftButton)
    assert wanted.args == [(flip,)]
    panel.set_summary(Summary(settings=(dropout,)))  # nothing is left to offer
    assert not use.isVisible()
    assert fixed in shown()
    panel.set_locked(False)
    assert use.isVisible()
    assert fixed not in shown()
