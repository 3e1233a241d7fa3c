"""The export dialog: newer kinds of files, its estimate, and films that are not in memory."""

import threading

import av
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QPushButton, QSpinBox

from ddpm_studio.errors import StudioError
from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.gui.common.jobs import EXPORT, TRAIN
from ddpm_studio.gui.export import estimate as foresight
from ddpm_studio.gui.export import work
from ddpm_studio.gui.export.dialog import ExportDialog
from ddpm_studio.gui.export.kinds import KINDS
from ddpm_studio.gui.export.preview import FilmPreview
from ddpm_studio.gui.export.sources import ONE, FilmedDenoising
from ddpm_studio.gui.frames.store import FramePlan, FrameStore
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.sampling.trajectory import Moment, TrajectoryFrame
from ddpm_studio.words import size_in_words
from tests.gui.export.test_export_options import RECIPE

LEFT = Qt.MouseButton.LeftButton
STEPS = 12
MOMENTS = [Moment(i, STEPS - 1 - i, 1 - i / STEPS) for i in range(STEPS + 1)]


def frame(index: int, count: int = 2) -> TrajectoryFrame:
    """Every frame and every picture has a value of its own."""
    values = 10 * index + 5 * np.arange(count)[:, None, None, None]
    x_t = np.broadcast_to(values, (count, 8, 6, 3)).astype(np.uint8)
    return TrajectoryFrame(index, MOMENTS[index].t, x_t, 255 - x_t, x_t)


def whole_trajectory(count: int = 2) -> Trajectory:
    trajectory = Trajectory(MOMENTS, range(count))
    for index in range(STEPS + 1):
        trajectory.add(frame(index, count))
    return trajectory


@pytest.fixture
def open_dialog(session, find, qtbot, tmp_path):
    made = []

    def make(trajectory, kind: str, **arguments) -> ExportDialog:
        filmed = FilmedDenoising(trajectory, **arguments)
        dialog = ExportDialog(session, filmed, folder=tmp_path / "gallery", name="flowers")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.open()
        made.append(dialog)
        choose(find(dialog, QComboBox, "export.format"), kind)
        return dialog

    yield make
    for dialog in made:
        dialog.reject()
    qtbot.waitUntil(lambda: not session.jobs.is_busy())


def choose(one: QComboBox, key: str) -> None:
    assert one.findData(key) >= 0
    one.setCurrentIndex(one.findData(key))


@pytest.fixture
def export(find, qtbot, tmp_path):
    """Presses the button and waits; where it is."""

    def press(dialog: ExportDialog):
        path = find(dialog, QLineEdit, "export.path").text()
        message = find(dialog, QLabel, "export.message")
        qtbot.mouseClick(find(dialog, QPushButton, "export.save"), LEFT)
        qtbot.waitUntil(lambda: message.text().startswith("Saved"))
        return tmp_path / "gallery" / path.rpartition("/")[2]

    return press


def test_a_webm_plays_every_frame(open_dialog, export) -> None:
    path = export(open_dialog(whole_trajectory(), ".webm"))
    assert path.name == "flowers.webm"
    with av.open(path) as container:
        assert container.streams.video[0].codec_context.name in ("vp9", "libvpx-vp9")
        frames = [one.to_ndarray(format="rgb24") for one in container.decode(video=0)]
    assert len(frames) == STEPS + 1 + 36  # it rests for 1.5 seconds
    assert abs(int(frames[-1][2, 2, 0]) - 10 * STEPS) <= 3


def test_a_video_that_plays_twice_has_everything_twice(open_dialog, export, find) -> None:
    dialog = open_dialog(whole_trajectory(), ".mp4")
    find(dialog, QSpinBox, "export.repeats").setValue(2)
    find(dialog, QSpinBox, "export.fps").setValue(24)
    frames = 2 * (STEPS + 1 + 36)
    said = f"{frames} frames  ·  {frames / 24:.1f} s"
    assert said in find(dialog, QLabel, "export.facts").text()
    with av.open(export(dialog)) as container:
        assert len(list(container.decode(video=0))) == frames


