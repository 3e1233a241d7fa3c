"""Of a picture with several crops, it is said which one was taken."""

import numpy as np

from ddpm_studio.choices import Choices, Crop, write_choices
from ddpm_studio.gui.generate.work import take_picture

LEFT, RIGHT = Crop("box", (0.0, 0.0, 0.5, 0.5)), Crop("box", (0.5, 0.0, 0.5, 0.5))


def taken(project, name, crop):
    steps = take_picture(project, name, crop, np.zeros((8, 8, 3), np.uint8))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def test_the_crop_is_counted(tiny_project):
    name, other = "flower_01.png", "flower_02.png"
    write_choices(tiny_project.path, Choices().changed([name], crops=(LEFT, RIGHT)))
    assert taken(tiny_project, name, LEFT).crop == 0
    assert taken(tiny_project, name, RIGHT).crop == 1
    assert taken(tiny_project, other, Crop()).crop == 0  # as the whole folder
