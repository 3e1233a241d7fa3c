"""Dark and light: which one holds, its palette, style sheet and tinted icons."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from string import Template

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QStyle, QStyleFactory

from ddpm_studio.gui.common.palette import DARK, LIGHT, Palette
from ddpm_studio.gui.common.resources import resource_path

CHOICES = ("system", "dark", "light")
TEXT_PIXELS = 13
# the families of each desktop that are made for windows; the first one there is taken
FAMILIES = (
    *("Inter", "Segoe UI Variable Text", "Segoe UI", ".AppleSystemUIFont", "Cantarell"),
    *("Noto Sans", "Roboto", "Ubuntu", "Open Sans", "DejaVu Sans", "sans-serif"),
)


class Theme(QObject):
    """The one look of the whole window. `changed` says that it is another one now."""

    changed = Signal()

    def __init__(self, application: QApplication, choice: str = "system") -> None:
        super().__init__()
        self._application = application
        self.choice = choice if choice in CHOICES else "system"  # one of CHOICES
        self._svg: dict[str, bytes] = {}
        self._icons: dict[tuple[str, int, str, str, int], QIcon] = {}
        # the device pixel ratios for which icons are drawn to the pixel
        self._ratios = {screen.devicePixelRatio() for screen in QGuiApplication.screens()}
        self._template = Template(resource_path("style", "studio.qss").read_text("utf-8"))
        self.palette = self._find_palette()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        self._apply()

    def set_choice(self, choice: str) -> None:
        if choice not in CHOICES:
            raise ValueError(choice)
        self.choice = choice
        self._refresh()

    @contextmanager
    def undressed(self) -> Iterator[None]:
        """Widgets that are made meanwhile get the style sheet at the end, and only once.

        With it, Qt looks for their rules again whenever they or what holds them get a parent, which
        is more than half of the time that a window takes.
        """
        self._application.setStyleSheet("")
        yield
        self._apply()

    def follow(self, act: Callable[[], None]) -> None:
        """Call it now, and whenever the look is another one. act: a method of a widget."""
        self.changed.connect(act)
        act()

    def show_on(self, ratio: float) -> None:
        """Icons are to be sharp on screens of this device pixel ratio, too."""
        if ratio not in self._ratios:
            self._ratios.add(ratio)
            self._icons.clear()
            self.changed.emit()

    def colour(self, role: str) -> QColor:
        """A colour of the palette by its name, such as "accent"."""
        return QColor(str(getattr(self.palette, role)))

    def icon(
        self,
        name: str,
        size: int = 20,
        role: str = "muted",
        checked_role: str = "text",
        gap: int = 0,
    ) -> QIcon:
        """A shipped icon in a colour of the palette. Ask again when `changed` is emitted.

        gap: points left free on its right, where words follow.
        """
        key = name, size, role, checked_role, gap
        if key not in self._icons:
            icon = QIcon()
            normal, checked = QIcon.State.Off, QIcon.State.On
            for mode, state, its_role in (
                (QIcon.Mode.Normal, normal, role),
                (QIcon.Mode.Normal, checked, checked_role),
                (QIcon.Mode.Disabled, normal, "disabled"),
            ):
                for ratio in self._ratios:
                    icon.addPixmap(self._draw(name, size, its_role, ratio, gap), mode, state)
            self._icons[key] = icon
        return self._icons[key]

    def pixmap(self, name: str, size: int, role: str = "muted", ratio: float = 1.0) -> QPixmap:
        """A shipped icon of `size` points, drawn for a device pixel ratio."""
        pixmap = self._draw(name, size, role, ratio)
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def _draw(self, name: str, size: int, role: str, ratio: float, gap: int = 0) -> QPixmap:
        pixels = round(size * ratio)
        pixmap = QPixmap(pixels + round(gap * ratio), pixels)
        pixmap.fill(Qt.GlobalColor.transparent)
        colour = str(getattr(self.palette, role))
        svg = self._source(name).replace(b"currentColor", colour.encode())
        painter = QPainter(pixmap)
        QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, pixels, pixels))
        painter.end()
        return pixmap

    def _source(self, name: str) -> bytes:
        if name not in self._svg:
            self._svg[name] = resource_path("icons", f"{name}.svg").read_bytes()
        return self._svg[name]

    def _find_palette(self) -> Palette:
        if self.choice == "system":  # a system that says nothing gets the dark one
            scheme = QGuiApplication.styleHints().colorScheme()
            return LIGHT if scheme is Qt.ColorScheme.Light else DARK
        return LIGHT if self.choice == "light" else DARK

    def _on_system_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self.choice == "system":
            self._refresh()

    def _refresh(self) -> None:
        palette = self._find_palette()
        if palette is self.palette:
            return
        self.palette = palette
        self._icons.clear()
        self._apply()
        self.changed.emit()

    def _apply(self) -> None:
        application = self._application
        style = application.style()
        if style is None or style.objectName() != "fusion":
            application.setStyle(_plain_style())
        application.setPalette(qt_palette(self.palette))
        sheet = self._template.substitute(dataclasses.asdict(self.palette))
        if application.styleSheet() != sheet:
            application.setStyleSheet(sheet)


def _plain_style() -> QStyle:
    """The one style that draws the same on every system; the style sheet stands on it."""
    return QStyleFactory.create("Fusion")


def studio_font() -> QFont:
    """The desktop's own font at the window's text size."""
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPixelSize(TEXT_PIXELS)
    return font


def qt_palette(palette: Palette) -> QPalette:
    """What Qt's own drawing uses; our painted widgets read it, too, and so follow the theme."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    colours = {
        role.Window: palette.window,
        role.WindowText: palette.text,
        role.Base: palette.raised,
        role.AlternateBase: palette.surface,
        role.Text: palette.text,
        role.PlaceholderText: palette.muted,
        role.Button: palette.raised,
        role.ButtonText: palette.text,
        role.BrightText: palette.danger,
        role.Highlight: palette.accent,
        role.HighlightedText: palette.on_accent,
        role.Accent: palette.accent,
        role.Link: palette.accent_text,
        role.LinkVisited: palette.accent_text,
        role.ToolTipBase: palette.raised,
        role.ToolTipText: palette.text,
        role.Light: palette.hover,
        role.Midlight: palette.border,
        role.Mid: palette.outline,
        role.Dark: palette.canvas,
        role.Shadow: palette.rail,
    }
    result = QPalette()
    for colour_role, colour in colours.items():
        result.setColor(colour_role, QColor(colour))
    for colour_role in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        result.setColor(group.Disabled, colour_role, QColor(palette.disabled))
    result.setColor(group.Disabled, role.Highlight, QColor(palette.outline))
    return result
