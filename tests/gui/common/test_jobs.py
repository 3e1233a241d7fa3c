"""Background jobs: what arrives, in which thread, and that nothing is left behind."""

import gc
import itertools
import sys
import threading
import time
import weakref
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from ddpm_studio.errors import StudioError
from ddpm_studio.events import FileWritten
from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.jobs import JobEnd, JobState

MAIN = threading.current_thread()


@pytest.fixture
def runner(qtbot):
    runner = JobRunner()
    yield runner
    for job in runner.jobs():
        job.set_paused(False)
    runner.stop_all()
    qtbot.waitUntil(lambda: not runner.is_busy())


def endless(value):
    while True:
        time.sleep(0.001)
        yield value


def counting(count):
    yield from range(count)
    return "result"


def wait_idle(qtbot, runner):
    qtbot.waitUntil(lambda: not runner.is_busy())


def test_a_held_job_is_made_once_it_is_let_go(qtbot, runner):
    made = []

    def make():
        made.append("asked")
        return counting(3)

    job = runner.start("held", make, begin=False)
    job.hold("somebody")
    with qtbot.waitSignal(job.rested):
        job.begin()
    assert not made
    job.release("somebody")
    wait_idle(qtbot, runner)
    assert made == ["asked"]


def test_all_events_arrive_in_order_in_the_gui_thread_and_then_the_result(qtbot, runner):
    heard, threads, results = [], set(), []
    batches = 0

    def on_events(events):
        nonlocal batches
        batches += 1
        heard.extend(events)
        threads.add(threading.current_thread())

    job = runner.start("count", lambda: counting(20_000))
    job.events.connect(on_events)
    job.succeeded.connect(lambda result: results.append((len(heard), result)))
    wait_idle(qtbot, runner)
    assert heard == list(range(20_000))
    assert threads == {MAIN}
    assert results == [(20_000, "result")]
    assert batches < 200


def test_connecting_after_the_start_loses_nothing(qtbot, runner):
    for _ in range(50):
        heard: list[Any] = []
        results: list[Any] = []
        job = runner.start("count", lambda: counting(3))
        job.wait()  # the worker is done before anybody listens
        job.events.connect(heard.extend)
        job.succeeded.connect(results.append)
        wait_idle(qtbot, runner)
        assert (heard, results) == ([0, 1, 2], ["result"])


def test_no_event_of_a_replaced_run_arrives(qtbot, runner):
    heard: list[Any] = []
    endings: list[Any] = []
    old = runner.start("sample", lambda: endless("old"))
    old.wait(120)  # batches are queued now, and none is delivered yet
    old.events.connect(heard.extend)
    old.stopped.connect(lambda: endings.append("old"))
    new = runner.start("sample", lambda: endless("new"), replace=True)
    new.events.connect(heard.extend)
    qtbot.waitUntil(lambda: len(heard) > 20)
    assert set(heard) == {"new"}
    assert endings == []
    assert runner.get("sample") is new
    assert runner.jobs() == [new]


def test_an_error_of_a_discarded_run_is_not_shown(qtbot, runner):
    shown = []

    def failing():
        try:
            while True:
                yield 1
        finally:
            raise ValueError("too late")

    runner.failed.connect(lambda job, failure: shown.append(failure))
    runner.start("sample", failing)
    runner.discard("sample")
    wait_idle(qtbot, runner)
    assert shown == []


def test_a_second_run_of_one_name_is_refused_unless_it_replaces(runner):
    runner.start("train", lambda: endless(1))
    with pytest.raises(RuntimeError, match="train job is already running"):
        runner.start("train", lambda: endless(2))


def test_an_error_crosses_once_and_keeps_no_frames(qtbot, runner):
    heard: list[Any] = []
    at_runner: list[Any] = []
    endings: list[Any] = []

    def bad():
        yield 1
        raise StudioError("The disk is full.")

    job = runner.start("export", bad)
    job.failed.connect(lambda error: heard.append((threading.current_thread(), error)))
    job.succeeded.connect(endings.append)
    job.stopped.connect(lambda: endings.append("stopped"))
    runner.failed.connect(lambda job, failure: at_runner.append(failure))
    wait_idle(qtbot, runner)
    [(thread, error)] = heard
    assert thread is MAIN
    assert str(error) == "The disk is full."
    assert error.__traceback__ is None
    [failure] = at_runner
    assert failure.sentence == "The disk is full."
    assert "raise StudioError" in failure.details
    assert endings == []


def test_an_error_while_the_generator_is_made_crosses_too(qtbot, runner):
    def not_even_a_generator():
        raise KeyError("x")

    job = runner.start("export", not_even_a_generator)
    with qtbot.waitSignal(job.failed):
        pass
    wait_idle(qtbot, runner)


