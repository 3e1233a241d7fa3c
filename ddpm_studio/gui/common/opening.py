"""A project is made or read in the background, before anything of it is shown."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from ddpm_studio.choices import Choices, read_choices
from ddpm_studio.errors import StudioError
from ddpm_studio.gui.common.project_watch import Files, look_for_models
from ddpm_studio.project import Project


@dataclass(frozen=True)
class Opened:
    """All that the pages show at once. choices: or why they cannot be read."""

    project: Project
    models: tuple[Files, Files]
    choices: Choices | StudioError


def opening(make: Callable[[], Project]) -> Generator[None, None, Opened]:
    """make: reads or makes it."""
    yield None
    project = make()
    yield None
    choices: Choices | StudioError
    try:
        choices = read_choices(project.path)
    except StudioError as error:
        choices = error
    return Opened(project, look_for_models(project), choices)
