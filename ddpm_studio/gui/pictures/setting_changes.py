"""What the controls beside the wall change in a project, saved at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from ddpm_studio.config import StudioConfig
from ddpm_studio.config_text import with_settings
from ddpm_studio.gui.pictures import work
from ddpm_studio.gui.pictures.folder_summary import FolderPanel
from ddpm_studio.gui.pictures.settings_panel import PictureSettings
from ddpm_studio.gui.session import Session


class PictureSettingChanges(QObject):
    """Hears the controls; what cannot be changed is said in the banner, and `refused`."""

    refused = Signal(object)  # Project, whose settings hold as they were

    def __init__(
        self, session: Session, settings: PictureSettings, folder: FolderPanel, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session = session
        settings.size_chosen.connect(self._on_size)
        settings.channels_chosen.connect(self._on_channels)
        settings.crop_chosen.connect(self._on_crop)
        settings.copies_chosen.connect(self._on_copies)
        settings.background_chosen.connect(self._on_background)
        settings.flip_chosen.connect(self._on_flip)
        folder.settings_wanted.connect(self._on_advice)

    def _on_size(self, shape: tuple[int, int]) -> None:
        self._change(lambda config: work.with_shape(config, *shape))

    def _on_channels(self, channels: int) -> None:
        self._set(channels=channels)

    def _on_crop(self, crop: str) -> None:
        self._set(crop=crop)

    def _on_copies(self, copies: str) -> None:
        self._set(copies=copies)

    def _on_background(self, colour: str) -> None:
        self._set(background=colour)

    def _on_flip(self, flips: bool) -> None:
        self._set(flip_horizontal=flips)

    def _on_advice(self, settings: Sequence[tuple[str, object]]) -> None:
        words = [f"{name}={value}" for name, value in settings]
        self._change(lambda config: with_settings(config, words))

    def _set(self, **values: object) -> None:
        self._change(lambda config: work.with_pictures_setting(config, **values))

    def _change(self, change: Callable[[StudioConfig], StudioConfig]) -> None:
        """Save other settings; those that hold are shown again if that cannot be."""
        if not self._session.change(change):
            self.refused.emit(self._session.project)
