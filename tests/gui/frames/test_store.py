"""Frames in memory never pass their budget, and those that are gone come back to the last bit."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddpm_studio.gui.frames import recompute as frame_work
from ddpm_studio.gui.frames.store import ALL, FrameStore, frame_bytes, plan_frames
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.generate import work
from ddpm_studio.sampling.trajectory import Moment, TrajectoryFrame, trajectory
from ddpm_studio.training.loaded import Loaded
from tests.sampling.tiny import CPU, model_of, tiny_config

SHOWS = ("x_t", "pred_x_0", "pred_eps")
STEPS, COUNT = 14, 3
FRAME = 3 * COUNT * 8 * 8 * 3  # bytes
ANCHOR = 4 * COUNT * 8 * 8 * 3


@settings(max_examples=300)
@given(
    count=st.integers(2, 300),
    frame=st.integers(1, 1000),
    anchor=st.integers(0, 3000),
    frames=st.floats(1, 400),
    anchor_first=st.booleans(),
)
def test_a_plan_fits_into_its_budget_and_holds_the_last_frame(
    count, frame, anchor, frames, anchor_first
):
    budget = round(frames * frame)
    plan = plan_frames(count, frame, anchor, budget, anchor_first)
    assert plan.nbytes(frame, anchor) <= max(budget, frame)
    assert count - 1 in plan.kept <= frozenset(range(count))
    assert plan.anchors <= plan.kept or plan.anchors == {0}
    if count * frame <= budget:
        assert plan.kept == frozenset(range(count))
        assert not plan.anchors
    elif len(plan.kept) > 2 and anchor:  # from each kept frame the next ones can be computed
        first = set() if anchor_first else {0}
        assert plan.anchors == plan.kept - {count - 1} - first


def test_more_memory_keeps_more_frames():
    kept = [len(plan_frames(251, 100, 130, budget).kept) for budget in range(8000, 26_000, 500)]
    assert kept == sorted(kept)
    assert kept[-1] == 251
    usual = plan_frames(251, 100, 130, 12_000)
    places = sorted(usual.kept)
    gaps = np.diff(places)
    assert set(gaps[:-1]) == {gaps[0]}  # even, but for the last
    at_hand = 12_000 - usual.nbytes(100, 130)
    assert at_hand >= (gaps[0] - 1) * 100  # room for what lies between two of them


class Models:
    """Has one network."""

    def __init__(self, loaded):
        self.loaded = loaded

    def take(self, _path, _which):
        return self.loaded


class Run:
    """A denoising of a tiny model, as the window makes and holds it."""

    def __init__(self, sampler, eta, budget, hard=False):
        config = tiny_config(channels=4, alpha="hard") if hard else tiny_config()
        self.sample = dataclasses.replace(
            config.sample, sampler=sampler, eta=eta, num_inference_steps=STEPS
        )
        self.seeds = (5, 6, 7)
        self.loaded = Loaded(
            model_of(config), config, CPU, Path("step_00000010.safetensors"), "sha", "ema"
        )
        self.whole = list(trajectory(self.loaded, self.sample, self.seeds))
        self.again = frame_work.DenoisingAgain(
            Models(self.loaded), "checkpoint", "sha", "ema", self.sample, self.seeds
        )
        size = COUNT * work.picture_bytes(config)
        anchor = 4 * size * (2 if sampler == "dpmpp_2m" else 1)
        self.plan = plan_frames(STEPS + 1, 3 * size, anchor, budget)
        store = FrameStore(STEPS + 1, budget)
        store.set_plan(self.plan)
        moments = [Moment(i, -1, 0.0) for i in range(STEPS + 1)]
        self.trajectory = Trajectory(moments, self.seeds, store, self.again)
        self.most = 0
        made = trajectory(self.loaded, self.sample, self.seeds, anchors=self.plan.anchors)
        for position, frame in enumerate(made):
            if position in self.plan.kept or position % 3 == 0:  # some only for a look
                self.trajectory.add(frame)
            self.trajectory.reach(position)
            self.note()

    def note(self):
        """What is really held: each array of the store once."""
        store = self.trajectory.store
        # what is held in memory, which looks the same whatever is held
        frames = [*store._kept.values(), *store._at_hand.values()]
        held = sum(getattr(frame, show).nbytes for frame in frames for show in SHOWS)
        # what is held in memory
        held += sum(state.nbytes for state in store._anchors.values())
        assert held == store.nbytes
        assert not any(frame.state for frame in frames)
        self.most = max(self.most, held)

    def look(self, position, picture=ALL):
        """As the grid does, or the large picture."""
        images = self.trajectory.images(position)
        assert list(images) if picture == ALL else images[picture]

    def fetch(self):
        """Computes what was looked at, as the job does. Returns how many frames came."""
        span, came = self.trajectory.wanted, 0
        for frame in frame_work.compute(self.again, span):
            if frame is not None:
                self.trajectory.put([frame], span.picture)
                self.note()
                came += 1
        return came


@pytest.mark.parametrize(
    ("sampler", "eta"),
    [("ddpm", 0.0), ("ddim", 0.0), ("ddim", 0.7), ("dpmpp_2m", 0.0), ("heun", 0.0)],
)
@pytest.mark.parametrize("share", [0.15, 0.3, 0.6])
def test_every_frame_comes_back_bit_for_bit_within_the_budget(qapp, sampler, eta, share):
    budget = round(share * (STEPS + 1) * FRAME)
    run = Run(sampler, eta, budget)
    assert len(run.trajectory) == STEPS + 1
    assert len(run.plan.kept) < STEPS + 1
    for position in [*range(STEPS, -1, -1), 7, 13, 2]:
        run.look(position)
        if run.trajectory.wanted is not None:
            run.fetch()
        assert run.trajectory.is_exact(position)
        for show in SHOWS:
            expected = getattr(run.whole[position], show)
            np.testing.assert_array_equal(run.trajectory.pictures(position, show), expected)
    assert run.most <= budget


def test_sprites_come_back_with_their_hard_edges(qapp):
    run = Run("ddim", 0.7, 9 * 3 * COUNT * 64 * 4, hard=True)
    for position in range(STEPS + 1):
        run.look(position)
        if run.trajectory.wanted is not None:
            run.fetch()
        for show in SHOWS:
            expected = getattr(run.whole[position], show)
            np.testing.assert_array_equal(run.trajectory.pictures(position, show), expected)


@pytest.mark.parametrize("frames", [1, 1.5, 2, 3, 4, 9, 14, 40])
def test_no_budget_is_passed_from_tiny_to_large(qapp, frames):
    run = Run("ddim", 0.0, round(frames * FRAME))
    for position in (0, 3, 11, 13, 4, 14):
        for picture in (1, ALL):
            run.look(position, picture)
            if run.trajectory.wanted is not None:
                run.fetch()
                assert run.trajectory.is_exact(position, picture)
    assert run.most <= frames * FRAME
    np.testing.assert_array_equal(run.trajectory.pictures(STEPS), run.whole[STEPS].x_t)


def test_one_large_picture_is_computed_alone_and_is_the_same(qapp):
    run = Run("ddim", 0.7, 5 * FRAME)
    position = next(p for p in range(STEPS) if p not in run.plan.kept)
    run.trajectory.store.put(0, ALL, run.whole[0])  # something else was looked at
    run.look(position, 2)
    span = run.trajectory.wanted
    assert span.picture == 2
    run.fetch()
    assert run.trajectory.is_exact(position, 2)
    assert not run.trajectory.is_exact(position)
    pixels, is_exact = run.trajectory.pixels_to_draw(position, 2, "pred_x_0")
    assert is_exact
    np.testing.assert_array_equal(pixels, run.whole[position].pred_x_0[2])


def test_where_kernels_depend_on_the_batch_one_picture_comes_from_its_own_batch(qapp, monkeypatch):
    run = Run("dpmpp_2m", 0.0, 5 * FRAME)
    monkeypatch.setattr(
        frame_work.DenoisingAgain, "_together", lambda again, picture, _: (picture - 1, COUNT)
    )
    position = next(p for p in range(STEPS) if not run.trajectory.is_exact(p, 2))
    run.look(position, 2)
    run.fetch()
    frame = run.trajectory.store.exact(position, 2)
    assert len(frame.x_t) == 1
    for show in SHOWS:
        np.testing.assert_array_equal(
            getattr(frame, show)[0], getattr(run.whole[position], show)[2]
        )
    monkeypatch.undo()
    many = dataclasses.replace(run.again, seeds=tuple(range(40)))
    # which states are computed together, which nothing but time shows
    assert [many._together(p, False) for p in (0, 17, 39)] == [(0, 16), (16, 32), (32, 40)]
    assert many._together(17, True) == (17, 18)
    assert many._together(ALL, False) == (0, 40)


def test_until_it_is_there_the_nearest_frame_is_shown(qapp):
    run = Run("ddim", 0.0, 6 * FRAME)
    missing = next(p for p in range(STEPS) if not run.trajectory.is_exact(p))
    shown = run.trajectory.pictures(missing)
    distance = [
        abs(p - missing) for p in range(STEPS + 1) if np.array_equal(run.whole[p].x_t, shown)
    ]
    there = [abs(p - missing) for p in range(STEPS + 1) if run.trajectory.is_exact(p)]
    assert distance == [min(there)]
    improved = []
    run.trajectory.improved.connect(lambda: improved.append(1))
    run.look(missing)
    run.fetch()
    assert improved
    np.testing.assert_array_equal(run.trajectory.pictures(missing), run.whole[missing].x_t)


def test_a_smaller_budget_lets_frames_go_at_once_and_they_come_back(qapp):
    run = Run("ddim", 0.7, 100 * FRAME)
    assert run.trajectory.store.is_whole
    run.trajectory.set_budget(8 * FRAME)
    run.note()
    assert run.trajectory.store.nbytes <= 8 * FRAME
    for position in range(STEPS + 1):
        run.look(position)
        if run.trajectory.wanted is not None:
            run.fetch()
        np.testing.assert_array_equal(run.trajectory.pictures(position), run.whole[position].x_t)
        assert run.trajectory.store.nbytes <= 8 * FRAME
    run.trajectory.set_budget(100 * FRAME)
    for position in range(STEPS + 1):
        run.look(position)
        if run.trajectory.wanted is not None:
            run.fetch()
    assert all(run.trajectory.is_exact(position) for position in range(STEPS + 1))


def test_films_get_every_frame_whatever_is_kept(qapp, qtbot):
    """Whoever cannot wait takes the frames at hand instead, of which the nearest is seen."""
    run = Run("dpmpp_2m", 0.0, 7 * FRAME)
    frames = run.trajectory.frames("pred_x_0")
    assert len(frames) == STEPS + 1
    order = [*range(STEPS + 1), *range(STEPS - 1, 0, -1), 3, 11]
    for index in order:
        np.testing.assert_array_equal(frames[index], run.whole[index].pred_x_0)
    np.testing.assert_array_equal(frames[-2:][0], run.whole[-2].pred_x_0)
    at_hand = run.trajectory.frames_at_hand("pred_x_0")
    assert len(at_hand) == STEPS + 1
    for position in range(STEPS + 1):
        np.testing.assert_array_equal(
            at_hand[position], run.trajectory.pictures(position, "pred_x_0")
        )


def test_frames_at_hand_are_never_computed(qapp, monkeypatch):
    run = Run("ddim", 0.0, 7 * FRAME)
    missing = next(p for p in range(STEPS) if not run.trajectory.is_exact(p))
    monkeypatch.setattr(frame_work.DenoisingAgain, "frames", None)
    assert run.trajectory.frames_at_hand()[missing].shape == run.whole[missing].x_t.shape
    with pytest.raises(TypeError):  # they ask for what is not there
        run.trajectory.frames()[missing]


def test_a_trajectory_that_nobody_shows_is_gone_with_its_frames(qapp):
    import weakref

    run = Run("ddim", 0.0, 6 * FRAME)
    run.look(4)
    gone = weakref.ref(run.trajectory)
    del run
    assert gone() is None


def test_frames_that_share_an_array_count_once():
    pixels = np.zeros((1, 2, 2, 3), np.uint8)
    assert frame_bytes(TrajectoryFrame(0, 1, pixels, pixels)) == pixels.nbytes
