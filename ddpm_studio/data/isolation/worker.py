"""The far side of `isolation`: a process that opens files for the program, and may die of it.

    python -m ddpm_studio.data.isolation.worker MODULE:FUNCTION --memory BYTES --seconds SECONDS

A message to it is a `LENGTH` and a JSON list of requests. Each request is answered, in order and
as soon as it is done, with a `HEADER`, a JSON object and bytes. Nothing is unpickled.
"""

import argparse
import errno
import faulthandler
import gc
import importlib
import json
import os
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, Any, NamedTuple

Request = dict[str, Any]
Handler = Callable[[Request], tuple[dict[str, Any], bytes]]

LENGTH = struct.Struct("<I")  # bytes of JSON that follow
HEADER = struct.Struct("<BII")  # how it went, bytes of JSON, bytes of data
READY, DONE, RAISED, NO_MEMORY = range(4)  # how it went; READY comes once, before all answers
NO_MEMORY_EXIT = 112  # the exit code of a process that noticed only too late

PRINTED = 2048  # bytes of what libraries print that come back with an answer
JOINED = 1 << 16  # bytes of data that are copied rather than written by a call of their own
NICE = 5
PATIENCE = 10  # seconds by the clock for each second of computing: machines are busy
WATCH_SECONDS = 0.05

_encode = json.JSONEncoder(separators=(",", ":")).encode


