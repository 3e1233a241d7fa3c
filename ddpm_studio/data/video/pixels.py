"""What a video's frame looks like on a screen: upright, with square pixels, in sRGB's numbers."""

from typing import cast

import numpy as np
from av.buffer import Buffer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange

SMALL_SIZE = 16  # pixels of the copies by which frames are compared, along a side
HD_HEIGHT = 720  # from here on colours are those of BT.709 where a file says nothing
# the matrices of colours as files number them (ITU-T H.273), and as swscale does; not by name,
# since older versions of PyAV do not name all of them
BT_601, BT_709 = 5, 1
MATRICES = {1: BT_709, 4: 4, 5: BT_601, 6: BT_601, 7: 7, 9: 9, 10: 9}
# ways of scaling, by swscale's numbers
EXACT = 0x4 | 0x40000 | 0x2000  # bicubic, rounded accurately, colours at every pixel
AVERAGED = 0x20  # by area


def upright(frame: VideoFrame, pixel_aspect: float) -> np.ndarray:
    """uint8 (H, W, 3), RGB, as a player shows it. pixel_aspect: a pixel's width by its height."""
    width, height = _square_size(frame, pixel_aspect)
    pixels = _rgb(frame, width, height, EXACT)
    matrix = _display_matrix(frame)
    (xx, xy), (yx, yy) = matrix
    if _is_sideways(matrix):
        pixels = pixels.transpose(1, 0, 2)
        xx, yy = yx, xy
    if xx < 0:
        pixels = pixels[:, ::-1]
    if yy < 0:
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def small_copy(frame: VideoFrame) -> np.ndarray:
    """float32 (16, 16, 3): averaged."""
    return _rgb(frame, SMALL_SIZE, SMALL_SIZE, AVERAGED).astype(np.float32)


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """Of two small copies: the root of the mean square, in levels of 255."""
    return float(np.sqrt(np.mean((one - other) ** 2)))


def _rgb(frame: VideoFrame, width: int, height: int, interpolation: int) -> np.ndarray:
    """Where the file does not say how numbers become colours, it is guessed as players do."""
    usual = BT_709 if frame.height >= HD_HEIGHT else BT_601
    is_full = frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")
    return frame.reformat(
        width,
        height,
        "rgb24",
        src_colorspace=MATRICES.get(int(frame.colorspace), usual),
        interpolation=interpolation,
        src_color_range=ColorRange.JPEG if is_full else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
    ).to_ndarray()


def _square_size(frame: VideoFrame, pixel_aspect: float) -> tuple[int, int]:
    """Width and height with square pixels: one side is enlarged, so that nothing is lost."""
    if not 1 / 8 <= pixel_aspect <= 8:  # nonsense
        return frame.width, frame.height
    return (
        round(frame.width * max(1.0, pixel_aspect)),
        round(frame.height * max(1.0, 1 / pixel_aspect)),
    )


def _display_matrix(frame: VideoFrame) -> np.ndarray:
    """(2, 2): how far right and down the frame's x axis points when shown, then its y axis."""
    data = cast("Buffer | None", frame.side_data.get("DISPLAYMATRIX"))
    if data is None:
        return np.eye(2)
    return np.frombuffer(bytes(data), np.int32).reshape(3, 3)[:2, :2].astype(float)


def _is_sideways(matrix: np.ndarray) -> bool:
    return bool(abs(matrix[0, 0]) < abs(matrix[0, 1]))