def test_stop_closes_the_generator_so_that_it_can_save(qtbot, runner):
    saved = []

    def saving():
        try:
            yield from endless(0)
        finally:
            saved.append(threading.current_thread())

    job = runner.start("train", saving)
    with qtbot.waitSignal(job.events):
        pass
    with qtbot.waitSignal(job.stopped):
        job.stop()
        assert job.state is JobState.STOPPING
    assert len(saved) == 1
    assert saved[0] is not MAIN
    wait_idle(qtbot, runner)
    assert runner.get("train") is None


def test_what_is_complete_has_succeeded_although_it_was_to_stop(qtbot, runner, tmp_path):
    """Of files that follow one another the last alone: after any other it does stop."""
    for is_last, end in ((True, JobEnd.SUCCEEDED), (False, JobEnd.STOPPED)):
        begun, goes_on = threading.Event(), threading.Event()

        def writing(is_last=is_last, begun=begun, goes_on=goes_on):
            begun.set()
            goes_on.wait(20)
            yield FileWritten(tmp_path / "a.png", is_last)
            return "done"

        job = runner.start("export", writing)
        qtbot.waitUntil(begun.is_set)
        job.stop()
        goes_on.set()
        wait_idle(qtbot, runner)
        assert job.end is end


def test_a_paused_job_asks_for_no_further_step_and_says_that_it_rests(qtbot, runner):
    taken = []

    def steps():
        while True:
            taken.append(1)
            yield len(taken)

    heard: list[Any] = []
    job = runner.start("train", steps)
    job.events.connect(heard.extend)
    qtbot.waitUntil(lambda: len(heard) > 3)
    with qtbot.waitSignal(job.rested):
        job.set_paused(True)
    count = len(taken)
    assert job.is_paused
    assert job.is_resting
    assert job.state is JobState.PAUSED
    qtbot.wait(60)
    assert len(taken) == count
    assert heard[-1] == count  # and everything up to here has arrived
    job.set_paused(False)
    qtbot.waitUntil(lambda: len(heard) > count + 3)
    assert job.state is JobState.RUNNING  # type: ignore[comparison-overlap]


def test_pausing_at_once_after_continuing_still_rests(qtbot, runner):
    job = runner.start("train", lambda: endless(0))
    for _ in range(20):
        with qtbot.waitSignal(job.rested):
            job.set_paused(True)
        job.set_paused(False)
        job.set_paused(True)  # the thread may have slept through both
        qtbot.waitUntil(lambda: job.is_resting)
        job.set_paused(False)


def test_every_hold_is_answered_wherever_the_thread_is_just_then(qtbot, runner):
    switch = sys.getswitchinterval()
    job = runner.start("train", itertools.count)
    sys.setswitchinterval(1e-6)  # the threads alternate after nearly every line
    try:
        for _ in range(60):
            job.hold("sample")
            qtbot.waitUntil(lambda: job.is_resting)
            assert job.state is JobState.PAUSED
            job.release("sample")
    finally:
        sys.setswitchinterval(switch)


def test_a_resting_job_that_is_stopped_may_save_and_so_rests_no_more(qtbot, runner):
    job = runner.start("train", lambda: endless(0))
    with qtbot.waitSignal(job.rested):
        job.set_paused(True)
    job.stop()
    assert not job.is_resting
    wait_idle(qtbot, runner)


def test_a_job_held_by_two_goes_on_when_both_have_let_go(qtbot, runner):
    job = runner.start("train", lambda: endless(0))
    job.set_paused(True)
    job.hold("sample")
    job.release("sample")
    assert job.state is JobState.PAUSED
    job.hold("sample")
    job.set_paused(False)
    assert job.state is JobState.PAUSED
    assert not job.is_paused
    job.release("sample")
    assert job.state is JobState.RUNNING  # type: ignore[comparison-overlap]


def test_a_paused_job_can_be_stopped(qtbot, runner):
    job = runner.start("train", lambda: endless(0))
    job.set_paused(True)
    with qtbot.waitSignal(job.stopped):
        job.stop()
    job.set_paused(True)  # too late, and no harm
    wait_idle(qtbot, runner)


def test_a_job_that_never_began_ends_when_it_is_stopped(qtbot, runner):
    taken = []

    def steps():
        taken.append(1)
        yield 1

    job = runner.start("sample", steps, begin=False)
    assert job.state is JobState.WAITING
    with qtbot.waitSignal(job.stopped):
        job.stop()
    wait_idle(qtbot, runner)
    assert taken == []


def test_idle_is_said_when_the_last_one_has_ended(qtbot, runner):
    said = []
    runner.became_idle.connect(lambda: said.append(runner.is_busy()))
    runner.start("a", lambda: counting(3))
    runner.start("b", lambda: endless(0))
    runner.discard("b")
    wait_idle(qtbot, runner)
    assert said == [False]


def test_ended_jobs_are_freed(qtbot, runner):
    references = []
    for _ in range(20):
        references.append(weakref.ref(runner.start("x", lambda: counting(5))))
        wait_idle(qtbot, runner)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert sum(reference() is not None for reference in references) <= 1
