"""Tests of packaging/bootstrap.py: what it decides, without installing anything."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "packaging"
sys.path.insert(0, str(SCRIPTS))  # as for a script that is started
import bootstrap  # noqa: E402

sys.path.remove(str(SCRIPTS))
POSIX = pytest.mark.skipif(os.name == "nt", reason="the program is a child on Windows")


class Commands:
    """Takes note of commands instead of running them; `failing` names the tools that fail."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []
        self.failing: dict[str, int] = {}

    def __call__(self, command: list[str], **options: object) -> int:
        self.seen.append(command)
        return sum(code for word, code in self.failing.items() if word in command)

    def targets(self) -> list[str]:
        """What was installed, each time."""
        return [command[command.index("--editable") + 1] for command in self.seen]


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """A checkout with an environment, and without uv, in which commands are only noted."""
    for folder in ("packaging", ".venv"):
        (tmp_path / folder).mkdir()
    (tmp_path / "packaging" / "constraints.txt").write_text("torch==1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    venv, python, noted = tmp_path / ".venv", tmp_path / ".venv" / "python", Commands()
    python.symlink_to(sys.executable)
    here = {"ROOT": tmp_path, "VENV": venv, "PYTHON": python, "STAMP": venv / "installed.txt"}
    for name, value in {**here, "UV": None, "call": noted}.items():
        monkeypatch.setattr(bootstrap, name, value)
    monkeypatch.setattr(bootstrap.os, "execv", lambda path, command: noted(command))
    return noted


# --- what is started -------------------------------------------------------------------------


@POSIX
@pytest.mark.parametrize(
    ("system", "display", "wayland", "chosen"),
    [
        ("win32", "", "", []),
        ("darwin", "", "", []),
        ("linux", ":0", "", []),
        ("linux", "", "wayland-0", []),
        ("linux", "", "", ["demo"]),
    ],
)
def test_run_alone_is_the_window_or_without_a_screen_the_demo_else_its_arguments(
    commands: Commands,
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    display: str,
    wayland: str,
    chosen: list[str],
) -> None:
    monkeypatch.setattr(bootstrap.sys, "platform", system)
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setenv("WAYLAND_DISPLAY", wayland)
    for given in ([], ["train", "my flowers", "--set", "pictures.size=64", "--help", "--", "-x"]):
        commands.seen.clear()
        bootstrap.start(given)
        assert commands.seen[0][1:] == ["-m", "ddpm_studio", *(given or chosen)]


@pytest.mark.parametrize(
    ("arguments", "done"),
    [
        (["run", "--system"], [[], False, ["--system"]]),
        (["--system", "test", "-x"], [["test"], True, ["-m", "pytest", "-x"]]),
    ],
)
def test_main_prepares_what_the_verb_needs_and_passes_the_rest_on(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], done: list[object]
) -> None:
    noted: list[object] = []
    monkeypatch.setattr(bootstrap, "prepare", noted.append)
    monkeypatch.setattr(bootstrap.sys, "platform", "linux")
    monkeypatch.setattr(
        bootstrap.qt_libraries, "provide", lambda venv, is_asked, call: noted.append(is_asked)
    )
    monkeypatch.setattr(bootstrap, "start", noted.append)
    monkeypatch.setattr(
        bootstrap, "run_stages", lambda stages: noted.append(list(stages.values())[-1])
    )
    monkeypatch.setattr(bootstrap.signal, "signal", lambda *_: None)
    bootstrap.main(arguments)
    assert noted == done


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["fly"], 2), (["--help"], 0)])
def test_other_verbs_explain_the_usage(
    arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main(arguments) == code
    assert "bootstrap.py run" in capsys.readouterr().err


def test_an_old_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 1))
    monkeypatch.setattr(bootstrap.platform, "python_version", lambda: "3.9.1")
    with pytest.raises(SystemExit, match=r"Python 3\.11 or newer is needed.* 3\.9\.1"):
        bootstrap.main(["run"])


# --- installing ------------------------------------------------------------------------------


def test_fingerprint_changes_with_all_that_matters_and_not_with_line_ends(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [bootstrap.fingerprint(tmp_path)]
    (tmp_path / "pyproject.toml").write_bytes(b"[project]\r\n")
    assert bootstrap.fingerprint(tmp_path) == found[0]
    for name in ("pyproject.toml", "packaging/constraints.txt"):
        (tmp_path / name).write_text("other\n")
        found.append(bootstrap.fingerprint(tmp_path))
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 99, 0))
    assert len({*found, bootstrap.fingerprint(tmp_path)}) == 4


def test_nothing_is_installed_twice_and_extras_are_kept(commands: Commands, tmp_path: Path) -> None:
    for asked in ([], ["test"], [], ["test"]):
        bootstrap.prepare(asked)
    assert commands.targets() == [".", ".[test]"]
    (tmp_path / "pyproject.toml").write_text("[project]\nname='x'\n")
    bootstrap.prepare([])
    assert commands.targets()[2:] == [".[test]"]


