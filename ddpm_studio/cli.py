"""The command line: parses, loops over the events of a command, shows them, saves when stopped."""

from __future__ import annotations

import argparse
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from platformdirs import user_log_path

from ddpm_studio import __version__
from ddpm_studio.config import SAMPLERS
from ddpm_studio.errors import StudioError
from ddpm_studio.presets import DEFAULT_PRESET, PRESETS

DONE, FAILED, INTERRUPTED = 0, 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. 2, for wrong usage, is raised as SystemExit."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # file names may hold any bytes
            stream.reconfigure(errors="backslashreplace")
    options = build_parser().parse_args(arguments)
    with interruptions() as interrupted:
        try:
            return _run(options, interrupted)
        except StudioError as error:
            print(error, file=sys.stderr)
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            print(f"The system refused: {error.strerror or error}{where}.", file=sys.stderr)
        except MemoryError:
            print("There is not enough memory for this.", file=sys.stderr)
        except Exception as error:  # a mistake of ours: a sentence for the user, the rest in a log
            print(
                f"Something unexpected went wrong ({type(error).__name__}: {error}). "
                f"Details are in {_write_log()}.",
                file=sys.stderr,
            )
    return FAILED


def _run(options: argparse.Namespace, interrupted: list[bool]) -> int:
    # torch comes with these, and --help must not wait for it
    from ddpm_studio import commands
    from ddpm_studio.console import JsonLines, Terminal

    command = getattr(commands, options.verb)
    show = JsonLines() if options.json else Terminal()
    events = command(options)
    try:
        for event in events:
            show.event(event)
            if interrupted:
                break
    except BrokenPipeError:  # nobody reads any more
        interrupted.append(True)
    finally:
        events.close()  # training saves here
        show.close()
    if interrupted:
        print("Stopped; everything up to here is saved.", file=sys.stderr)
        return INTERRUPTED
    return DONE


@contextmanager
def interruptions() -> Iterator[list[bool]]:
    """A list that is no longer empty once Ctrl+C or SIGTERM came."""
    came: list[bool] = []

    def note(_signal: int, _frame: FrameType | None) -> None:
        if not came:
            print("\nStopping after this step ...", file=sys.stderr)
        came.append(True)

    previous = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
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
    _add_new(verbs)
    _add_train(verbs)
    _add_sample(verbs)
    _add_animate(verbs)
    _add_demo(verbs)
    for verb in verbs.choices.values():
        verb.add_argument("--json", action="store_true", help="print one JSON object per event")
    return parser


def _add_new(verbs: Any) -> None:
    new = verbs.add_parser("new", help="make a project")
    new.add_argument("project", type=Path, metavar="PROJECT", help="the folder to make")
    new.add_argument(
        "--images", type=Path, metavar="DIR", help="your pictures (else: drawn sample pictures)"
    )
    new.add_argument("--preset", default=DEFAULT_PRESET, help=f"one of {', '.join(PRESETS)}")
    new.add_argument("--size", type=int, metavar="N", help="picture size in pixels")
    _add_set(new)


def _add_train(verbs: Any) -> None:
    train = verbs.add_parser("train", help="train, from the newest checkpoint on")
    train.add_argument("project", type=Path, metavar="PROJECT")
    _add_length(train)
    _add_device(train)
    _add_set(train)


def _add_sample(verbs: Any) -> None:
    sample = verbs.add_parser("sample", help="make new pictures as PNG files")
    sample.add_argument("project", type=Path, metavar="PROJECT")
    sample.add_argument("--out", type=Path, required=True, metavar="DIR")
    sample.add_argument("--count", type=_positive, required=True, metavar="N")
    _add_sampling(sample)


def _add_animate(verbs: Any) -> None:
    animate = verbs.add_parser("animate", help="export the denoising as a film")
    animate.add_argument("project", type=Path, metavar="PROJECT")
    animate.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=".gif, .webp, .png or .mp4"
    )
    animate.add_argument("--count", type=_positive, default=16, metavar="N", help="pictures")
    animate.add_argument("--show", choices=("x_t", "pred_x_0"), default="x_t")
    animate.add_argument("--fps", type=float, default=12.0, help="frames per second")
    animate.add_argument("--hold", type=float, default=1.5, help="seconds on the last frame")
    animate.add_argument("--scale", type=_positive, help="whole-number enlargement")
    _add_sampling(animate)


def _add_demo(verbs: Any) -> None:
    demo = verbs.add_parser("demo", help="everything once, with drawn sample pictures")
    demo.add_argument("project", type=Path, nargs="?", default=Path("planets"), metavar="PROJECT")
    _add_length(demo, default_minutes=2.0)
    _add_device(demo)


def _add_sampling(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--steps", type=_positive, metavar="N", help="denoising steps")
    verb.add_argument("--eta", type=float, metavar="E", help="fresh noise, 0 to 1 (ddim)")
    verb.add_argument("--sampler", metavar="S", help=f"one of {', '.join(SAMPLERS)}")
    verb.add_argument("--seed", type=int, metavar="K", help="picture k has seed K + k")
    verb.add_argument("--checkpoint", type=int, metavar="STEP", help="instead of the newest")
    verb.add_argument(
        "--weights", choices=("ema", "model"), default="ema", help="averaged or plain weights"
    )
    _add_device(verb)
    _add_set(verb, "a sample.* setting, for this time only")


def _add_length(verb: argparse.ArgumentParser, default_minutes: float | None = None) -> None:
    length = verb.add_mutually_exclusive_group(required=default_minutes is None)
    length.add_argument("--steps", type=_positive, metavar="N", help="so many more steps")
    length.add_argument(
        "--minutes", type=_minutes, default=default_minutes, metavar="M", help="for so long"
    )


def _add_device(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--device", default="auto", help="auto, cpu, cuda, mps, ...")


def _add_set(verb: argparse.ArgumentParser, what: str = "a setting") -> None:
    verb.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=f"{what}, such as train.batch_size=16; can be given again",
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1")
    return number


def _minutes(text: str) -> float:
    number = float(text)
    if not 0 < number < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is not a time in minutes")
    return number


def _write_log() -> Path:
    path = user_log_path("ddpm-studio", ensure_exists=True) / "error.log"
    path.write_text(traceback.format_exc(), "utf-8")
    return path
