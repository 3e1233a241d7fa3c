"""Sets up `.venv` in the repository, then runs the program or its tests there.

    python3 packaging/bootstrap.py run [ARGUMENTS...]     the program; alone: its window, or a demo
    python3 packaging/bootstrap.py test [PYTEST ARGS...]  ruff, mypy, import rules and pytest

uv installs the packages where it is there, else pip. With `--system` before `run` or `test`, apt
installs what Qt lacks. A stamp in `.venv` says what is installed: the second time starts at once.
"""

from __future__ import annotations  # lets an older Python read this file far enough to be told so

import hashlib
import importlib.util
import os
import platform
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import qt_libraries

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed.txt"
UV = shutil.which("uv")

STAGES = {  # what the environment's Python is given; pytest last, its closing line ends the output
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format --check": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy", "ddpm_studio", "tests", "packaging"],
    "lint-imports": ["-c", "import importlinter.cli as cli; cli.lint_imports_command()"],
    "pytest": ["-m", "pytest"],
}


def main(arguments: list[str]) -> int:
    is_system_asked = arguments[:1] == ["--system"]
    verb, *rest = arguments[is_system_asked:] or [""]
    if verb not in ("run", "test"):
        print(__doc__, file=sys.stderr)
        return 0 if verb in ("-h", "--help") else 2
    if sys.version_info < (3, 11):  # noqa: UP036 - an older one may read this, see above
        sys.exit(f"Python 3.11 or newer is needed, and this is {platform.python_version()}.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        prepare([] if verb == "run" else ["test"])
        if sys.platform == "linux":
            qt_libraries.provide(VENV, is_system_asked, call_aside)
        if verb == "run":
            return start(rest)
        return run_stages({**STAGES, "pytest": [*STAGES["pytest"], *rest]})
    except OSError as error:
        sys.exit(f"{error.strerror or error} ({error.filename}).")
    except KeyboardInterrupt:
        print("Interrupted; the same command continues.", file=sys.stderr)
        return 130


def prepare(asked: list[str]) -> None:
    """Make `.venv` hold the package with at least these extras; costs nothing when it does."""
    stamp = STAMP.read_text("utf-8", "replace").split() if STAMP.exists() else []
    extras = sorted({*stamp[1:], *asked})  # else `run` would forget what `test` needs
    wanted = [fingerprint(ROOT), *extras]
    if stamp == wanted and PYTHON.exists():
        return
    make_venv()
    STAMP.unlink(missing_ok=True)
    install(f".[{','.join(extras)}]" if extras else ".")
    STAMP.write_text(" ".join(wanted), "utf-8")


def fingerprint(root: Path) -> str:
    """Changes whenever an installation could differ; a moved checkout counts, too."""
    files = (root / "pyproject.toml", root / "packaging" / "constraints.txt")
    texts = [file.read_text("utf-8") for file in files]  # whatever line ends the checkout has
    where = [str(root), sys.version_info[:2], sys.platform, platform.machine()]
    return hashlib.sha256(repr([texts, where]).encode()).hexdigest()


def make_venv() -> None:
    """Unless `.venv` has a Python of this version that starts and has pip."""
    question = f"import pip, sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", question]).returncode == 0:
        return
    if VENV.exists() and not (VENV / "pyvenv.cfg").exists() and any(VENV.iterdir()):
        sys.exit(f"{VENV} is not a virtual environment; move it away.")
    if all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
        command = [sys.executable, "-m", "venv"]
    elif UV:
        command = [UV, "venv", "--seed", "--python", sys.executable]
    else:
        sys.exit("Python's venv module or uv is needed (Debian, Ubuntu: apt install python3-venv).")
    if call_aside([*command, "--clear", str(VENV)]) != 0:
        sys.exit("A virtual environment could not be made; the reason stands above.")


def install(target: str) -> None:
    """By uv; by pip where that is missing or fails, as it does if only pip knows of an index."""
    print("Installing PyTorch, Qt and more; at first this takes some minutes.", file=sys.stderr)
    what = ["install", "--constraint", "packaging/constraints.txt", "--editable", target]
    if UV and call_aside([UV, "pip", *what, "--python", str(PYTHON), "--compile-bytecode"]) == 0:
        return
    if call_aside([str(PYTHON), "-m", "pip", *what]) != 0:
        sys.exit("The packages could not be installed; the reason stands above.")


def call_aside(command: list[str]) -> int:
    """As `call`, on stderr: stdout belongs to the program, which may print JSON there."""
    return call(command, cwd=ROOT, stdout=sys.stderr)


def call(command: list[str], **options: Any) -> int:
    """Run a child to its end, even if interrupted: it may save. 128 + n for an end by signal n."""
    child = subprocess.Popen(command, **options)
    try:
        code = child.wait()
    except SystemExit:  # SIGTERM came to this process alone, Ctrl+C comes to both
        child.terminate()
        raise
    finally:
        child.wait()
    return code if code >= 0 else 128 - code


def run_stages(stages: dict[str, list[str]]) -> int:
    """Run every stage, whatever the others say; returns the last failure's exit code, or 0."""
    failed: dict[str, int] = {}
    for name, words in stages.items():
        note = f"   (failed so far: {', '.join(failed)})" if failed else ""
        print(f"== {name}{note}", flush=True)
        code = call([str(PYTHON), *words], cwd=ROOT)
        if code != 0:
            failed[name] = code
    return [0, *failed.values()][-1]


def start(arguments: list[str]) -> int:
    """Hand over to the program, so that its signals and its exit code are its own."""
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    alone = [] if screen or sys.platform in ("win32", "darwin") else ["demo"]
    command = [str(PYTHON), "-m", "ddpm_studio", *(arguments or alone)]
    if os.name != "nt":  # exec there would return to the prompt at once
        os.execv(command[0], command)
    return call(command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
