"""What decoders do at their worst, one request each; imported by worker processes only."""

import ctypes
import os
import re
import signal
import time
from pathlib import Path
from typing import Any


def handle(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """{"do": the name of one of these functions, and what it needs}."""
    answer: tuple[dict[str, Any], bytes] = globals()[request["do"]](request)
    return answer


def echo(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    return {"name": request["name"]}, str(request["name"]).encode("utf-8", "surrogatepass")


def large(request: dict[str, Any]) -> tuple[dict[str, Any], memoryview]:
    return {}, memoryview(bytes([request["value"]]) * request["size"])


def crash(request: dict[str, Any]) -> None:
    ctypes.string_at(0)


def crash_once(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """As if the file before had left the heap in ruins."""
    marker = Path(request["marker"])
    if not marker.exists():
        marker.touch()
        ctypes.string_at(0)
    return {"name": "late"}, b""


def leave(request: dict[str, Any]) -> None:
    os._exit(0)


def hang(request: dict[str, Any]) -> None:
    while True:
        pass


def wait(request: dict[str, Any]) -> None:
    """As for a network drive that is gone."""
    time.sleep(3600)


def doze(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """As on a machine that is busy with other things: late, with little computed."""
    time.sleep(request["seconds"])
    return {"name": "late"}, b""


def hang_in_c(request: dict[str, Any]) -> None:
    """No other thread of the process runs meanwhile."""
    re.match(r"(a+)+$", "a" * 60 + "b")


def grow(request: dict[str, Any]) -> None:
    """All at once, then in pieces: neither may be had."""
    held = []
    while True:
        held.append(b"x" * (1 << 22))


def grow_in_c(request: dict[str, Any]) -> None:
    """What a C++ library does that runs out of memory."""
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
    os.abort()


def refuse(request: dict[str, Any]) -> None:
    raise ValueError("no such chunk")


def no_json(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    return {"path": Path()}, b""


def chatter(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Python and libraries, on both streams."""
    print("a warning")
    os.write(1, b"on the wrong stream\n")
    os.write(2, b"TIFFReadDirectory: odd tag\n" + b"." * request.get("more", 0))
    return {"name": request["name"]}, b"data"


def interrupt(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Ctrl+C in a terminal, in the middle of a file."""
    os.killpg(os.getpgrp(), signal.SIGINT)
    return who(request)


def who(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    return {"pid": os.getpid(), "stdin": os.read(0, 1).decode()}, b""
