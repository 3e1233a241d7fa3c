"""From a folder to an animation with five clicks, and what begins by itself on the way."""

from PySide6.QtWidgets import QLabel, QPushButton, QSpinBox, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import SAMPLE, TRAIN


def test_five_clicks_and_no_typed_number_lead_from_a_folder_to_an_animation(
    person, picture_folder, tiny_preset, decoded_film
):
    person.drop(picture_folder)
    person.wait(lambda: person.see(QPushButton, "new_project.create").isVisible())
    person.click("new_project.create")
    assert person.see(QPushButton, "pictures.continue").text() == "Start training"
    person.click("pictures.continue")
    assert person.window.current_page is person.window.pages["nav.train"]
    assert person.window.session.jobs.get(TRAIN) is not None
    person.click(names.NAV_GENERATE)
    if not person.project.checkpoint_paths():
        assert any(
            "by themselves" in label.text()
            for label in person.see(QWidget, "generate.empty").findChildren(QLabel)
        )
    export = person.see(QPushButton, "generate.export")
    person.wait(lambda: export.isVisible() and export.isEnabled())
    assert person.grid.trajectory.is_complete
    step = person.step()
    person.wait(lambda: person.step() > step)  # training has gone on meanwhile
    person.click("generate.export")
    person.click("export.save")
    person.wait(lambda: "Saved" in person.text("export.message"))
    assert len(person.clicks) == 5
    assert person.typed == []
    [film] = person.project.gallery.iterdir()
    assert len(decoded_film(film)) > 1


def test_the_pictures_page_goes_on_to_a_training_without_starting_another(
    at_window, make_window, tiny_project
):
    person = at_window(make_window(tiny_project))
    person.window.show_page(names.NAV_PICTURES)
    assert person.see(QPushButton, "pictures.continue").text() == "Go to training"
    person.click("pictures.continue")
    assert person.window.current_page is person.window.pages["nav.train"]
    assert person.window.session.jobs.get(TRAIN) is None
    person.click(names.NAV_GENERATE)  # nor does looking at a trained model compute anything
    assert person.window.session.jobs.get(SAMPLE) is None


def test_a_first_look_is_not_begun_while_the_window_closes(person, picture_folder, tiny_preset):
    person.drop(picture_folder)
    person.wait(lambda: person.see(QPushButton, "new_project.create").isVisible())
    person.click("new_project.create")
    person.window.session.want_training()
    person.click(names.NAV_GENERATE)
    begun = []
    person.window.session.jobs.started.connect(lambda job: begun.append(job.objectName()))
    with person.closing():
        person.window.close()
    assert SAMPLE not in begun


def test_a_change_just_before_closing_begins_nothing(at_window, make_window, tiny_project):
    person = at_window(make_window(tiny_project))
    person.click(names.NAV_GENERATE)
    person.click("generate.run")
    person.wait_for(SAMPLE)
    person.see(QSpinBox, "generate.steps").stepUp()  # after a moment they are made again
    begun = []
    person.window.session.jobs.started.connect(lambda job: begun.append(job.objectName()))
    with person.closing():
        person.window.close()
    person.qtbot.wait(500)  # longer than that moment
    assert begun == []
