"""The window's colours by name, in dark and light, and how contrast is measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Neutral greys, so that pictures are the only colour, and one accent. All are #rrggbb."""

    is_dark: bool
    window: str  # behind everything
    rail: str  # the slim bar on the left, and the status line
    canvas: str  # behind pictures and plots
    surface: str  # cards, panels, dialogs
    raised: str  # buttons, fields, menus
    hover: str
    pressed: str
    border: str  # hairlines between surfaces
    outline: str  # around what can be acted on
    groove: str  # of a bar, as far as it has not come yet
    text: str
    muted: str  # captions, hints, units
    disabled: str
    accent: str  # the main action, selection, progress, focus
    accent_hover: str
    accent_pressed: str
    on_accent: str  # text on the accent
    accent_text: str  # the accent as text and lines on greys
    selected: str  # a quiet ground for what is selected
    danger: str  # the words of an error
    warning: str


DARK = Palette(
    is_dark=True,
    window="#181818",
    rail="#121212",
    canvas="#101010",
    surface="#202020",
    raised="#2b2b2b",
    hover="#353535",
    pressed="#262626",
    border="#2e2e2e",
    outline="#777777",
    groove="#3a3a3a",
    text="#ececec",
    muted="#adadad",
    disabled="#6f6f6f",
    accent="#56c2b0",
    accent_hover="#6cd0bf",
    accent_pressed="#48ac9b",
    on_accent="#06201b",
    accent_text="#62cbb9",
    selected="#24403b",
    danger="#ff9c90",
    warning="#e9bd6b",
)
LIGHT = Palette(
    is_dark=False,
    window="#f2f2f2",
    rail="#e9e9e9",
    canvas="#e4e4e4",
    surface="#fbfbfb",
    raised="#ffffff",
    hover="#ebebeb",
    pressed="#dfdfdf",
    border="#d9d9d9",
    outline="#858585",
    groove="#c2c2c2",
    text="#1b1b1b",
    muted="#575757",
    disabled="#9b9b9b",
    accent="#0f7466",
    accent_hover="#12806f",
    accent_pressed="#0b6055",
    on_accent="#ffffff",
    accent_text="#0c6a5d",
    selected="#cfe5e0",
    danger="#a8261b",
    warning="#7a5200",
)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
