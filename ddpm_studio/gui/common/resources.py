"""Finds the icons, styles and translations that come with the program; without Qt."""

from pathlib import Path

from ddpm_studio.errors import StudioError

_PACKAGE = Path(__file__).resolve().parents[2]

# Installed, the files lie inside the package; in a checkout, at the repository's root.
_FOLDERS = (_PACKAGE / "resources", _PACKAGE.parent / "resources")


def resource_path(*parts: str) -> Path:
    """Where a shipped file or folder lies: `resource_path("icons", "app.svg")`.

    Raises StudioError if it is missing, which means that the installation is incomplete.
    """
    for folder in _FOLDERS:
        path = folder.joinpath(*parts)
        if path.exists():
            return path
    name = "/".join(("resources", *parts))
    raise StudioError(f"The file {name} is missing from this installation; install it again.")


def docs_path(name: str) -> Path:
    """Where a page of the docs lies that people read inside the program: `docs_path("guide.md")`.

    Raises StudioError as `resource_path` does.
    """
    beside = _PACKAGE.parent / "docs" / name  # in a checkout
    return beside if beside.exists() else resource_path("docs", name)
