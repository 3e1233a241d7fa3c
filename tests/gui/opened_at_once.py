"""Opening a project takes a moment; a test that opens one goes on when it is open."""

import time
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from ddpm_studio.gui.common.jobs import OPENING
from ddpm_studio.gui.session import Session


def open_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """`open_project` and `create_project` return when it is done: whether that one is open."""
    for name in ("open_project", "create_project"):
        monkeypatch.setattr(Session, name, _waiting(getattr(Session, name)))


def open_and_wait(session: Session, path: Path) -> None:
    """Open a project; on return it is open."""
    session.open_project(path)
    wait_opened(session)


def wait_opened(session: Session) -> None:
    """What is being opened is open."""
    while session.jobs.get(OPENING) is not None:
        QApplication.processEvents()
        time.sleep(0.001)


def _waiting(ask: Any) -> Any:
    def ask_and_wait(session: Session, path: Path | str, *what: Any, **how: Any) -> bool:
        ask(session, path, *what, **how)
        wait_opened(session)
        return session.project is not None and session.project.path == Path(path).resolve()

    return ask_and_wait
