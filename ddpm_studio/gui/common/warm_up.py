"""Import the engine on a thread, once the window is painted."""

import gc
import importlib
from collections.abc import Generator

from ddpm_studio.gui.common.computer import Computer, Wish, choose_computer

# Each is imported in a step of its own, so that closing the window need not wait for all of them.
# pyqtgraph is not among them: PySide makes its classes and enums when they are first used, which
# two threads must not do at once (3 of 60 starts crashed while the window was being painted).
HEAVY = (
    *("numpy", "PIL.Image", "ddpm_studio.data", "torch", "ddpm_studio.training"),
    "ddpm_studio.sampling",
)


def warm_up(wish: Wish) -> Generator[str, None, Computer]:
    """Import what takes long, once, and choose what computes."""
    for module in HEAVY:
        importlib.import_module(module)
        yield module
    _spare_the_collector()
    return (yield from choose_computer(wish))


def _spare_the_collector() -> None:
    """Leave what was imported out of all later garbage collections.

    Torch and what it imports are some 200,000 objects that live as long as the program. A full
    collection looks at each of them while it holds Python's lock: 0.1 to 0.25 s in which the
    window stands still, in the middle of a training. Once is enough: what comes later may die.
    """
    if not gc.get_freeze_count():
        gc.freeze()
