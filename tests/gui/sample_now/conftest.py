"""A look at the model is asked for on the Train page."""

from tests.gui.train.conftest import fake, open_train, painter

__all__ = ["fake", "open_train", "painter"]
