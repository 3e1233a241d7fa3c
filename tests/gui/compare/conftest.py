"""Runs are compared on the Generate page."""

from tests.gui.generate.conftest import at_once, drive, engine_frames, folders, page

__all__ = ["at_once", "drive", "engine_frames", "folders", "page"]
