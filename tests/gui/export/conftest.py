"""The export dialog for a denoising that was made by hand, driven by its parts."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
)

from ddpm_studio.gui.common.jobs import EXPORT
from ddpm_studio.gui.export.dialog import ExportDialog
from ddpm_studio.gui.export.preview import FilmPreview
from ddpm_studio.gui.export.sources import FilmedDenoising
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.sampling.trajectory import Moment, TrajectoryFrame

LEFT = Qt.MouseButton.LeftButton
STEPS = 5


def make_trajectory(count=3, size=(6, 4), channels=3):
    """Smooth pictures, which MP4 keeps well; x_t and pred_x_0 differ."""
    height, width = size
    y, x, k = np.mgrid[0:height, 0:width, 0:channels]
    trajectory = Trajectory([Moment(i, 5 - i, 1 - i / 5) for i in range(STEPS + 1)], range(count))
    for index in range(STEPS + 1):
        x_t = np.stack([20 * y + 10 * x + 15 * k + 12 * index + 5 * n for n in range(count)])
        trajectory.add(
            TrajectoryFrame(index, 5 - index, x_t.astype(np.uint8), (250 - x_t).astype(np.uint8))
        )
    return trajectory


class Driver:
    def __init__(self, dialog, find, qtbot):
        self.dialog, self.find, self.qtbot = dialog, find, qtbot
        self.format = find(dialog, QComboBox, "export.format")
        self.what = find(dialog, QComboBox, "export.what")
        self.number = find(dialog, QSpinBox, "export.number")
        self.show = find(dialog, QComboBox, "export.show")
        self.fps = find(dialog, QSpinBox, "export.fps")
        self.hold = find(dialog, QDoubleSpinBox, "export.hold")
        self.size = find(dialog, QSpinBox, "export.size")
        self.loop_back = find(dialog, QAbstractButton, "export.loop_back")
        self.path = find(dialog, QLineEdit, "export.path")
        self.save = find(dialog, QPushButton, "export.save")
        self.cancel = find(dialog, QPushButton, "export.cancel")
        self.message = find(dialog, QLabel, "export.message")
        self.facts = find(dialog, QLabel, "export.facts")
        self.preview = find(dialog, FilmPreview, "export.preview")

    def choose(self, suffix):
        self.format.setCurrentIndex(self.format.findData(suffix))

    def export(self):
        """Press the button and wait; where the film is."""
        path = Path(self.path.text())
        self.qtbot.mouseClick(self.save, LEFT)
        self.qtbot.waitUntil(lambda: self.message.text().startswith("Saved"))
        return path


@pytest.fixture
def make_dialog(session, find, qtbot, tmp_path):
    made = []

    def make(trajectory, **arguments):
        filmed = FilmedDenoising(trajectory, **arguments)
        dialog = ExportDialog(session, filmed, folder=tmp_path / "gallery", name="flowers")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.open()
        made.append(dialog)
        return Driver(dialog, find, qtbot)

    yield make
    for dialog in made:
        dialog.reject()
    qtbot.waitUntil(lambda: session.jobs.get(EXPORT) is None)


def decode(path):
    """All frames of a file, (N, H, W, 3) uint8, and the seconds that it lasts."""
    if path.suffix == ".mp4":
        with av.open(path) as container:
            stream = container.streams.video[0]
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
            return np.array(frames), len(frames) / float(stream.average_rate)
    with Image.open(path) as image:
        frames, seconds = [], 0.0
        for frame in ImageSequence.Iterator(image):
            frames.append(np.asarray(frame.convert("RGB")))
            seconds += frame.info["duration"] / 1000
    return np.array(frames), seconds
