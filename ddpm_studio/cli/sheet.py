"""The verb `sheet`: paints an XY sheet and writes it as one labelled page."""

from argparse import Namespace
from collections.abc import Iterator

import numpy as np

from ddpm_studio.cli.no_effect import of_samplers
from ddpm_studio.config import SampleConfig
from ddpm_studio.device import select_device
from ddpm_studio.errors import CheckpointError
from ddpm_studio.events import FileWritten, Note
from ddpm_studio.export.places import check_free, free_path
from ddpm_studio.export.sheet_page import SheetPage, check_page, check_path, write_page
from ddpm_studio.project import Project, step_of
from ddpm_studio.sampling.sheet import SheetCell, SheetGap, make_sheet
from ddpm_studio.sheets import MOST_VALUES, Axis, Place, Sheet, parse_axis
from ddpm_studio.training.checkpoints import choose_checkpoint
from ddpm_studio.training.loaded import about_sheet, networks_of
from ddpm_studio.training.metrics import best_checkpoint, read_held_out

Events = Iterator[object]


def write_sheet(project: Project, base: SampleConfig, options: Namespace) -> Events:
    """Paint a sheet and write it. base: the settings that are no axis.

    Raises StudioError with one sentence for axes that cannot be, before anything is painted.
    """
    check_path(options.out)
    check_free(options.out)
    x, y = read_axes(project, options.x, options.y, base.seed)
    checkpoint = yield from choose_checkpoint(project, options.checkpoint)
    for axis in (x, y):
        check_checkpoints(project, axis)
    sheet = Sheet(x, y, base, step_of(checkpoint), options.weights, options.count)
    sheet.check_fits(project.config.diffusion.num_timesteps)
    yield from of_samplers(sheet.cell(place).sample for place in sheet.places)
    channels, height, width = project.config.pictures.shape
    cell = np.zeros((sheet.count, height, width, channels), np.uint8)
    check_page(SheetPage(project.name, sheet, {(0, 0): cell}, options.paper, options.scale or 0))
    device = select_device(options.device)
    cells: dict[Place, np.ndarray] = {}

    for event in make_sheet(sheet, networks_of(project, device)):
        yield event
        if isinstance(event, SheetCell):
            cells[event.column, event.row] = event.pictures
        elif isinstance(event, SheetGap):
            count = len(event.places)
            stay = "One cell stays" if count == 1 else f"{count} cells stay"
            yield Note(f"{stay} empty. {event.message}")
    page = SheetPage(project.name, sheet, cells, options.paper, options.scale or 0)
    out = free_path(options.out)  # somebody may have taken the name meanwhile
    for _ in write_page(out, page, about_sheet(project, sheet, device)):
        pass  # a moment's work
    yield FileWritten(out)
    yield Note(f"The sheet of {len(x.values)} x {len(y.values)} cells is {out}")


def read_axes(project: Project, x: str, y: str | None, seed: int) -> tuple[Axis, Axis]:
    """The axes that words name; without a second one there is one row.

    For checkpoints, "all" takes up to twelve, evenly spread, and "best" the one that does best on
    unseen pictures. Raises ConfigError with one sentence.
    """
    steps = [step_of(path) for path in project.checkpoint_paths()]
    best = best_checkpoint(read_held_out(project.metrics_path), steps)
    known = {"all": spread(steps), "newest": tuple(steps[-1:])}
    known["best"] = known["newest"] if best is None else (best,)
    across = parse_axis(x, known)
    if y is not None:
        return across, parse_axis(y, known)
    return across, Axis("seed", (seed,)) if across.name != "seed" else Axis("weights", ("ema",))


def spread(steps: list[int]) -> tuple[int, ...]:
    """Up to as many as an axis holds, the first and the last among them."""
    if len(steps) <= MOST_VALUES:
        return tuple(steps)
    places = np.linspace(0, len(steps) - 1, MOST_VALUES).round().astype(int)
    return tuple(steps[place] for place in places)


def check_checkpoints(project: Project, axis: Axis) -> None:
    """Raise a CheckpointError that says what there is, if one of an axis is not there."""
    there = [step_of(path) for path in project.checkpoint_paths()]
    missing = [str(step) for step in axis.values if axis.name == "checkpoint" and step not in there]
    if missing:
        raise CheckpointError(
            f"There is no checkpoint of step {', '.join(missing)}; "
            f"there are {', '.join(map(str, there))}."
        )
