"""The plot is a part of the Train page."""

from tests.gui.train.conftest import fake, open_train

__all__ = ["fake", "open_train"]
