"""The export dialog while a film is written: what stops it, what does not, and what moves."""

import threading
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QPushButton

from ddpm_studio.events import Progress, Work
from ddpm_studio.gui.export import work
from tests.gui.export.conftest import STEPS, decode, make_trajectory
from tests.gui.fitting import places

LEFT = Qt.MouseButton.LeftButton


def test_cancel_stops_at_once_and_leaves_nothing(make_dialog, session, monkeypatch, tmp_path):
    """The real writer, halted after its second frame."""
    from ddpm_studio.export.film import write as film

    goes_on, write = threading.Event(), film.write_film

    def slow(*arguments):
        for event in write(*arguments):
            yield event
            if event.done == 2:
                goes_on.wait(20)

    monkeypatch.setattr(film, "write_film", slow)
    driver = make_dialog(make_trajectory())
    bar = driver.find(driver.dialog, QProgressBar, "export.progress")
    driver.choose(".mp4")
    driver.qtbot.mouseClick(driver.save, LEFT)
    driver.qtbot.waitUntil(lambda: bar.value() > 0)
    assert bar.isVisible()
    driver.qtbot.mouseClick(driver.cancel, LEFT)
    assert driver.dialog.isVisible()
    goes_on.set()
    driver.qtbot.waitUntil(lambda: "nothing was written" in driver.message.text())
    assert list((tmp_path / "gallery").iterdir()) == []
    assert not bar.isVisible()
    assert driver.save.isEnabled()
    driver.qtbot.keyClick(driver.dialog, Qt.Key.Key_Escape)
    assert not driver.dialog.isVisible()


def test_what_was_complete_before_it_could_be_stopped_is_said_to_be_there(
    make_dialog, monkeypatch, tmp_path
):
    """The large page of a film strip is one step: a click during it comes too late."""
    from ddpm_studio.export.film import write as film

    writes, goes_on, write = threading.Event(), threading.Event(), film.write_strip

    def slow(*arguments):
        yield from write(*arguments)
        writes.set()
        goes_on.wait(20)

    monkeypatch.setattr(film, "write_strip", slow)
    driver = make_dialog(make_trajectory())
    driver.choose("strip")
    path = Path(driver.path.text())
    driver.qtbot.mouseClick(driver.save, LEFT)
    driver.qtbot.waitUntil(writes.is_set)
    driver.qtbot.mouseClick(driver.cancel, LEFT)
    goes_on.set()
    driver.qtbot.waitUntil(lambda: driver.save.isEnabled())
    assert path.is_file()
    words = driver.message.text()
    assert words.startswith(f"It was finished before it could be stopped. Saved {path.name}")
    assert driver.find(driver.dialog, QPushButton, "export.show_in_folder").isVisible()


def test_no_key_stops_what_a_click_has_begun(make_dialog, monkeypatch, tmp_path):
    goes_on, write = threading.Event(), work.write
    monkeypatch.setattr(
        work, "write", lambda *arguments: goes_on.wait(20) and (yield from write(*arguments))
    )
    driver = make_dialog(make_trajectory())
    path = Path(driver.path.text())
    driver.qtbot.mouseClick(driver.save, LEFT)
    assert not driver.cancel.hasFocus()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        driver.qtbot.keyClick(driver.dialog.focusWidget() or driver.dialog, key)
    goes_on.set()
    driver.qtbot.waitUntil(lambda: driver.message.text().startswith("Saved"))
    assert path.is_file()


def test_a_film_is_written_whole_although_its_project_is_left(
    make_dialog, session, new_project, monkeypatch
):
    goes_on, write = threading.Event(), work.write
    monkeypatch.setattr(
        work, "write", lambda *arguments: goes_on.wait(20) and (yield from write(*arguments))
    )
    session.open_project(new_project.path)
    driver = make_dialog(make_trajectory())
    path = Path(driver.path.text())
    driver.qtbot.mouseClick(driver.save, LEFT)
    session.close_project()
    assert not driver.dialog.isVisible()
    with driver.qtbot.waitSignal(session.noticed) as said:
        goes_on.set()
    assert said.args == [f"The export of flowers is finished: {path}."]
    assert len(decode(path)[0]) >= STEPS


def test_no_control_moves_while_a_film_is_written(make_dialog, qtbot, monkeypatch):
    """One that is aimed at is still there when the click comes."""
    driver = make_dialog(make_trajectory(4))
    qtbot.waitUntil(lambda: "about …" not in driver.facts.text() and driver.facts.text() != "")
    before = places(driver.dialog)
    goes_on, write = threading.Event(), work.write

    def slow(*arguments):
        while not goes_on.wait(0.005):
            yield Progress(Work.WRITING, 1, 2)
        return (yield from write(*arguments))

    monkeypatch.setattr(work, "write", slow)
    qtbot.mouseClick(driver.save, LEFT)
    bar = driver.find(driver.dialog, QProgressBar, "export.progress")
    qtbot.waitUntil(bar.isVisible)
    qtbot.wait(30)
    meanwhile = places(driver.dialog)
    goes_on.set()
    qtbot.waitUntil(lambda: driver.message.text().startswith("Saved"))
    qtbot.wait(30)
    afterwards = places(driver.dialog)
    del afterwards["export.show_in_folder"]  # it comes where there was nothing
    assert before == meanwhile == afterwards
