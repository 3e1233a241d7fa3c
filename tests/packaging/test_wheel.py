"""Tests of what a built wheel holds, and that the program finds its resources in it."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ddpm_studio.errors import StudioError
from ddpm_studio.gui.common.resources import resource_path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("ddpm_studio", "resources", "tests", "packaging", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the tree, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    tree = folder / "tree"
    tree.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tree / part)
    build = ["pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    subprocess.run(
        [sys.executable, "-m", *build, "--wheel-dir", str(folder), "."], cwd=tree, check=True
    )
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_the_package_and_its_resources_only(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {p.relative_to(ROOT).as_posix() for p in (ROOT / "ddpm_studio").rglob("*.py")}
    resources = {
        f"ddpm_studio/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "resources").rglob("*")
        if path.is_file()
    }
    assert "ddpm_studio/resources/icons/app.svg" in resources
    assert modules | resources <= names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"ddpm_studio"}


def test_wheel_has_the_command_and_the_licence(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (entry_points,) = (n for n in archive.namelist() if n.endswith("entry_points.txt"))
    assert "ddpm-studio = ddpm_studio.cli:main" in archive.read(entry_points).decode()
    assert any(name.endswith("LICENSE") for name in archive.namelist())


def test_resources_are_found_in_an_unpacked_wheel_without_qt(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    question = (
        "import sys; from ddpm_studio.gui.common.resources import resource_path\n"
        "assert 'PySide6' not in sys.modules\n"
        "print(resource_path('icons', 'app.svg'))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", question],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = tmp_path / "ddpm_studio" / "resources" / "icons" / "app.svg"
    assert Path(answer.stdout.strip()).samefile(expected)


def test_resources_are_found_in_the_checkout() -> None:
    assert resource_path("icons", "app.svg") == ROOT / "resources" / "icons" / "app.svg"
    assert resource_path("icons").is_dir()


def test_a_missing_resource_is_named_in_a_sentence() -> None:
    with pytest.raises(StudioError, match=r"resources/icons/no\.svg is missing"):
        resource_path("icons", "no.svg")
