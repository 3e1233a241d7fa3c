"""From a folder of files to one set of pictures."""

from ddpm_studio.choices import Choices, Crop, PictureChoice
from ddpm_studio.data.decode.decode import UnreadablePictureError
from ddpm_studio.data.prepare import PictureSet, prepare_pictures

__all__ = [
    "Choices",
    "Crop",
    "PictureChoice",
    "PictureSet",
    "UnreadablePictureError",
    "prepare_pictures",
]
