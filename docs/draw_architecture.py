"""Draws the rooms of the house from the imports: python docs/draw_architecture.py [--check].

A room is a folder of `ddpm_studio`, inside `gui` a folder of that, or the single modules together.
A room stands above all that it imports; an arrow leads to each room that is not reached by another
way already. `--check` writes nothing and fails if docs/architecture.svg is not what it would draw.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "ddpm_studio"
TARGET = ROOT / "docs" / "architecture.svg"
WORDS = "words & settings"  # the single modules at the top, and what belongs to them:
VOCABULARY = ("config", "recipe")
WINDOW = "gui: window"  # app, main_window, session, names
WIDTH, ROOM_HEIGHT, FLOOR_HEIGHT, MARGIN = 1000, 32, 72, 20

Imports = dict[str, set[str]]


def room_of(module: str) -> str:
    """The room of `ddpm_studio.<module>`."""
    parts = module.split(".")
    if parts[0] == "gui":
        is_folder = len(parts) > 1 and (PACKAGE / "gui" / parts[1]).is_dir()
        if is_folder:
            return f"gui/{parts[1]}"
        return "gui/session" if parts[1:2] in (["session"], ["names"]) else WINDOW
    is_room = (PACKAGE / parts[0]).is_dir() and parts[0] not in VOCABULARY
    return parts[0] if is_room else WORDS


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name not in ("", "__main__"):
            yield name, path


def imports_of_rooms() -> Imports:
    """Which rooms each room imports from."""
    found: Imports = defaultdict(set)
    for name, path in modules():
        room = room_of(name)
        found[room]  # even if it imports nothing
        for node in ast.walk(ast.parse(path.read_bytes())):
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                if full.startswith("ddpm_studio."):
                    other = room_of(full.removeprefix("ddpm_studio."))
                    if other != room and not (room == "cli" and other.startswith("gui")):
                        found[room].add(other)
    return dict(found)


def floors_of(rooms: list[str], found: Imports) -> dict[str, int]:
    """Each room stands one floor above the highest that it imports from."""
    floors: dict[str, int] = {}

    def floor(room: str, above: tuple[str, ...] = ()) -> int:
        if room in above:
            circle = " -> ".join([*above, room])
            raise SystemExit(f"These rooms import each other: {circle}")
        if room not in floors:
            below = (floor(other, (*above, room)) for other in sorted(found[room]))
            floors[room] = 1 + max(below, default=-1)
        return floors[room]

    for room in rooms:
        floor(room)
    return floors


def direct(found: Imports) -> Imports:
    """Without the arrows whose end is reached by others."""

    def reached(room: str) -> set[str]:
        return {deeper for other in found[room] for deeper in {other} | reached(other)}

    return {
        room: {one for one in others if not any(one in reached(other) for other in others - {one})}
        for room, others in list(found.items())
    }


def draw() -> str:
    found = imports_of_rooms()
    rooms = sorted(found)
    floors = floors_of(rooms, found)
    top = max(floors.values())
    places: dict[str, tuple[float, float, float]] = {}  # left, top, width
    for level in range(top + 1):
        here = [room for room in rooms if floors[room] == level]
        widths = [max(64.0, 7.4 * len(room) + 22) for room in here]
        gap = min(40.0, (WIDTH - 2 * MARGIN - sum(widths)) / max(1, len(here) + 1))
        x = (WIDTH - sum(widths) - gap * (len(here) - 1)) / 2
        for room, width in zip(here, widths, strict=True):
            places[room] = (x, MARGIN + (top - level) * FLOOR_HEIGHT, width)
            x += width + gap
    height = 2 * MARGIN + top * FLOOR_HEIGHT + ROOM_HEIGHT + 14
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for room, others in sorted(direct(found).items()):
        for other in sorted(others):
            (x, y, w), (x2, y2, w2) = places[room], places[other]
            parts.append(
                f'<path d="M{x + w / 2:.0f} {y + ROOM_HEIGHT:.0f} C{x + w / 2:.0f} '
                f"{y + ROOM_HEIGHT + 30:.0f} {x2 + w2 / 2:.0f} {y2 - 30:.0f} "
                f'{x2 + w2 / 2:.0f} {y2:.0f}" fill="none" stroke="#9aa4b2"/>'
            )
    for room, (x, y, width) in places.items():
        fill = "#dbe7ff" if room.startswith("gui") else "#e2f3e4"
        parts.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{ROOM_HEIGHT}" rx="6" '
            f'fill="{fill}" stroke="#5b6b82"/>'
            f'<text x="{x + width / 2:.0f}" y="{y + 21:.0f}" text-anchor="middle">'
            f"{room.replace('&', '&amp;')}</text>"
        )
    return "\n".join([*parts, "</svg>", ""])


def main(arguments: list[str]) -> int:
    drawing = draw()
    if arguments == ["--check"]:
        return int(TARGET.read_text("utf-8") != drawing)
    TARGET.write_text(drawing, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
