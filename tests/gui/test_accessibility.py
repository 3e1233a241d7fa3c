"""Who cannot see the window hears what everything on it is: the tree that screen readers read."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import SAMPLE
from tests.gui.parts import named

NAMELESS_ROLES = {  # what only holds other things
    *(QAccessible.Role.Client, QAccessible.Role.Pane, QAccessible.Role.Grouping),
    *(QAccessible.Role.ScrollBar, QAccessible.Role.Splitter, QAccessible.Role.Border),
    *(QAccessible.Role.Window, QAccessible.Role.LayeredPane, QAccessible.Role.Separator),
    *(QAccessible.Role.Whitespace, QAccessible.Role.Indicator, QAccessible.Role.Grip),
    *(QAccessible.Role.StaticText, QAccessible.Role.NoRole),
    QAccessible.Role.Graphic,  # beside words that say it
}


def walk(interface, depth: int = 0):
    yield interface
    for index in range(interface.childCount()):
        child = interface.child(index)
        if child is not None and child.isValid() and not child.state().invisible and depth < 30:
            yield from walk(child, depth + 1)


def nameless(window: QWidget) -> list[str]:
    """Everything that can be seen and used, and says not what it is."""
    found = []
    for interface in walk(QAccessible.queryAccessibleInterface(window)):
        widget = interface.object()
        if not isinstance(widget, QWidget) or not widget.isVisible():
            continue
        is_used = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if interface.role() in NAMELESS_ROLES and not is_used:
            continue
        if not interface.text(QAccessible.Text.Name).strip():
            outer = widget.parentWidget()
            found.append(
                f"{widget.objectName() or widget} in {outer and (outer.objectName(), type(outer))}"
            )
    return found


def without_tip(window: QWidget) -> list[str]:
    """Buttons that are only an icon, and do not say what they do."""
    return [
        button.objectName()
        for button in window.findChildren(QAbstractButton)
        if button.isVisible() and not button.text() and not button.toolTip()
    ]


@pytest.fixture
def painted(make_window, qtbot, tiny_project):
    window = make_window(tiny_project)
    qtbot.waitUntil(lambda: not window.session.jobs.is_busy())
    window.show_page(names.NAV_GENERATE)
    qtbot.mouseClick(named(window, QAbstractButton, "generate.run"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.jobs.get(SAMPLE) is None)
    return window


def test_everything_on_every_page_has_a_name(painted, qtbot):
    wrong = {}
    for page in painted.pages:
        painted.show_page(page)
        qtbot.wait(30)
        wrong[page] = nameless(painted)
        assert not without_tip(painted)
    assert not any(wrong.values()), wrong


def test_what_can_be_reached_by_tab_can_be_seen_and_is_named(painted, qtbot):
    """Round once on every page: nothing is passed twice before all was, nothing is hidden."""
    for page in painted.pages:
        painted.show_page(page)
        qtbot.wait(30)
        start = painted.focusWidget() or painted
        seen: list[QWidget] = []
        for _ in range(400):
            qtbot.keyClick(painted.focusWidget() or painted, Qt.Key.Key_Tab)
            now = painted.focusWidget()
            if now is None or now in seen or now is start:
                break
            seen.append(now)
        assert len(seen) >= 3, page
        for widget in seen:
            interface = QAccessible.queryAccessibleInterface(widget)
            name = interface.text(QAccessible.Text.Name)
            assert name.strip(), (page, widget.objectName() or widget)
            assert widget.isVisible()


def test_a_nameless_thing_is_found(window):
    """The test of the test."""
    from PySide6.QtWidgets import QSlider

    slider = QSlider(window)
    slider.setObjectName("nobody.knows")
    slider.show()
    assert any("nobody.knows" in one for one in nameless(window))
