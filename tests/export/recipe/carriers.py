"""Small files of every kind that can carry a recipe, written by other libraries than the reader."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from PIL import Image, PngImagePlugin

from ddpm_studio.export.recipe.chunks import RECIPE_KEY

USER_COMMENT = 0x9286
EXIF_PART = 0x8769


def pictures(count: int = 2) -> list[Image.Image]:
    shades = np.arange(12 * 10 * 3, dtype=np.uint8).reshape(12, 10, 3)
    return [Image.fromarray(shades + 40 * index) for index in range(count)]


def png(path: Path, text: str, how: str = "iTXt") -> None:
    about = PngImagePlugin.PngInfo()
    about.add_text("Software", "a camera")
    if how.startswith("iTXt"):
        about.add_itxt(RECIPE_KEY, text, zip=how.endswith("packed"))
    else:
        about.add_text(RECIPE_KEY, text, zip=how == "zTXt")
    pictures()[0].save(path, "PNG", pnginfo=about)


def apng(path: Path, text: str) -> None:
    about = PngImagePlugin.PngInfo()
    about.add_itxt(RECIPE_KEY, text)
    first, *rest = pictures()
    first.save(path, "PNG", pnginfo=about, save_all=True, append_images=rest, duration=40)


def png_with_text_last(path: Path, text: str) -> None:
    """As other programs may leave it: the text behind the pixels."""
    pictures()[0].save(path, "PNG")
    data = b"iTXt" + RECIPE_KEY.encode() + b"\0\0\0\0\0" + text.encode()
    chunk = struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    whole = path.read_bytes()
    path.write_bytes(whole[:-12] + chunk + whole[-12:])


def webp(path: Path, text: str, how: str = "ASCII", frames: int = 1) -> None:
    mark = {"ASCII": b"ASCII\0\0\0", "UNICODE": b"UNICODE\0", "plain": b""}[how]
    words = text.encode("utf-16-le" if how == "UNICODE" else "utf-8")
    exif = Image.Exif()
    exif[0x0131] = "a camera"
    exif.get_ifd(EXIF_PART)[USER_COMMENT] = mark + words
    first, *rest = pictures(frames)
    data = exif.tobytes()
    first.save(path, "WEBP", exif=data, save_all=frames > 1, append_images=rest, lossless=True)


def gif(path: Path, text: str) -> None:
    first, *rest = [picture.quantize(16) for picture in pictures()]
    first.save(path, "GIF", comment=text.encode(), save_all=True, append_images=rest, duration=40)


def film(path: Path, text: str, form: str, codec: str) -> None:
    with av.open(path, "w", format=form) as container:
        container.metadata["comment"] = text
        stream = container.add_stream(codec, rate=12)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuv420p"
        for picture in pictures():
            frame = av.VideoFrame.from_image(picture.resize((16, 16)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def mp4(path: Path, text: str) -> None:
    film(path, text, "mp4", "libx264")


def webm(path: Path, text: str) -> None:
    film(path, text, "webm", "libvpx-vp9")


def sidecar(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


Write = Callable[[Path, str], None]

CARRIERS: dict[str, tuple[str, Write]] = {
    "PNG": (".png", png),
    "PNG, packed iTXt": (".png", lambda path, text: png(path, text, "iTXt packed")),
    "PNG, tEXt": (".png", lambda path, text: png(path, text, "tEXt")),
    "PNG, zTXt": (".png", lambda path, text: png(path, text, "zTXt")),
    "PNG, text last": (".png", png_with_text_last),
    "APNG": (".apng", apng),
    "WebP": (".webp", webp),
    "WebP, UTF-16": (".webp", lambda path, text: webp(path, text, "UNICODE")),
    "WebP, unmarked": (".webp", lambda path, text: webp(path, text, "plain")),
    "WebP film": (".webp", lambda path, text: webp(path, text, frames=2)),
    "GIF": (".gif", gif),
    "MP4": (".mp4", mp4),
    "WebM": (".webm", webm),
    "JSON": (".json", sidecar),
}