class Streams(NamedTuple):
    """The two ends of the protocol; the process itself no longer knows them as 0 and 1."""

    requests: IO[bytes]
    answers: IO[bytes]


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer requests until stdin ends; the exit code. `arguments`: all after the program."""
    with suppress(ValueError):  # not in the main thread
        # Ctrl+C in a terminal goes to every process there; the program alone decides
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    parser = argparse.ArgumentParser(prog="ddpm_studio.data.isolation.worker")
    parser.add_argument("handler", metavar="MODULE:FUNCTION")
    parser.add_argument("--memory", type=int, default=0, help="bytes; 0: no limit")
    parser.add_argument("--seconds", type=float, default=20.0, help="computing for one request")
    options = parser.parse_args(arguments)
    streams = take_over_streams()
    module, _, function = options.handler.partition(":")
    handle = getattr(importlib.import_module(module), function)
    be_modest(options.memory)
    with suppress(BrokenPipeError):  # the program is gone
        serve(handle, streams, options.memory, options.seconds)
    return 0


def serve(handle: Handler, streams: Streams, memory: int, seconds: float) -> None:
    """Answer with what `handle(request)` returns until the requests end.

    memory: bytes that this process may take. seconds: of computing given to a request by the
    program.

    The object may hold anything that JSON can, and the bytes anything flat. If `handle` raises,
    the answer is {"error": why}. What was printed meanwhile comes as "stderr".
    """
    send(streams.answers, READY, "{}", memoryview(b""))
    while batch := _receive(streams.requests):
        # Should this hang and nobody be left to end it, it ends itself.
        patience = 60 + 2 * PATIENCE * seconds * len(batch)
        faulthandler.dump_traceback_later(patience, exit=True, file=2)
        for request in batch:
            how, text, data = _answer(handle, request)
            if how == NO_MEMORY:
                _end_if_bloated(memory)
            send(streams.answers, how, text, data)
            del data  # a large picture must not stay while the next is opened
        faulthandler.cancel_dump_traceback_later()


def _receive(requests: IO[bytes]) -> list[Request]:
    """The next batch; empty at the end."""
    head = requests.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return []
    (size,) = LENGTH.unpack(head)
    body = requests.read(size)
    batch: list[Request] = json.loads(body) if len(body) == size else []
    return batch


def _answer(handle: Handler, request: Request) -> tuple[int, str, memoryview]:
    how = DONE
    try:
        values, data = handle(request)
        text, flat = _encode(values), memoryview(data).cast("B")
    except Exception as error:
        is_memory = isinstance(error, MemoryError) or getattr(error, "errno", 0) == errno.ENOMEM
        how = NO_MEMORY if is_memory else RAISED
        why = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        values = {"error": why}
        text, flat = _encode(values), memoryview(b"")
    printed = take_printed()
    return how, _encode({**values, "stderr": printed}) if printed else text, flat


def _end_if_bloated(memory: int) -> None:
    """Leave it to a fresh process to try again if this one has too little to offer by now."""
    gc.collect()  # what the failed attempt held in cycles
    try:
        bytearray(memory // 2)
    except MemoryError:
        os._exit(NO_MEMORY_EXIT)


# --- the protocol ----------------------------------------------------------------------------


def send(answers: IO[bytes], how: int, text: str, data: memoryview) -> None:
    """Write one answer at once, so that it outlives a crash in the next request."""
    body = text.encode()
    head = HEADER.pack(how, len(body), len(data)) + body
    if len(data) <= JOINED:
        write_all(answers, head + data)
    else:
        write_all(answers, head)
        write_all(answers, data)


def unpack(held: bytearray) -> list[tuple[int, dict[str, Any], bytes]]:
    """Take all whole answers out of what has been read: how it went, object, bytes.

    Raises ValueError if this is no answer.
    """
    answers = []
    start = 0
    with memoryview(held) as view:
        while len(held) - start >= HEADER.size:
            how, text_size, data_size = HEADER.unpack_from(held, start)
            if how > NO_MEMORY:
                raise ValueError("no answer")
            text = start + HEADER.size
            data = text + text_size
            end = data + data_size
            if end > len(held):
                break
            values = json.loads(str(view[text:data], "utf-8"))
            if not isinstance(values, dict):
                raise ValueError("no object")
            answers.append((how, values, bytes(view[data:end])))
            start = end
    del held[:start]
    return answers


def write_all(stream: IO[bytes], data: bytes | memoryview) -> None:
    """Write to an unbuffered pipe, which may take less than it is given."""
    left = memoryview(data)
    while left:
        left = left[stream.write(left) :]


# --- what decoders print ---------------------------------------------------------------------


def take_over_streams() -> Streams:
    """Keep stdin and stdout for the protocol; whatever else prints, prints into a file (2)."""
    streams = Streams(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    if not stat.S_ISREG(os.fstat(2).st_mode):  # the program gives a file, a terminal does not
        with tempfile.TemporaryFile() as file:
            os.dup2(file.fileno(), 2)
    os.dup2(2, 1)
    sys.stdout = sys.stderr = os.fdopen(2, "w", 1, errors="backslashreplace", closefd=False)
    return streams


def take_printed() -> str:
    """What has been printed since the last time, its first 2 kB; the file is empty again."""
    size = os.lseek(2, 0, os.SEEK_CUR)  # everything is written through this one position
    if not size:
        return ""
    os.lseek(2, 0, os.SEEK_SET)
    printed = os.read(2, min(size, PRINTED))
    os.ftruncate(2, 0)
    os.lseek(2, 0, os.SEEK_SET)
    return printed.decode("utf-8", "replace").strip("\0 \r\n")


# --- limits ----------------------------------------------------------------------------------


def be_modest(memory: int) -> None:
    """Give way to the window, take no more than `memory` bytes, and die without ado."""
    if sys.platform == "win32":
        _limit_on_windows(memory)  # its priority is set where it is started
        return
    import resource

    with suppress(OSError):
        os.nice(NICE)
    limits = {resource.RLIMIT_CORE: 0}
    if memory and sys.platform == "linux":
        # private memory; the address space is no measure, libraries reserve plenty of it
        limits[resource.RLIMIT_DATA] = memory
    elif memory:  # the system knows no such limit
        watch = threading.Thread(target=watch_memory, args=(memory,), daemon=True)
        watch.start()
    for kind, limit in limits.items():
        with suppress(OSError, ValueError):
            hard = resource.getrlimit(kind)[1]
            resource.setrlimit(
                kind, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard)
            )


def watch_memory(memory: int) -> None:
    """End the process once it has needed more than `memory` bytes."""
    if sys.platform == "win32":
        return
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit <= memory:
        time.sleep(WATCH_SECONDS)
    os._exit(NO_MEMORY_EXIT)


def _limit_on_windows(memory: int) -> None:
    """Put this process into a job object with a limit; no box on the screen if it crashes."""
    if sys.platform != "win32":
        return
    import ctypes
    from ctypes import wintypes

    class Limits(ctypes.Structure):  # JOBOBJECT_EXTENDED_LIMIT_INFORMATION
        _fields_ = (
            ("times", ctypes.c_int64 * 2),
            ("flags", wintypes.DWORD),
            ("working_set", ctypes.c_size_t * 2),
            ("processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("classes", wintypes.DWORD * 2),
            ("counters", ctypes.c_uint64 * 6),
            ("process_memory", ctypes.c_size_t),
            ("other_memory", ctypes.c_size_t * 3),
        )

    process_memory, die_on_unhandled_exception, extended_limits = 0x100, 0x400, 9
    kernel = ctypes.WinDLL("kernel32")
    kernel.SetErrorMode(0x8003)  # no boxes for failures, crashes and files that do not open
    kernel.CreateJobObjectW.restype = wintypes.HANDLE
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    job = wintypes.HANDLE(kernel.CreateJobObjectW(None, None))
    flags = die_on_unhandled_exception | (process_memory if memory else 0)
    limits = Limits(flags=flags, process_memory=memory)
    kernel.SetInformationJobObject(
        job, extended_limits, ctypes.byref(limits), ctypes.sizeof(limits)
    )
    kernel.AssignProcessToJobObject(job, wintypes.HANDLE(kernel.GetCurrentProcess()))


# --- how the program starts it ---------------------------------------------------------------


def worker_command() -> list[str]:
    """What starts a worker, less the arguments; a frozen program has a flag for it."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--decoder-worker"]
    # No "-m": that imports a module twice. SIGINT before all else, for a Ctrl+C meanwhile.
    start = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        "from ddpm_studio.data.isolation.worker import main; sys.exit(main())"
    )
    return [sys.executable, "-P", "-c", start]


def start_worker(command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start one; `log` receives what it prints. Raises OSError or ValueError.

    It finds the same packages in the same order as this process, and no library in it starts
    threads for sums.
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    if not getattr(sys, "frozen", False):
        places = [place for place in sys.path if place and os.pathsep not in place]
        environment["PYTHONPATH"] = os.pathsep.join(places)
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command,
        bufsize=0,
        stdin=pipe,
        stdout=pipe,
        stderr=log,
        env=environment,
        creationflags=flags,
    )


def widen(pipe: int, size: int) -> bool:
    """Whether a pipe has room for `size` bytes, given to it where the system lets us."""
    if sys.platform != "linux":
        return False
    import fcntl

    with suppress(OSError):
        return fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, size) >= size
    return False


if __name__ == "__main__":
    sys.exit(main())
