"""A setting on a page: its name in plain words, the control, and the term behind it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from ddpm_studio.gui.common.layout import REST, column, row


def explain(control: QWidget, label: str, tip: str, term: str = "") -> None:
    """Give a control its accessible name, and a tooltip that ends with the technical term."""
    control.setAccessibleName(label)
    control.setAccessibleDescription(tip)
    control.setToolTip(tooltip(tip, term))


def tooltip(tip: str, term: str = "") -> str:
    """Rich text, so that Qt breaks long lines: a sentence, and the term under it."""
    below = f"<br><i>{term}</i>" if term else ""
    return f"<p style='margin:0'>{tip}{below}</p>"


class ControlRow(QWidget):
    """The label over its control, with the present value on the right where that helps.

    tip: what it does, for a person. term: what papers and configs call it, such as "eta".
    """

    def __init__(
        self,
        label: str,
        control: QWidget,
        tip: str,
        term: str = "",
        *,
        value: QLabel | None = None,
        holder: QWidget | None = None,
    ) -> None:
        """holder: what stands under the label, if the control is only a part of it."""
        super().__init__()
        self.control = control
        self.label = QLabel(label)
        self.label.setProperty("kind", "label")
        self.label.setBuddy(control)
        self.label.setToolTip(tooltip(tip, term))
        explain(control, label.replace("&", ""), tip, term)
        head = row(self.label, REST, spacing=4)
        if value is not None:
            value.setProperty("kind", "caption")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            head.addWidget(value)
        column(head, holder or control, spacing=4, of=self)
