"""Only work counts, and what is left is told from it."""

import pytest

from ddpm_studio.training import stopwatch
from ddpm_studio.training.stopwatch import Stopwatch


class Clock:
    now = 0.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(stopwatch, "time", clock)
    return clock


def test_pauses_do_not_count(clock: Clock) -> None:
    run = Stopwatch(None)
    for _ in range(3):
        with run.working():
            clock.now += 2
        clock.now += 100
    assert run.seconds == 6
    assert run.remaining(5) is None
    assert not run.is_over(10**9)


def test_what_is_left_follows_the_speed_of_the_last_steps(clock: Clock) -> None:
    run = Stopwatch(None)
    run.last_step = 1000
    for seconds in [1.0] * 3 + [2.0] * 100:
        with run.stepping():
            clock.now += seconds
    assert run.step_seconds == pytest.approx(2, abs=0.01)
    assert run.remaining(900) == pytest.approx(200, abs=1)
    assert run.remaining(1000) == 0
    assert run.is_over(1000)
    assert not run.is_over(999)


def test_a_number_of_seconds_is_an_end_too(clock: Clock) -> None:
    run = Stopwatch(5.0)
    with run.working():
        clock.now += 4
    assert run.remaining(1) == 1
    assert not run.is_over(1)
    with run.working():
        clock.now += 3
    assert run.remaining(1) == 0
    assert run.is_over(1)


def test_a_clock_that_stands_still_divides_nothing_by_zero(clock: Clock) -> None:
    run = Stopwatch(None)
    with run.stepping():
        pass
    assert 16 / run.step_seconds > 0


def test_earlier_runs_are_added_and_going_back_takes_away(clock: Clock) -> None:
    run = Stopwatch(None)
    run.all_seconds = 100.0
    with run.working():
        clock.now += 7
    assert (run.seconds, run.all_seconds) == (7, 107)
    run.all_seconds = 103.0
    assert (run.seconds, run.all_seconds) == (7, 103)


def test_the_time_of_work_that_fails_counts(clock: Clock) -> None:
    run = Stopwatch(None)

    def fail() -> None:
        with run.working():
            clock.now += 2
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert run.seconds == 2


def test_a_sleep_in_the_first_step_is_known_after_the_second(clock: Clock) -> None:
    """Nobody can tell how long the first one may take: it may be prepared for very long."""
    run = Stopwatch(None)
    run.last_step = 100
    for seconds in (8 * 3600.0, 1.0):
        with run.stepping():
            clock.now += seconds
    assert run.seconds == pytest.approx(2)
    assert run.remaining(2) == pytest.approx(98)


def test_a_slow_step_is_no_sleep(clock: Clock) -> None:
    run = Stopwatch(None)
    for seconds in (0.1, 0.1, 30.0, 0.1):
        with run.stepping():
            clock.now += seconds
    assert run.seconds == pytest.approx(30.3)


def test_a_look_may_take_much_longer_than_a_step(clock: Clock) -> None:
    run = Stopwatch(None)
    with run.stepping():
        clock.now += 10
    with run.working():
        clock.now += 900
    assert run.seconds == 910
    with run.working():
        clock.now += 3600
    assert run.seconds == 920
