"""Any colour mode that Pillow decodes, as 8-bit sRGB: mode L, RGB or RGBA."""

import io

import numpy as np
from PIL import Image, ImageCms

INTENT = ImageCms.Intent.PERCEPTUAL
EXACT = ImageCms.Flags.NOOPTIMIZE  # littleCMS's own tables are off by up to 22 of 255 for Lab
SRGB_GAMMA = 0.45455  # what a PNG's gAMA chunk says when its colours are sRGB
ROWS = 1024  # of deep pictures are worked on at a time, to save memory


def to_srgb(image: Image.Image, notes: list[str]) -> Image.Image:
    """The picture in mode L, RGB or RGBA, its embedded colour profile applied.

    What was done to it is added to `notes`. The alpha of transparent palettes is kept.
    """
    colour, alpha = _without_alpha(image, notes)
    colour = _apply_profile(colour, image.info.get("icc_profile"), notes)
    gamma = image.info.get("gamma")
    if gamma and not image.info.get("icc_profile") and "srgb" not in image.info:
        colour = _apply_gamma(colour, gamma)
    if alpha is not None:
        colour = colour.convert("RGB")
        colour.putalpha(alpha)
    return colour


def _without_alpha(image: Image.Image, notes: list[str]) -> tuple[Image.Image, Image.Image | None]:
    """The colours in a mode that profiles are made for, and the alpha channel if there is one."""
    mode, see_through = image.mode, "transparency" in image.info
    if mode in ("I", "F") or mode.startswith("I;16"):
        depth = "floating point" if mode == "F" else "16 bits or more"
        notes.append(f"brought from {depth} to 8 bits")
        return _to_8_bits(image), _key_alpha(image) if see_through else None
    if mode in ("LA", "La") or (mode in ("1", "L") and see_through):
        image = image.convert("LA")
    elif mode in ("RGBA", "RGBa", "PA") or see_through:
        image = image.convert("RGBA")
    elif mode == "1":
        image = image.convert("L")
    elif mode not in ("L", "RGB", "CMYK", "LAB"):
        image = image.convert("RGB")
    if image.mode not in ("LA", "RGBA"):
        return image, None
    # the colours as they are; Pillow's own conversion does not touch them either
    colour = image.getchannel("L") if image.mode == "LA" else image.convert("RGB")
    return colour, image.getchannel("A")


def _apply_profile(image: Image.Image, profile: bytes | None, notes: list[str]) -> Image.Image:
    if image.mode in ("CMYK", "LAB"):
        notes.append(f"converted from {'Lab' if image.mode == 'LAB' else 'CMYK'}")
    if profile:
        try:
            return _convert(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)))
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            notes.append("its colour profile does not fit and was left aside")
    if image.mode == "LAB":
        return _convert(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
    return image.convert("RGB") if image.mode == "CMYK" else image


def _convert(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    srgb = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(
        image, profile, srgb, renderingIntent=INTENT, outputMode="RGB", flags=EXACT
    )
    assert converted is not None
    return converted


def _apply_gamma(image: Image.Image, gamma: float) -> Image.Image:
    """Colours whose file says that linear light to the power of `gamma` was stored, as sRGB."""
    if not 0.1 < gamma < 10 or abs(gamma / SRGB_GAMMA - 1) < 0.05:
        return image
    light = (np.arange(256) / 255) ** (1 / gamma)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    table = (encoded * 255).round().astype(int).tolist()
    return image.point(table * len(image.getbands()))


def _to_8_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits or floating point, scaled by the range that its values suggest."""
    values = np.asarray(image)
    low, high = _range(values, image.mode)
    grey = np.empty(values.shape, np.uint8)
    for row in range(0, len(values), ROWS):
        part = values[row : row + ROWS].astype(np.float64)
        part = np.nan_to_num(part, nan=low, posinf=high, neginf=low)
        part = (part - low) / max(high - low, 1e-12) * 255
        grey[row : row + ROWS] = part.round().clip(0, 255)
    return Image.fromarray(grey)


def _range(values: np.ndarray, mode: str) -> tuple[float, float]:
    """The values that mean black and white."""
    if mode.startswith("I;16"):
        return 0.0, 65535.0
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    if low >= 0:
        whites = (255.0, 65535.0) if mode == "I" else (1.0, 255.0)
        for white in whites:
            # a float picture of 0 .. 2 has highlights above 1, and is not nearly black
            if (high <= white) and (mode == "I" or white == 1 or high > 127):
                return 0.0, white
    return low, high


def _key_alpha(image: Image.Image) -> Image.Image:
    """Alpha of a deep grey picture in which one value means transparent."""
    opaque = np.asarray(image) != image.info["transparency"]
    return Image.fromarray(np.where(opaque, 255, 0).astype(np.uint8))