def test_frames_become_a_folder_of_their_own(open_dialog, export, find) -> None:
    dialog = open_dialog(whole_trajectory(), "frames")
    path = export(dialog)
    assert path.name == "flowers_frames"
    files = sorted(path.iterdir())
    assert [one.name for one in files] == [f"frame_{i:05d}.png" for i in range(STEPS + 1)]
    with Image.open(files[3]) as image:
        assert np.asarray(image)[0, 0, 0] == 30
    field = find(dialog, QLineEdit, "export.path")
    assert field.text().endswith("flowers_frames_2")
    field.setText(str(path))
    assert "already" in find(dialog, QLabel, "export.message").text()
    assert not find(dialog, QPushButton, "export.save").isEnabled()


def test_a_film_strip_is_one_page_and_is_seen_as_it_will_be(
    open_dialog, export, find, qtbot
) -> None:
    dialog = open_dialog(whole_trajectory(), "strip", current=1)
    facts = find(dialog, QLabel, "export.facts")
    preview = find(dialog, FilmPreview, "export.preview")
    qtbot.waitUntil(lambda: "kB" in facts.text())
    assert "8 stages" in facts.text()
    path = export(dialog)
    assert path.name == "flowers_strip.png"
    with Image.open(path) as image:
        assert not getattr(image, "is_animated", False)
        assert f"{image.width} × {image.height} pixels" in facts.text()
        assert image.width > 4 * image.height
        page = np.asarray(image)
    # the frame itself, before it is fitted into the label
    assert preview._image.width() / preview._image.height() == pytest.approx(
        image.width / image.height, rel=0.05
    )
    assert page[0, 0, 0] == 5  # noise of picture 1
    assert page[0, -1, 0] == 10 * STEPS + 5


@pytest.mark.parametrize("kind", [kind.key for kind in KINDS])
def test_the_recipe_is_in_every_kind_of_file_unless_it_is_left_out(
    open_dialog, export, find, kind
) -> None:
    dialog = open_dialog(whole_trajectory(), kind, recipe=RECIPE)
    path = export(dialog)
    recipe = read_recipe(path / "frame_00000.png" if kind == "frames" else path)
    assert (recipe.project, recipe.seeds) == ("flowers", (0, 1))
    assert recipe.film is not None
    assert recipe.film["of"] == "grid"
    find(dialog, QAbstractButton, "export.no_recipe").setChecked(True)
    plain = export(dialog)
    assert plain != path
    file = plain / "frame_00000.png" if kind == "frames" else plain
    assert b"ddpm" not in file.read_bytes().lower()
    with pytest.raises(StudioError):
        read_recipe(file)


@pytest.mark.parametrize("kind", [kind.key for kind in KINDS])
def test_the_dialog_fits_into_the_smallest_window(open_dialog, qtbot, find, kind) -> None:
    dialog = open_dialog(whole_trajectory(16), kind)
    choose(find(dialog, QComboBox, "export.what"), ONE)
    facts = find(dialog, QLabel, "export.facts")
    qtbot.waitUntil(lambda: "about" in facts.text() and "…" not in facts.text())
    assert dialog.height() <= 740
    assert dialog.width() <= 1200
    assert dialog.minimumSizeHint().height() <= dialog.height()


def test_the_estimate_is_near_to_what_is_written(open_dialog, export, find, qtbot) -> None:
    dialog = open_dialog(whole_trajectory(), ".webp")
    facts = find(dialog, QLabel, "export.facts")
    # the measure itself, whose rounded words many numbers share
    qtbot.waitUntil(lambda: dialog._foreseen.nbytes is not None)
    about = dialog._foreseen.nbytes
    assert f"about {size_in_words(about)}" in facts.text()
    nbytes = export(dialog).stat().st_size
    assert about / 1.5 <= nbytes <= about * 1.5


