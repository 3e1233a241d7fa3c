"""The look: readable in both themes, tinted icons, and a change that reaches everything."""

import dataclasses
import re

import pytest
from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from ddpm_studio.gui.app import create_window
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.palette import DARK, LIGHT, contrast
from ddpm_studio.gui.common.resources import resource_path
from ddpm_studio.gui.common.theme import Theme

SURFACES = ("window", "rail", "canvas", "surface", "raised", "hover", "pressed")
# which colours carry text, and what they are written on
TEXT_ON = {
    "text": (*SURFACES, "selected"),
    "muted": (*SURFACES,),
    "accent_text": ("window", "rail", "canvas", "surface", "raised", "hover", "selected"),
    "danger": ("window", "surface", "raised", "rail"),
    "warning": ("window", "surface", "raised", "rail"),
    "on_accent": ("accent", "accent_hover", "accent_pressed"),
}
# what must be seen, but is not read: focus rings, outlines of fields, tracks (WCAG 1.4.11)
LINES_ON = {
    "accent_text": ("window", "rail", "surface", "raised"),
    "outline": ("window", "surface", "raised"),
}
ICONS = sorted(path.stem for path in resource_path("icons").glob("*.svg"))


def test_contrast_is_measured_as_wcag_does():
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#ffffff", "#ffffff") == 1
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_text_is_readable_on_every_surface_it_is_written_on(palette):
    for role, surfaces in TEXT_ON.items():
        for surface in surfaces:
            ratio = contrast(getattr(palette, role), getattr(palette, surface))
            assert ratio >= 4.5, f"{role} on {surface}: {ratio:.2f}"


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_focus_rings_and_outlines_can_be_seen(palette):
    for role, surfaces in LINES_ON.items():
        for surface in surfaces:
            ratio = contrast(getattr(palette, role), getattr(palette, surface))
            assert ratio >= 3, f"{role} on {surface}: {ratio:.2f}"


def test_greys_are_neutral():
    for palette in (DARK, LIGHT):
        for role in ("window", "rail", "canvas", "surface", "raised", "border", "text", "muted"):
            colour = getattr(palette, role)
            assert colour[1:3] == colour[3:5] == colour[5:7]


def test_the_style_sheet_knows_only_colours_of_the_palette_and_no_small_text():
    text = resource_path("style", "studio.qss").read_text("utf-8")
    roles = {field.name for field in dataclasses.fields(DARK)}
    assert set(re.findall(r"\$(\w+)", text)) <= roles
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", text)
    assert min(map(int, re.findall(r"font-size:\s*(\d+)px", text))) >= 12


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_draws_in_the_colour_it_is_asked_for(qapp, name):
    theme = Theme(qapp, "dark")
    image = theme.pixmap(name, 24, "accent", 2.0).toImage()
    assert (image.width(), image.height()) == (48, 48)
    seen = [image.pixelColor(x, y) for x in range(48) for y in range(48)]
    opaque = {colour.getRgb() for colour in seen if colour.alpha() == 255}
    assert opaque
    wanted = theme.colour("accent").getRgb()
    for colour in opaque:  # antialiasing rounds by one
        assert max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) <= 1


def test_icons_are_sharp_on_every_screen_that_the_window_comes_to(window, monkeypatch):
    theme = window.session.theme
    for ratio in (1.25, 1.75, 3.0):
        monkeypatch.setattr(window, "devicePixelRatio", lambda ratio=ratio: ratio)
        QApplication.sendEvent(window, QEvent(QEvent.Type.DevicePixelRatioChange))
        for mode, role in ((QIcon.Mode.Normal, "muted"), (QIcon.Mode.Disabled, "disabled")):
            icon = theme.icon("search", 16).pixmap(QSize(16, 16), ratio, mode).toImage()
            assert icon == theme.pixmap("search", 16, role, ratio).toImage()


@pytest.mark.parametrize("name", [name for name in ICONS if name != "app"])
def test_icons_are_of_one_family(name):
    text = resource_path("icons", f"{name}.svg").read_text("utf-8")
    assert 'viewBox="0 0 24 24"' in text
    assert 'stroke-width="1.75"' in text
    assert not re.findall(r'(?:fill|stroke)="#', text)


def test_the_system_decides_when_it_is_asked_to_and_dark_is_the_default(qapp):
    theme = Theme(qapp, "system")
    assert theme.palette is DARK  # this platform says nothing about it
    theme.set_choice("light")
    assert theme.palette is LIGHT
    theme.set_choice("system")
    assert theme.palette is DARK


def test_a_nonsense_choice_in_the_settings_is_the_default(qapp):
    assert Theme(qapp, "purple").choice == "system"


def test_changing_the_theme_repaints_the_whole_window_at_once(window, find):
    button = find(window, QToolButton, names.NAV_TRAIN)
    dark, dark_icon = window.grab().toImage(), button.icon().cacheKey()
    window.set_theme("light")
    light = window.grab().toImage()
    for point in ((10, 300), (300, 20), (300, light.height() - 5)):
        assert dark.pixelColor(*point).lightness() < 50
        assert light.pixelColor(*point).lightness() > 200
    assert button.icon().cacheKey() != dark_icon
    assert window.session.settings.get("theme", "") == "light"
    window.set_theme("dark")


def test_a_window_is_dressed_once_and_not_at_every_change_of_parent(qapp, settings):
    """Qt looks for the rules of every widget whose style changes; that made the start slow."""
    changes = 0

    class Count(QObject):
        def eventFilter(self, _watched, event):
            nonlocal changes
            changes += event.type() == QEvent.Type.StyleChange
            return False

    counter = Count()
    qapp.installEventFilter(counter)
    window = create_window(settings=settings)
    qapp.removeEventFilter(counter)
    widgets = len(window.findChildren(QWidget))
    assert qapp.styleSheet()
    assert widgets <= changes < 2 * widgets
    window.close()
    window.deleteLater()
