"""Every file becomes the picture that a person sees in a viewer, or a reason in plain words."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.decode import decode
from tests.data.reading import Picture, read_picture

CONFIG = PicturesConfig(size=24)
Read = Callable[..., Picture]
Photo = Callable[[int, int], Image.Image]
# these Pillow writes only with more than a picture, or hands to other programs
NOT_WRITTEN = {"BUFR", "GRIB", "HDF5", "WMF", "EPS"}
COARSE = {"GIF": 12, "BLP": 60, "MSP": 255, "XBM": 255}  # few colours
LOSSY = {"JPEG": 6, "JPEG2000": 3, "WEBP": 8, "AVIF": 8, "HEIF": 8, "DDS": 0}


def encode(image: Image.Image, kind: str, **settings: object) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **settings)
    return data.getvalue()


def written_endings() -> list[tuple[str, str]]:
    Image.init()
    endings = sorted(Image.registered_extensions().items())
    return [
        (ending, kind)
        for ending, kind in endings
        if kind in Image.SAVE and kind in Image.OPEN and kind not in NOT_WRITTEN
    ]


def square(painting: np.ndarray) -> np.ndarray:
    """The centred 24 x 24 part of the 24 x 32 painting."""
    return painting[:, 4:28].astype(int)


@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")  # of saving
@pytest.mark.parametrize(("ending", "kind"), written_endings())
def test_every_format_is_read_whatever_the_case_of_its_ending(
    ending: str, kind: str, tmp_path: Path, painting: np.ndarray
) -> None:
    whole = Image.fromarray(painting)
    if kind in ("ICO", "ICNS"):  # icons are square, and made in several sizes
        whole = Image.fromarray(painting[:, 4:28]).resize((32, 32))
    image = {"MSP": whole.convert("1"), "XBM": whole.convert("1"), "BLP": whole.quantize()}
    for spelled in (ending, ending.upper(), ending.title()):
        file = tmp_path / f"picture{spelled}"
        image.get(kind, whole).save(file, kind)
        pixels = read_picture(file, CONFIG).pixels
        assert pixels.shape == (24, 24, 3)
        difference = np.abs(pixels.astype(int) - square(painting)).mean()
        assert difference <= {**COARSE, **LOSSY, "ICO": 4, "ICNS": 4}.get(kind, 0)


def test_many_formats_can_be_tried_here() -> None:
    kinds = {kind for _, kind in written_endings()}
    assert kinds >= {"PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "TGA", "AVIF", "HEIF", "JPEG2000"}


def test_the_ending_does_not_matter_only_the_content(tmp_path: Path, painting: np.ndarray) -> None:
    for name in ("photo.jpg", "no ending", "notes.txt", "a.heic"):
        Image.fromarray(painting).save(tmp_path / name, "PNG")
        assert np.array_equal(read_picture(tmp_path / name, CONFIG).pixels, square(painting))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(10))
def test_exif_orientation_is_applied(
    kind: str, orientation: int, painting: np.ndarray, read: Read
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(Image.fromarray(painting), kind, exif=exif, quality=95)
    with Image.open(io.BytesIO(data)) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    config = PicturesConfig(size=upright.width, height=upright.height)
    picture = read(data, config)
    assert np.abs(picture.pixels.astype(int) - np.asarray(upright)).max() <= 1
    is_turned = upright.tobytes() != Image.open(io.BytesIO(data)).convert("RGB").tobytes()
    assert ("turned upright" in picture.notes) is (orientation in range(2, 9))
    assert is_turned is (orientation in range(2, 9)) or kind == "TIFF"  # which loads upright


def test_the_eight_orientations_show_one_picture(painting: np.ndarray, read: Read) -> None:
    """Stored the way a camera would that was held so."""
    turn, config = Image.Transpose, PicturesConfig(size=32, height=24)
    stored = {
        1: None,
        2: turn.FLIP_LEFT_RIGHT,
        3: turn.ROTATE_180,
        4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE,
        6: turn.ROTATE_90,
        7: turn.TRANSVERSE,
        8: turn.ROTATE_270,
    }
    for orientation, how in stored.items():
        image = Image.fromarray(painting)
        exif = Image.Exif()
        exif[0x0112] = orientation
        data = encode(image if how is None else image.transpose(how), "PNG", exif=exif)
        assert np.array_equal(read(data, config).pixels, painting)


@given(
    stored=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    wanted=st.tuples(st.integers(4, 40), st.integers(4, 40)),
    seed=st.integers(0, 2**31),
)
def test_the_crop_is_exactly_centred(
    stored: tuple[int, int], wanted: tuple[int, int], seed: int, read: Read
) -> None:
    """A picture that is mirrored before or after it is read is the same, at any size."""
    config = PicturesConfig(size=wanted[0], height=wanted[1], smallest_side=1)
    pixels = np.random.default_rng(seed).integers(0, 256, (*stored, 3), dtype=np.uint8)
    plain, mirrored, upside_down = (
        read(encode(Image.fromarray(np.ascontiguousarray(p)), "PNG"), config).pixels
        for p in (pixels, pixels[:, ::-1], pixels[::-1])
    )
    assert plain.shape == (wanted[1], wanted[0], 3)
    assert np.abs(plain[:, ::-1].astype(int) - mirrored).max() <= 1
    assert np.abs(plain[::-1].astype(int) - upside_down).max() <= 1


def test_the_middle_is_taken_to_the_pixel(read: Read) -> None:
    middle = np.random.default_rng(0).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    wide = np.pad(middle, ((0, 0), (7, 7), (0, 0)), constant_values=99)
    tall = np.pad(middle, ((11, 11), (0, 0), (0, 0)), constant_values=99)
    for pixels in (wide, tall):
        assert np.array_equal(read(encode(Image.fromarray(pixels), "PNG")).pixels, middle)


def test_the_aspect_is_the_models(read: Read) -> None:
    thirds = np.zeros((30, 90, 3), np.uint8)
    thirds[:, 30:60] = 255
    data = encode(Image.fromarray(thirds), "PNG")
    square = read(data, PicturesConfig(size=12)).pixels
    wide = read(data, PicturesConfig(size=36, height=12)).pixels
    tall = read(data, PicturesConfig(size=8, height=16)).pixels
    assert (square.shape, wide.shape, tall.shape) == ((12, 12, 3), (12, 36, 3), (16, 8, 3))
    assert (square[:, 3:9] == 255).all()
    assert (wide[:, :9] == 0).all()
    assert (wide[:, 15:21] == 255).all()
    assert (tall == 255).all()


def test_scaling_is_lanczos(read: Read) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    expected = np.asarray(image.resize((24, 24), Image.Resampling.LANCZOS))
    assert np.array_equal(read(encode(image, "PNG")).pixels, expected)


@pytest.mark.parametrize("shape", [(1203, 901), (900, 1207)])
@pytest.mark.parametrize("size", [16, 32, 64])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_jpeg_decoded_small_looks_the_same(
    shape: tuple[int, int],
    size: int,
    orientation: int,
    monkeypatch: pytest.MonkeyPatch,
    read: Read,
    photo: Photo,
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(photo(*shape), "JPEG", quality=90, exif=exif)
    reductions = []
    draft = JpegImageFile.draft

    def noted(self: JpegImageFile, mode: str | None, wanted: tuple[int, int]) -> object:
        before = self.size
        drafted = draft(self, mode, wanted)
        reductions.append(round(before[0] / self.size[0]))
        return drafted

    monkeypatch.setattr(JpegImageFile, "draft", noted)
    config = PicturesConfig(size=size)
    small = read(data, config).pixels.astype(int)
    assert reductions
    assert max(reductions) >= 2
    monkeypatch.setattr(decode, "MIN_PIXELS_TO_REDUCE", 10**9)
    whole = read(data, config).pixels.astype(int)
    assert np.abs(small - whole).max() <= 3
    assert np.abs(small - whole).mean() <= 0.3


def test_a_small_jpeg_is_decoded_whole(read: Read, photo: Photo) -> None:
    data = encode(photo(127, 192), "JPEG")
    with Image.open(io.BytesIO(data)) as image:
        box = (0, 32.5, 127, 159.5)
        expected = image.resize((16, 16), Image.Resampling.LANCZOS, box=box)
    assert np.array_equal(read(data, PicturesConfig(size=16)).pixels, np.asarray(expected))


@pytest.mark.parametrize("background", ["#ffffff", "#000000", "#3366cc"])
@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_is_laid_on_the_chosen_background(
    mode: str, background: str, read: Read
) -> None:
    image = Image.new("RGBA", (24, 24), (200, 200, 200, 0))
    image.paste((200, 200, 200, 255), (0, 0, 12, 24))
    if mode == "RGBA":
        image.paste((200, 200, 200, 102), (0, 12, 12, 24))
    saved = image.convert(mode) if mode != "P" else image.convert("RGBA").quantize()
    picture = read(encode(saved, "PNG"), PicturesConfig(size=24, background=background))
    ground = [int(background[i : i + 2], 16) for i in (1, 3, 5)]
    assert (picture.pixels[2, 20] == ground).all()
    assert (picture.pixels[2, 2] == 200).all()
    if mode == "RGBA":
        half = [200 * 0.4 + g * 0.6 for g in ground]
        assert np.abs(picture.pixels[20, 2] - half).max() <= 1
    assert picture.notes == ("transparent parts laid on the background colour",)


def test_colours_hidden_under_transparency_do_not_bleed(read: Read) -> None:
    """Scaled before it is laid on the background, the green would show at the edge."""
    image = Image.new("RGBA", (240, 240), (0, 255, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 115, 240))
    pixels = read(encode(image, "PNG"), PicturesConfig(size=24)).pixels.astype(int)
    assert (pixels[..., 1] >= pixels[..., 2] - 1).all()
    assert (pixels[..., 1] <= pixels[..., 2] + 1).all()


def test_a_picture_without_transparent_parts_gets_no_note(read: Read) -> None:
    assert read(encode(Image.new("RGBA", (24, 24), "red"), "PNG")).notes == ()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F", "YCbCr"])
def test_every_mode_becomes_one_grey_or_three_colours(mode: str, read: Read) -> None:
    levels = np.repeat(np.array([0, 255], np.uint8), 12)[None].repeat(24, 0)
    grey = Image.fromarray(levels)
    image = {
        "I;16": lambda: Image.fromarray(levels.astype(np.uint16) * 257),
        "F": lambda: Image.fromarray(levels.astype(np.float32) / 255),
    }.get(mode, lambda: grey.convert("RGB").convert(mode))()
    for channels in (1, 3):
        config = PicturesConfig(size=24, channels=channels)
        pixels = read(encode(image, "TIFF"), config).pixels
        assert pixels.shape == (24, 24, channels)
        assert pixels.dtype == np.uint8
        assert pixels.flags.c_contiguous
        assert (pixels[:, :12] == 0).all()
        assert (pixels[:, 12:] == 255).all()


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bits_do_not_clip_to_white(kind: str, read: Read) -> None:
    ramp = np.linspace(0, 65535, 24).astype(np.uint16)[None].repeat(24, 0)
    picture = read(encode(Image.fromarray(ramp), kind))
    assert np.abs(picture.pixels[..., 0] - ramp / 257).max() <= 1
    assert picture.notes == ("brought from 16 bits or more to 8 bits",)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_of_an_animation_the_first_frame_is_taken(kind: str, read: Read) -> None:
    frames = [Image.new("RGB", (24, 24), colour) for colour in ("red", "lime", "blue")]
    data = encode(frames[0], kind, save_all=True, append_images=frames[1:])
    picture = read(data)
    assert np.abs(picture.pixels.astype(int) - (255, 0, 0)).max() <= 4
    assert picture.notes == (f"first of 3 {'pages' if kind == 'TIFF' else 'frames'}",)


def test_of_the_pictures_in_a_phone_file_the_main_one_is_taken(tmp_path: Path) -> None:
    colours = ("red", "lime", "blue")
    file = pillow_heif.HeifFile()
    for colour in colours:
        file.add_from_pillow(Image.new("RGB", (64, 64), colour))
    for main, colour in enumerate(colours):
        file.save(tmp_path / "a.heic", quality=-1, primary_index=main)
        picture = read_picture(tmp_path / "a.heic", CONFIG)
        expected = np.asarray(Image.new("RGB", (24, 24), colour)).astype(int)
        assert np.abs(picture.pixels - expected).max() <= 4
        assert picture.notes == ("main one of 3 pictures in the file",)


def test_of_a_stereo_jpeg_the_first_picture_is_taken(read: Read) -> None:
    left, right = Image.new("RGB", (24, 24), "red"), Image.new("RGB", (24, 24), "blue")
    picture = read(encode(left, "MPO", save_all=True, append_images=[right]))
    assert np.abs(picture.pixels.astype(int) - (255, 0, 0)).max() <= 4
    assert picture.notes == ("first of 2 pictures in the file",)


def test_an_animation_cut_behind_its_first_frame_is_read(read: Read, photo: Photo) -> None:
    frames = [photo(60, 60).quantize(64 - i) for i in range(4)]
    data = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    alone = encode(frames[0], "GIF")
    picture = read(data[: len(alone) + 900])
    assert np.array_equal(picture.pixels, read(data).pixels)


def layered_psd(layers: int) -> bytes:
    """A red 24 x 24 picture with so many empty layers, as Photoshop saves it."""

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, "big")

    def block(data: bytes) -> bytes:
        return number(len(data), 4) + data

    channels = b"".join(number(c, 2) + number(2, 4) for c in range(3))
    extra = block(bytes(4) + bytes(4) + b"\x05layer\0\0")
    layer = bytes(16) + number(3, 2) + channels + b"8BIMnorm" + b"\xff\0\0\0" + extra
    info = number(layers, 2) + layer * layers + number(0, 2) * 3 * layers
    pixels = bytes([255]) * 576 + bytes(576 * 2)
    header = b"8BPS" + number(1, 2) + bytes(6) + number(3, 2) + number(24, 4) * 2
    sections = block(b"") + block(b"") + block(block(info + bytes(len(info) % 2)))
    return header + number(8, 2) + number(3, 2) + sections + number(0, 2) + pixels


@pytest.mark.parametrize("layers", [1, 2, 5])
def test_a_photoshop_file_is_read_with_all_its_layers_together(layers: int, read: Read) -> None:
    picture = read(layered_psd(layers))
    assert (picture.pixels == (255, 0, 0)).all()
    assert picture.notes == ()


def test_small_pictures_are_enlarged_and_that_is_said(read: Read) -> None:
    picture = read(encode(Image.new("RGB", (12, 9), "red"), "PNG"))
    assert (picture.pixels == (255, 0, 0)).all()
    assert picture.notes == ("enlarged from 12 x 9 pixels",)
    sideways = Image.Exif()
    sideways[0x0112] = 6
    data = encode(Image.new("RGB", (30, 8), "red"), "PNG", exif=sideways)
    assert read(data, PicturesConfig(size=8, height=30)).notes == ("turned upright",)


def test_the_preview_inside_a_raw_file_is_said_to_be_one(read: Read, photo: Photo) -> None:
    """DNG and NEF files are TIFFs that begin with a small picture."""
    data = encode(photo(60, 60), "TIFF", tiffinfo={254: 1})
    assert read(data).notes == ("only the small preview inside a camera's raw file",)
