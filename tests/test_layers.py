"""Rules of the house that `lint-imports` cannot say, read from the source itself."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "ddpm_studio"
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 400

QT = {"PySide6", "shiboken6", "pyqtgraph", "PyQt5", "PyQt6", "qtpy"}
# nothing is unpickled, and nothing leaves the machine
BANNED = {"pickle", "cPickle", "dill", "marshal", "shelve", "joblib", "socket", "urllib"}
BANNED |= {"requests", "http", "httpx", "aiohttp", "ftplib", "smtplib", "xmlrpc", "diffusers"}
BANNED_CALLS = {"eval", "exec", "torch.load", "torch.save", "torch.hub.load", "__import__"}
BANNED_CALLS |= {"np.load", "numpy.load", "os.system", "os.popen"}


def is_window(path: Path) -> bool:
    return "gui" in path.relative_to(PACKAGE).parts


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def imports(path: Path) -> Iterator[str]:
    """Full names of all modules that a file imports, wherever it does so."""
    package = ["ddpm_studio", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*start, *filter(None, [node.module])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def calls(path: Path) -> set[str]:
    """The names of all that a file calls."""
    nodes = ast.walk(ast.parse(path.read_bytes()))
    return {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}


def identify(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_are_seen() -> None:
    """The tests below would be empty if they were read wrongly."""
    run = set(imports(PACKAGE / "training" / "run.py"))
    assert "torch" in run
    assert any(name.startswith("ddpm_studio.data.") for name in run)
    assert "ddpm_studio" not in roots(PACKAGE / "errors.py")


def test_only_the_window_knows_qt() -> None:
    outside = [path for path in MODULES if not is_window(path)]
    assert [identify(path) for path in outside if QT & roots(path)] == []


def test_nothing_is_unpickled_and_nothing_leaves_the_machine() -> None:
    wrong = {
        identify(path): (BANNED & roots(path)) | (BANNED_CALLS & calls(path)) for path in MODULES
    }
    for path, found in wrong.items():  # Qt's loop is woken by a pair of sockets of its own
        found -= {"socket"} if calls(ROOT / path) & {"socket.socketpair"} else set()
    assert {name: found for name, found in wrong.items() if found} == {}


def roots(path: Path) -> set[str]:
    """The packages that a file imports from."""
    return {name.split(".")[0] for name in imports(path)}


def test_randomness_is_an_argument() -> None:
    """Nobody seeds or draws from generators that belong to the whole process."""
    for path in MODULES:
        assert not {"torch.manual_seed", "torch.cuda.manual_seed", "np.random.seed"} & calls(path)
        if not is_window(path):  # where dice are thrown for new seeds
            assert "random" not in roots(path), identify(path)


def test_pages_of_the_window_do_not_import_each_other() -> None:
    for path in (PACKAGE / "gui" / "pages").glob("*_page.py"):
        others = {name.split(".")[3] for name in imports(path) if ".gui.pages." in name}
        assert not {name for name in others if name.endswith("_page")}, path.name


def test_the_engine_without_a_window_loads_no_qt() -> None:
    engine = [
        f"ddpm_studio.{name_of(path)}"
        for path in MODULES
        if not is_window(path) and name_of(path) not in ("__init__", "__main__")
    ]
    program = (
        "import importlib, sys\n"
        f"for name in {engine!r}: importlib.import_module(name)\n"
        f"print(sorted({QT!r} & {{name.split('.')[0] for name in sys.modules}}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
    assert len(engine) > 40


def test_help_does_not_wait_for_torch() -> None:
    program = (
        "import sys; from ddpm_studio.cli.entry import build_parser\n"
        "build_parser(); print('torch' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize("folder", ["ddpm_studio", "tests", "packaging", "docs"])
def test_no_module_is_too_long_to_read_at_once(folder: str) -> None:
    lengths = {
        identify(path): len(path.read_text("utf-8").splitlines())
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {name for name, lines in lengths.items() if lines > MOST_LINES} == set()


def test_a_module_says_what_it_is() -> None:
    for path in MODULES:
        said = ast.get_docstring(ast.parse(path.read_bytes())) or ""
        assert said.split("\n\n")[0].endswith("."), identify(path)
