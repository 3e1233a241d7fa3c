"""Numbers are said in one way, wherever they are said."""

import pytest

from ddpm_studio.cli.plan import machine_line
from ddpm_studio.gui.plan import work as window
from ddpm_studio.training.planning.probe import Probe
from ddpm_studio.words import (
    clock,
    duration_in_words,
    elapsed_in_words,
    several,
    size_in_words,
    time_left,
)


def test_the_plan_says_as_many_gigabytes_on_a_terminal_as_in_the_window() -> None:
    probe = Probe("cpu", "CPU", "float32", 2, 4_000_000_000, ())
    assert machine_line(probe) == "CPU, in float32, 3.7 GB of memory free"
    advice = window.advise(window.MachineLook(probe, {}, 12, None), 3600)
    assert advice.machine == "CPU  ·  3.7 GB of memory free"


def test_how_many() -> None:
    assert several(0, "picture") == "0 pictures"
    assert several(1, "picture") == "1 picture"
    assert several(3120, "picture") == "3,120 pictures"
    assert several(1, "copy", "copies") == "1 copy"
    assert several(2, "copy", "copies") == "2 copies"


@pytest.mark.parametrize(
    ("nbytes", "words"),
    [
        (0, "0 kB"),
        (1, "1 kB"),
        (340 << 10, "340 kB"),
        (999 << 10, "999 kB"),
        (1000 << 10, "1 MB"),
        (1.4 * 2**20, "1.4 MB"),
        (3.25 * 2**20, "3.2 MB"),
        (12.4 * 2**20, "12 MB"),
        (384 << 20, "384 MB"),
        (999.6 * 2**20, "1 GB"),
        (1 << 30, "1 GB"),
        (1.5 * 2**30, "1.5 GB"),
        (12 << 30, "12 GB"),
        (4_000_000_000, "3.7 GB"),
    ],
)
def test_how_large(nbytes: float, words: str) -> None:
    assert size_in_words(nbytes) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (40, "40 s"),
        (59.7, "1 min"),
        (720, "12 min"),
        (3599, "1 h 00 min"),
        (12_000, "3 h 20 min"),
        (47.9 * 3600, "47 h 54 min"),
        (60 * 3600, "2.5 days"),
        (72 * 3600, "3 days"),
        (900_000, "10 days"),
    ],
)
def test_how_long_it_will_take(seconds: float, words: str) -> None:
    assert duration_in_words(seconds) == words
    assert time_left(seconds) == f"{words} left"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (8.9, "8 s"), (185, "3 min 05 s"), (3600, "1 h 00 min"), (4800, "1 h 20 min")],
)
def test_how_long_it_took(seconds: float, words: str) -> None:
    assert elapsed_in_words(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0:00"), (5.4, "0:05"), (65, "1:05"), (3599.6, "59:59"), (7384, "2:03:04")],
)
def test_a_clock(seconds: float, words: str) -> None:
    assert clock(seconds) == words
