"""Commands in processes of their own that need not import torch again: 2 seconds less for each.

They are forked from one process that has imported everything (on Windows, each begins anew). What
is about the start or the end of an interpreter starts a real one instead.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TextIO

import torch

from ddpm_studio.cli import main
from ddpm_studio.torchrun import end_process

torch.optim.AdamW([torch.zeros(1)])  # imports a lot, once, before any fork
if sys.platform == "win32":
    CONTEXT = multiprocessing.get_context("spawn")
else:
    CONTEXT = multiprocessing.get_context("forkserver")
    CONTEXT.set_forkserver_preload([__name__])


class Command:
    """`ddpm-studio` with some words, in a folder, and with further variables.

    Attributes: stdout, stderr (what it says, as text), returncode (None until it was waited for).
    """

    def __init__(
        self,
        words: Sequence[str],
        folder: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        (out, its_out), (err, its_err) = (CONTEXT.Pipe(duplex=False) for _ in range(2))
        environment = {**os.environ, **(variables or {})}
        arguments = [*words], str(folder or Path.cwd()), environment, its_out, its_err
        self._process = CONTEXT.Process(target=_command, args=arguments)
        self._process.start()
        its_out.close()
        its_err.close()
        self.stdout, self.stderr = _text_of(out), _text_of(err)
        self.returncode: int | None = None

    def send_signal(self, number: signal.Signals) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def wait(self, seconds: float | None = None) -> int | None:
        """How it ended, if it has by then."""
        self._process.join(seconds)
        self.returncode = self._process.exitcode
        return self.returncode

    def communicate(self) -> tuple[str, str]:
        """What it still says until it has ended; little of it on stderr."""
        said = self.stdout.read(), self.stderr.read()
        self.wait()
        return said

    def end(self) -> None:
        """Whatever it does."""
        self._process.kill()
        self.wait()
        self.stdout.close()
        self.stderr.close()


def _text_of(end: Connection) -> TextIO:
    with end:
        return os.fdopen(os.dup(end.fileno()), encoding="utf-8", errors="surrogateescape")


def _command(
    words: Sequence[str], folder: str, environment: dict[str, str], out: Connection, err: Connection
) -> None:
    os.environ.update(environment)
    os.chdir(folder)
    for end, number in ((out, 1), (err, 2)):
        os.dup2(end.fileno(), number)
        end.close()
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    end_process(main(words))
