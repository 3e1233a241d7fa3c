"""The command line: parses, loops over the events of a command, shows them, saves when stopped."""

import argparse
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import FrameType

from platformdirs import user_log_path

from ddpm_studio import __version__
from ddpm_studio.cli.numbers import hours, minutes, positive
from ddpm_studio.cli.options import add_device, add_length, add_set
from ddpm_studio.config import VARIANCES, WEIGHTS
from ddpm_studio.config.enlargement import Enlargement
from ddpm_studio.config.fields import add_option, settings_of
from ddpm_studio.config.presets import DEFAULT_PRESET, PRESETS
from ddpm_studio.errors import StudioError, TeamError
from ddpm_studio.events import FileWritten
from ddpm_studio.export.film.kinds import KINDS, either
from ddpm_studio.export.film.options import SHOWS, SUBJECTS, USUAL_COUNT, FilmOptions
from ddpm_studio.project import is_project
from ddpm_studio.samplers import SAMPLERS, with_option
from ddpm_studio.torchrun import is_leader
from ddpm_studio.words import on_one_line

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130
SAVES = ("new", "train", "demo")  # verbs that go on another time where they were stopped
MAKES = ("new", "demo")  # of these, those that begin with a project
ENDS_ITSELF = ("likelihood",)  # verbs that are told of Ctrl+C, and still say what they have
OF = ("held-out", "learned")  # pictures
USUAL_PICTURES = 64
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # not every system has all


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, or open the window; the exit code.

    2, for wrong usage, is raised as SystemExit where the parser finds it.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # file names may hold any bytes
            stream.reconfigure(errors="backslashreplace")
    words = sys.argv[1:] if arguments is None else list(arguments)
    if is_for_window(words):
        return open_window(Path(words[0]) if words else None)
    options = build_parser().parse_args(words)
    with interruptions() as interrupted:
        try:
            return _run(options, interrupted)
        except Exception as error:
            if is_leader() or not isinstance(error, TeamError):  # the one that ended has said why
                _tell_error(_sentence(error), options.json)
    return FAILED


def is_for_window(words: Sequence[str]) -> bool:
    """Whether a command line is `ddpm-studio [PROJECT]`."""
    return not words or (len(words) == 1 and words[0] not in VERBS and words[0][:1] != "-")


def open_window(project: Path | None) -> int:
    """Show the window until it is closed, with a project in it or the start screen."""
    if project is not None and not is_project(project):
        sentence = f"{project} is neither a project nor a command ({', '.join(VERBS)})."
        print(on_one_line(sentence), file=sys.stderr)
        return WRONG_USAGE
    try:
        from ddpm_studio.gui import app  # Qt; the commands work without it
    except ImportError as error:
        print(
            f"The window needs Qt, which cannot be loaded here ({error}); this installs what is "
            "missing: python3 packaging/bootstrap.py --system run. The commands work without it, "
            "see: ddpm-studio --help",
            file=sys.stderr,
        )
        return FAILED
    return app.main([] if project is None else [str(project)])


def _run(options: argparse.Namespace, interrupted: list[bool]) -> int:
    # torch comes with these, and --help must not wait for it
    from ddpm_studio.cli import commands
    from ddpm_studio.cli.terminal import JsonLines, Silence, Terminal

    show = (JsonLines() if options.json else Terminal()) if is_leader() else Silence()
    written = 0
    options.interrupted = interrupted
    with closing(show), closing(getattr(commands, options.verb)(options)) as events:
        try:
            for event in events:
                written += isinstance(event, FileWritten)
                show.event(event)
                if interrupted and options.verb not in ENDS_ITSELF:
                    break
        except (BrokenPipeError, SystemExit):  # nobody reads any more, as rich says by the second
            interrupted.append(True)
            _forget_output()
    if interrupted:
        print(_farewell(options, written), file=sys.stderr)
        return INTERRUPTED
    return DONE


def _farewell(options: argparse.Namespace, written: int) -> str:
    """What is left of a command that was stopped. written: files that it finished."""
    if options.verb in MAKES and not is_project(options.project):
        return "Stopped; there is no project yet. Give the same command again, and it goes on."
    if options.verb in SAVES:
        return "Stopped; everything up to here is saved."
    if options.verb in ENDS_ITSELF:
        return "Stopped; that is what was measured up to here."
    if written:
        return f"Stopped; {'one file is' if written == 1 else f'{written} files are'} finished."
    return "Stopped; nothing was written."


def _tell_error(sentence: str, as_json: bool) -> None:
    """On stderr, and for a program that reads the events as the last of them."""
    print(on_one_line(sentence), file=sys.stderr)
    if as_json:
        with suppress(OSError):  # nobody reads any more
            print(json.dumps({"event": "Error", "message": sentence}), flush=True)


def _sentence(error: Exception) -> str:
    """What the user reads of an error; of mistakes of ours the rest goes into a log."""
    if isinstance(error, StudioError):
        return str(error)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return f"The system refused: {error.strerror or error}{where}."
    from ddpm_studio.training.failures import is_out_of_memory

    if is_out_of_memory(error):
        return "There is not enough memory for this; try fewer or smaller pictures at a time."
    return f"Something unexpected went wrong ({type(error).__name__}: {error}). {_write_log()}"


