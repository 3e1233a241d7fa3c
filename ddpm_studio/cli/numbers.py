"""Numbers of the command line, which are refused with what they should be."""

import argparse
from contextlib import suppress


def positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def minutes(text: str) -> float:
    with suppress(ValueError):
        if 0 < float(text) < 1e6:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a time in minutes")


def hours(text: str) -> float:
    with suppress(ValueError):
        if 0 < float(text) < 1e5:
            return float(text) * 60
    raise argparse.ArgumentTypeError(f"{text!r} is not a time in hours")