def test_the_estimate_waits_until_nothing_changes_any_more(
    open_dialog, find, qtbot, monkeypatch
) -> None:
    """Facts that cost nothing follow at once; frames are compressed only after a pause."""
    asked = []
    estimate = work.estimate

    def noted(wish):
        asked.append(wish.options.fps)
        return estimate(wish)

    monkeypatch.setattr(work, "estimate", noted)
    monkeypatch.setattr(foresight, "PAUSE_MS", 100)
    dialog = open_dialog(whole_trajectory(), ".webp")
    facts = find(dialog, QLabel, "export.facts")
    fps = dialog.findChild(QAbstractButton, "export.loop_back")
    for _ in range(6):
        fps.toggle()
        assert "about …" in facts.text()
    qtbot.waitUntil(lambda: "…" not in facts.text())
    assert len(asked) == 1


def test_even_change_is_seen_in_the_preview_when_it_has_been_found_out(
    open_dialog, find, qtbot
) -> None:
    dialog = open_dialog(whole_trajectory(), ".webp")
    choose(find(dialog, QComboBox, "export.easing"), "change")
    qtbot.waitUntil(lambda: dialog._foreseen is not None)
    assert dialog._foreseen.order[0] == 0
    assert max(dialog._foreseen.order) == STEPS


def test_a_film_that_is_too_large_is_a_sentence(open_dialog, find) -> None:
    tall = Trajectory(MOMENTS[-2:], range(1))
    for index in range(2):
        picture = np.zeros((1, 1000, 8, 3), np.uint8)
        tall.add(TrajectoryFrame(STEPS - 1 + index, 0, picture, picture, picture))
    dialog = open_dialog(tall, ".webp")
    choose(find(dialog, QComboBox, "export.enlarge"), "smooth")
    assert "is the most" in find(dialog, QLabel, "export.message").text()
    assert not find(dialog, QPushButton, "export.save").isEnabled()
    choose(find(dialog, QComboBox, "export.enlarge"), "crisp")
    assert find(dialog, QPushButton, "export.save").isEnabled()


class Computed:
    """Frames as they were, in whichever thread; never two at once."""

    is_forward = False

    def __init__(self) -> None:
        self.threads: set[str] = set()

    def frames(self, span):
        for index in range(span.anchor, span.last + 1):
            self.threads.add(threading.current_thread().name)
            yield frame(index)


def test_frames_that_are_not_kept_are_in_the_film(open_dialog, export, session) -> None:
    """They are computed again in the background; the preview shows the nearest that is there."""
    again, store = Computed(), FrameStore(STEPS + 1)
    store.set_plan(FramePlan(frozenset({0, 6, STEPS}), frozenset()))
    trajectory = Trajectory(MOMENTS, range(2), store, again)
    for index in range(STEPS + 1):
        if index in (0, 6, STEPS):
            trajectory.add(frame(index))
        else:
            trajectory.reach(index)
    dialog = open_dialog(trajectory, "frames")
    begun = []
    session.jobs.started.connect(lambda job: begun.append((job.objectName(), job)))
    path = export(dialog)
    for index, file in enumerate(sorted(path.iterdir())):
        with Image.open(file) as image:
            assert np.asarray(image)[0, 0, 0] == 10 * index
    assert again.threads
    assert threading.main_thread().name not in again.threads
    assert EXPORT in dict(begun)
    assert TRAIN not in dict(begun)


def test_the_width_of_a_film_strip_is_that_of_what_is_written(open_dialog, export, find) -> None:
    """As of a film: the file is as broad as asked, or less by no more than a pixel a stage."""
    dialog = open_dialog(whole_trajectory(), "strip", current=1)
    choose(find(dialog, QComboBox, "export.enlarge"), "smooth")
    width = find(dialog, QSpinBox, "export.page_width")
    assert width.isVisible()
    width.setValue(640)
    with Image.open(export(dialog)) as image:
        assert 640 - 2 * 8 <= image.width <= 640
