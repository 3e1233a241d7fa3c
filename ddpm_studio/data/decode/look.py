"""One look at a file: its facts, and its pixels as the network sees them."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from io import BytesIO, FileIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ddpm_studio.choices import Crop, everywhere
from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.copies import likeness
from ddpm_studio.data.decode.decode import MILLION, Decoded, UnreadablePictureError, decode
from ddpm_studio.data.decode.fit import Upright, fit, flattened
from ddpm_studio.data.decode.focus import focus
from ddpm_studio.data.decode.pixel_art import JUDGED_SIDE, MOST_COLOURS_ENLARGED, pixel_scale
from ddpm_studio.data.decode.plain_png import plain_png
from ddpm_studio.data.decode.reasons import ENDS_EARLY, why_unreadable
from ddpm_studio.data.picture_facts import PictureFacts, encode_thumbnail

MOST_BYTES = 1 << 30  # of a file
# what is drawn pixel by pixel is not kept in these
LOSSY = ("JPEG", "MPO", "HEIF", "AVIF", "JPEG2000", "video")
MOST_DRAWN = 1 << 24  # pixels: nobody draws more one by one
STRIP_PIXELS = 1 << 20
FACTS_SIDE = 64  # pixels: what is counted over has sides of up to twice that


class KnownPicture(Exception):  # noqa: N818  (no error: good news)
    """The file holds what was seen before; its argument is the digest."""


@dataclass(frozen=True)
class Look:
    """pictures: one for each crop, uint8 (H, W, C); premultiplied if they have an alpha."""

    facts: PictureFacts
    pictures: tuple[np.ndarray, ...]


def look_at(
    path: Path | str, config: PicturesConfig, crops: Sequence[Crop] = (), known: Sequence[str] = ()
) -> Look:
    """Read one file. crops: () for the one of the folder. known: digests that need no decoding.

    A picture that ends early is read as far as it goes, and `facts.damage` says so. What a
    decoder does to this process cannot be helped here: see `isolation`.
    Raises UnreadablePictureError with the reason, never anything else for a bad file, and
    KnownPicture for one of the `known`.
    """
    try:
        data = _bytes_of(path)
    except OSError as error:
        raise UnreadablePictureError(why_unreadable(error)) from error
    except MemoryError as error:
        raise UnreadablePictureError("it needs more memory than allowed") from error
    if data is None:
        raise UnreadablePictureError("too large: a file of more than 1 GB")
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    if digest in known:
        raise KnownPicture(digest)
    try:
        if not data:
            raise UnreadablePictureError("the file is empty")
        return _look_at(data, digest, config, crops or (everywhere(config.crop),))
    except UnreadablePictureError as error:
        error.digest = digest  # the same bytes will not become better
        raise
    except OSError as error:
        raise UnreadablePictureError(why_unreadable(error)) from error


def request_for(
    path: Path | str, config: PicturesConfig, crops: Sequence[Crop] = (), known: Sequence[str] = ()
) -> dict[str, Any]:
    """What `look_at_request` is asked, as JSON; with the arguments of `look_at`."""
    request: dict[str, Any] = {"path": str(path), "config": _text_of(config)}
    if crops:
        request["crops"] = [asdict(crop) for crop in crops]
    if known:
        request["known"] = list(known)
    return request


@lru_cache(maxsize=8)
def _text_of(config: PicturesConfig) -> str:
    return json.dumps(asdict(config))


def look_at_request(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """`look_at` for the isolated process: JSON in, JSON and the pixels of all pictures out."""
    config = config_from(request["config"])
    crops = [
        Crop(crop["mode"], tuple(crop["box"]), crop["turn"]) for crop in request.get("crops", ())
    ]
    try:
        found = look_at(request["path"], config, crops, request.get("known", ()))
    except KnownPicture as same:
        return {"same": same.args[0]}, b""
    except UnreadablePictureError as error:
        return {"reason": str(error), "digest": error.digest}, b""
    pixels = b"".join(picture.tobytes() for picture in found.pictures)
    return {"facts": found.facts.to_list()}, pixels


@lru_cache(maxsize=8)
def config_from(text: str) -> PicturesConfig:
    """The settings that came as JSON with a request."""
    return PicturesConfig(**json.loads(text))


def _bytes_of(path: Path | str) -> bytes | None:
    """None: more than anybody wants."""
    with FileIO(path) as opened:  # three times as fast as Path.read_bytes
        return opened.readall() if os.fstat(opened.fileno()).st_size <= MOST_BYTES else None


def facts_of(image: Image.Image, kind: str, config: PicturesConfig) -> tuple[Upright, PictureFacts]:
    """Of a picture that did not come from a file of its own, such as the frame of a video."""
    return _upright(_whole(image, kind), "", False, config.background, [])


def _whole(image: Image.Image, kind: str) -> Decoded:
    width, height = image.size
    return Decoded(image, (0.0, 0.0, float(width), float(height)), width, height, kind)


def _look_at(data: bytes, digest: str, config: PicturesConfig, crops: Sequence[Crop]) -> Look:
    notes: list[str] = []
    plain = plain_png(data, config.max_megapixels * MILLION)
    if plain is not None:
        decoded = _whole(plain, "PNG")
    else:
        needed = max(config.shape[1:]) / _smallest_part(crops)
        decoded = _decode(BytesIO(data), needed, config.max_megapixels, notes)
    if min(decoded.width, decoded.height) < config.smallest_side:
        raise UnreadablePictureError(
            f"too small: {decoded.width} x {decoded.height} pixels, while a side has at least "
            f"{config.smallest_side} (pictures.smallest_side)"
        )
    image, has_alpha = _without_idle_alpha(decoded.image)
    if image is not decoded.image:
        decoded = replace(decoded, image=image)
    upright, facts = _upright(decoded, digest, has_alpha, config.background, notes)
    return Look(facts, tuple(fit(upright, crop, config) for crop in crops))


def _decode(file: BytesIO, needed: float, most: int, notes: list[str]) -> Decoded:
    """Whole, or else as far as it goes."""
    try:
        return decode(file, needed, most, notes)
    except UnreadablePictureError as error:
        if ENDS_EARLY not in str(error) and not str(error).startswith("damaged"):
            raise
        reason = error
    notes.clear()
    file.seek(0)
    try:
        decoded = decode(file, needed, most, notes, salvage=True)
    except UnreadablePictureError:
        raise reason from None
    if not decoded.damage:
        raise reason
    why = "it ends early" if ENDS_EARLY in str(reason) else "its contents are garbled"
    return replace(decoded, damage=f"{decoded.damage}: {why}")


def _smallest_part(crops: Sequence[Crop]) -> float:
    """The shortest side of any crop, as a part of the picture."""
    return min((min(crop.box[2:]) for crop in crops if crop.mode == "box"), default=1.0)


def _without_idle_alpha(image: Image.Image) -> tuple[Image.Image, bool]:
    """The picture, without its alpha if nothing is transparent; and whether something is."""
    if image.mode != "RGBA":
        return image, False
    if image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB"), False
    return image, True


def _upright(
    decoded: Decoded, digest: str, has_alpha: bool, background: str, notes: list[str]
) -> tuple[Upright, PictureFacts]:
    """The picture, ready for any crop, and what is to be known of it."""
    image, small = decoded.image, _small(flattened(decoded.image, background))
    facts = _facts(decoded, small, digest, has_alpha, notes)
    is_all = small.shape[:2] == (image.height, image.width) and image.mode != "RGBA"
    size, scale = (decoded.width, decoded.height), facts.pixel_scale
    pixels = small if is_all else None
    return Upright(image, decoded.box, *size, facts.focus, scale, pixels), facts


def _facts(
    decoded: Decoded, small: np.ndarray, digest: str, has_alpha: bool, notes: list[str]
) -> PictureFacts:
    image = decoded.image
    scale = pixel_scale(_colours(image)) if _may_be_drawn(image, decoded.format) else 0
    mini, phash = likeness(small)
    return PictureFacts(
        digest=digest,
        width=decoded.width,
        height=decoded.height,
        format=decoded.format,
        notes=tuple(dict.fromkeys(notes)),
        is_grey=_is_grey(image, small),
        has_alpha=has_alpha,
        pixel_scale=scale,
        focus=focus(small),
        mini=encode_thumbnail(mini),
        phash=phash,
        damage=decoded.damage,
        is_made=decoded.is_made,
    )


def _may_be_drawn(image: Image.Image, kind: str) -> bool:
    """False for most that cannot be pixel art, without looking at every pixel."""
    if kind in LOSSY or image.width * image.height > MOST_DRAWN:
        return False
    # of larger pictures only the middle is judged, and hidden colours do not count
    is_judged_whole = image.mode != "RGBA" and max(image.size) <= JUDGED_SIDE
    return not is_judged_whole or image.getcolors(MOST_COLOURS_ENLARGED) is not None


def _small(image: Image.Image) -> np.ndarray:
    """uint8 (H, W, 1 or 3) with sides of about FACTS_SIDE at most."""
    factor = max(image.size) // FACTS_SIDE
    if factor > 1:
        image = image.reduce(factor)
    pixels = np.asarray(image)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _colours(image: Image.Image) -> np.ndarray:
    if image.mode == "L":
        image = image.convert("RGB")
    return np.asarray(image)


def _is_grey(image: Image.Image, small: np.ndarray) -> bool:
    """Whether red, green and blue are equal everywhere that can be seen."""
    if image.mode == "L":
        return True
    if any((part[..., 0] != part[..., 2]).any() for part in (small[:8], small)):
        return False
    return all(_are_rows_grey(strip) for strip in _strips(image))


def _strips(image: Image.Image) -> Iterator[np.ndarray]:
    """Some rows at a time, as they are seen, for a picture may be very large."""
    rows = max(1, STRIP_PIXELS // image.width)
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        yield np.asarray(flattened(strip, "#ffffff"))


def _are_rows_grey(rows: np.ndarray) -> bool:
    red, green, blue = rows[..., 0], rows[..., 1], rows[..., 2]
    return bool(np.array_equal(red, green) and np.array_equal(red, blue))
