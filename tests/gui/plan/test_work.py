"""What a plan is made of: presets for the artist's own pictures, and a real look at the machine."""

import pytest

from ddpm_studio.choices import Choices, write_choices
from ddpm_studio.config.presets import PRESETS
from ddpm_studio.config.text import with_settings
from ddpm_studio.events import Work, is_progress
from ddpm_studio.gui.common.efforts import BALANCED, effort_of
from ddpm_studio.gui.plan import work
from ddpm_studio.project import Project


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_of_its_own_pictures_is_the_preset(name: str) -> None:
    config = work.as_preset(PRESETS["sketch"], PRESETS[name])
    assert config == PRESETS[name]
    assert effort_of(config) == BALANCED


@pytest.mark.parametrize("name", PRESETS)
def test_pictures_keep_their_shape_as_far_as_the_model_can(name: str) -> None:
    wide = with_settings(PRESETS["sketch"], ["pictures.size=48", "pictures.height=32"])
    preset = PRESETS[name]
    config = work.as_preset(wide, preset)
    _, height, width = config.pictures.shape
    assert height == preset.pictures.size
    assert abs(width / height - 1.5) <= preset.model.stride / height
    assert config.model == preset.model, "it is shaped by the shorter side alone"
    assert work.size_of(config) == f"{width} × {height} px"


def test_a_shape_that_a_preset_cannot_take_is_not_offered(new_project: Project) -> None:
    long = with_settings(PRESETS["sketch"], ["pictures.size=640", "pictures.height=32"])
    project = new_project.with_config(long)
    assert list(work.offered(project, False)) == ["sketch", "small"]


def test_what_a_plan_has_set_does_not_change_what_is_offered(new_project: Project) -> None:
    before = work.offered(new_project, False)
    words = ["train.accumulation=2", "train.gradient_checkpointing=true"]
    used = with_settings(before["small"], words)
    assert work.offered(new_project.with_config(used), False) == before


def test_the_machine_is_looked_at_once_and_pictures_left_out_do_not_count(
    tiny_project: Project,
) -> None:
    write_choices(tiny_project.path, Choices().changed(["flower_00.png"], state="out"))
    steps, events = work.look_at_machine(tiny_project), []
    while True:
        try:
            events.append(next(steps))
        except StopIteration as end:
            found = end.value
            break
    assert sum(is_progress(event, Work.PROBING) for event in events) > 2
    assert found.steps_done == 10
    files = [path for path in tiny_project.pictures.iterdir() if path.name != "flower_00.png"]
    assert found.pictures == len(files)
    advice = work.advise(found, 3600.0)
    assert advice.plan is not None
    assert [offer.verdict for offer in advice.offers] == [work.FITS]

    again = work.look_at_machine(tiny_project, found.probe)
    assert [type(event) for event in again] == [type(None)]
