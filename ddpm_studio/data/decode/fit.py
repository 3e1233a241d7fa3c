"""From an upright picture to the pixels that the network sees: crop, scale, alpha, channels."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageColor

from ddpm_studio.choices import Crop
from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.decode.decode import Box
from ddpm_studio.data.decode.focus import box_around
from ddpm_studio.data.decode.pixel_art import fit_pixel_art

LANCZOS = Image.Resampling.LANCZOS
Part = tuple[float, float, float, float]  # left, top, width, height as parts of 0 .. 1


@dataclass(frozen=True)
class Upright:
    """image: mode L, RGB or RGBA; box: where the whole picture lies in it, in pixels.

    All of it is of the picture as its file has it, until `turned`.
    """

    image: Image.Image
    box: Box
    width: int  # of the picture in its file
    height: int
    focus: tuple[float, float] = (0.5, 0.5)
    pixel_scale: int = 0  # of pixel art
    pixels: np.ndarray | None = None  # uint8 (H, W, C) of `image`, where they are at hand


def turned(picture: Upright, degrees: int) -> Upright:
    """The picture turned clockwise, by one of `choices.TURNS`; no pixel of it changes."""
    for _ in range(degrees // 90):
        left, top, right, bottom = picture.box
        high = picture.image.height
        x, y = picture.focus
        picture = Upright(
            picture.image.transpose(Image.Transpose.ROTATE_270),  # PIL counts the other way
            (high - bottom, left, high - top, right),
            picture.height,
            picture.width,
            (1 - y, x),
            picture.pixel_scale,
            None if picture.pixels is None else np.ascontiguousarray(np.rot90(picture.pixels, -1)),
        )
    return picture


def part_of(picture: Upright, crop: Crop, width: int, height: int) -> Part:
    """Which part of a picture a crop takes, for a target of width x height; "pad": all of it.

    picture: as it is seen, turned.
    """
    if crop.mode == "pad":
        return 0.0, 0.0, 1.0, 1.0
    aspect, size = width / height, (picture.width, picture.height)
    if crop.mode == "box":
        return _with_aspect(crop.box, size, aspect)
    return box_around(picture.focus if crop.mode == "smart" else (0.5, 0.5), size, aspect)


def fit(picture: Upright, crop: Crop, config: PicturesConfig) -> np.ndarray:
    """The picture as the network sees it: uint8 (H, W, C); with 4 channels premultiplied.

    picture: as its file has it; it is turned as the crop says.
    """
    picture = turned(picture, crop.turn)
    channels, height, width = config.shape
    if _is_fitted(picture, crop, config):
        assert picture.pixels is not None
        return picture.pixels
    image = _in_channels(picture.image, channels, config.background)
    ground = ground_of(config)
    part = part_of(picture, crop, width, height)
    fitted: np.ndarray | Image.Image
    if picture.pixel_scale:
        fitted = _fit_pixel_art(image, picture, part, crop.mode, (width, height), ground)
    elif crop.mode == "pad":
        fitted = _padded(image, picture, (width, height), ground)
    else:
        fitted = image.resize((width, height), LANCZOS, box=_inside(image, picture.box, part))
    return np.asarray(fitted, np.uint8).reshape(height, width, channels)


def _is_fitted(picture: Upright, crop: Crop, config: PicturesConfig) -> bool:
    """Whether its pixels are what any scaling would give, as nothing is cut off or scaled."""
    channels, height, width = config.shape
    return (
        picture.pixels is not None
        and picture.pixels.shape == (height, width, channels)
        and channels < 4  # which would be premultiplied
        and (picture.width, picture.height) == (width, height)
        and not picture.pixel_scale
        and crop.mode != "box"
    )


def ground_of(config: PicturesConfig) -> tuple[int, ...]:
    """What lies around a padded picture: the background, or nothing where that can be."""
    colour = ImageColor.getrgb(config.background)[:3]
    channels = config.shape[0]
    if channels == 4:
        return 0, 0, 0, 0
    if channels == 3:
        return colour
    return (Image.new("RGB", (1, 1), colour).convert("L").tobytes()[0],)


def flattened(image: Image.Image, background: str) -> Image.Image:
    """A transparent picture laid on the background colour: mode L or RGB."""
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGBA", image.size, (*ImageColor.getrgb(background)[:3], 255))
    return Image.alpha_composite(ground, image).convert("RGB")


def _in_channels(image: Image.Image, channels: int, background: str) -> Image.Image:
    """In the mode that the network's channels need, before it is scaled."""
    if channels == 4:
        # premultiplied, or colours hidden under transparent parts would leak into the others
        return (image if image.mode == "RGBA" else image.convert("RGBA")).convert("RGBa")
    image = flattened(image, background)
    mode = "L" if channels == 1 else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _with_aspect(part: Part, size: tuple[int, int], aspect: float) -> Part:
    """The largest middle of a part that has the wanted aspect; one drawn for another size."""
    left, top, width, height = part
    wide, high = width * size[0], height * size[1]
    kept_wide, kept_high = min(wide, high * aspect), min(high, wide / aspect)
    new_width, new_height = kept_wide / size[0], kept_high / size[1]
    return left + (width - new_width) / 2, top + (height - new_height) / 2, new_width, new_height


def _inside(image: Image.Image, box: Box, part: Part) -> Box:
    """A part of the picture in pixels of the image; rounding must not lead outside."""
    left, top, right, bottom = box
    x, y = left + part[0] * (right - left), top + part[1] * (bottom - top)
    end_x, end_y = x + part[2] * (right - left), y + part[3] * (bottom - top)
    return max(0.0, x), max(0.0, y), min(end_x, image.width), min(end_y, image.height)


def _padded(
    image: Image.Image, picture: Upright, target: tuple[int, int], ground: tuple[int, ...]
) -> Image.Image:
    """The whole picture, and the ground around it."""
    width, height = target
    scale = min(width / picture.width, height / picture.height)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    whole = image.resize(size, LANCZOS, box=_inside(image, picture.box, (0.0, 0.0, 1.0, 1.0)))
    padded = Image.new(image.mode, target, ground if len(ground) > 1 else ground[0])
    padded.paste(whole, ((width - size[0]) // 2, (height - size[1]) // 2))
    return padded


def _fit_pixel_art(
    image: Image.Image,
    picture: Upright,
    part: Part,
    mode: str,
    target: tuple[int, int],
    ground: tuple[int, ...],
) -> np.ndarray:
    """By nearest neighbour and whole factors; a part begins and ends at drawn pixels."""
    scale = picture.pixel_scale
    pixels = np.asarray(image).reshape(image.height, image.width, -1)
    if mode in ("box", "smart"):
        left, top, right, bottom = (
            round(edge / scale) * scale for edge in _inside(image, picture.box, part)
        )
        pixels = pixels[top : max(bottom, top + scale), left : max(right, left + scale)]
    how = "pad" if mode == "pad" else "centre"
    return fit_pixel_art(pixels, scale, *target, how, ground)