@pytest.mark.parametrize("damage", [b"", b"\0\0\0", b"\xff\n", b"old test"])
def test_a_damaged_stamp_is_none(commands: Commands, damage: bytes) -> None:
    bootstrap.STAMP.write_bytes(damage)
    bootstrap.prepare([])
    bootstrap.prepare([])
    assert len(commands.seen) == 1


def test_a_failed_install_leaves_no_stamp_and_ends_in_a_sentence(commands: Commands) -> None:
    bootstrap.prepare([])
    commands.failing = {"pip": 1}
    with pytest.raises(SystemExit, match=r"^The packages .*; the reason stands above\.$"):
        bootstrap.prepare(["test"])
    assert not bootstrap.STAMP.exists()


@pytest.mark.parametrize(("fails", "tools"), [(0, ["uv"]), (1, ["uv", "python"])])
def test_uv_installs_where_it_is_there_and_pip_where_it_fails(
    commands: Commands, monkeypatch: pytest.MonkeyPatch, fails: int, tools: list[str]
) -> None:
    monkeypatch.setattr(bootstrap, "UV", "/bin/uv")
    commands.failing = {"/bin/uv": fails}
    bootstrap.install(".[test]")
    assert [Path(command[0]).name for command in commands.seen] == tools
    assert commands.targets() == [".[test]"] * len(tools)
    for command in commands.seen:
        assert command[command.index("--constraint") + 1] == "packaging/constraints.txt"
        assert str(bootstrap.PYTHON) in command
        assert not any("index-url" in word or "://" in word for word in command)


def test_an_environment_of_another_python_is_made_anew(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.make_venv()
    assert not commands.seen
    (bootstrap.VENV / "pyvenv.cfg").touch()
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 99, 0))
    bootstrap.make_venv()
    assert commands.seen == [[sys.executable, "-m", "venv", "--clear", str(bootstrap.VENV)]]


def test_a_folder_that_is_no_environment_is_not_deleted(commands: Commands) -> None:
    bootstrap.PYTHON.rename(bootstrap.VENV / "treasure")
    with pytest.raises(SystemExit, match="is not a virtual environment"):
        bootstrap.make_venv()
    assert not commands.seen


def test_without_the_venv_module_uv_makes_it_or_its_package_is_named(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.PYTHON.unlink()
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        bootstrap.make_venv()
    monkeypatch.setattr(bootstrap, "UV", "/bin/uv")
    bootstrap.make_venv()
    assert commands.seen[0][:3] == ["/bin/uv", "venv", "--seed"]  # with pip in it


# --- running ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("codes", "result"), [((0, 0), 0), ((3, 0), 3), ((0, 5), 5), ((3, 5), 5)])
def test_every_stage_runs_and_any_failure_counts(
    codes: tuple[int, ...], result: int, capsys: pytest.CaptureFixture[str], commands: Commands
) -> None:
    commands.failing = dict(zip(("first", "second"), codes, strict=True))
    assert bootstrap.run_stages({"first": ["first"], "second": ["second"]}) == result
    assert [command[1:] for command in commands.seen] == [["first"], ["second"]]
    titles = capsys.readouterr().out.splitlines()
    assert [title.split("   ")[0] for title in titles] == ["== first", "== second"]
    assert ("failed so far: first" in titles[1]) is (codes[0] != 0)


@POSIX
def test_a_child_that_dies_of_a_signal_has_the_exit_code_of_the_shell() -> None:
    words = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    assert bootstrap.call([sys.executable, "-c", words]) == 143


CHILD = """
import pathlib, signal, sys, time
def save(*_):
    time.sleep(0.6)
    pathlib.Path("saved").touch()
    sys.exit(1)
signal.signal(int(sys.argv[1]), save)
pathlib.Path("ready").touch()
time.sleep(600)
"""
PARENT = f"""
import sys; sys.path.insert(0, {str(SCRIPTS)!r}); import bootstrap
bootstrap.prepare = bootstrap.qt_libraries.provide = lambda *_: None
bootstrap.ROOT, bootstrap.PYTHON = ".", sys.executable
bootstrap.STAGES = {{"slow": ["-c", {CHILD!r}, sys.argv[1]], "pytest": ["-c", "print(1)"]}}
sys.exit(bootstrap.main(["test"]))
"""


@POSIX
@pytest.mark.parametrize(
    ("signum", "code", "sentence"),
    [(signal.SIGTERM, 143, ""), (signal.SIGINT, 130, "Interrupted; the same command continues.\n")],
)
def test_a_child_that_saves_on_a_signal_is_waited_for(
    signum: int, code: int, sentence: str, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(int(signum))],
        cwd=tmp_path,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 500
    while not (tmp_path / "ready").exists():
        assert time.monotonic() < deadline, "the child never came"
        time.sleep(0.01)
    # Ctrl+C reaches the whole group, as from a terminal; SIGTERM only the parent.
    (os.killpg if signum == signal.SIGINT else os.kill)(process.pid, signum)
    assert process.communicate(timeout=500) == ("== slow\n", sentence)
    assert process.returncode == code
    assert (tmp_path / "saved").exists()