@contextmanager
def interruptions() -> Iterator[list[bool]]:
    """A list that is no longer empty once Ctrl+C, SIGTERM or the terminal's end came.

    Of several processes the leader alone listens: it saves, and then the others end, too.
    """
    came: list[bool] = []

    def note(_signal: int, _frame: FrameType | None) -> None:
        if not is_leader():
            return
        if not came:
            with suppress(OSError, RuntimeError):  # stderr may be gone, or busy with a line
                print("\nStopping after this step ...", file=sys.stderr)
        came.append(True)

    numbers = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    previous = {number: signal.getsignal(number) for number in numbers}
    for number, handler in previous.items():
        if number in (signal.SIGINT, signal.SIGTERM) or handler is not signal.SIG_IGN:  # nohup
            signal.signal(number, note)
    try:
        yield came
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def build_parser() -> argparse.ArgumentParser:
    """All verbs and their options."""
    parser = argparse.ArgumentParser(
        prog="ddpm-studio",
        description="Train a small diffusion model on a folder of your own pictures.",
    )
    parser.add_argument("--version", action="version", version=f"DDPM Studio {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMMAND")
    for name, (about, add_arguments) in VERBS.items():
        verb = verbs.add_parser(name, help=about)
        add_arguments(verb)
        verb.add_argument("--json", action="store_true", help="print one JSON object per event")
    return parser


def _add_new(new: argparse.ArgumentParser) -> None:
    new.add_argument("project", type=Path, metavar="PROJECT", help="the folder to make")
    new.add_argument(
        "--images", type=Path, metavar="DIR", help="your pictures (else: drawn sample pictures)"
    )
    new.add_argument("--preset", default=DEFAULT_PRESET, help=f"one of {', '.join(PRESETS)}")
    new.add_argument("--size", type=int, metavar="N", help="picture size in pixels")
    add_set(new)


def _add_check(check: argparse.ArgumentParser) -> None:
    check.add_argument("folder", type=Path, metavar="DIR", help="your pictures, or a project")
    check.add_argument("--size", type=int, metavar="N", help="picture size in pixels")
    add_set(check, "a pictures.* setting, for this time only")


def _add_train(train: argparse.ArgumentParser) -> None:
    train.add_argument("project", type=Path, metavar="PROJECT")
    train.add_argument(
        "--images", type=Path, metavar="DIR", help="where its pictures lie now, if they were moved"
    )
    add_length(train)
    add_device(train)
    add_set(train)


def _add_plan(plan: argparse.ArgumentParser) -> None:
    plan.description = (
        "Look at this machine for 20 seconds at the most, and say what each preset would take in "
        "time and memory, and which of them suits the time you have. Nothing is trained yet."
    )
    plan.add_argument(
        "project", type=Path, nargs="?", metavar="PROJECT", help="plan for its own settings"
    )
    length = plan.add_mutually_exclusive_group()
    length.add_argument(
        "--hours", dest="minutes", type=hours, default=60.0, metavar="H", help="the time you have"
    )
    length.add_argument(
        "--minutes", type=minutes, default=60.0, metavar="M", help="the same in minutes (60)"
    )
    plan.add_argument(
        "--pictures", type=positive, metavar="N", help="how many you have (else: the project's)"
    )
    add_device(plan)


def _add_sample(sample: argparse.ArgumentParser) -> None:
    sample.add_argument("project", type=Path, metavar="PROJECT")
    sample.add_argument("--out", type=Path, required=True, metavar="DIR")
    sample.add_argument("--count", type=positive, required=True, metavar="N")
    size = sample.add_mutually_exclusive_group()
    for name in settings_of(Enlargement):
        add_option(size, Enlargement, name, positive)
    _add_sampling(sample)


def _add_animate(animate: argparse.ArgumentParser) -> None:
    animate.add_argument("project", type=Path, metavar="PROJECT")
    animate.description = (
        "Export a denoising, or the training so far, as a film. The ending says the kind: "
        f"{either([kind.ending_in_words for kind in KINDS])}; a name without an ending becomes a "
        "folder with a PNG file for each frame."
    )
    animate.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the film to write"
    )
    animate.add_argument(
        "--of",
        choices=SUBJECTS,
        default="grid",
        help="all pictures (grid), one, both: noisy picture and what the model believes side by "
        "side, or training: the same noise painted by every checkpoint",
    )
    animate.add_argument("--count", type=positive, metavar="N", help=f"pictures ({USUAL_COUNT})")
    animate.add_argument("--show", choices=SHOWS, help="the noisy picture (x_t), or the model's")
    size = animate.add_mutually_exclusive_group()
    for name, about in settings_of(FilmOptions).items():
        if about.help:
            parser = size if name in settings_of(Enlargement) else animate
            add_option(parser, FilmOptions, name, positive)
    animate.add_argument("--no-recipe", action="store_true", help="leave out how it was made")
    animate.add_argument(
        "--strip", type=positive, metavar="N", help="instead: N stages on one page, .png or .webp"
    )
    _add_sampling(animate)


