"""The verb `plan`: what suits this machine and the time there is, as lines for people."""

import dataclasses
from argparse import Namespace
from collections.abc import Iterator, Sequence

from ddpm_studio.config.methods import with_method
from ddpm_studio.config.presets import PRESETS
from ddpm_studio.data.scan import scan_folder
from ddpm_studio.events import Note
from ddpm_studio.project import Project, step_of
from ddpm_studio.training.planning.plan import Choice, Plan, choices, make_plan, wait_in_words
from ddpm_studio.training.planning.probe import Probe, probe
from ddpm_studio.words import duration_in_words, several, size_in_words

UNSEEN = "this machine is too slow to look at it in time"
HEADER = ("", "pictures", "rough", "good", "memory", "")


def plan(options: Namespace) -> Iterator[object]:
    """Say what each preset would take on this machine, and which one suits the time."""
    seconds, pictures = options.minutes * 60, options.pictures
    configs, name, steps_made = dict(PRESETS), None, 0
    if options.project is not None:
        project = Project.open(options.project)
        name = project.name
        if not pictures:
            project.check_pictures()
        configs = {name: project.config}
        steps_made = max([step_of(path) for path in project.checkpoint_paths()], default=0)
        pictures = pictures or len(scan_folder(project.pictures)[0])
    if options.method is not None:
        configs = {one: with_method(config, options.method) for one, config in configs.items()}
    found = yield from probe(configs, device=options.device)
    offered = choices(found, seconds, pictures, steps_made)
    yield Note(machine_line(found))
    yield from offered  # for programs; people read the table
    for line in table_lines(offered, found.left_out):
        yield Note(line)
    made = make_plan(found, seconds, pictures, name, steps_made)
    yield dataclasses.replace(made, alternatives=())
    for line in plan_lines(made, options.project and str(options.project), options.method):
        yield Note(line)


def machine_line(probe: Probe) -> str:
    """ "CPU, 2 threads, in bfloat16, 22 GB of memory free"."""
    free = size_in_words(probe.memory_free)
    return f"{probe.device_name}, in {probe.precision}, {free} of memory free"


def table_lines(choices: Sequence[Choice], left_out: Sequence[str] = ()) -> Iterator[str]:
    """One line for each choice, under a header; left_out: names there was no time to look at."""
    rows = [HEADER, *map(_row, choices), *((name, "", "", "", "", UNSEEN) for name in left_out)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
    if any("about" in cell for row in rows for cell in row):
        yield "about: an estimate; what was not tried on this machine is the work it takes."
    if not all(choice.is_proven for choice in choices):
        yield "?: how many steps this size needs was never measured."


def _row(choice: Choice) -> tuple[str, ...]:
    guess = "" if choice.is_proven else " ?"
    times = (
        f"{wait_in_words(choice, seconds)}{guess if seconds else ''}"
        for seconds in (choice.rough_seconds, choice.good_seconds)
    )
    return (
        choice.name,
        f"{choice.size} px",
        *times,
        size_in_words(choice.memory),
        _verdict(choice),
    )


def _verdict(choice: Choice) -> str:
    if not choice.fits_memory:
        return "not enough memory"
    return "fits" if choice.fits_time else "takes longer"


def plan_lines(plan: Plan, project: str | None = None, method: str | None = None) -> Iterator[str]:
    """What to do, what to expect, and the command for it.

    project: the path of one, if any. method: that was asked for.
    """
    yield (
        f"Plan: {plan.name}, {several(plan.steps, 'step')} in {duration_in_words(plan.seconds)}, "
        f"{size_in_words(plan.memory)} of memory."
    )
    yield plan.expectation
    settings = "".join(f" --set {setting}" for setting in plan.settings)
    if project is None:
        way = f" --method {method}" if method else ""
        yield f"ddpm-studio new PROJECT --images DIR --preset {plan.name}{way}{settings}"
        settings = ""
    yield f"ddpm-studio train {project or 'PROJECT'} --steps {plan.steps}{settings}"
