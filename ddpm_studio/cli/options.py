"""Options that several verbs have."""

import argparse

from ddpm_studio.cli.numbers import minutes, positive


def add_length(verb: argparse.ArgumentParser, default_minutes: float | None = None) -> None:
    length = verb.add_mutually_exclusive_group(required=default_minutes is None)
    length.add_argument("--steps", type=positive, metavar="N", help="so many more steps")
    length.add_argument(
        "--minutes", type=minutes, default=default_minutes, metavar="M", help="for so long"
    )


def add_device(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--device", default="auto", help="auto, cpu, cuda, mps, ...")


def add_set(verb: argparse.ArgumentParser, what: str = "a setting") -> None:
    verb.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=f"{what}, such as train.batch_size=16; can be given again",
    )