def _add_sheet(sheet: argparse.ArgumentParser) -> None:
    sheet.description = (
        "Paint the same noise with every pair of settings, and write it as one labelled page. An "
        "axis is steps, eta, sampler, seed, checkpoint or weights with up to 12 values, such as "
        "steps=5,10,25 or checkpoint=all."
    )
    sheet.add_argument("project", type=Path, metavar="PROJECT")
    sheet.add_argument("--out", type=Path, required=True, metavar="FILE", help=".png or .webp")
    sheet.add_argument("--x", required=True, metavar="NAME=VALUES", help="the columns")
    sheet.add_argument("--y", metavar="NAME=VALUES", help="the rows (else: one row)")
    sheet.add_argument(
        "--count", type=int, choices=(1, 4, 9), default=1, help="pictures in each cell (1)"
    )
    sheet.add_argument("--paper", choices=("light", "dark"), default="light")
    sheet.add_argument("--scale", type=positive, help="whole-number enlargement")
    _add_sampling(sheet)


def _add_remake(remake: argparse.ArgumentParser) -> None:
    remake.add_argument("file", type=Path, metavar="FILE", help="a picture or film made here")
    usual = [kind.endings[-1] for kind in KINDS]
    remake.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help=f"a .png; of a film {either(usual)}, too, or .png for its last frame",
    )
    remake.add_argument(
        "--project", type=Path, metavar="PROJECT", help="that made it (else: the one it lies in)"
    )
    remake.add_argument(
        "--newest", action="store_true", help="with the newest model, whichever made it"
    )
    remake.add_argument("--no-recipe", action="store_true", help="leave out the recipe")
    add_device(remake)


def _add_recipe(recipe: argparse.ArgumentParser) -> None:
    recipe.add_argument("file", type=Path, metavar="FILE", help="a picture or film made here")


def _add_demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("project", type=Path, nargs="?", default=Path("planets"), metavar="PROJECT")
    add_length(demo, default_minutes=2.0)
    add_device(demo)


def _add_sampling(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--steps", type=positive, metavar="N", help="denoising steps")
    fresh = f"fresh noise, 0 to 1 ({with_option('eta')})"
    verb.add_argument("--eta", type=float, metavar="E", help=fresh)
    verb.add_argument("--sampler", metavar="S", help=f"one of {', '.join(SAMPLERS)}")
    verb.add_argument("--seed", type=int, metavar="K", help="picture k has seed K + k")
    _add_weights(verb)
    add_device(verb)
    add_set(verb, "a sample.* setting, for this time only")


def _add_weights(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--checkpoint", type=int, metavar="STEP", help="instead of the newest")
    verb.add_argument(
        "--weights",
        choices=tuple(WEIGHTS),
        default="ema",
        help=f"{' or '.join(WEIGHTS.values())} weights",
    )


def _add_likelihood(likelihood: argparse.ArgumentParser) -> None:
    likelihood.add_argument("project", type=Path, metavar="PROJECT")
    likelihood.description = (
        "Say how many bits the model needs for each 8-bit number of a picture, and where they "
        "are: fewer are better. It says first how long it will take; Ctrl+C ends it with what it "
        "has."
    )
    likelihood.add_argument(
        "--of", choices=OF, default=OF[0], help="pictures kept aside, or those it learned from"
    )
    usual = f"so many of them at most ({USUAL_PICTURES})"
    likelihood.add_argument("--count", type=positive, default=USUAL_PICTURES, help=usual)
    likelihood.add_argument(
        "--variance", choices=VARIANCES, help="of the steps back (learned if it is, else beta)"
    )
    _add_weights(likelihood)
    add_device(likelihood)


VERBS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "check": ("say of every file of a folder whether it would be taken, and why", _add_check),
    "new": ("make a project", _add_new),
    "plan": ("say what suits this machine and the time you have", _add_plan),
    "train": ("train, from the newest checkpoint on", _add_train),
    "sample": ("make new pictures as PNG files", _add_sample),
    "animate": ("export the denoising as a film", _add_animate),
    "sheet": ("compare settings side by side on one page", _add_sheet),
    "remake": ("make a picture or film again from the recipe inside it", _add_remake),
    "recipe": ("print the recipe inside a picture or film as JSON", _add_recipe),
    "likelihood": ("measure how many bits the model needs for a picture", _add_likelihood),
    "demo": ("everything once, with drawn sample pictures", _add_demo),
}


def _write_log() -> str:
    try:
        path = user_log_path("ddpm-studio", ensure_exists=True) / "error.log"
        path.write_text(traceback.format_exc(), "utf-8", "backslashreplace")  # names of any bytes
    except OSError:
        return "Please report it."
    return f"Details are in {path}."


def _forget_output() -> None:
    """Send what is still printed to nowhere, or Python complains at its end."""
    with suppress(OSError, ValueError):  # in a test, stdout is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
