"""From a folder of files to one set of pictures."""

from ddpm_studio.choices import Choices, Crop, PictureChoice
from ddpm_studio.data.decode import UnreadablePictureError
from ddpm_studio.data.prepare import PictureSet, prepare_pictures
from ddpm_studio.data.reader import Picture, read_picture

__all__ = [
    "Choices",
    "Crop",
    "Picture",
    "PictureChoice",
    "PictureSet",
    "UnreadablePictureError",
    "prepare_pictures",
    "read_picture",
]
