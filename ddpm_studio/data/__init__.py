"""From a folder of files to one array of pictures."""

from ddpm_studio.data.prepare import PictureSet, prepare_pictures
from ddpm_studio.data.reader import Picture, UnreadablePictureError, read_picture

__all__ = ["Picture", "PictureSet", "UnreadablePictureError", "prepare_pictures", "read_picture"]
