"""Batches are begun and seen on the Made page."""

from tests.gui.made.conftest import drive, made, own_trash, painter

__all__ = ["drive", "made", "own_trash", "painter"]
