"""The errors that a user may see: each message is one sentence that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager


class StudioError(Exception):
    """Something went wrong that the user can act on; `str(error)` is the sentence to show."""


class ConfigError(StudioError):
    """A setting has a name or a value that is not allowed."""


class ProjectError(StudioError):
    """A project folder is missing, damaged, newer than this program or in use."""


class PicturesError(StudioError):
    """The pictures folder cannot be used as a whole."""


class CheckpointError(StudioError):
    """A checkpoint file is missing, damaged or does not fit."""


class TrainingError(StudioError):
    """Training cannot go on."""


class TeamError(TrainingError):
    """Another of the processes that train together has ended."""


class ExportError(StudioError):
    """A picture or an animation cannot be written."""


def reason_of(error: BaseException) -> str:
    """What the system says went wrong, without number and path."""
    return getattr(error, "strerror", None) or str(error)


@contextmanager
def refused_as(kind: type[StudioError], what: str) -> Iterator[None]:
    """An OSError becomes an error for people. what: its sentence, such as "X cannot be made"."""
    try:
        yield
    except OSError as error:
        raise kind(f"{what}: {reason_of(error)}.") from error
