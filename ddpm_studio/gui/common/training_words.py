"""What is said of a training in more than one place."""

from __future__ import annotations


def why_best(loss: float) -> str:
    """The reason for the star."""
    return f"lowest loss on pictures it never saw: {loss:.3g}"
