"""Any colour mode that Pillow decodes, as 8-bit sRGB: mode L, RGB or RGBA."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageCms

ALPHA_MODES = ("RGBA", "LA", "PA", "RGBa", "La")
INTENT = ImageCms.Intent.PERCEPTUAL


def to_srgb(image: Image.Image, notes: list[str]) -> Image.Image:
    """The picture in mode L, RGB or RGBA, its embedded colour profile applied.

    What was done to it is added to `notes`. The alpha of transparent palettes is kept.
    """
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        notes.append(f"brought from {_depth(image)} to 8 bits")
        return _to_8_bits(image)
    if image.mode == "P" or "transparency" in image.info:
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    alpha = None
    if image.mode in ALPHA_MODES:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
        image_without = image.convert("RGB")
        image_without.info["icc_profile"] = image.info.get("icc_profile")
        image = image_without
    colour = _apply_profile(image, notes)
    if alpha is not None:
        colour = colour.convert("RGB")
        colour.putalpha(alpha)
    return colour


def _apply_profile(image: Image.Image, notes: list[str]) -> Image.Image:
    embedded = image.info.get("icc_profile")
    if image.mode in ("CMYK", "LAB"):
        notes.append(f"converted from {'Lab' if image.mode == 'LAB' else 'CMYK'}")
    if embedded:
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(embedded)),
                ImageCms.createProfile("sRGB"),
                renderingIntent=INTENT,
                outputMode="RGB",
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            notes.append("its colour profile does not fit and was left aside")
        else:
            assert converted is not None
            return converted
    if image.mode == "LAB":
        return _lab_to_srgb(image)
    return image if image.mode in ("L", "RGB") else image.convert(_plain_mode(image))


def _plain_mode(image: Image.Image) -> str:
    return "L" if image.mode == "1" else "RGB"


def _lab_to_srgb(image: Image.Image) -> Image.Image:
    converted = ImageCms.profileToProfile(
        image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert converted is not None
    return converted


def _depth(image: Image.Image) -> str:
    return "floating point" if image.mode == "F" else "16 bits or more"


def _to_8_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits or floating point, scaled by the range that its values suggest."""
    values = np.nan_to_num(np.asarray(image, np.float64))
    low, high = float(values.min()), float(values.max())
    if image.mode.startswith("I;16") or (image.mode == "I" and low >= 0 and high <= 65535):
        low, high = 0.0, 65535.0
    elif image.mode == "F" and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    elif image.mode == "F" and low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    scaled = (values - low) / max(high - low, 1e-12) * 255
    return Image.fromarray(scaled.round().astype(np.uint8))
