"""Prepares `.venv` in the repository, then runs the program or its tests there.

    python3 packaging/bootstrap.py run [ARGUMENTS...]     the program; alone: its window, or a demo
    python3 packaging/bootstrap.py test [PYTEST ARGS...]  ruff, mypy and pytest

Only the standard library is used. A stamp in `.venv` remembers what has been installed, so that
the second time starts at once.
"""

from __future__ import annotations  # lets an older Python read this file far enough to be told so

import hashlib
import importlib.util
import json
import os
import platform
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, NamedTuple

from qt_libraries import provide

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
STAMP = VENV / "bootstrap.json"
LOG = VENV / "bootstrap.log"

MINIMUM_PYTHON = (3, 11)
USAGE = (
    "usage: python3 packaging/bootstrap.py run [ARGUMENTS...]     "
    "(none: the window; without a screen a two-minute demo)\n"
    "       python3 packaging/bootstrap.py test [PYTEST ARGS...]"
)


class SetupError(Exception):
    """Something the person at the keyboard can act on; the message is one sentence."""


def main(arguments: Sequence[str]) -> int:
    verb, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if verb not in ("run", "test"):
        asked = verb in ("-h", "--help")
        print(USAGE, file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    # Being ended by the system looks like Ctrl+C, so a half-done set-up stops its child, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        check_python(sys.version_info[:2])
        if verb == "test":
            prepare(frozenset({"test"}))
            return run_stages(test_stages(venv_python(), rest))
        prepare(frozenset())
        return start(run_command(venv_python(), rest))
    except SetupError as error:
        print(f"Set-up stopped: {error}", file=sys.stderr)
    except OSError as error:
        print(f"Set-up stopped: {error.strerror or error} ({error.filename}).", file=sys.stderr)
    except KeyboardInterrupt:
        print("Set-up interrupted; the same command continues it.", file=sys.stderr)
        return 130
    return 1


def say(sentence: str) -> None:
    """Set-up talks on stderr: stdout belongs to the program, which may print JSON there."""
    print(sentence, file=sys.stderr, flush=True)


# --- what to run -----------------------------------------------------------------------------


def arguments_when_none_are_given() -> list[str]:
    """What a bare `run` does: [] is the window; where no window can be shown, the demo."""
    return [] if has_display(os.environ) else ["demo"]


def has_display(environment: Mapping[str, str], system: str = sys.platform) -> bool:
    """Whether a window has a screen to be on; Windows and macOS always have one."""
    if system in ("win32", "darwin"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def run_command(python: Path, arguments: Sequence[str]) -> list[str]:
    chosen = list(arguments) or arguments_when_none_are_given()
    return [str(python), "-m", "ddpm_studio", *chosen]


def test_stages(python: Path, pytest_arguments: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Name and command of each stage; pytest is last so that its closing line ends the output."""
    module = [str(python), "-m"]
    return [
        ("ruff check", [*module, "ruff", "check", "."]),
        ("ruff format --check", [*module, "ruff", "format", "--check", "."]),
        ("mypy", [*module, "mypy", "ddpm_studio"]),
        ("pytest", [*module, "pytest", *pytest_arguments]),
    ]


def start(command: list[str]) -> int:
    """Hand over to the program, so that its signals and its exit code are its own."""
    sys.stdout.flush()
    if os.name != "nt":  # exec there would return to the prompt at once
        os.execv(command[0], command)
    return run_and_wait(command).code


def run_stages(stages: Sequence[tuple[str, list[str]]]) -> int:
    """Run every stage, whatever the others say; returns the last failure's exit code, or 0."""
    failed: list[str] = []
    result = 0
    for name, command in stages:
        note = f"   (failed so far: {', '.join(failed)})" if failed else ""
        print(f"== {name}{note}", flush=True)
        ended = run_and_wait(command, cwd=ROOT)
        if ended.code != 0:
            failed.append(name)
            result = ended.code
        if ended.was_interrupted:
            return result or 130
    return result


class Ended(NamedTuple):
    """How a child ended: its exit code (128 + n for signal n), and whether it was asked to end."""

    code: int
    was_interrupted: bool


def run_and_wait(command: list[str], cwd: Path | None = None) -> Ended:
    """Run a child to its end; what Ctrl+C and SIGTERM mean is for the child to decide."""
    asked: list[int] = []

    def on_terminate(signum: int, _frame: object) -> None:
        asked.append(signum)
        child.terminate()

    def on_interrupt(signum: int, _frame: object) -> None:
        asked.append(signum)  # the terminal has sent Ctrl+C to the child as well

    with subprocess.Popen(command, cwd=cwd) as child:
        before = signal.signal(signal.SIGTERM, on_terminate)
        before_int = signal.signal(signal.SIGINT, on_interrupt)
        try:
            code = child.wait()
        finally:
            signal.signal(signal.SIGTERM, before)
            signal.signal(signal.SIGINT, before_int)
    return Ended(code if code >= 0 else 128 - code, bool(asked))


# --- the virtual environment and its stamp ---------------------------------------------------


@dataclass(frozen=True)
class Stamp:
    """What `.venv` holds: the state it was installed from, extras, and whether Qt can load."""

    fingerprint: str
    extras: frozenset[str]
    qt_loads: bool = False

    def covers(self, fingerprint: str, extras: frozenset[str]) -> bool:
        return self.fingerprint == fingerprint and extras <= self.extras


def read_stamp(path: Path) -> Stamp | None:
    """The stamp, or None where there is none that can be understood."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return Stamp(found["fingerprint"], frozenset(found["extras"]), found["qt_loads"] is True)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_stamp(path: Path, stamp: Stamp) -> None:
    content = {
        "fingerprint": stamp.fingerprint,
        "extras": sorted(stamp.extras),
        "qt_loads": stamp.qt_loads,
    }
    path.write_text(json.dumps(content) + "\n", "utf-8")


def fingerprint(root: Path, python_version: tuple[int, ...]) -> str:
    """Changes whenever an installation could differ; a moved checkout counts, too."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "packaging/constraints.txt"):
        # Not the bytes: a checkout on Windows may have other line ends.
        digest.update((root / name).read_text("utf-8").encode() + b"\0")
    digest.update(repr((str(root), python_version, sys.platform, platform.machine())).encode())
    return digest.hexdigest()


def prepare(extras: frozenset[str]) -> None:
    """Make `.venv` hold the package with at least these extras; costs nothing when it does."""
    if not venv_works():
        make_venv()
    stamp = read_stamp(STAMP)
    wanted = fingerprint(ROOT, sys.version_info[:2])
    if stamp is None or not stamp.covers(wanted, extras):
        if stamp is not None:
            extras |= stamp.extras  # else `run` and `test` in turn would forget each other's
        STAMP.unlink(missing_ok=True)
        install(extras)
        stamp = Stamp(wanted, extras)
        write_stamp(STAMP, stamp)
    if sys.platform.startswith("linux") and not stamp.qt_loads and provide(VENV, LOG, say):
        write_stamp(STAMP, replace(stamp, qt_loads=True))


def check_python(version: tuple[int, ...]) -> None:
    if version < MINIMUM_PYTHON:
        needed, found = (".".join(map(str, v)) for v in (MINIMUM_PYTHON, version))
        raise SetupError(
            f"DDPM Studio needs Python {needed} or newer, and this is Python {found}; "
            "start this command with a newer one, for example python3.12."
        )


def venv_python(venv: Path = VENV, windows: bool = os.name == "nt") -> Path:
    return venv / "Scripts" / "python.exe" if windows else venv / "bin" / "python"


def venv_works() -> bool:
    """Whether `.venv` has a Python of this version that starts and has pip."""
    question = "import pip, sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [venv_python(), "-c", question], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.split() == [*map(str, sys.version_info[:2])]


def make_venv() -> None:
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            "This Python cannot make virtual environments; install its venv module "
            "(Debian, Ubuntu: apt install python3-venv)."
        )
    if VENV.exists() and not (VENV / "pyvenv.cfg").exists() and any(VENV.iterdir()):
        raise SetupError(f"{VENV} is not a virtual environment; move it away.")
    say("Making a virtual environment in .venv")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise SetupError(why_install_failed(made.stdout.splitlines(), "make .venv"))


# --- pip -------------------------------------------------------------------------------------


def install_command(python: Path, extras: Iterable[str]) -> list[str]:
    """Settings in PIP_* variables and pip's own files still count: no index is named here."""
    names = ",".join(sorted(extras))
    target = f".[{names}]" if names else "."
    options = ["--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    return [
        *(str(python), "-m", "pip", "install", *options),
        *("--constraint", str(CONSTRAINTS), "--editable", target),
    ]


def install(extras: frozenset[str]) -> None:
    say("Installing PyTorch, Qt and the other packages; the first time this takes some minutes")
    command = install_command(venv_python(), extras)
    lines: list[str] = []
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        try:
            with LOG.open("w", encoding="utf-8") as log:
                follow(pip.stdout or (), log, lines)
        except BaseException:
            pip.terminate()
            raise
    if pip.returncode != 0:
        raise SetupError(why_install_failed(lines, "install the packages"))


def follow(output: Iterable[str], log: IO[str], lines: list[str]) -> None:
    """Keep what pip prints, and show the few lines that tell that it is at work."""
    shown = ""
    for line in output:
        log.write(line)
        lines.append(line.rstrip())
        news = news_from_pip(line)
        if news and news != shown:
            say(f"  {news}")
            shown = news


def news_from_pip(line: str) -> str:
    """What a line of pip's output means to a person who waits, or ''."""
    download = re.match(r"\s*Downloading (\S+) \((\d[\d.]*) ([MG]B)\)", line)
    if download:
        name, size, unit = download.groups()
        worth_telling = unit == "GB" or float(size) >= 10
        return f"downloading {name.rpartition('/')[2]} ({size} {unit})" if worth_telling else ""
    if "Retrying (Retry(" in line:
        return "no answer from the package index, trying again"
    return "unpacking" if line.startswith("Installing collected packages") else ""


_REASONS = (
    (
        r"No space left on device|Errno 28\b|WinError 112\b|not enough space",
        "the disk is full (about 2 GB are needed, with CUDA 8 GB)",
    ),
    (
        r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|Retrying \(",
        "the package index does not answer; check the network, then repeat the command",
    ),
    (r"Permission denied|Errno 13\b|WinError 5\b", "a file may not be written"),
)


def why_install_failed(lines: Sequence[str], task: str) -> str:
    """One sentence from the output of a failed step."""
    output = "\n".join(lines)
    for pattern, reason in _REASONS:
        if re.search(pattern, output):
            return f"Could not {task}: {reason}."
    errors = [line for line in lines if line.lower().startswith("error:")]
    last = (errors or [line for line in lines if line.strip()] or ["no reason was given"])[-1]
    hint = f" (everything it said: {LOG})" if LOG.exists() else ""
    return f"Could not {task}: {last.strip().rstrip('.')}{hint}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
