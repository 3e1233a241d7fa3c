"""Which process this is, where PyTorch's `torchrun` started several that train together."""

import os
import sys
from typing import NoReturn


def is_one_of_several() -> bool:
    """Whether torchrun started this process."""
    return "TORCHELASTIC_RUN_ID" in os.environ


def is_leader() -> bool:
    """Whether this is the process that writes and speaks: the first of several, or the only one."""
    return not is_one_of_several() or os.environ.get("RANK") == "0"


def place_on_machine() -> int:
    """0, 1, 2 ... among the processes of this machine."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def end_process(code: int) -> NoReturn:
    """End this process, whose work is done.

    One of several ends at once: threads of theirs for talking to each other may still run while
    C++ takes down what they use, and about one run in forty was then ended as crashed.
    """
    if is_one_of_several():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
