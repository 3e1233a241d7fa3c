"""Whether what moves may begin by itself: some people asked their system for less of that."""

from PySide6.QtWidgets import QApplication, QStyle


def is_motion_welcome() -> bool:
    """No, where the system plays no animations."""
    style = QApplication.style()
    return style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
