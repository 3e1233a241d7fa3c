"""What is asked before several crops that were made are thrown away."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QMessageBox

from ddpm_studio.words import several


def ask_to_keep(parent: QDialog, count: int, use: Callable[[], object]) -> None:
    """Ask whether to use them, to close the dialog without, or to go on; Esc goes on.

    count: how many crops there are now.
    """
    box = QMessageBox(parent)
    box.setObjectName("crop.keep")
    box.setWindowTitle("Crop")
    box.setText(f"Use what you have changed, {several(count, 'crop')} of this picture?")
    box.setInformativeText("It is not kept yet.")
    yes = box.addButton("Use it", QMessageBox.ButtonRole.AcceptRole)
    no = box.addButton("Throw it away", QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton("Go on cropping", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(yes)
    box.setEscapeButton(stay)
    yes.clicked.connect(use)
    no.clicked.connect(lambda: QDialog.reject(parent))  # not its own, which asks
    box.finished.connect(box.deleteLater)
    box.open()
